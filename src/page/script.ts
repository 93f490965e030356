import { type Html, html } from "./html.ts";
import { lean, TIMES_IN } from "./in-browser.ts";
import { datesOf } from "./times.ts";
import type { View } from "./view.ts";

/**
 * What the page does by itself in a reader's browser: it shows times in the reader's zone, says when a promise has
 * run late, and brings itself up to date while it stands open. Without it nothing is missing but that.
 *
 * A classic script for the end of `<body>`. It reads the attributes that `scriptSettings` writes, and in the document
 * `<main>`, `body > footer`, `#overall` (the sentence to announce), `.promise` with its `<time>`, `[data-yours]` (a text
 * to stand there once times are the reader's; `data-utc` the one for readers whose zone is UTC) and `<meta name="status-written">`. Asks for nothing but the page's own
 * `summary.json` and the document itself, and on `file:` for nothing at all. No reader of JSON ever becomes markup:
 * markup comes from the page's own documents only, and scripts in it never run.
 */
export const SCRIPT: string = lean(String.raw`(() => {
const { body, documentElement: root } = document;
const data = body.dataset;
const find = (selector, within = document) => within.querySelector(selector);
const all = (selector) => [...document.querySelectorAll(selector)];
const put = (text, value) => (text || "").replace(/\{\w+\}/, () => value);
${TIMES_IN}
const times = timesIn(data.locale || root.lang);

const tellTimes = () => {
  if (times.zone === data.zone) return;
  const keep = (element) => {
    const kept = element.title;
    element.title = kept || element.textContent;
    return !kept;
  };
  for (const range of all("main .range")) {
    const [from, to] = [...range.querySelectorAll("time")].map((time) => new Date(time.dateTime));
    if (to && keep(range)) times.showRange(range, from, to);
  }
  for (const time of all("main time[datetime],footer time[datetime]")) {
    const at = new Date(time.dateTime);
    // A day or a length of time is the same everywhere.
    if (isNaN(at) || !time.dateTime.includes(":") || !keep(time)) continue;
    if (find("b", time)) times.show(time, at);
    else time.textContent = times.day(at);
  }
  for (const note of all("[data-yours]")) note.textContent = put(times.zone === "UTC" ? note.dataset.utc : note.dataset.yours, times.zone.replaceAll("_", " "));
};

const relative = new Intl.RelativeTimeFormat(root.lang, { numeric: "auto" });
const tellPromises = () => {
  for (const promise of all("main .promise")) {
    const time = find("time", promise);
    const left = Date.parse(time && time.dateTime) - Date.now();
    if (isNaN(left)) continue;
    if (left < 0 && data.late && !promise.matches(".late")) {
      const [before, after] = data.late.split("{time}");
      promise.replaceChildren(before, time, after || "");
      promise.classList.add("late");
    }
    let away = find(".away", promise);
    if (!away) {
      away = document.createElement("span");
      away.className = "away";
      promise.append(" ", away);
    }
    const minutes = left / 6e4;
    const size = Math.abs(minutes);
    away.textContent = "(" + (size < 90 ? relative.format(Math.round(minutes), "minute")
      : size < 2160 ? relative.format(Math.round(minutes / 60), "hour")
      : relative.format(Math.round(minutes / 1440), "day")) + ")";
  }
};

const PARTS = ["main", "body>footer", "head>title", "link[rel=icon]", "meta[name=status-written]", "meta[name=status-revision]"];
// As they came, before times were put into another zone and folds were opened.
const pristine = PARTS.map((part) => (find(part) || {}).outerHTML);
let came;
const learn = () => {
  came = new Map(all("main details").map((fold) => [fold, fold.open]));
  tellTimes();
  tellPromises();
};
learn();
setInterval(() => document.hidden || tellPromises(), 3e4);
if (!data.summary || !location.protocol.startsWith("http")) return;

const voice = document.createElement("p");
voice.className = "unseen";
voice.style.cssText = "position:absolute;width:1px;height:1px;margin:0;overflow:hidden;clip-path:inset(50%)";
voice.setAttribute("role", "status");
body.append(voice);
const sentence = () => (find("#overall") || {}).textContent;
const main = () => find("main");

// Where an element stands, in words that hold for the next version of the document too.
const homeOf = (element) => element && element.closest("[id],section[aria-labelledby],main,body>footer");
const nameOf = (home) => home && (home.id || home.getAttribute("aria-labelledby") || home.localName);
const aboveOf = (home) => nameOf(homeOf(home.parentElement));
const kinOf = (home, name, label) => [...home.querySelectorAll(name)].filter((each) => labelOf(each) === label);
const labelOf = (element) => element.getAttribute("href") || (find(".name", element) || {}).textContent;
const addressOf = (element) => {
  const home = homeOf(element);
  if (!home) return;
  const [name, label] = [element.localName, labelOf(element)];
  return [nameOf(home), aboveOf(home), name, label, kinOf(home, name, label).indexOf(element)];
};
const elementAt = ([id, above, name, label, index]) => {
  const home = all("main,main [id],main section,body>footer").find((each) => nameOf(each) === id && aboveOf(each) === above);
  return home && (index < 0 ? home : kinOf(home, name, label)[index]);
};

// Puts what is new in place of the old under the reader's eyes: folds, place and focus stay.
const renew = (fresh) => {
  const said = sentence();
  const chosen = [...came].filter(([fold, open]) => fold.open !== open).map(([fold, open]) => [addressOf(fold), !open]);
  const active = document.activeElement;
  const focused = addressOf(active);
  const places = [];
  if (scrollY > 0)
    for (const each of all("main [id]")) {
      const { top, height } = each.getBoundingClientRect();
      if (height && top >= 0 && places.length < 20) places.push([addressOf(each), top]);
    }

  PARTS.forEach((part, number) => {
    const ours = find(part);
    const theirs = find(part, fresh);
    if (!ours || !theirs || theirs.outerHTML === pristine[number]) return;
    pristine[number] = theirs.outerHTML;
    for (const script of theirs.querySelectorAll("script")) script.remove();
    ours.replaceWith(document.importNode(theirs, true));
  });
  learn();

  for (const [address, open] of chosen) {
    const fold = elementAt(address);
    if (fold) fold.open = open;
  }
  for (const [address, top] of places) {
    const there = elementAt(address);
    if (!there) continue;
    scrollBy({ top: there.getBoundingClientRect().top - top, behavior: "instant" });
    break;
  }
  if (focused && !active.isConnected) {
    const again = elementAt(focused) || main();
    if (again === main()) again.tabIndex = -1;
    again.focus({ preventScroll: true });
  }
  const says = sentence();
  if (says && says !== said) voice.textContent = says;
};

const read = async (address) => {
  const control = new AbortController();
  const limit = setTimeout(() => control.abort(), 1e4);
  try {
    const answer = await fetch(address, { cache: "no-cache", signal: control.signal });
    if (!answer.ok) throw answer.status;
    return await answer.text();
  } finally {
    clearTimeout(limit);
  }
};
const meta = (name, within) => (find("meta[name=status-" + name + "]", within) || {}).content;
const writtenOf = (within) => Date.parse(meta("written", within));
const policyOf = (within) => (find("meta[http-equiv]", within) || {}).content;

let tried = Date.now();
let reached = tried;
let failures = 0;
let seen, stale, timer;
const check = async () => {
  tried = Date.now();
  try {
    const updated = Date.parse(JSON.parse(await read(data.summary)).page.updated_at);
    if (isNaN(updated)) throw updated;
    if (updated !== seen && updated !== writtenOf()) {
      const fresh = new DOMParser().parseFromString(await read(location.href), "text/html");
      // A sign-in page, or the host's own error.
      if (!find("main", fresh) || !policyOf(fresh)) throw 0;
      // Files arrive one by one, and caches lag: until the document has caught up it is asked for again.
      if (!(writtenOf(fresh) < updated)) seen = updated;
      const newer = !(writtenOf(fresh) < writtenOf()) || +meta("revision", fresh) > +meta("revision");
      if (newer && policyOf(fresh) !== policyOf() && (history.state || {}).reloaded !== updated) {
        history.replaceState({ reloaded: updated }, "");
        return location.reload();
      }
      if (newer) renew(fresh);
    }
    failures = 0;
    reached = Date.now();
    if (stale) stale = stale.remove();
  } catch {
    failures++;
    if (failures > 2 && !stale) {
      stale = document.createElement("p");
      stale.className = "frame stale";
      stale.setAttribute("role", "status");
      main().before(stale);
      stale.textContent = put(data.stale, times.since(reached));
    }
  }
  plan();
};
const plan = () => {
  clearTimeout(timer);
  if (document.hidden) return;
  const wait = 6e4 * Math.min(5, 2 ** Math.max(0, failures - 2)) * (0.8 + Math.random() * 0.4);
  timer = setTimeout(check, Math.max(0, Math.min(wait, tried + wait - Date.now())));
};
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) tellPromises();
  plan();
});
plan();
})();`);

/** Attributes for `<body>`: what the script must know and cannot read off the page. */
export function scriptSettings({ site, speech }: View, top: string | null): Html {
  const { incident, live } = speech.texts;
  return html` data-zone="${site.property.timeZone}" data-locale="${datesOf(speech.language, site.property.locale)}" data-late="${incident.late}" data-stale="${live.stale}"${
    top === null ? null : html` data-summary="${top}api/v2/summary.json"`
  }`;
}
