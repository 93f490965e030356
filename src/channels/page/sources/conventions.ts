import type { ComponentState } from "../../../incident/incident.ts";
import type { Feed, FeedItem } from "./feed-document.ts";

/** How the feeds of one maker say in words what others say in a field. */
export interface Convention {
  recognises(feed: Feed): boolean;
  /** Items of one thread tell of the same thing: the newest speaks for it. */
  threadOf(item: FeedItem): string;
  /** Null where the words say that something is the matter but not how bad it is, and for words that nobody knows. */
  stateIn(item: FeedItem): ComponentState | null;
  /** What a feed without items means. */
  readonly whenEmpty: ComponentState | null;
}

/** The first pattern that fits decides. */
type Sayings = readonly (readonly [pattern: RegExp, state: ComponentState | null])[];

/**
 * AWS's health feeds (status.aws.amazon.com/rss/SERVICE-REGION.rss and all.rss): the title begins with the state of
 * the service, and each update is an item of its own. AWS documents none of it and points to EventBridge instead
 * (AWS Health User Guide, document history, 2025-08-15); the words are from feeds of 2015 to 2026 as people kept them
 * (grafana-infinity-datasource, docs/sources/examples/rss-feeds.md; `Service impact` from feeds of March and April 2026),
 * read 2026-11. Of AWS's words `Service disruption` is the worst and gives our worst.
 */
const AWS_TITLES: Sayings = [
  [/^Service is operating normally\b/i, "operational"],
  [/\[RESOLVED\]|^Resolved:/i, "operational"],
  [/^Service disruption\b/i, "major_outage"],
  [/^(Service degradation|Service impact|Performance issues)\b/i, "degraded_performance"],
  [/^Informational message\b/i, null],
];

/** An item's guid ends in `#SERVICE-REGION_SECONDS`. A feed has an item only where there was an event. */
const AWS: Convention = {
  recognises: ({ generator }) => /^AWS Service Health Dashboard\b/.test(generator),
  threadOf: ({ id }) => /#([\w-]{1,100})_\d{1,15}$/.exec(id)?.[1] ?? "",
  stateIn: ({ title }) => say(AWS_TITLES, title),
  whenEmpty: "operational",
};

/**
 * Statuspage's history.atom and history.rss: an item for each incident, the updates inside it, newest first, each
 * beginning with its phase in bold: `<strong>Resolved</strong> - …`. Above those of planned work stands when it is.
 * Seen in the feeds of githubstatus.com and cloudflarestatus.com of 2021 to 2026, read 2026-11.
 * The feed does not tell an incident's impact.
 */
const STATUSPAGE_PHASES: Sayings = [
  [/^(resolved|completed|postmortem)$/i, "operational"],
  [/^scheduled$/i, "operational"],
  [/^(in progress|verifying)$/i, "under_maintenance"],
  [/^(investigating|identified|monitoring|update)$/i, null],
];

const STATUSPAGE: Convention = {
  recognises: ({ id, description }) =>
    /^tag:[^,\s]{1,253},2005:\/history$/.test(id) || description === "Statuspage",
  threadOf: ({ id, link, title }) => id || link || title,
  stateIn: ({ body }) => say(STATUSPAGE_PHASES, newestPhase(body)),
  whenEmpty: null,
};

/** The first words in bold; what follows them inside, such as `<var>`, belongs to no phase. */
function newestPhase(body: string): string {
  for (const [, words] of body.matchAll(/<strong>([^<>]*)/gi))
    if (!/^\s*THIS IS A SCHEDULED EVENT\b/i.test(words!)) return words!.trim();
  return "";
}

/**
 * Google Cloud's feed (status.cloud.google.com/en/feed.atom): an entry for each update, its title beginning with
 * `RESOLVED:` or `UPDATE:`, its link that of the incident. Seen in feeds of 2022 to 2026, read 2026-11.
 */
const GOOGLE_TITLES: Sayings = [
  [/^RESOLVED:/, "operational"],
  [/^UPDATE:/, null],
];

const GOOGLE: Convention = {
  recognises: ({ id }) => /^https:\/\/status\.cloud\.google\.com\/?$/.test(id),
  threadOf: ({ id, link }) => link ?? id,
  stateIn: ({ title }) => say(GOOGLE_TITLES, title),
  whenEmpty: null,
};

export const CONVENTIONS: readonly Convention[] = [AWS, STATUSPAGE, GOOGLE];

function say(sayings: Sayings, words: string): ComponentState | null {
  return sayings.find(([pattern]) => pattern.test(words))?.[1] ?? null;
}
