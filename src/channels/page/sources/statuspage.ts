import { z } from "zod";
import { STATE_WORDS } from "../../../incident/components.ts";
import type { ComponentState } from "../../../incident/incident.ts";
import type { DashboardItem, DashboardReport } from "../../../page/site.ts";
import { instantIn, oneLine, webLink } from "./plain-text.ts";
import { SourceFault } from "./source-fault.ts";

const MOST_ITEMS = 5;
/** A page lists what is open and what is planned, newest first; no honest one has more. */
const MOST_EVENTS = 200;
const SUMMARY = "/api/v2/summary.json";

/** Statuspage's words for the whole page (Statuspage, Public API v2, read 2026-11), and what they mean here. */
const STATE_OF_INDICATOR: Readonly<Record<string, ComponentState>> = {
  none: "operational",
  maintenance: "under_maintenance",
  minor: "degraded_performance",
  major: "partial_outage",
  critical: "major_outage",
};

const OVER = new Set(["resolved", "postmortem", "completed"]);
const UNDER_WAY = new Set(["in_progress", "verifying"]);

// Pages that imitate Statuspage leave fields out or fill them differently: what cannot be read counts as missing.
const text = z.string().catch("");
const list = z.array(z.unknown()).catch([]);
const summarySchema = z.object({
  status: z.object({ indicator: text, description: text }),
  incidents: list,
  scheduled_maintenances: list,
});
const eventSchema = z.object({
  name: z.string(),
  status: text,
  shortlink: text,
  updated_at: text,
  created_at: text,
  resolved_at: z.unknown(),
});
type Event = z.infer<typeof eventSchema>;

/** Where the page at `url` tells its summary; an address that names the summary itself stays as it is. */
export function summaryAddress(url: string): string {
  if (!URL.canParse(url)) return url;
  const address = new URL(url);
  const path = address.pathname.replace(/\/+$/, "");
  address.pathname = path.endsWith(SUMMARY) ? path : path + SUMMARY;
  address.hash = "";
  return address.href;
}

/**
 * What a Statuspage-compatible `summary.json` says. An indicator that nobody knows gives no state.
 * Items: unresolved incidents, newest first, then maintenance under way. Throws SourceFault.
 */
export function readSummary(json: string): DashboardReport {
  const summary = summarySchema.safeParse(parse(json));
  if (!summary.success) throw new SourceFault("not a status page: no status in summary.json");
  const { status, incidents, scheduled_maintenances } = summary.data;
  const known = Object.hasOwn(STATE_OF_INDICATOR, status.indicator);
  const state = known ? STATE_OF_INDICATOR[status.indicator]! : null;
  const sentence = oneLine(status.description) || (state === null ? "" : STATE_WORDS[state]);
  if (sentence === "") throw new SourceFault("not a status page: no status in summary.json");
  const open = eventsIn(incidents).filter((event) => !OVER.has(event.status) && !isSet(event.resolved_at));
  const underWay = eventsIn(scheduled_maintenances).filter((event) => UNDER_WAY.has(event.status));
  const items = [...newestFirst(open), ...newestFirst(underWay)].slice(0, MOST_ITEMS);
  return { state, sentence, items };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json.replace(/^\ufeff/, ""));
  } catch (error) {
    throw new SourceFault("not a status page: summary.json is not JSON", error);
  }
}

function eventsIn(values: readonly unknown[]): Event[] {
  return values.slice(0, MOST_EVENTS).flatMap((value) => {
    const event = eventSchema.safeParse(value);
    return event.success ? [event.data] : [];
  });
}

function newestFirst(events: readonly Event[]): DashboardItem[] {
  return events
    .map((event) => ({
      title: oneLine(event.name),
      link: webLink(event.shortlink),
      at: instantIn(event.updated_at) ?? instantIn(event.created_at),
    }))
    .filter((item) => item.title !== "")
    .sort((a, b) => (b.at?.getTime() ?? 0) - (a.at?.getTime() ?? 0));
}

function isSet(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}
