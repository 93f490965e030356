import type { NewDelivery, NewUpdate } from "../../src/broadcast/ledger.ts";
import { isClosed, type Phase, type Update } from "../../src/incident/incident.ts";

export const START = new Date("2026-11-23T03:10:00Z");

/** An update as a command records it, with one post for each channel; its words are known by `name`, which is its id as well. */
export function newUpdate(of: {
  readonly incidentId: string;
  readonly name: string;
  readonly number: number;
  readonly at: Date;
  readonly channels: readonly string[];
  readonly phase?: Phase;
  readonly more?: Partial<Update>;
}): NewUpdate {
  const { incidentId, name, number, at, channels, phase = "investigating", more = {} } = of;
  const standing: Update["standing"] = {
    ...{ title: "Checkout is failing", phase, impact: "major", startedAt: START, endsAt: null },
    ...{ components: [], automatic: false, long: false, security: false },
    nextUpdateAt: isClosed(phase) ? null : new Date(at.getTime() + 30 * 60_000),
  };
  return {
    incident: {
      ...{ id: incidentId, type: "incident", ...standing, acknowledgedAt: null },
      resolvedAt: isClosed(phase) ? at : null,
    },
    opens: number === 1,
    update: {
      ...{ id: name, incidentId, number, verb: number === 1 ? "announce" : "update", template: "update" },
      ...{ key: null, author: "commander@laptop", at, keeps: null, standing, ...more },
    },
    inputs: {},
    deliveries: channels.map(
      (channel): NewDelivery => ({
        ...{ channel, kind: "slack", required: true, audience: "public", part: "1", effect: "post" },
        ...{ target: null, state: "planned", reason: null, subject: "Checkout" },
        post: { part: "1", key: name, payload: {}, text: name, length: null, notes: [] },
      }),
    ),
  };
}
