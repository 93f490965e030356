import { realpathSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import { configJsonSchema } from "../../config/json-schema.ts";
import { packageRoot } from "../../status/package-root.ts";
import type { Chosen, NewConfig } from "./compose.ts";
import type { Detected } from "./detect.ts";
import type { PropertyFlags } from "./property.ts";
import type { GivenSettings } from "./settings.ts";

export function propertyFrom(
  name: string,
  { statusUrl, timeZone, locale }: PropertyFlags,
  detected: Detected,
  url: string | undefined,
): NewConfig["property"] {
  return {
    name,
    ...(url ? { url } : {}),
    ...(statusUrl ? { statusUrl } : {}),
    locale: locale || "en",
    timeZone: timeZone || detected.timeZone,
  };
}

/** What a channel takes from the property: the sender's name, the page's address. */
export function finish(
  settings: Readonly<Record<string, unknown>>,
  property: NewConfig["property"],
  given: GivenSettings,
): Readonly<Record<string, unknown>> {
  const { kind } = settings;
  const own = given.get(String(kind)) ?? {};
  if (kind === "page" && property.statusUrl !== undefined && own.url === undefined)
    return { ...settings, url: property.statusUrl.replace(/\/+$/, "") };
  if (
    kind === "email" &&
    typeof settings.from === "string" &&
    !settings.from.includes("<") &&
    own.from === undefined
  )
    return { ...settings, from: `${senderName(property.name)} Status <${settings.from}>` };
  return settings;
}

/** A display name without what would need quoting in a mail header. */
function senderName(property: string): string {
  return property.replace(/[^\p{L}\p{N} .&'-]/gu, "").trim() || "Our";
}

/** Two kinds may suggest one name; the later one then bears its kind's. */
export function named(channels: readonly Chosen[]): readonly Chosen[] {
  return channels.map((channel, index) =>
    channels.slice(0, index).some(({ name }) => name === channel.name)
      ? { ...channel, name: String(channel.settings.kind) }
      : channel,
  );
}

/** Beside the configuration, to be committed with it: a clone has it too. */
export const OWN_SCHEMA = ".statusrc.schema.json";

/**
 * Where an editor finds the schema, from the configuration at `path`: inside the package where it is installed for the project,
 * so that it is always of the version in use; else a copy. `root`: this package's own folder.
 */
export function schemaLink(path: string, root = packageRoot()): string {
  const folder = dirname(path);
  for (let above = folder; ; above = dirname(above)) {
    // Not the folder that a package manager keeps it in: that one's name changes with the version.
    const installed = join(above, "node_modules", basename(root));
    if (isSame(installed, root))
      return `${above === folder ? "./" : ""}${relative(folder, join(installed, "dist", "schema.json"))
        .split(sep)
        .join("/")}`;
    if (above === dirname(above)) return `./${OWN_SCHEMA}`;
  }
}

/** A link to somebody's checkout (`npm link`) is on one machine only. */
function isSame(installed: string, root: string): boolean {
  try {
    const real = realpathSync(installed);
    return real === realpathSync(root) && real.includes(`${sep}node_modules${sep}`);
  } catch {
    return false;
  }
}

/** What is to be written beside the configuration so that editors find it; null where the package has it. */
export async function schemaFor({ schema }: NewConfig): Promise<string | null> {
  return schema === `./${OWN_SCHEMA}` ? `${JSON.stringify(await configJsonSchema(), null, 2)}\n` : null;
}
