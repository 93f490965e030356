import { sayDuration } from "../../base/duration.ts";
import { indented, oneLine } from "../../base/printable.ts";
import { sayTime } from "../../base/zone.ts";
import type { Entry } from "../../status/record.ts";
import type { Style } from "../output/style.ts";

/** The record for people: each incident with what was done about it, the one that was touched last at the end. */
export function logLines(
  record: readonly Entry[],
  { one, sinceMs }: { readonly one: boolean; readonly sinceMs: number | null },
  timeZone: string,
  style: Style,
): string {
  if (record.length === 0)
    return sinceMs === null
      ? "Nothing stands in the record yet.\n"
      : `Nothing was said or done in the last ${sayDuration(sinceMs)}.\nTo look further back: status log --since 365d\n`;
  const groups = new Map<string, Entry[]>();
  for (const entry of record) {
    const id = entry.incident?.id ?? "";
    const before = groups.get(id) ?? [];
    // Put in anew, so that the group which was touched last comes last.
    groups.delete(id);
    groups.set(id, [...before, entry]);
  }
  const width = Math.min(WIDEST, Math.max(...record.map(({ by }) => oneLine(by).length)));
  const blocks = [...groups.values()].map((entries) => group(entries, width, timeZone, style));
  const incidents = [...groups.keys()].filter((id) => id !== "").length;
  const closing = `${record.length} ${record.length === 1 ? "entry" : "entries"}${
    one ? "" : ` about ${incidents} ${incidents === 1 ? "incident" : "incidents"}`
  }${sinceMs === null ? "" : `, the last ${sayDuration(sinceMs)}`}.`;
  return `${blocks.join("\n")}\n${style.chalk.dim(closing)}\n`;
}

/** Names that are longer push what was done aside. */
const WIDEST = 28;

function group(
  entries: readonly Entry[],
  width: number,
  timeZone: string,
  { chalk, columns }: Style,
): string {
  const incident = entries[0]?.incident ?? null;
  const heading =
    incident === null
      ? chalk.bold("About no incident")
      : `${chalk.bold(oneLine(incident.title))}\n${chalk.dim(oneLine(incident.id))}`;
  const line = (entry: Entry) => {
    const time = sayTime(entry.at, timeZone, true).padStart(LONGEST_TIME);
    const start = `  ${time}  ${oneLine(entry.by).padEnd(width)}`;
    const whole = wholeOf(entry);
    if (start.length + 2 + whole.length <= columns) return `${chalk.dim(start)}  ${whole}`;
    return `${chalk.dim(start.trimEnd())}\n${indented(whole, UNDER, columns)}`;
  };
  // Under what it belongs to: the same person did it in the same moment.
  const below = (entry: Entry) => {
    const whole = wholeOf(entry);
    const start = " ".repeat(LONGEST_TIME + width + "        ".length);
    if (start.length + whole.length <= columns) return `${start}${whole}`;
    return indented(whole, `${UNDER}  `, columns);
  };
  const lines = entries
    .filter((entry) => saidWith(entry, entries) === undefined)
    .flatMap((entry) => [
      line(entry),
      ...entries.filter((other) => saidWith(other, entries) === entry).map(below),
    ]);
  return `${heading}\n${lines.join("\n")}\n`;
}

/** What was said when a rule was overridden or the glass was broken. */
function saidWith({ act, update, by, at }: Entry, entries: readonly Entry[]): Entry | undefined {
  if ((act !== "overrode" && act !== "broke-glass") || update === null) return undefined;
  return entries.find(
    (other) =>
      other.act === "said" &&
      other.update?.id === update.id &&
      other.by === by &&
      other.at.getTime() === at.getTime(),
  );
}

function wholeOf(entry: Entry): string {
  const { did, reason } = sayEntry(entry);
  return oneLine(reason === null ? did : `${did}: ${reason}`);
}

const LONGEST_TIME = "22 Nov 2026 19:10 PST".length;
const UNDER = "      ";

/** What somebody did, in words, and why in theirs. */
export function sayEntry(entry: Entry): { readonly did: string; readonly reason: string | null } {
  const { act, plan, what, reason, signed, action } = entry;
  const hash = plan === null ? "a plan" : `plan ${plan.slice(0, 8)}`;
  // What was promised is also known by the words that it had then.
  const named = action === null || action === reason ? "" : ` (${action})`;
  const thing = `${what === null ? "" : ` ${what}`}${named}`;
  switch (act) {
    case "said":
      return { did: sayUpdate(entry), reason };
    case "planned":
      return { did: `froze ${hash}${what === null ? "" : ` (${what})`}`, reason };
    case "approved":
      return { did: `approved ${hash}${signed ? " (signed)" : ""}`, reason };
    case "overrode":
      return { did: `overrode the rule${thing}`, reason };
    case "broke-glass":
      return { did: "broke the glass", reason };
    case "resent":
      return { did: `sent again what may have been out${what === null ? "" : ` on ${what}`}`, reason };
    case "promised":
      return { did: `promised action${thing}`, reason };
    case "changed":
      return { did: `changed action${thing}`, reason };
    case "carried-out":
      return { did: `carried out action${thing}`, reason };
    case "dropped":
      return { did: `dropped action${thing}`, reason };
  }
}

/** `said update 2 (follow-up, template holding)`, `corrected update 1, with update 3`. */
function sayUpdate({ update, what, changes, plan }: Entry): string {
  const planned = plan === null ? "" : `, as in plan ${plan.slice(0, 8)}`;
  if (update === null) return `said an update${what === null ? "" : ` (${what})`}${planned}`;
  const { number, verb, template } = update;
  const changing = verb === "correct" ? "corrected" : verb === "retract" ? "withdrew" : null;
  if (changing !== null && changes.length > 0)
    return `${changing} update ${changes.join(", ")}, with update ${number}${planned}`;
  if (changing !== null) return `${changing} what was said, with update ${number}${planned}`;
  return `said update ${number} (${verb === template ? verb : `${verb}, ${template}`})${planned}`;
}
