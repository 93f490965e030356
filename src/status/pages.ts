import { StatusError, usageError } from "../base/errors.ts";
import { suggest } from "../base/nearest.ts";
import { ChannelError, type ChannelKit } from "../channels/contract.ts";
import type { PageSettings } from "../channels/page/settings.ts";
import type { Desk } from "./desk.ts";

/** A page channel with what it works with. */
export interface Page {
  readonly name: string;
  readonly settings: PageSettings;
  readonly kit: ChannelKit;
}

/** The page channel of that name, or all of them. Throws usageError where there is none. */
export function pagesOf(desk: Pick<Desk, "config" | "kitOf">, name: string | null): Page[] {
  const pages = desk.config.channels
    .filter(({ kind }) => kind.kind === "page")
    // The configuration was read with the kind's own schema.
    .map((channel) => ({
      name: channel.name,
      settings: channel.settings as unknown as PageSettings,
      kit: desk.kitOf(channel),
    }));
  if (pages.length === 0)
    throw usageError(
      "PAGE_NONE",
      `${desk.config.path} has no channel of kind page.`,
      "Add one under `channels:`, such as page: { kind: page, directory: ./public }",
    );
  if (name === null) return pages;
  const named = pages.filter((page) => page.name === name);
  if (named.length > 0) return named;
  const names = pages.map((page) => page.name);
  const other = desk.config.channels.find((channel) => channel.name === name);
  throw usageError(
    "PAGE_UNKNOWN",
    other === undefined
      ? `There is no channel "${name}".`
      : `The channel "${name}" is no page; its kind is ${other.kind.kind}.`,
    suggest(name, names),
  );
}

/** What became of one page that was written anew. */
export interface Rewritten {
  readonly name: string;
  /** A command brings it to its host, and has not been run. */
  readonly toCarry: boolean;
  /** Why it was not written; null where it was. */
  readonly error: string | null;
}

/** Writes the folders of all pages anew, as `status page build` does; carries none to its host. */
export async function rewritePages(desk: Desk): Promise<readonly Rewritten[]> {
  if (!desk.config.channels.some(({ kind }) => kind.kind === "page")) return [];
  const { isCarried, publishPage } = await import("../channels/page/publish-page.ts");
  const rewritten: Rewritten[] = [];
  for (const { name, settings, kit } of pagesOf(desk, null)) {
    try {
      await publishPage(settings, kit, { carry: false, signal: desk.surroundings.stopped });
      rewritten.push({ name, toCarry: isCarried(settings, kit), error: null });
    } catch (error) {
      // What was to be shown is recorded, whatever becomes of the page.
      if (!(error instanceof ChannelError || error instanceof StatusError)) throw error;
      rewritten.push({ name, toCarry: false, error: error.message });
    }
  }
  return rewritten;
}
