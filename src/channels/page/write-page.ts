import { join } from "node:path";
import { buildPage, MANIFEST } from "../../page/build.ts";
import type { Site } from "../../page/site.ts";
import { ChannelError, type ChannelKit } from "../contract.ts";
import { loadBrand } from "./brand.ts";
import { toPageIncident } from "./compose.ts";
import { FolderWriter, notWritten } from "./folder-writer.ts";
import { revisionOfJson } from "./read-back.ts";
import { LIMITS, readPlain } from "./read-plain.ts";
import type { PageSettings } from "./settings.ts";

/** Brings a folder up to the site; the published one under the page's lease only. Returns the paths it changed. */
export async function writePage(
  site: Site,
  directory: string,
  { board, name }: ChannelKit,
): Promise<readonly string[]> {
  const heads = new Map(site.incidents.map((entry) => [entry.id, entry]));
  const load = async (ids: readonly string[]) => {
    const updates = await board.updates(name, ids);
    return ids.map((id) => toPageIncident(heads.get(id)!, updates.get(id) ?? []));
  };
  const folder = await FolderWriter.open(directory);
  const manifest = await read(directory, MANIFEST, LIMITS.manifest);
  const changed: string[] = [];
  for await (const file of buildPage(site, load, { manifest, has: (path) => folder.has(path) }))
    if (await folder.put(file)) changed.push(file.path);
  return changed;
}

/**
 * All that the page is made from, as the board and the project's own files have it now. A file that cannot be used does
 * not silence the page: ours stands in its place, and the user is told.
 */
export async function siteOf(settings: PageSettings, kit: ChannelKit, revision: number): Promise<Site> {
  const { name: channel, property, locale, clock, board } = kit;
  const { name, url, timeZone, components } = property;
  const { brand, words, faults } = await loadBrand(settings, kit);
  tellFaults(faults, kit);
  const incidents = await board.entries(channel);
  const told = new Set(incidents.map(({ id }) => id));
  return {
    property: { name, url, timeZone, locale },
    url: settings.url ?? null,
    components,
    incidents,
    // An incident that this page keeps to itself must not come out by what followed from it.
    actions: (await board.actions()).filter(({ incidentId }) => incidentId === null || told.has(incidentId)),
    readings: new Map((await board.readings()).map((reading) => [reading.url, reading])),
    brand,
    words,
    revision,
    generatedAt: clock.now(),
  };
}

/** Once for each fault: a preview looks at the same files again and again. */
function tellFaults(faults: readonly Error[], kit: ChannelKit): void {
  const before = told.get(kit) ?? new Set();
  for (const { message } of faults)
    if (!before.has(message)) kit.tell(`the page is written without this: ${message}`);
  told.set(kit, new Set(faults.map(({ message }) => message)));
}

const told = new WeakMap<ChannelKit, ReadonlySet<string>>();

/**
 * A revision in the folder that this ledger has not reached was written from another ledger, which knows more:
 * an empty or older one must not wipe its incidents off the page.
 */
export async function refuseOlder(directory: string, revision: number): Promise<void> {
  const there = await revisionIn(directory);
  if (there === null || there < revision) return;
  throw new ChannelError(
    "refused",
    "PAGE_FROM_ANOTHER_LEDGER",
    `the page in ${directory} was written from another ledger (revision ${there}; this ledger is at ${revision})`,
    {
      hint: `bring that ledger back, or give the page up to this one: rm ${directory}/status.json — then: status retry`,
    },
  );
}

/** Which writing of the page stands in the folder; null where there is none. Throws ChannelError `PAGE_NOT_WRITTEN`. */
export async function revisionIn(directory: string): Promise<number | null> {
  return revisionOfJson((await read(directory, "status.json", LIMITS.status)) ?? "");
}

/** Null only where it is not there: what cannot be read may tell of a page that knows more. */
function read(directory: string, name: string, limit: number): Promise<string | null> {
  return notWritten(directory, () => readPlain(join(directory, name), limit));
}
