import { localPid } from "../base/process-identity.ts";
import type { Post } from "../channels/contract.ts";
import type { Delivery, DeliveryError, DeliveryState, Effect, Verification } from "./ledger.ts";

/** What became of one channel (or one of its posts), as scripts and people are told. */
export type ReportState =
  | "verified"
  | "sent"
  | "pending"
  | "refused"
  | "unknown"
  | "waiting"
  | "skipped"
  | "superseded";

export interface PartReport {
  readonly part: string;
  readonly state: ReportState;
  /** What was to be done: a new post, or a change to one that is out, or its withdrawal. */
  readonly effect: Effect;
  readonly reason: string | null;
  readonly verification: Verification | null;
  readonly remoteId: string | null;
  readonly url: string | null;
  readonly attempts: number;
  readonly elapsedMs: number | null;
  readonly text: string | null;
  readonly error: DeliveryError | null;
}

export interface ChannelReport extends Omit<PartReport, "part"> {
  readonly channel: string;
  readonly kind: string;
  readonly required: boolean;
  readonly audience: "public" | "internal";
  /** Each post, where there is more than one. */
  readonly parts: readonly PartReport[];
}

/** How a whole broadcast went; decides the exit code. */
export type Outcome = "delivered" | "partial" | "silent" | "unknown" | "dry-run" | "nothing-to-do";

/** From what needs attention most to what needs none: a channel shows the first that any of its posts is in. */
const MOST_PRESSING: readonly ReportState[] = [
  "unknown",
  "refused",
  "waiting",
  "pending",
  "sent",
  "verified",
  "superseded",
  "skipped",
];

/** The rows of one update, channel by channel. */
export function reportChannels(deliveries: readonly Delivery[]): ChannelReport[] {
  return [...byChannel(deliveries).values()].map((rows) => {
    const parts = rows.map(partOf);
    const state = MOST_PRESSING.find((candidate) => parts.some((part) => part.state === candidate))!;
    const shown = parts.find((part) => part.state === state)!;
    const { channel, kind, required, audience } = rows[0]!;
    const { part: _, ...facts } = shown;
    return {
      channel,
      kind,
      required,
      audience,
      ...facts,
      attempts: parts.reduce((sum, part) => sum + part.attempts, 0),
      elapsedMs: parts.reduce<number | null>((longest, part) => maximum(longest, part.elapsedMs), null),
      parts: parts.length > 1 ? parts : [],
    };
  });
}

function partOf(delivery: Delivery): PartReport {
  const out = delivery.state === "sent" || delivery.state === "pending";
  return {
    part: delivery.part,
    state: stateOf(delivery),
    effect: delivery.effect,
    reason:
      delivery.reason ??
      (delivery.state === "planned"
        ? "not tried yet"
        : delivery.state === "sending"
          ? beingSent(delivery.owner)
          : null),
    verification: delivery.verification,
    remoteId: out ? (delivery.receipt?.remoteId ?? null) : null,
    url: out ? (delivery.receipt?.url ?? null) : null,
    attempts: delivery.attempts,
    elapsedMs: delivery.elapsedMs,
    text: (delivery.post as Post | null)?.text ?? null,
    error: delivery.error,
  };
}

function beingSent(owner: string | null): string {
  const pid = owner === null ? null : localPid(owner);
  if (pid === null) return "another command is sending it now";
  return `another command (process ${pid} on this machine) is sending it now, or was stopped while it did`;
}

function stateOf({
  state,
  verification,
}: {
  state: DeliveryState;
  verification: Verification | null;
}): ReportState {
  if (state === "sent" && verification === "seen") return "verified";
  return state === "planned" || state === "sending" ? "waiting" : state;
}

function maximum(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

/** Whether the audience of this channel has heard it; null where it was not meant to. */
export function hasSpoken(report: ChannelReport): boolean | null {
  if (report.state === "skipped" || report.state === "superseded") return null;
  if (report.verification === "missing") return false;
  return report.state === "sent" || report.state === "verified";
}

/** The channels whose audience has surely not heard it. */
export function silentChannels(reports: readonly ChannelReport[]): string[] {
  return reports
    .filter((report) => hasSpoken(report) === false && report.state !== "unknown")
    .map((report) => report.channel);
}

/** Judged by the required channels; where none is required, by all. */
export function outcomeOf(reports: readonly ChannelReport[]): Outcome {
  const meant = reports.filter((report) => hasSpoken(report) !== null);
  const required = meant.filter((report) => report.required);
  const deciding = required.length > 0 ? required : meant;
  if (deciding.some((report) => report.state === "unknown")) return "unknown";
  const spoken = deciding.filter((report) => hasSpoken(report) === true);
  if (spoken.length === deciding.length) return "delivered";
  return spoken.length === 0 ? "silent" : "partial";
}

/** The rows of each channel, in the order in which the channels first appear. */
export function byChannel(deliveries: readonly Delivery[]): Map<string, Delivery[]> {
  const channels = new Map<string, Delivery[]>();
  for (const delivery of deliveries) {
    const parts = channels.get(delivery.channel);
    if (parts === undefined) channels.set(delivery.channel, [delivery]);
    else parts.push(delivery);
  }
  return channels;
}
