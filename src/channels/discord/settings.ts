import { z } from "zod";
import type { Resolved } from "../define-kind.ts";
import { baseUrl, secretReference } from "../settings.ts";

const snowflake = z.string().regex(/^[1-9]\d{5,25}$/, "an id of digits, in quotes");

const fields = z.strictObject({
  kind: z.literal("discord"),
  webhook: secretReference.describe(
    "A reference to the webhook's address, as Discord copies it (https://discord.com/api/webhooks/…), or to its last two parts: `id/token`",
  ),
  forum: z
    .boolean()
    .default(false)
    .describe("True where the webhook belongs to a forum channel: each incident becomes a thread there"),
  thread: snowflake.optional().describe("The id of a thread of the webhook's channel that all posts go into"),
  server: snowflake.optional().describe("The server's id: receipts then link to the message"),
  username: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .refine((name) => !/discord|clyde/i.test(name), "Discord refuses names with discord or clyde in them")
    .optional()
    .describe("The name that the posts bear, in place of the webhook's own"),
  baseUrl: baseUrl("https://discord.com").describe("Another origin, such as a proxy"),
});

export const discordSettings = fields.refine(({ forum, thread }) => !forum || thread === undefined, {
  path: ["thread"],
  message: "goes without forum: true, which opens threads itself",
});

/** What the channel works with: the settings with the webhook resolved. */
export type DiscordSettings = Resolved<z.output<typeof fields>, "webhook">;
