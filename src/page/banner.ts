import { lean, publicAddress, READ_STATUS, TIMES_IN } from "./in-browser.ts";
import { SHAPE_OF_INDICATOR } from "./symbols.ts";
import { datesOf } from "./times.ts";
import type { View } from "./view.ts";

/**
 * `banner.js`: for a property that still half works. Included anywhere (`<script src="…/banner.js" async></script>`) or
 * copied, it reads the status page's status.json once and, unless all is well, puts a slim banner above the site's own
 * content: the sentence, when there will be news, the way to the status page. Where status.json cannot be read within
 * five seconds or makes no sense, or anything throws, nothing happens. What a reader closes stays closed in that tab until
 * something new is said.
 * It leaves no globals and takes no part in the site's styles: a shadow tree with a constructed style sheet, which
 * `style-src` does not rule. A site with a policy of its own needs the status page's origin in `script-src` (not for a
 * copy) and in `connect-src`; the status page must answer with `Access-Control-Allow-Origin`.
 * It is ASCII throughout, whatever the texts, so that it reads the same on a site of any encoding.
 * Null where the public address of the page is not known.
 */
export function bannerScript({ site, speech }: View): string | null {
  const address = publicAddress(site);
  if (address === null) return null;
  const { banner: texts, incident } = speech.texts;
  const settings = {
    page: address.href,
    status: new URL("status.json", address).href,
    language: speech.language,
    direction: speech.direction,
    formats: datesOf(speech.language, site.property.locale),
    shapes: SHAPE_OF_INDICATOR,
    name: speech.say(texts.name, { name: site.property.name }),
    due: incident.due,
    late: incident.late,
    link: texts.link,
    close: texts.close,
  };
  return ascii(`/* Needs ${address.origin} in the site's script-src and connect-src; style-src needs nothing. */
(async () => {
const settings = ${literal(settings)};
const css = ${literal(STYLE)};
${BODY}
})();
`);
}

const STYLE = `
:host{all:initial!important;display:block!important;position:relative!important;z-index:2147483647!important}
@media print{:host{display:none!important}}
*{box-sizing:border-box}
section{--text:#1d2126;--work:#2456a0;--work-bg:#eaf0f9;--slow:#7a5600;--slow-bg:#fbf2dc;--part:#9a4106;--part-bg:#fcede0;--down:#a3211b;--down-bg:#fbeae8;
display:flex;align-items:center;gap:.25em 1em;padding:.375em clamp(.75em,3vw,1.5em);border-bottom:2px solid var(--tone);background:var(--ground);color:var(--text);
font:400 15px/1.45 ui-sans-serif,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif;overflow-wrap:anywhere;text-align:start}
@media (prefers-color-scheme:dark){section{--text:#e8e6e1;--work:#8fb6ee;--work-bg:#182435;--slow:#e2b558;--slow-bg:#2c2413;--part:#f0985c;--part-bg:#2f2016;--down:#f58a80;--down-bg:#331b19}}
${["work", "slow", "part", "down"].map((shape) => `.is-${shape}{--tone:var(--${shape});--ground:var(--${shape}-bg)}`).join("")}
div{flex:1;padding:.3125em 0}
p{display:inline;margin:0}
b{font-weight:650;color:var(--tone)}
b,span{margin-inline-end:.75em}
span,a{display:inline-block}
a{color:var(--text);font-weight:600;text-underline-offset:.15em;text-decoration-thickness:.06em}
a:hover{text-decoration-thickness:.12em}
button{all:unset;flex:none;align-self:flex-start;display:grid;place-items:center;inline-size:32px;block-size:32px;border-radius:6px;cursor:pointer;font-size:22px;line-height:1}
button:hover{background:color-mix(in srgb,var(--text) 10%,transparent)}
a:focus-visible,button:focus-visible{outline:3px solid var(--tone);outline-offset:1px;border-radius:6px}
`.trim();

const BODY = lean(`${READ_STATUS}
${TIMES_IN}
try {
  const known = await readStatus(settings.status, 5e3);
  if (!known || known.indicator === "none") return;
  const key = "status-banner:" + settings.page;
  const said = known.open.map(({ id, told }) => id + " " + told).join() || known.sentence;
  const closed = () => {
    // A browser that keeps nothing throws.
    try {
      return sessionStorage.getItem(key) === said;
    } catch {
      return false;
    }
  };
  if (closed()) return;
  if (!document.body) await new Promise((ready) => document.addEventListener("DOMContentLoaded", ready, { once: true }));
  if (document.querySelector("status-banner")) return;

  const host = document.createElement("status-banner");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  shadow.adoptedStyleSheets = [sheet];
  const add = (parent, name, text) => {
    const element = document.createElement(name);
    element.append(text);
    parent.append(element);
    return element;
  };
  const bar = add(shadow, "section", "");
  bar.className = "is-" + settings.shapes[known.indicator];
  bar.lang = settings.language;
  bar.dir = settings.direction;
  bar.setAttribute("aria-label", settings.name);
  const line = add(bar, "div", "");
  const status = add(line, "p", "");
  line.append(" ");
  status.setAttribute("role", "status");
  const way = add(line, "a", settings.link);
  way.href = settings.page;
  const close = add(bar, "button", "×");
  close.type = "button";
  close.setAttribute("aria-label", settings.close);
  close.addEventListener("click", () => {
    host.remove();
    try {
      sessionStorage.setItem(key, said);
    } catch {}
  });
  add(status, "b", known.sentence).dir = "auto";
  const next = known.open.map((each) => each.next).filter(Boolean).sort((a, b) => a - b)[0];
  if (next) {
    const [before, after] = (next < new Date() ? settings.late : settings.due).split("{time}");
    status.append(" ");
    const promise = add(status, "span", before);
    const time = add(promise, "time", timesIn(settings.formats).since(next));
    time.dateTime = next.toISOString();
    promise.append(after || "");
  }
  // Above the body, whose own layout and margins it then leaves alone.
  document.body.before(host);
} catch {}`);

/** A value as a script may hold it, even one that is copied into a page. */
function literal(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/** A browser reads a script in the encoding of the page that includes it: these characters are the same in all. */
function ascii(script: string): string {
  return script.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
