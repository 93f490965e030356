import { brokenMs, longestMs, type Totals } from "../../cadence/figures.ts";
import type { Lane } from "../../cadence/silence.ts";
import { incidentFields } from "../../status/documents.ts";
import type { Report } from "./report.ts";

/** `status report --json`: lengths in milliseconds, times in UTC. Fields are only ever added. */
export function reportDocument(reports: readonly Report[], totals: Totals): Record<string, unknown> {
  return { version: 1, incidents: reports.map(reportFields), totals };
}

function reportFields({ incident, silence, figures }: Report): Record<string, unknown> {
  const { from, to, open, promises, lanes, firstWord } = silence;
  return {
    ...incidentFields(incident),
    open,
    from,
    to,
    firstWord: {
      ...(firstWord ?? { channel: null, at: null, afterMs: null }),
      inTime: figures.firstWordInTime,
    },
    promises: { ...figures.promises, each: promises },
    longestSilence: figures.longestSilence,
    worst: figures.worst,
    lanes: lanes.map(laneFields),
  };
}

function laneFields(lane: Lane): Record<string, unknown> {
  const { channel, kind, audience, required, words, afterwards, misses, silences, promises } = lane;
  return {
    ...{ channel, kind, audience, required, words, afterwards, misses, silences, promises },
    brokenMs: brokenMs(lane),
    longestMs: longestMs(lane),
  };
}
