import { fitBlocks } from "../render/fit-blocks.ts";
import { toHtml } from "../render/formats/html.ts";
import type { PageFile } from "./build.ts";
import { Html, html } from "./html.ts";
import { addressOf, toldAt, urnOf } from "./identity.ts";
import { namesOf } from "./overview.ts";
import type { PageIncident, PageUpdate } from "./site.ts";
import type { View } from "./view.ts";

/** Entries in a feed, those last spoken of. */
const LISTED = 50;
/** Markup of one entry's updates, in characters; the newest is cut to it, older ones are counted. */
const WORDS = 32_000;

/** One incident, maintenance or notice, as every form of feed has it. */
interface Entry {
  /** Never changes: the public address, or a name of its own where nobody said where the page is read. */
  readonly id: string;
  /** Relative to the feed where nobody said. */
  readonly href: string;
  readonly title: string;
  readonly published: Date;
  readonly updated: Date;
  readonly categories: readonly { readonly term: string; readonly label: string }[];
  readonly content: string;
}

interface Feed {
  readonly view: View;
  readonly title: string;
  readonly about: string;
  readonly updated: Date;
  readonly entries: readonly Entry[];
}

/**
 * `history.atom` (RFC 4287), `history.rss` (RSS 2.0) and `history.json` (JSON Feed 1.1): everything said, an entry for each
 * incident, maintenance and notice with all its updates, newest first.
 *
 * Written by hand: the `feed` package (6.0.0) leaves `<` in attributes and the second `]]>` as they are, decodes `&amp;`,
 * and knows neither relative addresses nor `xml:lang`.
 */
export function feedFiles(view: View): PageFile[] {
  const { site, speech } = view;
  const { name } = site.property;
  const entries = view.recent
    .map((incident) => ({ incident, last: toldAt(incident).last.getTime() }))
    .sort((a, b) => b.last - a.last)
    .slice(0, LISTED)
    .map(({ incident }) => entryOf(incident, view));
  const feed: Feed = {
    ...{ view, entries, updated: entries[0]?.updated ?? site.generatedAt },
    title: site.brand.title ?? speech.say(speech.texts.title, { name }),
    about: speech.say(speech.texts.feeds.about, { name }),
  };
  return [
    { path: "history.atom", content: atom(feed) },
    { path: "history.rss", content: rss(feed) },
    { path: "history.json", content: jsonFeed(feed) },
  ];
}

function entryOf(incident: PageIncident, view: View): Entry {
  const { site, speech } = view;
  const { first, last } = toldAt(incident);
  const href = addressOf(incident.id, site);
  const { type, phase } = incident;
  const ids = incident.components.map(({ id }) => id);
  const names = namesOf(site, ids);
  return {
    ...{ id: site.url === null ? urnOf(incident.id, site) : href, href, title: incident.title },
    ...{ published: first, updated: last },
    categories: [
      type === "notice"
        ? { term: type, label: speech.texts.feeds.notice }
        : { term: phase, label: speech.texts.phases[phase] },
      ...ids.map((id, index) => ({ term: id, label: names[index] ?? id })),
    ],
    content: [...factsOf(incident, names, view), ...updatesOf(incident, href, view)]
      .map(({ markup }) => markup)
      .join("\n"),
  };
}

/** What a reader needs beside the words; nothing in it depends on when the feed is made. */
function factsOf(incident: PageIncident, names: readonly string[], view: View): Html[] {
  const { speech, times } = view;
  const { feeds, states, impacts } = speech.texts;
  const facts: Html[] = [];
  if (incident.type === "incident") facts.push(html`${impacts[incident.impact]}`);
  if (incident.type === "maintenance") {
    const from = times.full(incident.startedAt);
    facts.push(
      incident.endsAt === null
        ? speech.sayHtml(feeds.start, { from })
        : speech.sayHtml(feeds.window, { from, until: times.full(incident.endsAt) }),
    );
  }
  if (names.length > 0) {
    const components = incident.components.map(({ state }, index) =>
      speech.say(feeds.component, { name: names[index] ?? "", state: states[state] }),
    );
    facts.push(speech.sayHtml(feeds.affected, { components: speech.list(components) }));
  }
  if (incident.nextUpdateAt !== null)
    facts.push(speech.sayHtml(feeds.nextUpdate, { time: times.full(incident.nextUpdateAt) }));
  return facts.map((fact) => html`<p${ourLanguage(view)}>${fact}</p>`);
}

