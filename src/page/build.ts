import { createHash } from "node:crypto";
import { digest } from "../base/ids.ts";
import { isOpen } from "../incident/incident.ts";
import { apiFiles } from "./api-v2.ts";
import { bannerScript } from "./banner.ts";
import { calendarFile } from "./calendar.ts";
import { errorPage } from "./error-page.ts";
import { feedFiles } from "./feeds.ts";
import { renderFront } from "./front.ts";
import { renderHistory, renderMonth } from "./history.ts";
import { incidentPath } from "./identity.ts";
import { renderIncidentPage } from "./incident-page.ts";
import { survey } from "./overview.ts";
import { SCRIPT } from "./script.ts";
import type { PageEntry, PageIncident, Site } from "./site.ts";
import { specimen } from "./specimen.ts";
import { createSpeech } from "./speech.ts";
import { statusJson } from "./status-json.ts";
import { renderStyle } from "./style.ts";
import { createTimes, datesOf } from "./times.ts";
import type { View } from "./view.ts";

/** One file of the page, by its path within the page's folder. `content` null takes it away. */
export interface PageFile {
  readonly path: string;
  readonly content: string | Uint8Array | null;
}

/** What stands in the folder already. */
export interface Standing {
  /** The content of MANIFEST, as read; null where there is none. */
  readonly manifest: string | null;
  readonly has: (path: string) => boolean;
}

/** What was built from what, so that the next build touches only what changed. Holds nothing that the page does not show. */
export const MANIFEST = ".status-page.json";

interface Manifest {
  /** Of everything that shapes a page beside what was said: code, words, brand, components. */
  readonly look: string;
  /** For each incident what it was built from: how much was told, the month that lists it, and what was promised after it. */
  readonly incidents: Readonly<Record<string, readonly [told: number, month: string, promised?: string]>>;
}

const DAY_MS = 86_400_000;
/** So many incidents are in memory at once while their pages are made. */
const BATCH = 100;

/**
 * Makes the files of the status page that differ from what stands, in the order in which they are to be written:
 * `index.html` is the last that the public reads. `load` fetches incidents with their words; it is never asked for all at once.
 */
