import { usageError } from "../base/errors.ts";
import { suggest } from "../base/nearest.ts";
import type { ChannelKit } from "../channels/contract.ts";
import type { PageSettings } from "../channels/page/settings.ts";
import type { App } from "./app.ts";

/** A page channel with what it works with. */
export interface Page {
  readonly name: string;
  readonly settings: PageSettings;
  readonly kit: ChannelKit;
}

/** The page channel of that name, or all of them. Throws usageError where there is none. */
export function pagesOf(app: App, name: string | null): Page[] {
  const pages = app.config.channels
    .filter(({ kind }) => kind.kind === "page")
    // The configuration was read with the kind's own schema.
    .map((channel) => ({
      name: channel.name,
      settings: channel.settings as unknown as PageSettings,
      kit: app.kitOf(channel),
    }));
  if (pages.length === 0)
    throw usageError(
      "PAGE_NONE",
      `${app.config.path} has no channel of kind page.`,
      "Add one under `channels:`, such as page: { kind: page, directory: ./public }",
    );
  if (name === null) return pages;
  const named = pages.filter((page) => page.name === name);
  if (named.length > 0) return named;
  const names = pages.map((page) => page.name);
  const other = app.config.channels.find((channel) => channel.name === name);
  throw usageError(
    "PAGE_UNKNOWN",
    other === undefined
      ? `There is no channel "${name}".`
      : `The channel "${name}" is no page; its kind is ${other.kind.kind}.`,
    suggest(name, names),
  );
}
