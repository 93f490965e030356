import { basename, dirname, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { indented, oneLine, shellWord } from "../../base/printable.ts";
import { PLACES } from "../../config/file.ts";
import type { Style } from "../output/style.ts";
import type { NewConfig } from "./compose.ts";
import type { Detected, Offer } from "./detect.ts";
import { OWN_SCHEMA } from "./finish.ts";
import type { Rehearsed } from "./rehearse.ts";
import { readAnswer } from "./settings.ts";
import type { Setup } from "./setup.ts";

/** Variables that the configuration refers to. */
export function secretNames({ channels }: NewConfig): string[] {
  const names = channels.flatMap(({ settings }) =>
    Object.values(settings).flatMap((value) => /^env:(.+)$/.exec(String(value))?.[1] ?? []),
  );
  return [...new Set(names)];
}

/** Which variable a setting was taken from: `ops.token` → `SLACK_BOT_TOKEN`. */
export function foundIn(
  { detected, surroundings }: Pick<Setup, "detected" | "surroundings">,
  { channels }: NewConfig,
): Record<string, string> {
  return Object.fromEntries(
    channels.flatMap(({ name, guide, settings }) =>
      guide.needs.flatMap((need) => {
        const variable = detected.variables.get(String(settings.kind))?.get(need.field);
        if (variable === undefined) return [];
        const value = settings[need.field];
        const taken =
          value === `env:${variable}` ||
          JSON.stringify(value) === JSON.stringify(readAnswer(need, surroundings.env[variable] ?? ""));
        return taken ? [[`${name}.${need.field}`, variable]] : [];
      }),
    ),
  );
}

/** What was found here, before the first question; of variables their names only. */
export function sayDetected(
  { variables, misleading }: Detected,
  all: readonly Offer[],
  { chalk, columns }: Style,
): string {
  const lines = all.flatMap(({ kind }) => {
    const names = [...(variables.get(kind.kind)?.values() ?? [])];
    return names.length === 0 ? [] : [`${kind.title}: ${names.join(", ")}`];
  });
  return [
    indented(
      "A few questions. Nothing is posted, and nothing is written before you say so: until then Ctrl-C leaves all as it was.",
      "",
      columns,
    ),
    ...(lines.length === 0 ? [] : ["Found in the environment:"]),
    ...lines.map((line) => indented(line, "  ", columns)),
    ...misleading.map(({ variable, why }) => chalk.yellow(indented(`${variable}: ${why}`, "  ", columns))),
    "",
    "",
  ].join("\n");
}

/** What stands there now. */
export function sayWritten(setup: Setup, config: NewConfig, columns: number): string {
  const { path, typed, detected, all } = setup;
  const found = Object.entries(foundIn(setup, config));
  const kinds = config.channels.map(({ settings }) => settings.kind);
  const others = all
    .filter(({ kind }) => !kinds.includes(kind.kind) && (detected.variables.get(kind.kind)?.size ?? 0) > 0)
    .map(({ kind }) => kind.kind);
  return [
    `Wrote ${oneLine(path)} with ${kinds.join(", ")}.`,
    ...(config.schema === `./${OWN_SCHEMA}`
      ? [`Beside it ${OWN_SCHEMA}, by which editors check it: commit both.`]
      : []),
    ...(found.length === 0
      ? []
      : [`Found in the environment: ${found.map(([place, name]) => `${name} (${place})`).join(", ")}.`]),
    ...(others.length === 0 ? [] : [`The environment would also serve: ${others.join(", ")}.`]),
    ...(typed.size === 0
      ? []
      : [
          `What you typed in hiding is kept where only you can read it, and git leaves it out: ${[...typed.keys()].map((reference) => reference.replace(/^file:/, "")).join(", ")}.`,
        ]),
    "",
  ]
    .map((line) => indented(line, "", columns))
    .join("\n");
}

/** What to type next. */
export function sayNext({ path, surroundings }: Setup, missing: readonly string[]): string {
  const there = PLACES.includes(basename(path)) && dirname(path) === resolve(surroundings.cwd);
  const more = there ? "" : ` --config ${oneLine(shellWord(relative(surroundings.cwd, path)))}`;
  return [
    "",
    `Name your components in ${oneLine(basename(path))}, then:`,
    ...(missing.length > 0 ? [`  export ${missing.map((name) => `${name}=…`).join(" ")}`] : []),
    `  status doctor${more}`,
    `  status preview announce --title "Example"${more}`,
    "",
  ].join("\n");
}

/** What became of the rehearsal. */
export function sayRehearsed({ channels, wall }: Rehearsed, { chalk, symbols, columns }: Style): string {
  const width = Math.max(0, ...channels.map(({ channel }) => channel.length));
  return [
    "",
    chalk.bold(
      indented("Rehearsed: one incident, three updates, on imitations of the vendors.", "", columns),
    ),
    ...channels.map(({ channel, spoken, of, error }) => {
      const mark = spoken === of ? chalk.green(symbols.good) : chalk.red(symbols.bad);
      const why = spoken === of ? "" : `: ${oneLine(error ?? "")}`;
      return `  ${mark} ${indented(`${channel.padEnd(width)}  ${spoken} of ${of} said${why}`, "    ", columns).slice(4)}`;
    }),
    "",
    "See what each audience saw, side by side:",
    `  ${pathToFileURL(wall).href}`,
    "",
  ].join("\n");
}
