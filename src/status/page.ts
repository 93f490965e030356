import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { StatusError } from "../base/errors.ts";
import type { DeliveryError, Ledger } from "../broadcast/ledger.ts";
import type { Outcome } from "../broadcast/report.ts";
import { ChannelError, type Verdict } from "../channels/contract.ts";
import { type Published, publishPage } from "../channels/page/publish-page.ts";
import { readBack } from "../channels/page/read-back.ts";
import { readSources } from "../channels/page/sources/read-sources.ts";
import { type Component, flatten } from "../incident/components.ts";
import type { Desk } from "./desk.ts";
import type { PagesDocument } from "./documents.ts";
import type { PageOptions } from "./options.ts";
import { type Page, pagesOf } from "./pages.ts";

/** What became of one page: written, with its verdict where it was published; or the error that kept it from it. */
export type PageReport = { readonly page: Page } & (
  | { readonly published: Published; readonly verdict: Verdict | null; readonly error: null }
  | { readonly published: null; readonly error: DeliveryError }
);

/** A component that another dashboard speaks for, and why that one could not be read; null where it could. */
export interface SourceReport {
  readonly component: Component;
  readonly url: string;
  readonly readAt: Date | null;
  readonly fault: string | null;
}

/** What became of all pages. */
export interface PageWork {
  readonly outcome: Extract<Outcome, "delivered" | "partial" | "silent">;
  readonly reports: readonly PageReport[];
  readonly sources: readonly SourceReport[];
  readonly document: PagesDocument;
}

/**
 * Reads the other dashboards, writes the pages anew, and with `publish` carries them to their hosts and reads them back; of
 * one page channel, or of all. `note` hears of each step. Throws PAGE_NONE, PAGE_UNKNOWN.
 */
export async function writePages(
  desk: Desk,
  verb: "build" | "publish",
  name: string | null,
  options: PageOptions,
  note: (what: string) => void = () => {},
): Promise<PageWork> {
  const pages = pagesOf(desk, name);
  const ledger = await desk.ledger();
  const sources = options.sources === false ? [] : await readDashboards(desk, pages[0]!, ledger);
  note(`read ${sources.length} dashboards`);
  const reports: PageReport[] = [];
  for (const page of pages) {
    reports.push(await writeOne(page, verb, desk, options.verify !== false));
    note(`${page.name} ${reports.at(-1)?.error?.code ?? "written"}`);
  }
  const done = reports.filter(({ error }) => error === null).length;
  const outcome = done === reports.length ? "delivered" : done > 0 ? "partial" : "silent";
  const document = { version: 1, outcome, ...documentOf(reports, sources, verb) } as const;
  return { outcome, reports, sources, document };
}

async function readDashboards(
  { config, surroundings }: Desk,
  { kit }: Page,
  ledger: Ledger,
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
  { surroundings: { stopping, stopped } }: Desk,
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

function documentOf(
  reports: readonly PageReport[],
  sources: readonly SourceReport[],
  verb: string,
): Pick<PagesDocument, "pages" | "sources"> {
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

/** The page's first file, as an address. */
export function fileOf({ settings }: Page): string {
  return pathToFileURL(join(settings.directory, "index.html")).href;
}
