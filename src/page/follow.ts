import { flatten } from "../incident/components.ts";
import { type Html, html } from "./html.ts";
import type { View } from "./view.ts";

/** Every way to hear of what happens without looking here. */
export function renderFollow({ site, speech }: View): Html {
  const { follow, headings } = speech.texts;
  const { subscribe } = site.brand;
  const ways = [
    ...(subscribe !== null && /^(?:https:|mailto:)/i.test(subscribe)
      ? [way(html`<a href="${subscribe}">${follow.mail}</a>`, follow.mailWhat)]
      : []),
    way(
      html`<a href="history.atom">${follow.atom}</a> · <a href="history.rss">${follow.rss}</a>`,
      follow.feeds,
    ),
    way(html`<a href="maintenance.ics">${follow.calendar}</a>`, follow.calendarWhat),
    way(html`<a href="api/v2/summary.json">${follow.json}</a>`, follow.jsonWhat),
  ];
  return html`<section aria-labelledby="follow"><h2 id="follow">${headings.follow}</h2>
<dl class="ways">${ways}</dl></section>`;
}

function way(link: Html, what: string): Html {
  return html`<div><dt>${link}</dt><dd>${what}</dd></div>`;
}

/** How the page comes to know what it says: in the property's own words, else in ours. */
export function renderAbout({ site, speech }: View): Html {
  const { about, headings } = speech.texts;
  const others = flatten(site.components).some(({ source }) => source !== undefined);
  const words =
    site.brand.about === null
      ? [about.own, ...(others ? [about.elsewhere] : [])]
      : site.brand.about.split(/\n{2,}/);
  return html`<section class="about" aria-labelledby="about"><h2 id="about">${headings.about}</h2>
${words.map((each) => html`<p>${each}</p>`)}</section>`;
}
