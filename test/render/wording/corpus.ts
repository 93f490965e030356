import type { Wording } from "../../../src/render/wording/check.ts";
import type { Rule, WordingPolicy } from "../../../src/render/wording/policy.ts";

/** An update as somebody might write it, and what the rules are to find in it. */
export interface Sample {
  readonly title?: string;
  readonly message: string;
  /** What colleagues alone are told. */
  readonly internal?: string;
  /** What the channel said before. */
  readonly before?: string;
  /** What a template put into the post beside the message. */
  readonly template?: string;
  readonly audience?: "public" | "internal";
  readonly live?: boolean;
  readonly facts?: Partial<Wording["facts"]>;
  /** Each rule that ought to speak, once. None: the update is good as it is. */
  readonly expect: readonly Rule[];
  /** Rules that ought to speak and do not: known, and counted as misses. */
  readonly misses?: readonly Rule[];
  /** Rules that speak and ought not to: known, and counted as false alarms. */
  readonly alarms?: readonly Rule[];
}

/** The configuration that the samples are checked with. */
export const POLICY: WordingPolicy = {
  tickets: ["OPS", "PAY", "INC"],
  hosts: ["corp.example.com"],
  vendors: ["Examplecloud", "Paywell", "Square", "Netpost"],
  staff: ["Jane Doe", "Max Mustermann"],
  rules: {},
};

export const OPEN: Wording["facts"] = {
  verb: "update",
  type: "incident",
  phase: "investigating",
  impact: "major",
  components: [{ id: "checkout", name: "Checkout", state: "partial_outage" }],
  nextUpdateAt: new Date("2026-03-02T10:30:00Z"),
  data: null,
  template: "investigating",
};
/** The same after its end, with the question of data answered. */
export const ENDED: Wording["facts"] = {
  ...OPEN,
  verb: "resolve",
  phase: "resolved",
  components: [{ id: "checkout", name: "Checkout", state: "operational" }],
  nextUpdateAt: null,
  data: "no",
  template: "resolved",
};
export const IDENTIFIED = { phase: "identified", template: "identified" } as const;
export const MONITORING = { phase: "monitoring", template: "monitoring" } as const;
export const PLANNED: Wording["facts"] = {
  ...OPEN,
  verb: "maintenance schedule",
  type: "maintenance",
  phase: "scheduled",
  impact: "minor",
  template: "maintenance-scheduled",
};

/** What the rules are given for a sample: the words typed, and one public and one internal channel that render them. */
export function wordingOf(sample: Sample): Wording {
  const facts = { ...OPEN, ...sample.facts };
  const { title = "Payments fail", message, internal, before = null, template = "", live = true } = sample;
  const affected = facts.components
    .filter(({ state }) => state !== "operational")
    .map(({ name, state }) => `${name} (${state.replaceAll("_", " ")})`)
    .join(", ");
  const frame = [title, message, affected && `Affected: ${affected}`, "Since: 09:40 UTC", template];
  const text = frame.filter((part) => part !== "").join("\n\n");
  const post = { locale: "en", live };
  const colleagues = {
    ...post,
    channel: "ops",
    audience: "internal",
    text: internal === undefined ? text : `${text}\n\n${internal}`,
    before: null,
  } as const;
  const customers = { ...post, channel: "sellers", audience: "public", text, before } as const;
  return {
    written: [
      { place: "title", text: title, audience: "public" },
      { place: "message", text: message, audience: "public" },
      ...(internal === undefined
        ? []
        : [{ place: "internal", text: internal, audience: "internal" } as const]),
    ],
    posts: sample.audience === "internal" ? [colleagues] : [customers, colleagues],
    facts,
  };
}
