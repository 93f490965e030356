import { createHash } from "node:crypto";
import { Html, html } from "./html.ts";
import { SCRIPT, scriptSettings } from "./script.ts";
import type { Site } from "./site.ts";
import { renderStyle } from "./style.ts";
import { icon, sprite } from "./symbols.ts";
import type { View } from "./view.ts";

/** What distinguishes one document of the page from another. */
export interface DocumentParts {
  readonly title: string;
  /** For previews of a link: one line of text. */
  readonly description: string;
  /** Within the page's folder. */
  readonly path: string;
  /** Whether it changes while it is open in front of a reader. One that does not never tells when it was written. */
  readonly live: boolean;
  /** The pages between the front page and this one. */
  readonly trail: readonly { readonly name: string; readonly href: string }[];
  readonly main: Html;
}

const FRONT = "index.html";

/** One whole HTML document in the page's frame. The front page carries its style, so that it is whole by itself; the others share a file. */
export function renderDocument(view: View, parts: DocumentParts): string {
  const { title, path, main } = parts;
  const { name, opening, head, closing } = frameOf(view, parts);
  const front = path === FRONT;
  return html`${opening}<title>${title}${front ? null : html` · ${name}`}</title>
${preview(view, parts, name)}${head}${front ? null : trail(parts)}${front && view.site.brand.header !== null ? html`<h1 class="unseen">${name}</h1>\n` : null}${main}${closing}`
    .markup;
}

/** What documents of one sort share: of ten thousand only a few words differ. */
interface Frame {
  readonly name: Html;
  /** Up to the title. */
  readonly opening: Html;
  /** From the end of the preview to where the document's own part begins. */
  readonly head: Html;
  readonly closing: Html;
}

const frames = new WeakMap<View, Map<string, Frame>>();

/** Made once for each view and sort. */
function frameOf(view: View, { path, live }: DocumentParts): Frame {
  const front = path === FRONT;
  const top = path.includes("/") ? "../" : "";
  const sort = `${front} ${live} ${top}`;
  const made = frames.get(view) ?? new Map<string, Frame>();
  frames.set(view, made);
  const frame = made.get(sort) ?? makeFrame(view, front, live, top);
  made.set(sort, frame);
  return frame;
}

function makeFrame(view: View, front: boolean, live: boolean, top: string): Frame {
  const { site, speech } = view;
  const style = front ? renderStyle(site.brand) : null;
  // What is over never changes: its script only says times in the reader's zone, and is a file that many share.
  const script = live ? SCRIPT : null;
  return {
    name: html`${nameOf(view)}`,
    opening: html`<!doctype html>
<html lang="${speech.language}" dir="${speech.direction}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(site, style, script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
${live ? freshness(site) : null}`,
    head: html`<link rel="icon" href="${icon(front ? view.overview.indicator : null)}">
${feeds(view, top)}${style === null ? html`<link rel="stylesheet" href="${top}style.css">` : html`<style>${new Html(style)}</style>`}
</head>
<body${scriptSettings(view, live ? top : null)}>
<a class="skip" href="#main">${speech.texts.frame.skip}</a>
${sprite}
${header(view, front, top)}
<main class="frame" id="main">
${front ? null : trailHead(view, top)}`,
    closing: html`
</main>
<footer>${footer(view, live, top)}</footer>
${script === null ? html`<script src="${top}page.js"></script>` : html`<script>${new Html(script)}</script>`}
</body>
</html>
`,
  };
}

/** `Amazon.com status`, or what the brand calls it. */
export function nameOf({ site, speech }: View): string {
  return site.brand.title ?? speech.say(speech.texts.title, { name: site.property.name });
}

/**
 * The page as a picture of itself, for a frame that runs nothing and reaches nothing: without its script and its logo,
 * which would only make the browser complain.
 */
export function stillOf(page: string): string {
  return page
    .replace(/<script>[^<]*(?:<(?!\/script>)[^<]*)*<\/script>\n<\/body>/, "</body>")
    .replace(/<img class="logo"[^>]*>/, "");
}

