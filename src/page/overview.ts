import { flatten, statesOf, worse } from "../incident/components.ts";
import { COMPONENT_STATES, type ComponentState, IMPACTS, isOpen } from "../incident/incident.ts";
import type { PageEntry, Reading, Site } from "./site.ts";
import { createSpeech, type Speech } from "./speech.ts";
import type { Plural } from "./words/words.ts";

/** The state of the whole property; `none` only while nothing is open. */
export type Indicator = "none" | "maintenance" | "minor" | "major" | "critical";

/** What follows from a site: who is hit, how badly, and which section each incident belongs to. */
export interface Overview {
  readonly indicator: Indicator;
  /** The overall state in one sentence. */
  readonly sentence: string;
  /** Worst first, then newest. */
  readonly open: readonly PageEntry[];
  /** Maintenance that has begun. */
  readonly underWay: readonly PageEntry[];
  /** Maintenance that has not; soonest first. It changes no state yet. */
  readonly planned: readonly PageEntry[];
  readonly notices: readonly PageEntry[];
  /** Resolved and completed, newest first. */
  readonly past: readonly PageEntry[];
  /** By component id. What another dashboard says counts while its reading is current; a group has the worst below it. */
  readonly states: ReadonlyMap<string, ComponentState>;
  /** By component id: the components for which another dashboard speaks. */
  readonly sources: ReadonlyMap<string, SourceStanding>;
}

/** How far another dashboard's word counts on our page. */
export interface SourceStanding {
  /**
   * `current` it answered within the last hour · `stale` it has not been read since · `unreachable` the newest try failed ·
   * `unread` nobody has tried.
   */
  readonly knowledge: "current" | "stale" | "unreachable" | "unread";
  /** What it says of itself; null unless the reading is current, and where it does not say. */
  readonly state: ComponentState | null;
  /** As it was read, however long ago; null where it is unread. */
  readonly reading: Reading | null;
}

/** A reading older than this no longer tells what is. */
const CURRENT_MS = 3_600_000;

const INDICATOR_OF_STATE: Readonly<Record<ComponentState, Indicator>> = {
  operational: "none",
  under_maintenance: "maintenance",
  degraded_performance: "minor",
  partial_outage: "major",
  major_outage: "critical",
};
const INDICATORS: readonly Indicator[] = ["none", "maintenance", "minor", "major", "critical"];

export function survey(site: Site): Overview {
  const newestFirst = [...site.incidents].sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
  const going = newestFirst.filter((incident) => isOpen(incident) && incident.phase !== "scheduled");
  const open = going.filter((incident) => incident.type === "incident").sort(byImpact);
  const underWay = going.filter((incident) => incident.type === "maintenance");
  const sources = sourcesOf(site);
  const elsewhere = [...sources]
    .filter(([, { state }]) => state !== null && isTrouble(state))
    .map(([id]) => id);
  const unknown = [...sources].filter(([, { knowledge }]) => knowledge !== "current").map(([id]) => id);
  return {
    indicator: indicate(open, underWay, elsewhere),
    sentence: sentenceOf(site, open, underWay, elsewhere, unknown),
    open,
    underWay,
    planned: newestFirst.filter((incident) => isOpen(incident) && incident.phase === "scheduled").reverse(),
    notices: newestFirst.filter(
      (incident) => incident.type === "notice" && !isOver(incident, site.generatedAt),
    ),
    past: newestFirst.filter((incident) => incident.type !== "notice" && !isOpen(incident)),
    states: statesOf(site.components, [
      ...going.flatMap((incident) => incident.components),
      ...[...sources].flatMap(([id, { state }]) => (state === null ? [] : [{ id, state }])),
    ]),
    sources,
  };
}

function sourcesOf({ components, readings, generatedAt }: Site): Map<string, SourceStanding> {
  const sources = new Map<string, SourceStanding>();
  for (const { id, source } of flatten(components)) {
    if (source === undefined) continue;
    const reading = readings.get(source.url) ?? null;
    const knowledge = knowledgeOf(reading, generatedAt);
    const state = knowledge === "current" ? (reading?.report?.state ?? null) : null;
    sources.set(id, { knowledge, state, reading });
  }
  return sources;
}

function knowledgeOf(reading: Reading | null, now: Date): SourceStanding["knowledge"] {
  if (reading === null) return "unread";
  if (reading.fault !== null || reading.readAt === null) return "unreachable";
  return now.getTime() - reading.readAt.getTime() <= CURRENT_MS ? "current" : "stale";
}

