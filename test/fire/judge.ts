import { CHANNELS, type ChannelName, type Ended, type Scene } from "./scene.ts";

/** What became of one update after everything that was done to its sender. */
export interface Verdict {
  readonly recorded: boolean;
  /** Recorded, but neither out nor named as unknown; or out without a record. */
  readonly lost: string[];
  readonly doubled: string[];
  /** Out, or perhaps out, while the report says otherwise. */
  readonly unnamed: string[];
  /** Named as unknown, with a reason; only where the vendor cannot be asked. */
  readonly unknown: string[];
  /** Anything else that should not be. */
  readonly wrong: string[];
}

/** Compares what the audiences got with what the ledger and the last `retry` say. */
export async function judge(scene: Scene, marker: string, retry: Ended): Promise<Verdict> {
  const said = scene.said(marker);
  const rows = await scene.rows(marker);
  const verdict: Verdict = {
    recorded: rows.length > 0,
    ...{ lost: [], doubled: [], unnamed: [], unknown: [], wrong: [] },
  };
  const named = namedBy(retry, verdict.wrong);
  for (const channel of CHANNELS) {
    if (said[channel] > 1) verdict.doubled.push(`${channel} ${said[channel]} times`);
    if (!verdict.recorded) {
      if (said[channel] > 0) verdict.lost.push(`${channel} spoke without a record`);
      continue;
    }
    const row = rows.find((candidate) => candidate.channel === channel);
    if (row?.state === "unknown" && channel === "customers") {
      const report = named.get(channel);
      if (report?.state === "unknown" && report.error !== null && retry.code === 7)
        verdict.unknown.push(channel);
      else verdict.unnamed.push(`${channel} is unknown, and retry (exit ${retry.code}) does not say so`);
    } else if (row?.state === "superseded") {
      if (said[channel] > 0) verdict.unnamed.push(`${channel} spoke, and counts as superseded`);
    } else if (said[channel] === 0) verdict.lost.push(`${channel} (${row?.state})`);
    else if (row?.state !== "sent")
      verdict.unnamed.push(`${channel} spoke, and counts as ${row?.state}: ${row?.error?.message}`);
  }
  const broken = scene.brokenPage();
  if (broken !== null) verdict.wrong.push(broken);
  const namesUnknown = [...named.values()].some(({ state }) => state === "unknown");
  if (retry.code !== (namesUnknown ? 7 : 0))
    verdict.wrong.push(`retry ends with ${retry.code}: ${retry.stdout}${retry.stderr}`.slice(0, 600));
  return verdict;
}

function namedBy(retry: Ended, wrong: string[]) {
  try {
    return new Map(retry.json().deliveries.map((delivery) => [delivery.channel as ChannelName, delivery]));
  } catch {
    wrong.push(`retry prints no document: ${retry.stdout}${retry.stderr}`.slice(0, 600));
    return new Map<ChannelName, never>();
  }
}

/** Everything that is a fault, in words; empty for an update that was neither lost nor doubled. */
export function faultsOf({ lost, doubled, unnamed, wrong }: Verdict): string[] {
  return [
    ...lost.map((what) => `lost: ${what}`),
    ...doubled.map((what) => `doubled: ${what}`),
    ...unnamed.map((what) => `unnamed: ${what}`),
    ...wrong.map((what) => `wrong: ${what}`),
  ];
}

/** Sums of many verdicts. */
export class Tally {
  recorded = 0;
  unrecorded = 0;
  lost = 0;
  doubled = 0;
  unnamed = 0;
  unknownNamed = 0;
  readonly faults: string[] = [];

  add(where: string, verdict: Verdict): void {
    if (verdict.recorded) this.recorded++;
    else this.unrecorded++;
    this.lost += verdict.lost.length;
    this.doubled += verdict.doubled.length;
    this.unnamed += verdict.unnamed.length;
    this.unknownNamed += verdict.unknown.length;
    this.faults.push(...faultsOf(verdict).map((fault) => `${where}: ${fault}`));
  }

  figures() {
    const { recorded, unrecorded, lost, doubled, unnamed, unknownNamed } = this;
    return { recorded, unrecorded, lost, doubled, unnamed, unknownNamed };
  }
}
