import type { Component } from "../../src/incident/components.ts";
import { COMPONENT_STATES, IMPACTS } from "../../src/incident/incident.ts";
import type { PageAction, PageIncident, Reading, Site } from "../../src/page/site.ts";
import { en } from "../../src/page/words/en.ts";
import type { Words } from "../../src/page/words/words.ts";
import {
  at,
  component,
  NOTICE,
  OUTAGE,
  PAST,
  PLANNED,
  paragraph,
  site,
  type ToldSite,
  text,
} from "./sites.ts";

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const NOW = at("2010-06-29T17:28:04Z");

/** Words that no packer can shorten much: the same for the same seed. */
export function prose(seed: number, length: number): string {
  let state = seed * 2654435761 + 1;
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let words = "";
  while (words.length < length) {
    for (let syllables = 1 + next(3); syllables > 0; syllables--)
      words += `${"bcdfghklmnprstvw"[next(16)]}${"aeiou"[next(5)]}${["n", "r", "s", "", ""][next(5)]}`;
    words += next(12) === 0 ? ". " : " ";
  }
  return words.trim();
}

/** Open incidents of every impact, each with so many long updates. */
export function openOnes(count: number, updates: number): PageIncident[] {
  return Array.from({ length: count }, (_, each) => ({
    ...OUTAGE,
    id: `open-${each}`,
    title: `Trouble number ${each}`,
    impact: IMPACTS[each % IMPACTS.length]!,
    components: [{ id: "storefront", state: COMPONENT_STATES[each % 5]! }],
    updates: Array.from({ length: updates }, (_, back) => ({
      ...OUTAGE.updates[0]!,
      number: updates - back,
      at: new Date(NOW.getTime() - back * 7 * MINUTE),
      components: [{ id: "storefront", state: COMPONENT_STATES[each % 5]! }],
      blocks: [
        paragraph(text(`Word ${updates - back} of trouble ${each}.`)),
        paragraph(text(prose(each * 100 + back, 500))),
      ],
    })),
  }));
}

/** Ended ones, so many hours after one another, the newest yesterday. */
export function endedOnes(count: number, hours = 31): PageIncident[] {
  return Array.from({ length: count }, (_, each) => {
    const sample = PAST[each % PAST.length]!;
    const start = NOW.getTime() - DAY - each * hours * 60 * MINUTE;
    const end = start + (20 + (each % 200)) * MINUTE;
    return {
      ...sample,
      id: `ended-${each}`,
      startedAt: new Date(start),
      resolvedAt: new Date(end),
      updates: sample.updates.map((update, back) => ({
        ...update,
        at: new Date(back === 0 ? end : start + MINUTE),
      })),
    };
  });
}

/** Ended, and explained afterwards. */
export const EXPLAINED: PageIncident = {
  ...PAST[0]!,
  id: "2010-06-10-explained",
  title: "Search finds nothing",
  startedAt: at("2010-06-10T08:05:00Z"),
  updates: [
    {
      ...PAST[0]!.updates[0]!,
      number: 3,
      at: at("2010-06-14T15:00:00Z"),
      template: "postmortem",
      blocks: [
        { type: "heading", level: 1, children: [text("What happened")] },
        paragraph(text("An index was empty, and nothing noticed.")),
        { type: "heading", level: 3, children: [text("Why nothing noticed")] },
        paragraph(text("An empty answer is no error.")),
        { type: "heading", level: 2, children: [text("What we change")] },
        paragraph(text("An alarm on empty answers.")),
      ],
    },
    ...PAST[0]!.updates,
  ],
};

/** What followed from it: three to be done, one carried out, and one that follows from nothing. */
export const PROMISED: readonly PageAction[] = [
  promised("a1", "An alarm on empty answers", { dueAt: at("2010-07-15T06:59:00Z") }),
  promised(
    "a2",
    "Search answers from a second index while the first one is built anew, so that nobody finds nothing",
    {
      dueAt: at("2010-07-01T06:59:00Z"),
    },
  ),
  promised("a3", "A rehearsal every quarter"),
  promised("a4", "The index is never empty while it is built", { doneAt: at("2010-06-20T15:00:00Z") }),
  promised("a5", "One place to report trouble", { incidentId: null }),
];