/** Nothing is fetched from anywhere else, and only what was written with the page counts as its style or script. */
function policy(site: Site, style: string | null, script: string | null): string {
  const trusted = `${site.brand.header ?? ""}${site.brand.footer ?? ""}`;
  const styles = [style === null ? "'self'" : hash(style), ...inlineOf("style", trusted).map(hash)];
  const scripts = [script === null ? "'self'" : hash(script), ...inlineOf("script", trusted).map(hash)];
  return [
    "default-src 'none'",
    `style-src ${styles.join(" ")}`,
    `script-src ${scripts.join(" ")}`,
    "img-src 'self' data:",
    ...(script === null ? [] : ["connect-src 'self'"]),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** What stands inline in the project's own header and footer. */
function inlineOf(element: "style" | "script", markup: string): string[] {
  const found = markup.matchAll(new RegExp(`<${element}(?:\\s[^>]*)?>([^]*?)</${element}\\s*>`, "gi"));
  return [...found].map(([, content]) => content ?? "").filter((content) => content !== "");
}

const hashes = new Map<string, string>();

function hash(content: string): string {
  const known = hashes.get(content);
  if (known !== undefined) return known;
  const made = `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
  if (hashes.size > 50) hashes.clear();
  hashes.set(content, made);
  return made;
}

function freshness({ revision, generatedAt }: Site): Html {
  return html`<meta name="status-written" content="${generatedAt.toISOString()}">
<meta name="status-revision" content="${revision}">
`;
}

/** What shows where somebody passes the link on. */
function preview({ site }: View, { title, description, path }: DocumentParts, name: Html): Html {
  const line = description.length > 300 ? `${description.slice(0, 299).replace(/\s\S*$/, "")}…` : description;
  const address = site.url === null ? null : `${site.url}/${path === FRONT ? "" : path}`;
  return html`<meta name="description" content="${line}">
<meta property="og:type" content="website">
<meta property="og:site_name" content="${name}">
<meta property="og:title" content="${title}">
<meta property="og:description" content="${line}">
${
  address === null
    ? null
    : html`<link rel="canonical" href="${address}">
<meta property="og:url" content="${address}">
`
}`;
}

function feeds(view: View, top: string): Html {
  const title = view.speech.say(view.speech.texts.frame.feed, { title: view.site.property.name });
  return html`<link rel="alternate" type="application/atom+xml" title="${title} (Atom)" href="${top}history.atom">
<link rel="alternate" type="application/rss+xml" title="${title} (RSS)" href="${top}history.rss">
<link rel="alternate" type="application/json" href="${top}api/v2/summary.json">
`;
}

function header(view: View, front: boolean, top: string): Html {
  const { brand, property } = view.site;
  if (brand.header !== null) return html`<header><div class="frame">${own(brand.header, top)}</div></header>`;
  const name = html`${logo(view, top)}<span class="name">${nameOf(view)}</span>`;
  const home = address(property.url);
  return html`<header class="top"><div class="frame">${
    front
      ? html`<h1 class="brand">${name}</h1>`
      : html`<p class="brand"><a href="${top}${FRONT}">${name}</a></p>`
  }${home === null ? null : html`<a href="${home.href}">${home.host}</a>`}</div></header>`;
}

/** Beside a title that says the property's name the picture has nothing to add. */
function logo(view: View, top: string): Html | null {
  const { brand, property } = view.site;
  if (brand.logo === null) return null;
  const alternative = nameOf(view).includes(property.name) ? "" : property.name;
  return html`<img class="logo" src="${top}${brand.logo.path}" alt="${alternative}">`;
}

/** Only over http: a name in a configuration must not become a script. */
function address(url: string | null): URL | null {
  if (url === null || !URL.canParse(url)) return null;
  const parsed = new URL(url);
  return /^https?:$/.test(parsed.protocol) ? parsed : null;
}

/** `{root}` in the project's own markup is the way to the page's folder, wherever the document stands. */
function own(markup: string, top: string): Html {
  return new Html(markup.replaceAll("{root}", top));
}

/** `trail` follows it. */
function trailHead(view: View, top: string): Html {
  const { frame } = view.speech.texts;
  return html`<nav class="trail" aria-label="${frame.path}"><ol class="plain"><li><a href="${top}${FRONT}">${frame.front}</a></li>`;
}

function trail({ trail }: DocumentParts): Html {
  return html`${trail.map(({ name, href }) => html`<li><a href="${href}">${name}</a></li>`)}</ol></nav>
`;
}

/** How old the page is stands below a footer of the project's own as well. */
function footer(view: View, live: boolean, top: string): Html {
  const { site, speech, times } = view;
  const { frame } = speech.texts;
  const { timeZone } = site.property;
  const zone = timeZone.replaceAll("_", " ");
  const inZone = /^(?:Etc\/)?UTC$/.test(timeZone) ? frame.timesInUtc : speech.say(frame.times, { zone });
  const yours = html` data-yours="${speech.texts.live.yours}" data-utc="${frame.timesInUtc}"`;
  return html`<div class="frame">${site.brand.footer === null ? null : html`${own(site.brand.footer, top)}\n`}${
    live
      ? html`<p>${speech.sayHtml(frame.written, { time: times.full(site.generatedAt), revision: site.revision })}</p>\n`
      : null
  }<p${yours}>${inZone}</p></div>`;
}
