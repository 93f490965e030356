import type { Phase } from "../../src/incident/incident.ts";
import { type ChannelMade, type Made, told, type UpdateMade } from "./told.ts";

/** The channels of the property that the drill plays. */
export const CHANNELS = {
  x: { kind: "twitter" },
  customers: { kind: "email" },
  sellers: { kind: "discourse" },
  ops: { kind: "slack", audience: "internal" },
  page: { kind: "page" },
  hosted: { kind: "statuspage" },
} as const satisfies Record<string, ChannelMade>;

/** 29 June 2010 as it really was: one note in a seller forum, after two hours; three hours in all. */
export function asItWas(): Made {
  const { x, customers, sellers, page } = CHANNELS;
  const silent = { x: "refused", customers: "refused", page: "refused" } as const;
  return told({ x, customers, sellers, page }, [
    { at: 120, on: silent },
    { at: 176, phase: "resolved", on: { ...silent, sellers: "refused" } },
  ]);
}

/** The same day as the drill tells it. */
export function toldWell(): Made {
  return told(CHANNELS, [
    { at: 5, next: 35 },
    { at: 32, phase: "identified", next: 92 },
    { at: 88, phase: "monitoring", next: 178 },
    { at: 176, phase: "resolved" },
  ]);
}

/** One channel whose credential is refused throughout, and mail that came late once. */
export function oneRefused(): Made {
  const on = { sellers: "refused" } as const;
  return told(CHANNELS, [
    { at: 5, next: 35, on },
    { at: 32, phase: "identified", next: 62, on: { ...on, customers: 44 } },
    { at: 88, phase: "monitoring", next: 178, on: { ...on, hosted: "skipped" } },
    { at: 90, verb: "correct", phase: "monitoring", next: 178, on: { ...on, x: 0, page: "amended" } },
    { at: 176, phase: "resolved", on },
  ]);
}

/** Still open, with a promise ahead and one that is overdue on a channel. */
export function stillOpen(): Made {
  return told(CHANNELS, [
    { at: 4, next: 34 },
    { at: 31, phase: "identified", next: 61, on: { sellers: "unknown" } },
    { at: 60, next: 90, on: { sellers: "waiting" } },
  ]);
}

/** Twenty hours, forty updates, eight channels. */
export function longHaul(): Made {
  const channels: Record<string, ChannelMade> = {
    ...CHANNELS,
    "partners-emea": { kind: "email", required: false },
    "developers-forum": { kind: "discourse" },
  };
  const updates = Array.from({ length: 40 }, (_, index): UpdateMade => {
    const at = 9 + index * 30 + (index % 5) * 3;
    const phase: Phase =
      index < 9 ? "investigating" : index < 26 ? "identified" : index < 39 ? "monitoring" : "resolved";
    const failing = index > 12 && index < 19 ? "refused" : 0;
    return {
      at,
      phase,
      ...(phase === "resolved" ? {} : { next: at + 34 }),
      on: {
        "developers-forum": failing,
        ...(index % 4 === 0 ? {} : { "partners-emea": "skipped" as const }),
        ...(index === 22 ? { x: 41 } : {}),
      },
    };
  });
  return told(channels, updates, { title: "Orders from several regions are delayed" });
}
