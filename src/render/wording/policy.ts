/** What a wording rule says of a text. `block`: it is not said unless a person overrides the rule by name. */
export type Level = "block" | "warn" | "off";

/** The rules, by name; names are given on the command line and kept in the record. Never renamed. */
export const RULES = {
  secret: "block",
  "private-host": "block",
  "ip-address": "block",
  "stack-trace": "block",
  ticket: "block",
  "recovery-time": "block",
  "internal-text": "block",
  unrendered: "block",
  "test-text": "block",
  guess: "warn",
  vendor: "warn",
  staff: "warn",
  outage: "warn",
  repetition: "warn",
  "no-next-update": "warn",
  "no-data-sentence": "warn",
  "state-mismatch": "warn",
  "stock-apology": "warn",
} as const satisfies Record<string, Level>;
export type Rule = keyof typeof RULES;

/** What the property's own configuration says of wording. */
export interface WordingPolicy {
  /** Project keys of the tracker: `OPS` finds `OPS-123`. */
  readonly tickets: readonly string[];
  /** Domains that customers cannot reach: `corp.example.com` finds every host below it. */
  readonly hosts: readonly string[];
  readonly vendors: readonly string[];
  readonly staff: readonly string[];
  readonly rules: Readonly<Partial<Record<Rule, Level>>>;
}

export const DEFAULT_WORDING: WordingPolicy = { tickets: [], hosts: [], vendors: [], staff: [], rules: {} };
