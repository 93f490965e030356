import { createHash } from "node:crypto";
import { Html, html } from "./html.ts";
import { lean, publicAddress, READ_STATUS, TIMES_IN } from "./in-browser.ts";
import type { Brand, Site } from "./site.ts";
import { SHAPE_OF_INDICATOR, sprite } from "./symbols.ts";
import { datesOf } from "./times.ts";
import type { View } from "./view.ts";

/** A larger logo than this would make the document too large for a load balancer; the name stands in its place. */
const LOGO_BYTES = 3000;

/**
 * `error-page.html`: one document for the property's load balancer or CDN to serve with its 5xx answers. It says that
 * something is wrong and where to look; where the status page's status.json can be read from the property's own
 * address (`Access-Control-Allow-Origin`), also what, since when, and when there will be news. It depends on the
 * configuration and on nothing that was ever said, so it needs to be uploaded once only.
 * Null where the public address of the page is not known: there would be nothing to point to.
 */
export function errorPage({ site, speech }: View): string | null {
  const address = publicAddress(site);
  if (address === null) return null;
  const { errorPage: texts, incident } = speech.texts;
  const { name, locale } = site.property;
  const style = styleOf(site.brand);
  const logo = logoOf(site.brand);
  return html`<!doctype html>
<html lang="${speech.language}" dir="${speech.direction}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(SCRIPT)}; connect-src ${address.origin}; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>${texts.title} · ${name}</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
</head>
<body data-status="${new URL("status.json", address).href}" data-locale="${datesOf(speech.language, locale)}" data-shapes="${JSON.stringify(SHAPE_OF_INDICATOR)}" data-since="${incident.since}" data-due="${incident.due}" data-late="${incident.late}" data-unknown="${texts.unknown}">
${sprite}
<header>${logo === null ? html`<p>${name}</p>` : html`<img src="${logo}" alt="${name}">`}</header>
<main>
<h1>${texts.title}</h1>
<p>${speech.say(texts.calm, { name })}</p>
<div id="known" role="status"></div>
<p><a class="way" href="${address.href}">${texts.link}</a></p>
</main>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`.markup;
}

const SCRIPT = lean(`(async () => {
${READ_STATUS}
${TIMES_IN}
const data = document.body.dataset;
const known = await readStatus(data.status, 5e3);
if (!known) return;
const times = timesIn(data.locale);
const add = (parent, name, text) => {
  const element = document.createElement(name);
  if (text) element.textContent = text;
  parent.append(element);
  return element;
};
const addTime = (parent, text, at) => {
  if (!at) return;
  const [before, after] = text.split("{time}");
  const line = add(parent, "p", before);
  const time = add(line, "time");
  time.dateTime = at.toISOString();
  times.show(time, at);
  line.append(after || "");
};
const box = document.createDocumentFragment();
if (known.indicator === "none") add(box, "p", data.unknown);
else {
  const shape = JSON.parse(data.shapes)[known.indicator];
  const said = document.createElement("section");
  said.className = "is-" + shape;
  const heading = add(said, "h2");
  const symbol = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  symbol.setAttribute("class", "symbol");
  symbol.setAttribute("aria-hidden", "true");
  symbol.append(document.createElementNS("http://www.w3.org/2000/svg", "use"));
  symbol.firstChild.setAttribute("href", "#symbol-" + shape);
  heading.append(symbol);
  add(heading, "span", known.sentence).dir = "auto";
  for (const { title, since, next } of known.open) {
    const entry = add(said, "div");
    const name = add(entry, "h3", title);
    name.dir = "auto";
    name.lang = data.locale;
    addTime(entry, data.since, since);
    addTime(entry, next < new Date() ? data.late : data.due, next);
  }
  box.append(said);
}
document.getElementById("known").append(box);
})();`);

