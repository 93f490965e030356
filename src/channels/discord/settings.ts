import { z } from "zod";
import type { Secret } from "../../base/secret.ts";
import { baseUrl, secretReference } from "../settings.ts";

const snowflake = z.string().regex(/^[1-9]\d{5,25}$/, "an id of digits, in quotes");

const fields = z.strictObject({
  kind: z.literal("discord"),
  /** The webhook's address, as Discord copies it (https://discord.com/api/webhooks/…), or its last two parts: `id/token`. */
  webhook: secretReference,
  /** True where the webhook belongs to a forum channel: each incident becomes a thread there. */
  forum: z.boolean().default(false),
  /** Posts into this thread of the webhook's channel. */
  thread: snowflake.optional(),
  /** The server's id: receipts then link to the message. */
  server: snowflake.optional(),
  /** The name that the posts bear, in place of the webhook's own. */
  username: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .refine((name) => !/discord|clyde/i.test(name), "Discord refuses names with discord or clyde in them")
    .optional(),
  baseUrl: baseUrl("https://discord.com"),
});

export const discordSettings = fields.refine(({ forum, thread }) => !forum || thread === undefined, {
  path: ["thread"],
  message: "goes without forum: true, which opens threads itself",
});

/** What the channel works with: the settings with the webhook resolved. */
export type DiscordSettings = Omit<z.output<typeof fields>, "webhook"> & { readonly webhook: Secret };
