import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { StatusError } from "../../base/errors.ts";
import { indented, oneLine } from "../../base/printable.ts";
import type { DeliveryError } from "../../broadcast/ledger.ts";
import { ChannelError, type Verdict } from "../../channels/contract.ts";
import { type Published, publishPage } from "../../channels/page/publish-page.ts";
import { readBack } from "../../channels/page/read-back.ts";
import { readSources } from "../../channels/page/sources/read-sources.ts";
import { type Component, flatten } from "../../incident/components.ts";
import type { App } from "../app.ts";
import { EXIT, EXIT_OF_OUTCOME } from "../exit-codes.ts";
import { type Style, styleFor } from "../output/style.ts";
import { type Page, pagesOf } from "../pages.ts";

export interface PageFlags {
  readonly json?: boolean;
  readonly plain?: boolean;
  readonly debug?: boolean;
  readonly sources?: boolean;
  readonly verify?: boolean;
}

/** What became of one page: written, with its verdict where it was published; or the error that kept it from it. */
type PageReport = { readonly page: Page } & (
  | { readonly published: Published; readonly verdict: Verdict | null; readonly error: null }
  | { readonly published: null; readonly error: DeliveryError }
);

/** A component that another dashboard speaks for, and why that one could not be read; null where it could. */
interface SourceReport {
  readonly component: Component;
  readonly url: string;
  readonly readAt: Date | null;
  readonly fault: string | null;
}

/**
 * `status page build|publish [channel]`: reads the other dashboards, writes the pages anew, and with `publish` carries them
 * to their hosts and reads them back. Exit 0 all, 5 some, 6 none, 130 where Ctrl-C came before all was done.
 */
export async function writePages(
  app: App,
  verb: "build" | "publish",
  name: string | null,
  flags: PageFlags,
): Promise<number> {
  const { stdout, stderr, stopping } = app.surroundings;
  const started = Date.now();
  const note = (what: string) => {
    if (flags.debug === true) stderr.write(`debug ${Date.now() - started} ms ${what}\n`);
  };
  const pages = pagesOf(app, name);
  const ledger = await app.ledger();
  const sources = flags.sources === false ? [] : await readDashboards(app, pages[0]!, ledger);
  note(`read ${sources.length} dashboards`);
  const reports: PageReport[] = [];
  for (const page of pages) {
    reports.push(await writeOne(page, verb, app, flags.verify !== false));
    note(`${page.name} ${reports.at(-1)?.error?.code ?? "written"}`);
  }
  const done = reports.filter(({ error }) => error === null).length;
  const outcome = done === reports.length ? "delivered" : done > 0 ? "partial" : "silent";
  if (flags.json === true)
    stdout.write(`${JSON.stringify({ version: 1, outcome, ...documentOf(reports, sources, verb) })}\n`);
  else stdout.write(textOf(reports, sources, verb, styleFor(stdout, app.surroundings, flags.plain === true)));
  return stopping.aborted && outcome !== "delivered" ? EXIT.interrupted.code : EXIT_OF_OUTCOME[outcome];
}

async function readDashboards(
  { config, surroundings }: App,
  { kit }: Page,
  ledger: Awaited<ReturnType<App["ledger"]>>,
): Promise<SourceReport[]> {
  const { components } = config.property;
  const readings = await readSources(components, await ledger.readings(), {
    http: kit.http,
    clock: kit.clock,
    signal: surroundings.stopping,
    timeoutMs: kit.timeoutMs,
  });
  for (const reading of readings) await ledger.noteReading(reading);
  const found = new Map(readings.map((reading) => [reading.url, reading]));
  return flatten(components).flatMap((component) => {
    const reading = found.get(component.source?.url ?? "");
    if (reading === undefined) return [];
    const { url, readAt, fault } = reading;
    return [{ component, url, readAt, fault }];
  });
}

