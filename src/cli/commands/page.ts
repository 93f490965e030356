import { indented, oneLine } from "../../base/printable.ts";
import { fileOf, type PageReport, type SourceReport, writePages as write } from "../../status/page.ts";
import type { App } from "../app.ts";
import { EXIT, EXIT_OF_OUTCOME } from "../exit-codes.ts";
import { type Style, styleFor } from "../output/style.ts";

export interface PageFlags {
  readonly json?: boolean;
  readonly plain?: boolean;
  readonly debug?: boolean;
  readonly sources?: boolean;
  readonly verify?: boolean;
}

/**
 * `status page build|publish [channel]`: reads the other dashboards, rewrites the pages, and with `publish` carries them
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
  const { sources: reads, verify } = flags;
  const work = await write(
    app,
    verb,
    name,
    {
      ...(reads === undefined ? {} : { sources: reads }),
      ...(verify === undefined ? {} : { verify }),
    },
    note,
  );
  const { outcome, reports, sources } = work;
  if (flags.json === true) stdout.write(`${JSON.stringify(work.document)}\n`);
  else stdout.write(textOf(reports, sources, verb, styleFor(stdout, app.surroundings, flags.plain === true)));
  return stopping.aborted && outcome !== "delivered" ? EXIT.interrupted.code : EXIT_OF_OUTCOME[outcome];
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

function counted(number: number, one: string, other: string): string {
  return `${number} ${number === 1 ? one : other}`;
}
