import type { Ledger } from "../../broadcast/ledger.ts";
import { hasSpoken } from "../../broadcast/report.ts";
import { type Case, type Debt, debts } from "../../cadence/due.ts";
import type { CadencePolicy } from "../../cadence/policy.ts";
import type { Config } from "../../config/load.ts";
import type { Update } from "../../incident/incident.ts";
import { type ChannelCoverage, coverageFrom } from "../../status/coverage.ts";
import { caseOf } from "../../status/due.ts";

/** One open incident as a room sees it. What depends on the time of day is asked for when it is drawn. */
export interface Watched {
  readonly each: Case;
  readonly newest: Update;
  readonly channels: readonly ChannelCoverage[];
  /** What the newest update says, to its first audience. */
  readonly words: string;
}

/** The open incidents, or the one named, most pressing promise first. */
export async function readRoom(
  ledger: Ledger | null,
  id: string | null,
  now: Date,
  config: Pick<Config, "channels" | "cadence">,
): Promise<Watched[]> {
  const open = (await ledger?.openIncidents()) ?? [];
  const chosen = open.filter((incident) => id === null || incident.id === id);
  const cases = await Promise.all(chosen.map((incident) => caseOf(ledger!, incident, config)));
  const pressing = (watched: Watched) => owedOn(watched, now, config.cadence)[0]?.dueAt.getTime() ?? Infinity;
  return cases
    .flatMap((each) => watchedOf(each) ?? [])
    .sort((a, b) => pressing(a) - pressing(b) || a.each.incident.id.localeCompare(b.each.incident.id));
}

function watchedOf(each: Case): Watched | null {
  const newest = each.updates.at(-1);
  if (newest === undefined) return null;
  const said = each.deliveries.filter(({ updateId, post }) => updateId === newest.id && post !== null);
  return { each, newest, channels: coverageFrom(each.deliveries), words: said[0]?.post?.text ?? "" };
}

/** What is owed on it, soonest first; however far ahead. */
export function owedOn({ each }: Watched, now: Date, policy: CadencePolicy): Debt[] {
  return debts([each], [], now, Number.POSITIVE_INFINITY, policy);
}

/** Whether the newest update has been heard here. */
export function hasHeardNewest({ newest }: Watched, channel: ChannelCoverage): boolean {
  return channel.updateNumber === newest.number && hasSpoken(channel) === true;
}
