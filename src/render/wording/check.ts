import type { ComponentState, Impact, IncidentType, Phase } from "../../incident/incident.ts";
import { literal } from "../literal.ts";
import { type Passage, positionOf, readable, wordsOf } from "./passage.ts";
import { type Level, RULES, type Rule, type WordingPolicy } from "./policy.ts";
import type { Hit } from "./rule.ts";
import { LOOKS } from "./rules.ts";
import { findSecrets, mask } from "./secret.ts";

/** What is to be said, in all the forms that a rule may look at. */
export interface Wording {
  /** What the author typed, by the flag or place it came from: `message`, `title`, `short`, `set.works`, `internal`. */
  readonly written: readonly {
    readonly place: string;
    readonly text: string;
    readonly audience: "public" | "internal";
  }[];
  /** What each channel would read, as plain text. `live` is false in a drill. */
  readonly posts: readonly {
    readonly channel: string;
    readonly audience: "public" | "internal";
    readonly locale: string;
    readonly live: boolean;
    readonly text: string;
    /** The newest text on that channel before, or null. */
    readonly before: string | null;
  }[];
  readonly facts: {
    readonly verb: string;
    readonly type: IncidentType;
    readonly phase: Phase;
    readonly impact: Impact;
    readonly components: readonly {
      readonly id: string;
      readonly name: string;
      readonly state: ComponentState;
    }[];
    readonly nextUpdateAt: Date | null;
    /** The `--set` value `data`, or null. */
    readonly data: string | null;
    readonly template: string;
  };
}

/** What a rule has against a text. */
export interface Finding {
  readonly rule: Rule;
  readonly level: Exclude<Level, "off">;
  /** `message, line 2, column 14`, `the text on sellers`, or `the whole update`. */
  readonly place: string;
  /** The words it is about, at most 60 characters, harmless in a terminal; of a secret its kind and first characters. */
  readonly excerpt: string;
  /** One sentence for a person: why. */
  readonly reason: string;
  /** What to write instead. */
  readonly better: string;
  /** Channels whose text has it; empty where it is about the whole. */
  readonly channels: readonly string[];
}

/** The place of what is about no words in particular. */
export const WHOLE = "the whole update";

const LONGEST_EXCERPT = 60;
/** Of one rule in one text: nobody reads on. */
const MOST = 50;

/**
 * What the wording rules have against an update: what blocks first, then by place.
 * What the author typed is found where it was typed, once, however many channels render it;
 * a template's own words are found in the channels' texts.
 * Of one rule in one text at most 50 are given. Rules for the public do not look at an update that goes to internal channels only.
 */
export function checkWording(wording: Wording, policy: WordingPolicy): readonly Finding[] {
  const rules = (Object.keys(RULES) as Rule[]).flatMap((rule) => {
    const level = policy.rules[rule] ?? RULES[rule];
    return level === "off" ? [] : [{ rule, level, ...LOOKS[rule] }];
  });
  // Text by text, for what a text is read for is made ready once.
  const sightings = passagesOf(wording).map((passage) => {
    const secrets = findSecrets(passage.text);
    const masked = mask(passage.text, secrets);
    return rules.map(({ rule, text }): Sighting[] =>
      text === undefined ||
      (passage.audience === "internal" && text.publicOnly) ||
      (!passage.live && text.liveOnly)
        ? []
        : text
            .find(passage, wording, policy)
            .slice(0, MOST)
            .filter(
              ({ start, end }) =>
                rule === "secret" || !secrets.some((span) => span.value <= start && span.end >= end),
            )
            .map((hit) => ({
              passage,
              hit,
              words: hit.sameAs ?? ` ${wordsOf(passage.text.slice(hit.start, hit.end)).join(" ")} `,
              excerpt: shorten(hit.excerpt ?? masked.slice(hit.start, hit.end)),
            })),
    );
  });
  const findings = rules.flatMap(({ rule, level, facts }, at): Finding[] => {
    const objections = (facts?.(wording) ?? []).map((objection) => ({
      ...objection,
      excerpt: shorten(objection.excerpt),
      place: WHOLE,
      channels: [],
    }));
    const seen = gather(sightings.flatMap((ofRules) => ofRules[at] ?? []));
    return [...objections, ...seen].map(({ place, excerpt, reason, better, channels }) => ({
      rule,
      level,
      place,
      excerpt,
      reason,
      better,
      channels,
    }));
  });
  // Making a collator takes long, and there is mostly nothing to compare.
  if (findings.length < 2) return findings;
  const byPlace = new Intl.Collator("en", { numeric: true });
  return findings.sort(
    (a, b) => Number(a.level === "warn") - Number(b.level === "warn") || byPlace.compare(a.place, b.place),
  );
}

function passagesOf({ written, posts }: Wording): Passage[] {
  const inside = posts.length > 0 && posts.every(({ audience }) => audience === "internal");
  const live = posts.length === 0 || posts.some((post) => post.live);
  return [
    ...written.map(({ place, text, audience }) => ({
      typed: place,
      channel: null,
      audience: inside ? ("internal" as const) : audience,
      live,
      text: readable(text),
      before: null,
    })),
    ...posts.map(({ channel, audience, text, before, ...post }) => ({
      typed: null,
      channel,
      audience,
      live: post.live,
      text: readable(text),
      before,
    })),
  ];
}

interface Sighting {
  readonly passage: Passage;
  readonly hit: Hit;
  /** The words found, for comparing. */
  readonly words: string;
  readonly excerpt: string;
}

interface Gathered {
  readonly place: string;
  readonly excerpt: string;
  readonly reason: string;
  readonly better: string;
  readonly channels: readonly string[];
}

/** One for each place where the words were typed; the rest, which templates made, one for all channels that share the words. */
function gather(sightings: readonly Sighting[]): Gathered[] {
  const groups = new Map<string, { readonly first: Sighting; readonly channels: Set<string> }>();
  for (const sighting of sightings.filter(({ passage }) => passage.typed !== null)) {
    const key = `${sighting.passage.typed}\n${sighting.words}`;
    if (!groups.has(key)) groups.set(key, { first: sighting, channels: new Set() });
  }
  const typed = [...groups.values()];
  for (const sighting of sightings) {
    const { channel } = sighting.passage;
    if (channel === null) continue;
    const origins = typed.filter(
      ({ first }) => first.words.includes(sighting.words) || sighting.words.includes(first.words),
    );
    for (const { channels } of origins) channels.add(channel);
    if (origins.length > 0) continue;
    const group = groups.get(sighting.words) ?? { first: sighting, channels: new Set() };
    group.channels.add(channel);
    groups.set(sighting.words, group);
  }
  return [...groups.values()].map(({ first: { passage, hit, excerpt }, channels }) => ({
    place:
      passage.typed === null
        ? `the text on ${listed([...channels])}`
        : `${passage.typed}, ${positionOf(passage.text, hit.start)}`,
    excerpt,
    reason: hit.reason,
    better: hit.better,
    channels: [...channels],
  }));
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function shorten(text: string): string {
  const characters = [...literal(text.slice(0, 1000))];
  return characters.length <= LONGEST_EXCERPT
    ? characters.join("")
    : `${characters
        .slice(0, LONGEST_EXCERPT - 1)
        .join("")
        .trimEnd()}…`;
}
