import { createHash } from "node:crypto";
import { sayTime } from "../../../base/zone.ts";
import type { Config } from "../../../config/load.ts";
import { Html, html } from "../../../page/html.ts";
import type { TemplateSet } from "../../../render/template.ts";
import type { Examination } from "../../../status/lint/examine.ts";
import { ownName } from "../../../status/lint/languages.ts";
import { type Fault, isFault, type Trial } from "../../../status/lint/rehearse.ts";
import type { Filling } from "../../../status/lint/specimen.ts";
import { count } from "../lines.ts";
import { renderCell } from "./cells.ts";
import { type Column, columnsOf } from "./columns.ts";
import { chaptersOf, occasionOf } from "./order.ts";
import { galleryStyle } from "./style.ts";

/** What a reader can choose between, beside the language. */
const SHOWN: readonly { readonly filling: Filling; readonly label: string }[] = [
  { filling: "typical", label: "Typical" },
  { filling: "everything", label: "Everything set" },
];

type Gallery = Pick<Examination, "sets" | "locales" | "names" | "faults" | "trials">;

/**
 * All templates side by side as their audiences would see them: one HTML document that stands alone, asks for nothing
 * and runs no script. Whoever has a browser too old to switch sees the first language, typically filled.
 */
export function renderGallery(
  { sets, locales, names, faults, trials }: Gallery,
  config: Pick<Config, "property" | "channels">,
  now: Date,
): string {
  const { property } = config;
  const all = trials.filter((trial) => SHOWN.some(({ filling }) => filling === trial.filling));
  const columns = columnsOf(config.channels, all);
  const unread = faults.filter(({ template }) => !sets.some(({ name }) => name === template));
  const row = (set: TemplateSet) => renderRow(set, columns, all, locales, property);
  const css = galleryStyle(locales.length, SHOWN.length);
  const style = createHash("sha256").update(css).digest("base64");
  const chapters = chaptersOf(sets);
  const title = `Templates of ${property.name}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${style}'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Html(css)}</style>
</head>
<body>
<div class="frame">
<header class="top"><p>${property.name}</p><h1>What we would say, as it would be seen</h1>
<p class="lead">${count(names.length, "template")} on ${count(config.channels.length, "channel")}. These are specimens: none of it happened, and nothing was sent.</p></header>
<form class="switches" aria-label="What is shown">
${choice(
  "Language",
  "l",
  locales.map((locale) => ({ label: ownName(locale), lang: locale })),
)}
${choice(
  "Filled in",
  "s",
  SHOWN.map(({ label }) => ({ label, lang: null })),
)}
</form>
<div class="columns">
<nav aria-label="Templates">${chapters.map(
    ({ title: chapter, sets: inside }) =>
      html`<p>${chapter}</p><ul>${inside.map(({ name }) => html`<li><a href="#${name}">${name}</a></li>`)}</ul>`,
  )}</nav>
<main>
${unread.length === 0 ? null : html`<section><h2>Cannot be read</h2>${unread.map((fault) => html`<div class="row"><h3>${fault.template}</h3>${broken(fault)}</div>`)}</section>`}
${chapters.map(({ title: chapter, sets: inside }) => html`<section><h2>${chapter}</h2>${inside.map(row)}</section>\n`)}</main>
</div>
<footer><p>Made ${sayTime(now, property.timeZone, true)} by <code>status lint --gallery</code>. The words are those of the templates in use; title, message and values are made up.</p></footer>
</div>
</body>
</html>
`.markup;
}

function choice(
  legend: string,
  group: string,
  options: readonly { readonly label: string; readonly lang: string | null }[],
): Html {
  return html`<fieldset${options.length < 2 ? html` class="single"` : null}><legend>${legend}</legend>${options.map(
    ({ label, lang }, index) =>
      html`<input type="radio" name="${group}" id="${group}${index}"${index === 0 ? html` checked` : null}><label for="${group}${index}"${lang === null ? null : html` lang="${lang}"`}>${label}</label>`,
  )}</fieldset>`;
}

function renderRow(
  set: TemplateSet,
  columns: readonly Column[],
  all: readonly Trial[],
  locales: readonly string[],
  property: Config["property"],
): Html {
  const { name, origin } = set;
  const occasion = occasionOf(name);
  return html`<div class="row" id="${name}"><h3>${name}</h3><p class="occasion">${occasion}${origin === "project" ? html` <span class="own">your own words</span>` : null}</p>
<div class="cells">${columns.map((column) => renderColumn(set, column, all, locales, property))}</div></div>
`;
}

function renderColumn(
  set: TemplateSet,
  { channels }: Column,
  all: readonly Trial[],
  locales: readonly string[],
  property: Config["property"],
): Html {
  const [first] = channels;
  if (first === undefined) return html``;
  const { name, kind, common, settings } = first;
  const setting = { property: property.name, timeZone: property.timeZone, settings };
  const here = all.filter(({ template, channel }) => template === set.name && channel === name);
  if (here.length === 0) return html``;
  const versions = here.map(({ locale, filling, outcome }) => {
    const language = locales.indexOf(locale);
    const shown = SHOWN.findIndex((way) => way.filling === filling);
    const card = isFault(outcome) ? broken(outcome) : renderCell(outcome, setting);
    return html`<div class="v l${language} s${shown}" lang="${locale}">${card}</div>`;
  });
  const names = channels.map((channel) => channel.name).join(", ");
  return html`<div class="cell"><p class="place"><b>${kind.title}</b> ${names}${common.audience === "internal" ? html` <span class="own">internal</span>` : null}</p>${versions}</div>`;
}

function broken({ message, hint }: Fault): Html {
  return html`<div class="card broken" lang="en"><p><b>Cannot be said.</b> ${message}</p>${hint === null ? null : html`<p>${hint}</p>`}</div>`;
}
