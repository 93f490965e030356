import { indented, oneLine } from "../../base/printable.ts";
import type { Found } from "../../status/lint/findings.ts";
import { languageName } from "../../status/lint/languages.ts";
import type { Fault } from "../../status/lint/rehearse.ts";
import type { Style } from "../output/style.ts";

export interface Seen {
  readonly names: readonly string[];
  readonly faults: readonly Fault[];
  readonly findings: readonly Found[];
}

/** Each template in a line, and under it what is wrong with it. */
export function lintLines({ names, faults, findings }: Seen, style: Style): string {
  const { chalk, symbols } = style;
  const general = findings.filter(({ template }) => template === null);
  const each = names.map((name) => {
    const own = findings.filter(({ template }) => template === name);
    const broken = faults.filter(({ template }) => template === name);
    const blocks = own.some(({ level }) => level === "block");
    const mark =
      broken.length > 0 || blocks
        ? chalk.red(symbols.bad)
        : own.length > 0
          ? chalk.yellow("!")
          : chalk.green(symbols.good);
    return [
      `  ${mark} ${own.length + broken.length > 0 ? chalk.bold(oneLine(name)) : oneLine(name)}`,
      ...broken.map((fault) => faultLines(fault, style)),
      ...own.map((finding) => findingLines(finding, style)),
    ].join("\n");
  });
  return [...each, ...general.map((finding) => findingLines(finding, style))].join("\n").concat("\n");
}

const LEVELS = { block: "blocks", warn: "warns" } as const;
const UNDER = "      ";

/** What a rule has against a text: the words, where they stand, why not, and what to write instead. */
export function findingLines(
  { level, rule, place, excerpt, reason, better, channels, template, locale }: Found,
  { chalk, columns }: Style,
): string {
  const word = LEVELS[level];
  const quoted = excerpt === "" ? "" : `“${oneLine(excerpt)}”`;
  const fits = `    ${word}  ${rule}  ${quoted}`.length <= columns;
  const on =
    template === null || channels.length === 0 || channels.some((name) => place.includes(name))
      ? []
      : [`on ${channels.join(", ")}`];
  const where = [place, ...on, ...(template === null ? [] : [languageName(locale)])].join(" · ");
  const colour = level === "block" ? chalk.red : chalk.yellow;
  return [
    `    ${colour(word)}  ${chalk.bold(rule)}  ${fits ? quoted : ""}`.trimEnd(),
    ...(fits ? [] : [indented(quoted, UNDER, columns)]),
    chalk.dim(indented(where, UNDER, columns)),
    indented(reason, UNDER, columns),
    ...(better === "" ? [] : [indented(`Better: ${better}`, UNDER, columns)]),
  ].join("\n");
}

function faultLines(fault: Fault, { chalk, columns }: Style): string {
  const { code, message, hint, channel, channels = channel === null ? [] : [channel], locale } = fault;
  const where = [channels.length === 0 ? null : `on ${channels.join(", ")}`, locale].filter(
    (part) => part !== null,
  );
  return [
    `    ${chalk.red("fails")}  ${chalk.bold(code)}  ${chalk.dim(oneLine(where.join(" · ")))}`.trimEnd(),
    indented(message, UNDER, columns),
    ...(hint === null ? [] : [indented(hint, UNDER, columns)]),
  ].join("\n");
}

/** `18 templates, 6 channels, 3 languages (en, de, es): 1 fails, 2 findings block, 1 warns.` */
export function summary(
  { names, faults, findings }: Seen,
  channels: number,
  locales: readonly string[],
  { chalk }: Style,
): string {
  const scope = [
    count(names.length, "template"),
    count(channels, "channel"),
    `${count(locales.length, "language")} (${locales.join(", ")})`,
  ].join(", ");
  return `${scope}: ${verdict({ faults, findings }, { chalk })}`;
}

export function verdict(
  { faults, findings }: Pick<Seen, "faults" | "findings">,
  { chalk }: Pick<Style, "chalk">,
): string {
  const failing = new Set(faults.map(({ template }) => template)).size;
  const blocks = findings.filter(({ level }) => level === "block").length;
  const warns = findings.length - blocks;
  const parts = [
    ...(failing > 0 ? [chalk.red(`${failing} ${failing === 1 ? "fails" : "fail"}`)] : []),
    ...(blocks > 0 ? [chalk.red(`${count(blocks, "finding")} ${blocks === 1 ? "blocks" : "block"}`)] : []),
    ...(warns > 0 ? [chalk.yellow(count(warns, "warning"))] : []),
  ];
  return parts.length === 0 ? chalk.green("nothing to say against them.") : `${parts.join(", ")}.`;
}

export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
