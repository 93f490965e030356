import type { Component } from "../../src/incident/components.ts";
import { survey } from "../../src/page/overview.ts";
import type { PageIncident, Reading } from "../../src/page/site.ts";
import { createSpeech } from "../../src/page/speech.ts";
import { createTimes } from "../../src/page/times.ts";
import type { View } from "../../src/page/view.ts";
import { component, OUTAGE, PAST, paragraph, site, type ToldSite, text } from "./sites.ts";

/** The view of a site that knows all its incidents' words. */
export function viewOf(site: ToldSite): View {
  const byId = new Map(site.incidents.map((incident) => [incident.id, incident]));
  return {
    site,
    overview: survey(site),
    speech: createSpeech(site.words),
    times: createTimes(site.property.locale, site.property.timeZone),
    recent: site.incidents,
    told: (id) => byId.get(id)!,
  };
}

/** Titles, names and words that break out of their place where they are not escaped, or not for that place. */
export const HOSTILE = [
  "]]>]]><script>alert(1)</script>",
  "a ]]> b ]]> c",
  `"' onload="x" <b>&amp;lt;</b> & ]]&gt;`,
  "bell \u0007 escape \u001b[31m null \u0000 half \ud800 pair \udc00 end \uffff",
  "line\r\nEND:VEVENT\r\nBEGIN:VEVENT\nSUMMARY:injected",
  'comma, semi; back\\slash \\n colon: "quote"',
  "\u202eright to left\u202c \u2028 \u2029 \u0085",
  "__proto__",
  "{name} {title} $& $1",
  "🧨".repeat(60),
];

/** A site where that stands wherever a text can stand. */
export function hostile(words: string, more: Partial<ToldSite> = {}): ToldSite {
  const spoil = (incident: PageIncident, index: number): PageIncident => ({
    ...incident,
    title: words,
    components: [...incident.components, { id: "gone", state: "partial_outage" }],
    updates: incident.updates.map((update) => ({
      ...update,
      ...{ subject: words, components: incident.components },
      blocks: [
        paragraph(text(words)),
        { type: "code", text: words },
        paragraph({ type: "link", href: `https://example.com/?a=1&b=${index}`, children: [text(words)] }),
      ],
    })),
  });
  const given = site([OUTAGE, ...PAST].map(spoil));
  return {
    ...given,
    property: { ...given.property, name: words },
    components: given.components.map((component) => ({ ...component, name: words, description: words })),
    ...more,
  };
}

/** The one dashboard that speaks for parts of `PARTLY_UNHEARD`. */
export const UNHEARD_URL = "https://health.example.com";
const source = { form: "statuspage", url: UNHEARD_URL } as const;

/** Components of our own, and some that another dashboard speaks for. */
export const PARTLY_UNHEARD: readonly Component[] = [
  component("shop", "Shop"),
  component("others", "Others", { ...component("cloud", "Cloud"), source }),
  component("both", "Both", { ...component("till", "Till"), source }, component("paper", "Paper")),
];

/** That dashboard as it answered when the page was written: all is well. */
export function heard(more: Partial<Reading> = {}): Reading {
  const readAt = new Date("2010-06-29T17:25:00Z");
  return {
    ...{ url: UNHEARD_URL, triedAt: readAt, readAt, fault: null },
    report: { state: "operational", sentence: "All Systems Operational", items: [] },
    ...more,
  };
}

/** Many incidents with many long updates. */
export function crowd(
  count: number,
  updates: number,
  words: string,
  more: Partial<PageIncident> = {},
): PageIncident[] {
  const blocks = [paragraph(text(words))];
  const [sample] = OUTAGE.updates;
  const said = Array.from({ length: updates }, (_, at) => ({
    ...sample!,
    ...{ number: updates - at, at: new Date(OUTAGE.startedAt.getTime() + (updates - at) * 1000), blocks },
  }));
  return Array.from({ length: count }, (_, index) => ({
    ...OUTAGE,
    id: `2010-06-29-incident-${index}`,
    startedAt: new Date(OUTAGE.startedAt.getTime() - index * 60_000),
    updates: said,
    ...more,
  }));
}
