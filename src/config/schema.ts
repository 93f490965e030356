import { z } from "zod";
import { DURATION, parseDuration } from "../base/duration.ts";
import { DEFAULT_CADENCE } from "../cadence/policy.ts";
import type { Component, ComponentSource } from "../incident/components.ts";
import { IMPACTS, type Impact } from "../incident/incident.ts";
import { DEFAULT_WORDING, RULES, type Rule } from "../render/wording/policy.ts";

const duration = z
  .string()
  .refine((text) => parseDuration(text) !== null, "say a duration with its unit, such as 15s, 30m or 1h30m")
  .meta({ pattern: DURATION })
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
  // The list is at hand, a formatter takes ten times as long; but it lacks the older names.
  if (zone === "UTC" || Intl.supportedValuesOf("timeZone").includes(zone)) return true;
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
  locale: locale.default("en").describe("The language that customers read: en, de-AT"),
  timeZone: timeZone.default("UTC").describe("The zone that times are said in"),
});

/** Another dashboard that is shown as a part of ours. */
const source = z.lazy(() =>
  z
    .strictObject({
      statuspage: address
        .optional()
        .describe("A page of Atlassian Statuspage, or one that answers as it does"),
      feed: address.optional().describe("An RSS or Atom feed of incidents"),
    })
    .refine(({ statuspage, feed }) => (statuspage === undefined) !== (feed === undefined), {
      error: "give either statuspage: or feed:, with the dashboard's address",
    }),
);

interface ComponentInput {
  id: string;
  name: string;
  description?: string | undefined;
  source?: z.infer<typeof source> | undefined;
  components?: ComponentInput[] | undefined;
}

const componentSchema: z.ZodType<ComponentInput> = z.lazy(() =>
  z.strictObject({
    id: id.describe("What is typed after --component"),
    name: z.string().trim().min(1).max(100).describe("What customers call it"),
    description: z.string().optional().describe("A line below its name on the page"),
    source: source.optional().describe("Another dashboard that speaks for this part"),
    components: z.array(componentSchema).optional().describe("The parts that it is made of"),
  }),
);

/** The settings that every channel takes beside those of its kind. */
export const commonSchema = z.object({
  kind: z.string().describe("What sort of place this is"),
  timeout: duration.default(15_000).describe("How long one call may take"),
  required: z.boolean().default(true).describe("Whether its silence is a failure"),
  audience: z
    .enum(["public", "internal"])
    .default("public")
    .describe("`internal` is for colleagues: the preview says so, and reminders go there"),
  locale: locale.optional().describe("The language that is read here, where it is not the property's"),
  notices: z.boolean().default(true).describe("Whether notices, such as deploys, are said here"),
});
/** A kind that is not built in: a file (`./pager.mjs`), or a package (`status-channel-pager`, `@acme/status-channel`). */
export const OWN_KIND =
  /^(?:\.{0,2}\/.+|status-channel-[a-z0-9][a-z0-9._-]*|@[a-z0-9][a-z0-9._-]*\/status-channel(?:-[a-z0-9._-]+)?)$/;

export const COMMON_KEYS = ["timeout", "required", "audience", "locale", "notices"] as const;

/*
 * The sections below are made when a configuration has them, and their defaults stand ready: most have none, and making a
 * schema takes longer than checking with it.
 */

const { updates, long, maintenance, ...cadence } = DEFAULT_CADENCE;

/** One impact's intervals, by phase; what is left out keeps its default. */
const intervals = (impact: Impact) =>
  z
    .strictObject({
      investigating: duration.default(updates[impact].investigating).describe("While it is investigated"),
      identified: duration.default(updates[impact].identified).describe("When the cause is known"),
      monitoring: duration.default(updates[impact].monitoring).describe("While a fix is watched"),
    })
    .prefault({})
    .describe(`Between two updates while the impact is ${impact}`);
const longInterval = (impact: Impact) =>
  duration.default(long.updates[impact]).describe(`While the impact is ${impact}`);

