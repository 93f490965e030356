import { z } from "zod";
import type { Resolved } from "../define-kind.ts";
import { baseUrl, secretReference } from "../settings.ts";

export const mastodonSettings = z.strictObject({
  kind: z.literal("mastodon"),
  baseUrl: baseUrl("").unwrap().describe("The account's own server: `https://social.example.com`"),
  accessToken: secretReference.describe(
    "A reference to the token of an application with read:accounts, read:statuses and write:statuses",
  ),
  visibility: z
    .enum(["public", "unlisted", "private"])
    .default("public")
    .describe("Who sees posts; `private` shows them to followers only"),
  characters: z
    .int()
    .min(100)
    .max(100_000)
    .default(500)
    .describe("What the server takes in one post; `status doctor` compares it with what the server says"),
});

/** What the channel works with: the settings with the token resolved. */
export type MastodonSettings = Resolved<z.output<typeof mastodonSettings>, "accessToken">;