function isTrouble(state: ComponentState): boolean {
  return COMPONENT_STATES.indexOf(state) >= COMPONENT_STATES.indexOf("degraded_performance");
}

/** A notice with an end of its own is news no longer once that has passed. */
function isOver({ endsAt }: PageEntry, now: Date): boolean {
  return endsAt !== null && endsAt <= now;
}

/** Of equal impact, the one that hits a component harder comes first: the page's sentence speaks of the first. */
function byImpact(a: PageEntry, b: PageEntry): number {
  const depth = (entry: PageEntry) => COMPONENT_STATES.indexOf(worstState(entry));
  return IMPACTS.indexOf(b.impact) - IMPACTS.indexOf(a.impact) || depth(b) - depth(a);
}

function indicate(
  open: readonly PageEntry[],
  underWay: readonly PageEntry[],
  elsewhere: readonly string[],
): Indicator {
  const found: Indicator[] = [
    ...open.map((incident): Indicator => (incident.impact === "none" ? "minor" : incident.impact)),
    ...underWay.map((): Indicator => "maintenance"),
    ...[...open, ...underWay].map((incident) => INDICATOR_OF_STATE[worstState(incident)]),
    // Whatever befalls another's house, ours still stands.
    ...elsewhere.map((): Indicator => "minor"),
  ];
  return INDICATORS[Math.max(0, ...found.map((indicator) => INDICATORS.indexOf(indicator)))] ?? "none";
}

function worstState(incident: PageEntry): ComponentState {
  return incident.components.map(({ state }) => state).reduce(worse, "operational");
}

function sentenceOf(
  site: Site,
  open: readonly PageEntry[],
  underWay: readonly PageEntry[],
  elsewhere: readonly string[],
  unknown: readonly string[],
): string {
  const speech = createSpeech(site.words);
  const { say, count } = speech;
  const { overall } = speech.texts;
  const [worst, ...others] = open;
  if (worst !== undefined) {
    const what = describe(worst, site, speech);
    return say(overall.sentence, {
      what: others.length === 0 ? what : count(overall.andMore, others.length, { what }),
    });
  }
  const clause = (text: Plural, ids: readonly string[]) =>
    ids.length === 0 ? null : count(text, ids.length, { name: listed(namesOf(site, ids), speech) });
  const sources = clause(overall.elsewhere, elsewhere);
  const [work] = underWay;
  if (work === undefined) {
    const silent = clause(overall.unknown, unknown);
    if (sources === null && silent === null) return overall.fine;
    const both = sources !== null && silent !== null;
    return say(overall.fineButElsewhere, {
      sources: both
        ? say(overall.andElsewhere, { what: sources, sources: silent })
        : (sources ?? silent ?? ""),
    });
  }
  const what = describe(work, site, speech);
  return say(overall.sentence, {
    what: sources === null ? what : say(overall.andElsewhere, { what, sources }),
  });
}

/** Without a full stop. */
function describe(incident: PageEntry, site: Site, speech: Speech): string {
  const { overall } = speech.texts;
  const state = worstState(incident);
  if (state === "operational") {
    const title = incident.title.replace(/[\s.]+$/, "");
    const text = incident.type === "maintenance" ? overall.maintenance : overall.incident[incident.impact];
    return speech.say(text, { title });
  }
  const hit = incident.components.filter((component) => component.state === state).map(({ id }) => id);
  const touched = incident.components.filter(
    (component) => component.state !== state && component.state !== "operational",
  ).length;
  const names = listed(namesOf(site, hit), speech);
  const what = speech.count(overall.trouble[state], hit.length, { names });
  return touched === 0 ? what : speech.count(overall.andAffected, touched, { what });
}

/** Ids that the configuration no longer knows keep their id for a name. */
export function namesOf({ components }: Site, ids: readonly string[]): string[] {
  const names =
    namesIn.get(components) ??
    new Map(flatten(components).map((component) => [component.id, component.name]));
  namesIn.set(components, names);
  return ids.map((id) => names.get(id) ?? id);
}

const namesIn = new WeakMap<Site["components"], ReadonlyMap<string, string>>();

/** Three names at most: who has forty components wants a sentence all the same. */
function listed(names: readonly string[], { list, count, texts }: Speech): string {
  if (names.length <= 3) return list(names);
  return list([...names.slice(0, 2), count(texts.overall.moreComponents, names.length - 2)]);
}