export async function* buildPage(
  site: Site,
  load: (ids: readonly string[]) => Promise<readonly PageIncident[]>,
  standing: Standing,
): AsyncGenerator<PageFile> {
  const overview = survey(site);
  const times = createTimes(datesOf(site.words.language, site.property.locale), site.property.timeZone);
  const recent = await load(recentIds(site));
  const byId = new Map(recent.map((incident) => [incident.id, incident]));
  const view: View = {
    site,
    overview,
    times,
    speech: createSpeech(site.words),
    recent,
    told(id) {
      const found = byId.get(id);
      if (found === undefined) throw new Error(`the words of ${id} were not loaded`);
      return found;
    },
  };

  const look = lookOf(view);
  const manifest = readManifest(standing.manifest);
  const before = manifest.look === look ? manifest.incidents : {};
  const monthOf = (entry: PageEntry) => times.monthKey(entry.startedAt);
  const promised = promisedAfter(site);
  const stale = site.incidents.filter(
    (entry) =>
      isOpen(entry) ||
      before[entry.id]?.[0] !== entry.told ||
      before[entry.id]?.[2] !== promised.get(entry.id) ||
      !standing.has(incidentPath(entry.id)),
  );
  for (let from = 0; from < stale.length; from += BATCH) {
    const batch = stale.slice(from, from + BATCH);
    const missing = batch.filter(({ id }) => !byId.has(id)).map(({ id }) => id);
    const loaded = new Map((missing.length === 0 ? [] : await load(missing)).map((each) => [each.id, each]));
    for (const { id } of batch) {
      const incident = byId.get(id) ?? loaded.get(id);
      if (incident !== undefined)
        yield { path: incidentPath(id), content: renderIncidentPage(incident, view) };
    }
  }

  const known = new Set(site.incidents.map(({ id }) => id));
  const gone = Object.keys(manifest.incidents).filter((id) => !known.has(id));
  for (const id of gone) yield { path: incidentPath(id), content: null };

  const months = new Map<string, PageEntry[]>();
  for (const entry of site.incidents) {
    if (entry.type === "notice") continue;
    const month = monthOf(entry);
    const entries = months.get(month);
    if (entries === undefined) months.set(month, [entry]);
    else entries.push(entry);
  }
  const touched = new Set([
    ...stale.map(monthOf),
    ...[...stale.map(({ id }) => id), ...gone].flatMap((id) => manifest.incidents[id]?.[1] ?? []),
  ]);
  for (const [month, entries] of months)
    if (touched.has(month) || !standing.has(monthPath(month)))
      yield { path: monthPath(month), content: renderMonth(month, entries, view) };
  for (const month of touched) if (!months.has(month)) yield { path: monthPath(month), content: null };
  yield { path: "history/index.html", content: renderHistory(months, view) };

  yield { path: "style.css", content: renderStyle(site.brand) };
  yield { path: "page.js", content: SCRIPT };
  if (site.brand.logo !== null) yield site.brand.logo;
  yield* apiFiles(view);
  yield* feedFiles(view);
  yield calendarFile(view);
  for (const [path, content] of [
    ["error-page.html", errorPage(view)],
    ["banner.js", bannerScript(view)],
  ] as const)
    if (content !== null || standing.has(path)) yield { path, content };
  yield { path: "status.json", content: statusJson(view) };
  yield { path: "index.html", content: renderFront(view) };
  const incidents = Object.fromEntries(
    site.incidents.map((entry) => {
      const own = promised.get(entry.id);
      return [entry.id, [entry.told, monthOf(entry), ...(own === undefined ? [] : [own])]];
    }),
  );
  yield { path: MANIFEST, content: JSON.stringify({ look, incidents }) };
}

/** `2010-06` */
export function monthPath(month: string): string {
  return `history/${month}.html`;
}

/** What the front page, the feeds and the JSON answers are made from. */
function recentIds({ incidents, generatedAt }: Site): string[] {
  const since = generatedAt.getTime() - 91 * DAY_MS;
  const ended = (entry: PageEntry) => (entry.resolvedAt ?? entry.startedAt).getTime();
  const newest = (type: PageEntry["type"]) => incidents.filter((entry) => entry.type === type).slice(0, 50);
  const shown = new Set([...newest("incident"), ...newest("maintenance"), ...newest("notice")]);
  return incidents
    .filter((entry) => shown.has(entry) || isOpen(entry) || ended(entry) >= since)
    .map(({ id }) => id);
}

/** By incident, what its page shows of actions; none for one after which nothing was promised. */
function promisedAfter({ actions }: Site): Map<string, string> {
  const own = new Map<string, string>();
  for (const { incidentId, ...action } of actions)
    if (incidentId !== null) own.set(incidentId, `${own.get(incidentId) ?? ""}${JSON.stringify(action)}`);
  return new Map([...own].map(([id, text]) => [id, digest(text).slice(0, 12)]));
}

/**
 * A page is as old as the look of it: a specimen made with this program and configuration tells whether that changed.
 * The words count beside it, since no specimen says all of them.
 */
function lookOf(view: View): string {
  const words = JSON.stringify(view.site.words);
  return createHash("sha256").update(words).update(specimen(view)).digest("hex").slice(0, 32);
}

/** The record of an earlier build; one that is missing or cannot be read vouches for nothing. */
function readManifest(content: string | null): Manifest {
  try {
    const { look, incidents } = JSON.parse(content ?? "") as Manifest;
    if (typeof look === "string" && incidents !== null && typeof incidents === "object")
      return { look, incidents };
  } catch {
    // Whatever stands there is not ours.
  }
  return { look: "", incidents: {} };
}