async function writeOne(
  page: Page,
  verb: "build" | "publish",
  { surroundings: { stopping, stopped } }: App,
  verify: boolean,
): Promise<PageReport> {
  const { settings, kit } = page;
  try {
    const signal = stopping.aborted ? stopping : stopped;
    const published = await publishPage(settings, kit, { carry: verb === "publish", signal });
    const verdict = verb === "publish" && verify ? await seen(page, published.revision, stopping) : null;
    if (verdict?.state !== "missing") return { page, published, verdict, error: null };
    return { page, published: null, error: failure("PAGE_MISSING", verdict.note ?? "it is not there", null) };
  } catch (error) {
    // A ledger or a configuration that fails, fails for every page; another command's lease only for this one.
    if (!(error instanceof ChannelError) && !(error instanceof StatusError && error.code === "LEASE_HELD"))
      throw error;
    // The channel names the command after which a broadcast goes on.
    const hint = error.hint?.replace(/status retry$/, `status page ${verb} ${page.name}`) ?? null;
    return { page, published: null, error: failure(error.code, error.message, hint) };
  }
}

function failure(code: string, message: string, hint: string | null): DeliveryError {
  return { code, message, hint, retryAt: null };
}

/** Reads the page back until it shows the revision; a host may need a moment. */
async function seen({ settings, kit }: Page, revision: number, stopping: AbortSignal): Promise<Verdict> {
  const receipt = { remoteId: String(revision), url: settings.url ?? null, extra: null };
  const end = Date.now() + kit.timeoutMs;
  for (let pause = 300; ; pause *= 2) {
    const verdict = await readBack(receipt, settings, kit, stopping);
    if (verdict.state !== "not-yet" || pause > 2400 || Date.now() + pause > end) return verdict;
    await sleep(pause, undefined, { signal: stopping }).catch(() => {});
  }
}

function documentOf(reports: readonly PageReport[], sources: readonly SourceReport[], verb: string): object {
  return {
    pages: reports.map((report) => ({
      channel: report.page.name,
      state: report.error !== null ? "failed" : verb === "publish" ? "published" : "written",
      revision: report.published?.revision ?? null,
      changed: report.published?.changed ?? [],
      file: fileOf(report.page),
      url: report.page.settings.url ?? null,
      verification: report.error === null ? (report.verdict?.state ?? null) : null,
      error: report.error,
    })),
    sources: sources.map(({ component, ...rest }) => ({ component: component.id, ...rest })),
  };
}

function textOf(
  reports: readonly PageReport[],
  sources: readonly SourceReport[],
  verb: string,
  { chalk, symbols, columns }: Style,
): string {
  const width = Math.max(...reports.map(({ page }) => page.name.length));
  const below = (text: string) => chalk.dim(indented(oneLine(text), " ".repeat(width + 6), columns));
  const lines = reports.flatMap((report) => {
    const name = report.page.name.padEnd(width);
    if (report.error !== null)
      return [
        `  ${chalk.red(symbols.bad)} ${name}  not ${verb === "publish" ? "published" : "written"}: ${oneLine(report.error.message)}`,
        ...(report.error.hint === null ? [] : [below(report.error.hint)]),
      ];
    const { published, verdict, page } = report;
    const facts = [
      `revision ${published.revision}`,
      counted(published.changed.length, "file changed", "files changed"),
    ];
    const where = verb === "publish" ? (page.settings.url ?? fileOf(page)) : fileOf(page);
    return [
      `  ${chalk.green(symbols.good)} ${name}  ${facts.join(", ")}: ${oneLine(where)}`,
      ...(verdict === null ? [] : [below(SAID[verdict.state](verdict.note))]),
    ];
  });
  if (sources.length > 0) {
    const silent = sources.filter(({ fault }) => fault !== null);
    lines.push(
      `${sources.length - silent.length} of ${counted(sources.length, "other dashboard", "other dashboards")} read.`,
      ...silent.map(
        ({ component, url, fault }) =>
          `  ${chalk.yellow("!")} ${oneLine(component.name)} is not reachable: ${oneLine(fault ?? "")} (${oneLine(url)})`,
      ),
    );
  }
  return `${lines.join("\n")}\n`;
}

const SAID = {
  seen: () => "read back: it shows this revision",
  "not-yet": (note: string | null) => `not visible yet: ${note ?? ""}`,
  cannot: (note: string | null) => `cannot be read back: ${note ?? ""}`,
  missing: (note: string | null) => `missing: ${note ?? ""}`,
  altered: (note: string | null) => `altered: ${note ?? ""}`,
} as const;

function fileOf({ settings }: Page): string {
  return pathToFileURL(join(settings.directory, "index.html")).href;
}

function counted(number: number, one: string, other: string): string {
  return `${number} ${number === 1 ? one : other}`;
}