function promised(id: string, text: string, more: Partial<PageAction> = {}): PageAction {
  return { id, incidentId: EXPLAINED.id, text, dueAt: null, doneAt: null, ...more };
}

const HOST = "https://health.example.com";
const from = (id: string, name: string, form: "statuspage" | "feed", path: string): Component => ({
  ...component(id, name),
  source: { form, url: `${HOST}/${path}` },
});

/** Other dashboards: one that answers, one of words only, one that fell silent, one that never spoke, one nobody has read. */
export const ELSEWHERE: readonly Component[] = [
  from("cloud", "Cloud", "statuspage", "cloud"),
  from("network", "Network", "feed", "network.rss"),
  from("cards", "Card network", "statuspage", "cards"),
  from("parcels", "Parcel service", "statuspage", "parcels"),
  from("mailer", "Mail provider", "feed", "mailer.rss"),
];

const reading = (path: string, more: Partial<Reading>): [string, Reading] => [
  `${HOST}/${path}`,
  {
    url: `${HOST}/${path}`,
    triedAt: at("2010-06-29T17:20:00Z"),
    readAt: null,
    fault: null,
    report: null,
    ...more,
  },
];

export const READINGS: ReadonlyMap<string, Reading> = new Map([
  reading("cloud", {
    readAt: at("2010-06-29T17:20:00Z"),
    report: {
      state: "partial_outage",
      sentence: "Partial System Outage",
      items: [
        { title: "Increased API errors", link: `${HOST}/cloud/1`, at: at("2010-06-29T16:58:00Z") },
        { title: "Delayed metrics", link: null, at: null },
      ],
    },
  }),
  reading("network.rss", {
    readAt: at("2010-06-29T17:20:00Z"),
    report: {
      state: null,
      sentence: "Slow links in Frankfurt",
      items: [
        { title: "Slow links in Frankfurt", link: `${HOST}/network/7`, at: at("2010-06-28T16:58:00Z") },
      ],
    },
  }),
  reading("cards", {
    readAt: at("2010-06-29T13:20:00Z"),
    fault: "answers 503",
    report: { state: "operational", sentence: "All Systems Operational", items: [] },
  }),
  reading("parcels", { fault: "no such host" }),
]);

/** Everything that a page can show, at once. */
export function everything(more: Partial<Site> = {}): ToldSite {
  const plain = site();
  return site(
    [
      ...openOnes(4, 8),
      ...endedOnes(20),
      EXPLAINED,
      NOTICE,
      { ...PLANNED, endsAt: at("2010-07-05T08:00:00Z") },
      { ...PLANNED, id: "under-way", phase: "in_progress", endsAt: at("2010-06-29T20:00:00Z") },
    ],
    {
      components: [
        ...plain.components,
        component("readers", "Readers", component("paper", "On paper", component("deep", "Deep down"))),
        component("others", "What others do for us", ...ELSEWHERE),
      ],
      readings: READINGS,
      actions: PROMISED,
      brand: { ...plain.brand, subscribe: "mailto:status@example.com" },
      ...more,
    },
  );
}

/** A page that runs from right to left. */
export const ARABIC: Words = {
  language: "ar",
  texts: {
    ...en,
    title: "حالة {name}",
    overall: { ...en.overall, sentence: "{what}.", fine: "لا توجد مشكلات معروفة.", since: "منذ {time}" },
    states: {
      operational: "يعمل",
      under_maintenance: "قيد الصيانة",
      degraded_performance: "أداء منخفض",
      partial_outage: "انقطاع جزئي",
      major_outage: "انقطاع كبير",
    },
    headings: { ...en.headings, components: "المكونات", open: "الحوادث المفتوحة", past: "الحوادث السابقة" },
    incident: { ...en.incident, due: "التحديث التالي بحلول {time}", since: "منذ {time}" },
  },
};
