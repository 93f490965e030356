import type { Component } from "../../src/incident/components.ts";
import { isClosed } from "../../src/incident/incident.ts";
import { buildPage } from "../../src/page/build.ts";
import { NO_BRAND, type PageIncident, type PageUpdate, type Site } from "../../src/page/site.ts";
import { en } from "../../src/page/words/en.ts";
import type { Block, Inline } from "../../src/render/document.ts";

export const at = (iso: string): Date => new Date(iso);
export const text = (words: string): Inline => ({ type: "text", text: words });
export const paragraph = (...children: Inline[]): Block => ({
  type: "paragraph",
  children,
});

export function component(id: string, name: string, ...components: Component[]): Component {
  return { id, name, components };
}

const COMPONENTS: readonly Component[] = [
  {
    ...component("storefront", "Storefront"),
    description: "Home page, search, product pages and basket",
  },
  component("checkout", "Checkout and payments"),
  component(
    "digital",
    "Digital",
    component("kindle-downloads", "Kindle downloads"),
    component("music", "Music"),
    component("video", "Video on demand"),
  ),
  component("fulfilment", "Shipping and returns", component("tracking", "Parcel tracking")),
  component("aws", "AWS"),
];

function said(number: number, phase: PageUpdate["phase"], iso: string, ...words: string[]): PageUpdate {
  return {
    number,
    phase,
    at: at(iso),
    impact: "minor",
    components: [],
    template: phase,
    subject: `update ${number}`,
    blocks: words.map((word) => paragraph(text(word))),
  };
}

/** The incident with its components in every update but those that ended it. */
function hitting(incident: PageIncident): PageIncident {
  const updates = incident.updates.map((update) =>
    isClosed(update.phase) || update.components.length > 0
      ? update
      : { ...update, impact: incident.impact, components: incident.components },
  );
  return { ...incident, updates };
}

export const OUTAGE: PageIncident = hitting({
  id: "2010-06-29-amazon-com-unavailable",
  type: "incident",
  title: "Amazon.com is unavailable for many customers",
  phase: "identified",
  impact: "critical",
  components: [
    { id: "storefront", state: "major_outage" },
    { id: "checkout", state: "major_outage" },
    { id: "kindle-downloads", state: "degraded_performance" },
  ],
  startedAt: at("2010-06-29T16:40:00Z"),
  endsAt: null,
  explained: false,
  told: 1,
  resolvedAt: null,
  nextUpdateAt: at("2010-06-29T18:00:00Z"),
  updates: [
    {
      ...said(3, "identified", "2010-06-29T17:28:00Z"),
      blocks: [
        paragraph(
          text("We have found the cause: "),
          {
            type: "strong",
            children: [text("the service that builds product pages")],
          },
          text(" does not get its data. We are bringing it back step by step."),
        ),
        {
          type: "list",
          ordered: false,
          start: 1,
          items: [
            [paragraph(text("Orders placed before 9:40 AM are safe and will ship."))],
            [paragraph(text("Kindle books that you own open as usual; new downloads are slow."))],
            [paragraph(text("AWS is not affected."))],
          ],
        },
      ],
    },
    said(
      2,
      "investigating",
      "2010-06-29T17:09:00Z",
      "Most visitors see an error page or empty product lists. Basket and checkout do not work. We are still looking for the cause.",
    ),
    said(
      1,
      "investigating",
      "2010-06-29T16:47:00Z",
      "We know that Amazon.com does not load for many customers. We are on it, and we will write again by 10:10 AM PDT.",
    ),
  ],
});

