import { z } from "zod";
import type { Resolved } from "../define-kind.ts";
import { baseUrl, secretReference } from "../settings.ts";

export const settings = z.strictObject({
  kind: z.literal("slack"),
  token: secretReference.describe(
    "A reference to a bot token (`xoxb-…`) with chat:write, and channels:history or groups:history to read posts back",
  ),
  channel: z
    .string()
    .regex(/^\S+$/, "a channel id such as C0123456")
    .describe("The channel's id, as its details show it at the bottom: `C0123456`"),
  baseUrl: baseUrl("https://slack.com").describe("Another origin, such as a proxy"),
  broadcastResolution: z
    .boolean()
    .default(true)
    .describe("Whether the reply that ends an incident is shown in the channel as well as in its thread"),
});

/** What the channel works with: the settings with the token resolved. */
export type SlackSettings = Resolved<z.output<typeof settings>, "token">;