function updatesOf(incident: PageIncident, href: string, view: View): Html[] {
  const shown: Html[] = [];
  let left = WORDS;
  for (const [index, update] of incident.updates.entries()) {
    const measure = (blocks: PageUpdate["blocks"]) => toHtml(blocks).length;
    const blocks = index > 0 ? update.blocks : fitBlocks(update.blocks, { limit: WORDS, measure }).blocks;
    const words = toHtml(blocks);
    left -= words.length;
    if (index > 0 && left < 0) {
      const { earlier } = view.speech.texts.feeds;
      const count = view.speech.count(earlier, incident.updates.length - index);
      return [...shown, html`<p${ourLanguage(view)}><a href="${href}">${count}</a></p>`];
    }
    shown.push(
      html`<p${ourLanguage(view)}>${headOf(incident, update, view)}${view.times.full(update.at)}</p>
<div>${new Html(words)}</div>`,
    );
  }
  return shown;
}

/** A notice stands nowhere, so its update has no head. */
function headOf({ type }: PageIncident, { phase, template }: PageUpdate, { speech }: View): Html | null {
  const { headings, phases } = speech.texts;
  if (template === "postmortem") return html`<strong>${headings.postmortem}</strong> · `;
  return type === "notice" ? null : html`<strong>${phases[phase]}</strong> · `;
}

/** A feed is in the language of what was said; what the page itself says is marked where that is another. */
function ourLanguage({ site, speech }: View): Html | null {
  return sameLanguage(site.property.locale, speech.language) ? null : html` lang="${speech.language}"`;
}

function sameLanguage(a: string, b: string): boolean {
  return a.split("-")[0]?.toLowerCase() === b.split("-")[0]?.toLowerCase();
}

function atom({ view: { site }, title, about, updated, entries }: Feed): string {
  const { name, locale } = site.property;
  const { url } = site;
  return xml(html`<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${locale}">
<id>${url === null ? urnOf("", site) : `${url}/`}</id>
<title>${title}</title>
<subtitle>${about}</subtitle>
<updated>${updated.toISOString()}</updated>
<author><name>${name}</name></author>
<generator>status</generator>
<link rel="alternate" type="text/html" href="${url === null ? "index.html" : `${url}/`}"/>
${url === null ? null : html`<link rel="self" type="application/atom+xml" href="${url}/history.atom"/>`}
${entries.map(
  ({ id, href, title, published, updated, categories, content }) => html`<entry>
<id>${id}</id>
<title>${title}</title>
<link rel="alternate" type="text/html" href="${href}"/>
<published>${published.toISOString()}</published>
<updated>${updated.toISOString()}</updated>
${categories.map(({ term, label }) => html`<category term="${term}" label="${label}"/>`)}
<content type="html">${content}</content>
</entry>
`,
)}</feed>
`);
}

/** An item's date is that of its newest update: RSS has only one. */
function rss({ view: { site }, title, about, updated, entries }: Feed): string {
  const { url } = site;
  return xml(html`<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>${title}</title>
<link>${url === null ? (site.property.url ?? "index.html") : `${url}/`}</link>
<description>${about}</description>
<language>${site.property.locale}</language>
<lastBuildDate>${updated.toUTCString()}</lastBuildDate>
<generator>status</generator>
${url === null ? null : html`<atom:link rel="self" type="application/rss+xml" href="${url}/history.rss"/>`}
${entries.map(
  ({ id, href, title, updated, categories, content }) => html`<item>
<title>${title}</title>
${url === null ? null : html`<link>${href}</link>`}
<guid isPermaLink="${String(url !== null)}">${id}</guid>
<pubDate>${updated.toUTCString()}</pubDate>
${categories.map(({ label }) => html`<category>${label}</category>`)}
<description>${content}</description>
</item>
`,
)}</channel>
</rss>
`);
}

function jsonFeed({ view: { site }, title, about, entries }: Feed): string {
  const { name, url: home, locale } = site.property;
  const { url } = site;
  const feed = {
    version: "https://jsonfeed.org/version/1.1",
    ...{ title, description: about, language: locale },
    ...(url === null ? {} : { home_page_url: `${url}/`, feed_url: `${url}/history.json` }),
    authors: [{ name, ...(home === null ? {} : { url: home }) }],
    items: entries.map(({ id, href, title, published, updated, categories, content }) => ({
      ...{ id, ...(url === null ? {} : { url: href }), title, content_html: content },
      ...{ date_published: published, date_modified: updated },
      tags: categories.map(({ label }) => label),
    })),
  };
  return `${JSON.stringify(feed)}\n`;
}

/** XML 1.0 has no place, not even escaped, for control characters and halves of pairs. */
function xml({ markup }: Html): string {
  const forbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
  return `<?xml version="1.0" encoding="utf-8"?>\n${markup.replace(forbidden, "")}`;
}