function styleOf({ accent }: Brand): string {
  const light = accent?.light ?? "#1c5a9c";
  const dark = accent?.dark ?? "#8cbcf0";
  return `
:root{color-scheme:light dark;--paper:#fcfbf9;--text:#1d2126;--soft:#59616b;--line:#e2dfd9;--accent:${light};--on:#fff;
--work:#2456a0;--work-bg:#eaf0f9;--slow:#7a5600;--slow-bg:#fbf2dc;--part:#9a4106;--part-bg:#fcede0;--down:#a3211b;--down-bg:#fbeae8;--ink:#fff}
@media (prefers-color-scheme:dark){:root{--paper:#14171a;--text:#e8e6e1;--soft:#a4abb3;--line:#32383e;--accent:${dark};--on:#14171a;
--work:#8fb6ee;--work-bg:#182435;--slow:#e2b558;--slow-bg:#2c2413;--part:#f0985c;--part-bg:#2f2016;--down:#f58a80;--down-bg:#331b19;--ink:#14171a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;min-height:100vh;padding:clamp(1.5rem,6vh,4.5rem) 1.25rem 3rem;border-top:4px solid var(--accent);background:var(--paper);color:var(--text);
font:1.0625rem/1.6 ui-sans-serif,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif;overflow-wrap:anywhere}
header,main{max-width:38rem;margin:0 auto}
h1,h2,h3,p{margin:0}
header{font-weight:650;margin-bottom:clamp(2rem,7vh,4rem)}
header img{display:block;height:2rem;max-width:100%}
h1{font:400 clamp(1.875rem,1.3rem + 2.8vw,2.75rem)/1.18 "Iowan Old Style","Palatino Linotype",Palatino,P052,Georgia,serif;letter-spacing:-.012em;text-wrap:balance;margin-bottom:1rem}
p{text-wrap:pretty}
main>p{max-width:33em}
main>p:last-child{margin-top:2rem}
#known>p{margin-top:1rem}
section{margin-top:2rem;padding:1.375rem 1.5rem;border-radius:14px;border:1px solid transparent}
h2{display:flex;gap:.6em;font-size:1.125rem;line-height:1.4;font-weight:650}
section div{color:var(--text);border-top:1px solid color-mix(in srgb,var(--text) 16%,transparent);margin-top:1rem;padding-top:1rem;font-size:.9375rem}
h3{font-size:1rem;line-height:1.4;font-weight:600;margin-bottom:.25rem}
.utc{color:var(--soft);white-space:nowrap}
time b{font-weight:600;white-space:nowrap}
.way{display:inline-block;padding:.625rem 1.125rem;border-radius:8px;background:var(--accent);color:var(--on);font-weight:600;text-decoration:none}
.way:hover{text-decoration:underline;text-underline-offset:.2em}
:focus-visible{outline:3px solid var(--accent);outline-offset:3px;border-radius:8px}
.sprite{position:absolute;width:0;height:0}
.symbol{flex:none;width:1em;height:1em;margin-top:.2em;fill:currentColor}
.ink{fill:none;stroke:var(--ink);stroke-width:1.7;stroke-linecap:round;stroke-linejoin:round}
${["work", "slow", "part", "down"].map((shape) => `.is-${shape}{color:var(--${shape});background:var(--${shape}-bg)}`).join("")}
@media (max-width:30rem){section{padding:1.125rem}}
@media (forced-colors:active){.symbol{fill:CanvasText}.ink{stroke:Canvas}section,.way{border:2px solid}}
@media print{body{border:0;padding:0}}`.trim();
}

function logoOf({ logo }: Pick<Site["brand"], "logo">): string | null {
  if (logo === null || logo.content.length > LOGO_BYTES) return null;
  const extension = /\.(\w+)$/.exec(logo.path)?.[1]?.toLowerCase() ?? "";
  const type = { svg: "svg+xml", png: "png", webp: "webp", gif: "gif", jpg: "jpeg", jpeg: "jpeg" }[extension];
  if (type === undefined) return null;
  return `data:image/${type};base64,${Buffer.from(logo.content).toString("base64")}`;
}

function hashOf(source: string): string {
  return `'sha256-${createHash("sha256").update(source).digest("base64")}'`;
}
