import { oneLine } from "../../base/printable.ts";
import { sayTime } from "../../base/zone.ts";
import { silentChannels } from "../../broadcast/report.ts";
import type { CadencePolicy } from "../../cadence/policy.ts";
import type { Incident } from "../../incident/incident.ts";
import { PHASE_WORDS } from "../../incident/phases.ts";
import { incidentFields } from "../../status/documents.ts";
import { WHAT } from "../../status/due.ts";
import { sayLeftOut } from "../coverage.ts";
import { hasHeardNewest, owedOn, type Watched } from "./room.ts";

/** An incident as it stands now, in one line; the same text for as long as nothing changes. */
export function changeLine(watched: Watched, now: Date, timeZone: string, policy: CadencePolicy): string {
  const { incident } = watched.each;
  const owed = owedOn(watched, now, policy).map(({ kind, dueAt, overdue, silent }) => {
    const by = sayTime(dueAt, timeZone, Math.abs(dueAt.getTime() - now.getTime()) > 18 * 3_600_000);
    const what = silent.length > 0 ? `update ${watched.newest.number} to be heard by all` : WHAT[kind];
    return overdue ? `OVERDUE: ${what}, by ${by}` : `${what} by ${by}`;
  });
  const heard = watched.channels.filter((channel) => hasHeardNewest(watched, channel));
  return [
    `${oneLine(incident.title)} (${incident.id})`,
    `${PHASE_WORDS[incident.phase].toLowerCase()}, impact ${incident.impact}`,
    ...(owed.length === 0 ? ["no next update promised"] : owed),
    `update ${watched.newest.number} heard on ${heard.length} of ${watched.channels.length} channels${sayRest(
      watched,
    )
      .map((part) => `, ${part}`)
      .join("")}`,
  ].join("; ");
}

/** The same for a program. */
export function changeDocument(watched: Watched, now: Date, policy: CadencePolicy): Record<string, unknown> {
  const { each, newest, channels, words } = watched;
  return {
    ...{ version: 1, at: now, event: "changed", incident: incidentFields(each.incident) },
    update: {
      id: newest.id,
      number: newest.number,
      verb: newest.verb,
      author: newest.author,
      at: newest.at,
      text: words,
    },
    due: owedOn(watched, now, policy).map(({ kind, dueAt, overdue, silent }) => ({
      kind,
      dueAt,
      overdue,
      silent,
    })),
    coverage: channels.map(({ channel, state, updateNumber, url }) => ({
      ...{ channel, state, updateNumber, url },
      update: updateNumber,
    })),
    silent: silentChannels(channels),
  };
}

export function endedLine(incident: Incident): string {
  return `${oneLine(incident.title)} (${incident.id}); ${PHASE_WORDS[incident.phase].toLowerCase()}`;
}

/** The channels that have not heard the newest update, each kind in words. */
export function sayRest({ channels }: Watched): string[] {
  const silent = silentChannels(channels);
  const unknown = channels.filter(({ state }) => state === "unknown").map(({ channel }) => channel);
  return [
    ...(silent.length === 0 ? [] : [`not on ${silent.join(", ")}`]),
    ...(unknown.length === 0 ? [] : [`unknown on ${unknown.join(", ")}`]),
    ...sayLeftOut(channels),
  ];
}
