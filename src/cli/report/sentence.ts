import { sayDuration } from "../../base/duration.ts";
import { brokenMs, type PromiseCount, type Totals, type Worst } from "../../cadence/figures.ts";
import type { Lane } from "../../cadence/silence.ts";
import type { Report, Telling } from "./report.ts";

/** How one incident went, in one honest line: the first word, the promises, and who was left in the dark. */
export function headline(report: Report, telling: Telling): string {
  return [firstWord(report, telling), promises(report.figures.promises), dark(report)]
    .filter((part) => part !== "")
    .join(" ");
}

/** The same over many incidents. */
export function headlineOfAll({ incidents, maintenances, firstWord, promises: count }: Totals): string {
  if (incidents + maintenances === 0) return "No incident began in this time.";
  const counts = [
    ...(incidents === 0 ? [] : [`${incidents} ${incidents === 1 ? "incident" : "incidents"}`]),
    ...(maintenances === 0 ? [] : [`${maintenances} ${maintenances === 1 ? "maintenance" : "maintenances"}`]),
  ].join(" and ");
  if (incidents === 0) return `${counts}. ${promises(count)}`;
  const median =
    firstWord.medianMs === null
      ? "No public word on any."
      : `First public word ${sayAfter(firstWord.medianMs)}${incidents === 1 ? "" : " (median)"}.`;
  return [`${counts}.`, median, promises(count)].join(" ");
}

/** `The last 90 days`. */
export function titleOfAll(sinceMs: number): string {
  const [hour, day] = [3_600_000, 86_400_000];
  if (sinceMs % day === 0 && sinceMs > day) return `The last ${sinceMs / day} days`;
  if (sinceMs % hour === 0 && sinceMs <= 2 * day)
    return sinceMs === hour ? "The last hour" : `The last ${sinceMs / hour} hours`;
  return `The last ${sayDuration(sinceMs)}`;
}

/** `x`, `x and page`, `x, page and 2 more`. */
export function sayWorst({ channels }: Worst): string {
  if (channels.length <= 2) return channels.join(" and ");
  return `${channels.slice(0, 2).join(", ")} and ${channels.length === 3 ? channels[2] : `${channels.length - 2} more`}`;
}

/** How long an incident waited for its first word; planned work does not wait for one. */
export function sayFirstWord({ incident, figures: { firstWordMs } }: Report): string {
  if (incident.type === "maintenance") return "planned";
  return firstWordMs === null ? "none" : sayWait(firstWordMs);
}

/** `7 min`; planned work may be told of before it begins. */
export function sayWait(ms: number): string {
  if (ms >= 0 && ms < 60_000) return "under 1 min";
  return ms < 0 ? `${sayDuration(ms)} before it began` : sayDuration(ms);
}

function sayAfter(ms: number): string {
  if (ms < 0) return sayWait(ms);
  return ms < 60_000 ? "within a minute" : `after ${sayDuration(ms)}`;
}

function firstWord({ silence, incident, figures }: Report, { policy }: Telling): string {
  const allowed = sayDuration(policy.acknowledgeWithinMs);
  const late = figures.firstWordInTime === false;
  if (figures.firstWordMs !== null) {
    const after = figures.firstWordMs;
    return `First public word ${sayAfter(after)}${late ? `; ${allowed} were allowed` : ""}.`;
  }
  if (!silence.open) return "No public word was ever said.";
  const since = silence.to.getTime() - incident.startedAt.getTime();
  return since < 0 ? "No public word yet." : `No public word yet, ${sayDuration(since)} after it began.`;
}

function promises({ kept, late, broken, open }: PromiseCount): string {
  const due = kept + late + broken;
  const waiting = open === 0 ? "" : `, ${open === 1 ? "one is" : `${open} are`} still open`;
  if (due === 0 && open > 0)
    return open === 1 ? "The one promise is still open." : `All ${open} promises are still open.`;
  if (due === 0) return "No next update was promised.";
  if (kept === due && due === 1) return `The one promise${open > 0 ? " due so far" : ""} was kept${waiting}.`;
  if (kept === due) return `All ${due} promises${open > 0 ? " due so far" : ""} were kept${waiting}.`;
  if (due === 1) return `The one promise${open > 0 ? " due so far" : ""} was not kept${waiting}.`;
  return `${kept === 0 ? "None" : kept} of ${due} promises ${kept > 1 ? "were" : "was"} kept${waiting}.`;
}

/** Customers first: colleagues are not what such a sentence is about. */
function dark({ silence, figures }: Report): string {
  const heard = silence.lanes.filter(({ audience }) => audience === "public");
  const silent = heard.filter((lane) => lane.words.length === 0 && brokenMs(lane) > 0);
  const late = heard
    .filter((lane) => lane.words.length > 0 && brokenMs(lane) > 0)
    .sort((a, b) => brokenMs(b) - brokenMs(a));
  const parts: string[] = [];
  if (silent.length > 0) parts.push(`Nothing at all was said on ${names(silent)}.`);
  const [worst] = late;
  if (worst !== undefined) {
    const length = sayDuration(brokenMs(worst));
    const alike = late.filter((lane) => sayDuration(brokenMs(lane)) === length);
    const less = late.filter((lane) => !alike.includes(lane));
    parts.push(
      `On ${names(alike)} the silence lasted ${length} beyond ${owed(worst)}${less.length === 0 ? "" : `, and less on ${names(less)}`}.`,
    );
  }
  if (parts.length === 0 && figures.promises.kept > 0)
    parts.push("No channel was silent beyond its promise.");
  return parts.join(" ");
}

function owed({ silences, words }: Lane): string {
  const first = words[0]!.at;
  return silences.every(({ brokenFrom, to }) => brokenFrom === null || to <= first)
    ? "what was allowed"
    : "the promise";
}

function names(lanes: readonly Lane[]): string {
  const all = lanes.map(({ channel }) => channel);
  if (all.length === 1) return all.join();
  if (all.length > 4) return `${all.slice(0, 3).join(", ")} and ${all.length - 3} more`;
  return `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}
