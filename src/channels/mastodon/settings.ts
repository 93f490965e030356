import { z } from "zod";
import type { Secret } from "../../base/secret.ts";
import { baseUrl, secretReference } from "../settings.ts";

export const mastodonSettings = z.strictObject({
  kind: z.literal("mastodon"),
  /** The account's own server: `https://social.example.com`. */
  baseUrl: baseUrl("").unwrap(),
  /** Of an application with read:accounts, read:statuses and write:statuses. */
  accessToken: secretReference,
  /** `private` shows posts to followers only. */
  visibility: z.enum(["public", "unlisted", "private"]).default("public"),
  /** What the server takes in one post; `status doctor` compares it with what the server says. */
  characters: z.int().min(100).max(100_000).default(500),
});

/** What the channel works with: the settings with the token resolved. */
export type MastodonSettings = Omit<z.output<typeof mastodonSettings>, "accessToken"> & {
  readonly accessToken: Secret;
};