const ENDED: readonly PageIncident[] = [
  {
    id: "2010-06-11-slow-search",
    type: "incident",
    title: "Search is slow",
    phase: "resolved",
    impact: "minor",
    components: [{ id: "storefront", state: "degraded_performance" }],
    startedAt: at("2010-06-11T08:05:00Z"),
    endsAt: null,
    explained: false,
    told: 1,
    resolvedAt: at("2010-06-11T09:20:00Z"),
    nextUpdateAt: null,
    updates: [
      said(2, "resolved", "2010-06-11T09:20:00Z", "Search answers at its usual speed again."),
      said(1, "investigating", "2010-06-11T08:12:00Z", "Search results take up to ten seconds."),
    ],
  },
  {
    id: "2010-06-02-database",
    type: "maintenance",
    title: "Database maintenance for parcel tracking",
    phase: "completed",
    impact: "none",
    components: [{ id: "tracking", state: "under_maintenance" }],
    startedAt: at("2010-06-02T10:00:00Z"),
    endsAt: null,
    explained: false,
    told: 1,
    resolvedAt: at("2010-06-02T12:30:00Z"),
    nextUpdateAt: null,
    updates: [said(1, "completed", "2010-06-02T12:30:00Z", "The work is done.")],
  },
  {
    id: "2010-05-21-kindle",
    type: "incident",
    title: "Kindle downloads fail in parts of Europe",
    phase: "resolved",
    impact: "major",
    components: [{ id: "kindle-downloads", state: "partial_outage" }],
    startedAt: at("2010-05-21T19:00:00Z"),
    endsAt: null,
    explained: false,
    told: 1,
    resolvedAt: at("2010-05-22T03:30:00Z"),
    nextUpdateAt: null,
    updates: [
      said(2, "resolved", "2010-05-22T03:30:00Z", "Downloads work again everywhere."),
      said(1, "identified", "2010-05-21T19:25:00Z", "A network link in Frankfurt is down."),
    ],
  },
];

export const PAST: readonly PageIncident[] = ENDED.map(hitting);

export const NOTICE: PageIncident = {
  id: "2010-06-25-deploy",
  type: "notice",
  title: "New parcel tracking is live",
  phase: "resolved",
  impact: "none",
  components: [],
  startedAt: at("2010-06-25T15:00:00Z"),
  endsAt: null,
  explained: false,
  told: 1,
  resolvedAt: null,
  nextUpdateAt: null,
  updates: [
    said(1, "resolved", "2010-06-25T15:00:00Z", "Tracking shows the hour of arrival, not only the day."),
  ],
};

export const PLANNED: PageIncident = {
  id: "2010-07-04-payments",
  type: "maintenance",
  title: "Payment system upgrade",
  phase: "scheduled",
  impact: "none",
  components: [{ id: "checkout", state: "under_maintenance" }],
  startedAt: at("2010-07-05T06:00:00Z"),
  endsAt: null,
  explained: false,
  told: 1,
  resolvedAt: null,
  nextUpdateAt: null,
  updates: [
    said(1, "scheduled", "2010-06-28T15:00:00Z", "Paying will be impossible for about twenty minutes."),
  ],
};

export interface ToldSite extends Site {
  readonly incidents: readonly PageIncident[];
}

function explain(incident: PageIncident): PageIncident {
  return { ...incident, explained: incident.updates.some(({ template }) => template === "postmortem") };
}

/** A site that knows its incidents' words, so that tests can have all of it in one piece. */
export function site(incidents: readonly PageIncident[] = [], more: Partial<Site> = {}): ToldSite {
  return {
    property: {
      name: "Amazon.com",
      url: "https://www.example.com/",
      timeZone: "America/Los_Angeles",
      locale: "en-US",
    },
    url: "https://status.example.org",
    components: COMPONENTS,
    actions: [],
    readings: new Map(),
    brand: NO_BRAND,
    words: { language: "en", texts: en },
    revision: 12,
    generatedAt: at("2010-06-29T17:28:04Z"),
    ...more,
    incidents: incidents.map(explain).sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime()),
  };
}

/** Every file of the page by its path, built into an empty folder. */
export async function filesOf(site: ToldSite): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const load = async (ids: readonly string[]) => site.incidents.filter(({ id }) => ids.includes(id));
  for await (const { path, content } of buildPage(site, load, { manifest: null, has: () => false }))
    if (content !== null)
      files.set(path, typeof content === "string" ? content : Buffer.from(content).toString("latin1"));
  return files;
}
