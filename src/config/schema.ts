import { z } from "zod";
import { parseDuration } from "../base/duration.ts";
import { DEFAULT_CADENCE } from "../cadence/policy.ts";
import type { Component, ComponentSource } from "../incident/components.ts";
import { IMPACTS, type Impact } from "../incident/incident.ts";
import { RULES, type Rule } from "../render/wording/policy.ts";

const duration = z
  .string()
  .refine((text) => parseDuration(text) !== null, "say a duration with its unit, such as 15s, 30m or 1h30m")
  .transform((text) => parseDuration(text)!);

const ID = /^[a-z0-9][a-z0-9_-]*$/;
const id = z.string().regex(ID, "use lower-case letters, digits, - and _");
/** Addresses are shown to the public, or asked for in the open. */
const address = z
  .url({ protocol: /^https?$/, error: "give an address that begins with https://" })
  .refine((text) => !hasUserInfo(text), "leave the user name and password out of the address");

function hasUserInfo(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username !== "" || password !== "";
}

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
const source = z
  .strictObject({ statuspage: address.optional(), feed: address.optional() })
  .refine(({ statuspage, feed }) => (statuspage === undefined) !== (feed === undefined), {
    error: "give either statuspage: or feed:, with the dashboard's address",
  });

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
  notices: z.boolean().default(true).describe("Whether notices, such as deploys, are said here"),
});
export const COMMON_KEYS = ["timeout", "required", "audience", "locale", "notices"] as const;

const { updates, long, maintenance, ...cadence } = DEFAULT_CADENCE;

/** One impact's intervals, by phase; what is left out keeps its default. */
const intervals = (impact: Impact) =>
  z
    .strictObject({
      investigating: duration.default(updates[impact].investigating),
      identified: duration.default(updates[impact].identified),
      monitoring: duration.default(updates[impact].monitoring),
    })
    .prefault({});
const longInterval = (impact: Impact) => duration.default(long.updates[impact]);

export const cadenceSchema = z.strictObject({
  acknowledgeWithin: duration.default(cadence.acknowledgeWithin),
  acknowledgeAtTheLatest: duration.default(cadence.acknowledgeAtTheLatest),
  updates: z
    .strictObject({
      none: intervals("none"),
      minor: intervals("minor"),
      major: intervals("major"),
      critical: intervals("critical"),
    })
    .prefault({}),
  long: z
    .strictObject({
      after: duration.default(long.after),
      updates: z
        .strictObject({
          none: longInterval("none"),
          minor: longInterval("minor"),
          major: longInterval("major"),
          critical: longInterval("critical"),
        })
        .prefault({}),
    })
    .prefault({}),
  maintenance: z
    .strictObject({
      every: duration.nullable().default(maintenance.every),
      remindBefore: z
        .array(duration)
        .max(10)
        .default([...maintenance.remindBefore]),
    })
    .prefault({}),
  postmortemWithin: duration.default(cadence.postmortemWithin),
  postmortemFor: z.array(z.enum(IMPACTS)).default([...cadence.postmortemFor]),
  remindBefore: duration.default(cadence.remindBefore),
});

const words = z.array(z.string().trim().min(1).max(100)).default([]);
const hosts = z.array(
  z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/i, "give a domain such as corp.example.com"),
);
const ticket = z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/, "give a project key such as OPS");

export const wordingSchema = z.strictObject({
  tickets: z.array(ticket).default([]).describe("Project keys of your tracker: OPS finds OPS-123"),
  hosts: hosts.default([]).describe("Domains that customers cannot reach"),
  vendors: words.describe("Suppliers whose names customers need not read"),
  staff: words.describe("Colleagues whose names customers need not read"),
  rules: z
    .partialRecord(z.enum(Object.keys(RULES) as [Rule, ...Rule[]]), z.enum(["block", "warn", "off"]))
    .default({})
    .describe("A rule's level, where it is to differ"),
});

const approvals = {
  needs: z.int().min(1).max(10).default(1).describe("How many people beside the author"),
  from: words.describe("Who may; without it anybody but the author"),
  signed: z.boolean().default(false).describe("Whether only a signature counts"),
};

export const approvalSchema = z.strictObject({
  rules: z
    .array(
      z.strictObject({
        channels: z.array(z.string()).default([]),
        audience: z.enum(["public", "internal"]).nullable().default(null),
        impact: z.array(z.enum(IMPACTS)).default([]),
        types: z.array(z.enum(["incident", "maintenance", "notice"])).default([]),
        ...approvals,
      }),
    )
    .default([]),
  security: z.strictObject(approvals).nullable().default(null),
  allowedSigners: z
    .string()
    .nullable()
    .default(null)
    .describe("An allowed-signers file, as ssh-keygen reads it"),
});

export const configSchema = z.strictObject({
  $schema: z.string().optional(),
  property: propertySchema,
  components: z.array(componentSchema).default([]),
  channels: z.record(id, z.looseObject({ kind: z.string() })),
  cadence: cadenceSchema.prefault({}),
  wording: wordingSchema.prefault({}),
  approval: approvalSchema.prefault({}),
  store: z.string().min(1).default(".status/status.db"),
});

export const TOP_LEVEL_KEYS = Object.keys(configSchema.shape);

/** The tree as the rest of the program knows it. */
export function componentTree(input: readonly ComponentInput[]): Component[] {
  return input.map(({ id, name, description, source, components }) => ({
    id,
    name,
    ...(description === undefined ? {} : { description }),
    ...(source === undefined ? {} : { source: sourceOf(source) }),
    components: componentTree(components ?? []),
  }));
}

function sourceOf(input: z.infer<typeof source>): ComponentSource {
  // The schema lets one of the two be given.
  return input.statuspage !== undefined
    ? { form: "statuspage", url: input.statuspage.replace(/\/+$/, "") }
    : { form: "feed", url: input.feed! };
}
