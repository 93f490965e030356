import type { Wording } from "./check.ts";
import type { Passage } from "./passage.ts";
import type { WordingPolicy } from "./policy.ts";

/** Words in a passage that a rule has something against. */
export interface Hit {
  readonly start: number;
  readonly end: number;
  readonly reason: string;
  readonly better: string;
  /** What to show instead of the words themselves. */
  readonly excerpt?: string;
  /** What makes it the same as another hit of its rule, where that is not its words. */
  readonly sameAs?: string;
}

/** A rule that reads texts, one at a time. */
export interface TextRule {
  /** True where it is about what the public reads only. */
  readonly publicOnly: boolean;
  /** True where a rehearsal may say it. */
  readonly liveOnly: boolean;
  find(passage: Passage, wording: Wording, policy: WordingPolicy): readonly Hit[];
}

/** Something a rule has against the update as a whole. */
export interface Objection {
  readonly excerpt: string;
  readonly reason: string;
  readonly better: string;
}

/** A rule that reads the facts, with the texts beside them. */
export type FactRule = (wording: Wording) => readonly Objection[];
