import { brokenMs, longestMs } from "../cadence/figures.ts";
import type { Lane } from "../cadence/silence.ts";
import { incidentFields } from "./documents.ts";
import type { ReportDocument, ReportedIncident } from "./record-documents.ts";
import type { Report, Reports } from "./report.ts";

export function reportDocument({ reports, totals }: Pick<Reports, "reports" | "totals">): ReportDocument {
  return { version: 1, incidents: reports.map(reportFields), totals };
}

function reportFields({ incident, silence, figures }: Report): ReportedIncident {
  const { from, to, open, promises, lanes, firstWord } = silence;
  return {
    ...incidentFields(incident),
    ...{ open, from, to },
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

function laneFields(lane: Lane): ReportedIncident["lanes"][number] {
  const { channel, kind, audience, required, words, afterwards, misses, silences, promises } = lane;
  return {
    ...{ channel, kind, audience, required, words, afterwards, misses, silences, promises },
    brokenMs: brokenMs(lane),
    longestMs: longestMs(lane),
  };
}
