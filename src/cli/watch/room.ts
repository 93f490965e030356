import type { Ledger } from "../../broadcast/ledger.ts";
import { type ChannelReport, reportChannels } from "../../broadcast/report.ts";
import { type Case, type Debt, debts } from "../../cadence/due.ts";
import type { CadencePolicy } from "../../cadence/policy.ts";
import type { Update } from "../../incident/incident.ts";
import { caseOf } from "../commands/due.ts";

/** One open incident as a room sees it. What depends on the time of day is asked for when it is drawn. */
export interface Watched {
  readonly each: Case;
  readonly newest: Update;
  /** Every channel that was ever meant to hear of it, in the order of the configuration. */
  readonly channels: readonly Heard[];
  /** What the newest update says, to its first audience. */
  readonly words: string;
}

export interface Heard extends ChannelReport {
  /** The number of the newest update that was meant for this channel. */
  readonly number: number;
}

/** The open incidents, or the one named, most pressing promise first. */
export async function readRoom(
  ledger: Ledger | null,
  id: string | null,
  now: Date,
  policy: CadencePolicy,
): Promise<Watched[]> {
  const open = (await ledger?.openIncidents()) ?? [];
  const chosen = open.filter((incident) => id === null || incident.id === id);
  const cases = await Promise.all(chosen.map((incident) => caseOf(ledger!, incident)));
  const pressing = (watched: Watched) => owedOn(watched, now, policy)[0]?.dueAt.getTime() ?? Infinity;
  return cases
    .flatMap((each) => watchedOf(each) ?? [])
    .sort((a, b) => pressing(a) - pressing(b) || a.each.incident.id.localeCompare(b.each.incident.id));
}

function watchedOf(each: Case): Watched | null {
  const newest = each.updates.at(-1);
  if (newest === undefined) return null;
  const meant = each.deliveries.filter(({ state }) => state !== "skipped" && state !== "superseded");
  const names = [...new Set(each.deliveries.map(({ channel }) => channel))];
  const channels = names.flatMap((name): Heard[] => {
    const rows = meant.filter(({ channel }) => channel === name);
    const number = rows.at(-1)?.updateNumber;
    const [report] = reportChannels(rows.filter(({ updateNumber }) => updateNumber === number));
    return number === undefined || report === undefined ? [] : [{ ...report, number }];
  });
  const said = each.deliveries.filter(({ updateId, post }) => updateId === newest.id && post !== null);
  return { each, newest, channels, words: said[0]?.post?.text ?? "" };
}

/** What is owed on it, soonest first; however far ahead. */
export function owedOn({ each }: Watched, now: Date, policy: CadencePolicy): Debt[] {
  return debts([each], [], now, Number.POSITIVE_INFINITY, policy);
}

/** Whether the newest update has been heard here. */
export function hasHeardNewest({ newest }: Watched, heard: Heard): boolean {
  return heard.number === newest.number && spoken(heard);
}

export function spoken({ state, verification }: Heard): boolean {
  return (state === "sent" || state === "verified") && verification !== "missing";
}
