import { dirname, join, relative, sep } from "node:path";
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

const OWN_SCHEMA = "./.status/schema.json";

/** From the package where it is a part of the project; else a copy beside the ledger. */
export function schemaLink(path: string): string {
  const root = packageRoot();
  const [project, ...rest] = root.split(`${sep}node_modules${sep}`);
  const inside = rest.length > 0 && `${dirname(path)}${sep}`.startsWith(`${project}${sep}`);
  if (!inside) return OWN_SCHEMA;
  const link = relative(dirname(path), join(root, "dist", "schema.json"))
    .split(sep)
    .join("/");
  return link.startsWith(".") ? link : `./${link}`;
}

/** What is to be written beside the configuration so that editors find it; null where the package has it. */
export async function schemaFor({ schema }: NewConfig): Promise<string | null> {
  return schema === OWN_SCHEMA ? `${JSON.stringify(await configJsonSchema(), null, 2)}\n` : null;
}
