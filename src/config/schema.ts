import { z } from "zod";
import { parseDuration } from "../base/duration.ts";
import type { Component } from "../incident/components.ts";

const duration = z
  .string()
  .refine((text) => parseDuration(text) !== null, "say a duration with its unit, such as 15s, 30m or 1h30m")
  .transform((text) => parseDuration(text)!);

const ID = /^[a-z0-9][a-z0-9_-]*$/;
const id = z.string().regex(ID, "use lower-case letters, digits, - and _");
const address = z.url({ protocol: /^https?$/, error: "give an address that begins with https://" });

const timeZone = z.string().refine((zone) => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}, "give a time zone such as America/Los_Angeles or UTC");

const locale = z.string().refine((tag) => {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}, "give a language tag such as en or de-AT");

export const propertySchema = z.strictObject({
  name: z.string().trim().min(1).max(100).describe("What customers call you"),
  url: address.optional().describe("The property itself"),
  statusUrl: address.optional().describe("The page that every post links to"),
  locale: locale.default("en"),
  timeZone: timeZone.default("UTC").describe("The zone that times are said in"),
});

/** Another dashboard that is shown as a part of ours. */
const source = z.union([z.strictObject({ statuspage: address }), z.strictObject({ feed: address })]);

interface ComponentInput {
  id: string;
  name: string;
  description?: string | undefined;
  source?: z.infer<typeof source> | undefined;
  components?: ComponentInput[] | undefined;
}

const componentSchema: z.ZodType<ComponentInput> = z.lazy(() =>
  z.strictObject({
    id,
    name: z.string().trim().min(1).max(100),
    description: z.string().optional(),
    source: source.optional(),
    components: z.array(componentSchema).optional(),
  }),
);

/** The settings that every channel takes beside those of its kind. */
export const commonSchema = z.object({
  kind: z.string(),
  timeout: duration.default(15_000).describe("For one call"),
  required: z.boolean().default(true).describe("Whether its silence is a failure"),
  audience: z.enum(["public", "internal"]).default("public"),
  locale: locale.optional(),
});
export const COMMON_KEYS = ["timeout", "required", "audience", "locale"] as const;

export const cadenceSchema = z.strictObject({
  acknowledgeWithin: duration.default(15 * 60_000),
  postmortemWithin: duration.default(5 * 86_400_000),
});

export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  property: propertySchema,
  components: z.array(componentSchema).default([]),
  channels: z.record(id, z.looseObject({ kind: z.string() })),
  cadence: cadenceSchema.prefault({}),
  store: z.string().min(1).default(".status/status.db"),
});

export const TOP_LEVEL_KEYS = Object.keys(configSchema.shape);

/** The tree as the rest of the program knows it. */
export function componentTree(input: readonly ComponentInput[]): Component[] {
  return input.map(({ id, name, description, source, components }) => ({
    id,
    name,
    ...(description === undefined ? {} : { description }),
    ...(source === undefined ? {} : { source: "statuspage" in source ? source.statuspage : source.feed }),
    components: componentTree(components ?? []),
  }));
}