export const cadenceSchema = z.lazy(() =>
  z.strictObject({
    acknowledgeWithin: duration
      .default(cadence.acknowledgeWithin)
      .describe("How soon after the beginning the first word is out"),
    acknowledgeAtTheLatest: duration
      .default(cadence.acknowledgeAtTheLatest)
      .describe("The outer bound for that first word: past it, silence is worse than late"),
    updates: z
      .strictObject({
        none: intervals("none"),
        minor: intervals("minor"),
        major: intervals("major"),
        critical: intervals("critical"),
      })
      .prefault({})
      .describe("When the next update is promised, by impact and phase"),
    long: z
      .strictObject({
        after: duration.default(long.after).describe("How old it is by then"),
        updates: z
          .strictObject({
            none: longInterval("none"),
            minor: longInterval("minor"),
            major: longInterval("major"),
            critical: longInterval("critical"),
          })
          .prefault({})
          .describe("Between two updates, by impact"),
      })
      .prefault({})
      .describe("For an incident that drags on, from `status update --long`"),
    maintenance: z
      .strictObject({
        every: duration
          .nullable()
          .default(maintenance.every)
          .describe("How often it is spoken of while under way; null: by its end"),
        remindBefore: z
          .array(duration)
          .max(10)
          .default([...maintenance.remindBefore])
          .describe("How long before its beginning customers are reminded"),
      })
      .prefault({})
      .describe("Planned work"),
    postmortemWithin: duration.default(cadence.postmortemWithin).describe("How soon a postmortem is due"),
    postmortemFor: z
      .array(z.enum(IMPACTS))
      .default([...cadence.postmortemFor])
      .describe("The impacts that a postmortem is owed for"),
    remindBefore: duration
      .default(cadence.remindBefore)
      .describe("How long before a promise lapses colleagues are reminded (audience: internal)"),
  }),
);

const words = () => z.array(z.string().trim().min(1).max(100)).default([]);
const hosts = () =>
  z.array(z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/i, "give a domain such as corp.example.com"));
const ticket = () => z.string().regex(/^[A-Za-z][A-Za-z0-9_]*$/, "give a project key such as OPS");

export const wordingSchema = z.lazy(() =>
  z.strictObject({
    tickets: z.array(ticket()).default([]).describe("Project keys of your tracker: OPS finds OPS-123"),
    hosts: hosts().default([]).describe("Domains that customers cannot reach"),
    vendors: words().describe("Suppliers whose names customers need not read"),
    staff: words().describe("Colleagues whose names customers need not read"),
    rules: z
      .partialRecord(z.enum(Object.keys(RULES) as [Rule, ...Rule[]]), z.enum(["block", "warn", "off"]))
      .default({})
      .describe("A rule's level, where it is to differ"),
  }),
);

const approvals = () => ({
  needs: z.int().min(1).max(10).default(1).describe("How many people beside the author"),
  from: words().describe("Who may; without it anybody but the author"),
  signed: z.boolean().default(false).describe("Whether only a signature counts"),
});

export const approvalSchema = z.lazy(() =>
  z.strictObject({
    rules: z
      .array(
        z.strictObject({
          channels: z.array(z.string()).default([]).describe("On these channels; without it on any"),
          audience: z
            .enum(["public", "internal"])
            .nullable()
            .default(null)
            .describe("For this audience; without it for any"),
          impact: z.array(z.enum(IMPACTS)).default([]).describe("At these impacts; without it at any"),
          types: z
            .array(z.enum(["incident", "maintenance", "notice"]))
            .default([])
            .describe("For these; without it for any"),
          ...approvals(),
        }),
      )
      .default([])
      .describe("What needs agreement; all of a rule's conditions must hold"),
    security: z
      .strictObject(approvals())
      .nullable()
      .default(null)
      .describe("What opens public channels for an incident of security; without it they stay closed"),
    allowedSigners: z
      .string()
      .nullable()
      .default(null)
      .describe("An allowed-signers file, as ssh-keygen reads it"),
  }),
);

export const configSchema = z.strictObject({
  $schema: z.string().optional().describe("For editors: where the schema of this file is"),
  property: propertySchema.describe("What customers call you, and where they look"),
  components: z
    .array(componentSchema)
    .default([])
    .describe("The parts that customers know by name; they form a tree"),
  channels: z
    .record(id, z.looseObject({ kind: z.string() }))
    .describe("Where you speak: a name of your own for each place, and its settings"),
  cadence: cadenceSchema
    .default(DEFAULT_CADENCE as z.output<typeof cadenceSchema>)
    .describe("How soon customers hear something, and how often"),
  wording: wordingSchema
    .default(DEFAULT_WORDING as z.output<typeof wordingSchema>)
    .describe("What customers should not read"),
  approval: approvalSchema
    .default({ rules: [], security: null, allowedSigners: null })
    .describe("Whose agreement some words need before they are said"),
  store: z
    .string()
    .min(1)
    .default(".status/status.db")
    .describe(
      "The ledger: a file, or a reference to a PostgreSQL address that a team shares: env:DATABASE_URL",
    ),
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
