import { worse } from "../../../incident/components.ts";
import type { ComponentState } from "../../../incident/incident.ts";
import type { DashboardReport } from "../../../page/site.ts";
import { CONVENTIONS, type Convention } from "./conventions.ts";
import { type Feed, type FeedItem, readFeedDocument } from "./feed-document.ts";
import { SourceFault } from "./source-fault.ts";

const MOST_ITEMS = 5;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * What a feed says. Its state is null, for a feed says words, unless its maker's words are known (`CONVENTIONS`):
 * then it is the worst that is said of anything within a day of `now`, `operational` where all is said to be over,
 * and null where something was left open longer ago than that, or in words that name no state.
 * The sentence is the title of what the state comes from, else the newest. Throws SourceFault.
 */
export function readFeed(xml: string, now: Date): DashboardReport {
  const feed = readFeedDocument(xml);
  const convention = CONVENTIONS.find((known) => known.recognises(feed)) ?? null;
  if (feed.items.length === 0)
    return { state: convention?.whenEmpty ?? null, sentence: "Nothing to report", items: [] };
  const items = feed.items
    .filter(({ title }) => title !== "")
    .slice(0, MOST_ITEMS)
    .map(({ title, link, at }) => ({ title, link, at }));
  if (items[0] === undefined) throw new SourceFault("not a feed: its items have no titles");
  const { state, from } = convention === null ? { state: null, from: null } : weigh(feed, convention, now);
  return { state, sentence: from?.title || items[0].title, items };
}

/** The state of the whole, and the item that it comes from; null where all is over. */
function weigh(
  feed: Feed,
  convention: Convention,
  now: Date,
): { state: ComponentState | null; from: FeedItem | null } {
  const newest = new Map<string, FeedItem>();
  for (const item of feed.items) {
    const thread = convention.threadOf(item);
    if (!newest.has(thread)) newest.set(thread, item);
  }
  let worst: { state: ComponentState; from: FeedItem } | null = null;
  let unclear: FeedItem | null = null;
  for (const item of newest.values()) {
    const state = convention.stateIn(item);
    if (state === "operational") continue;
    if (state === null || !isFresh(item, now)) unclear ??= item;
    else if (worst === null || worse(worst.state, state) !== worst.state) worst = { state, from: item };
  }
  return worst ?? { state: unclear === null ? "operational" : null, from: unclear };
}

function isFresh({ at }: FeedItem, now: Date): boolean {
  return at !== null && Math.abs(now.getTime() - at.getTime()) <= DAY_MS;
}
