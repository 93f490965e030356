import { z } from "zod";
import type { Resolved } from "../define-kind.ts";
import { baseUrl, secretReference } from "../settings.ts";

export const X_BASE_URL = "https://api.x.com";

/** OAuth 1.0a user context: the keys of the app, and the token of the account that it posts for. */
export const settings = z.strictObject({
  kind: z.literal("twitter"),
  appKey: secretReference.describe("A reference to the app's API key"),
  appSecret: secretReference.describe("A reference to the app's API key secret"),
  accessToken: secretReference.describe(
    "A reference to the access token of the account that speaks, made with the right to write",
  ),
  accessSecret: secretReference.describe("A reference to the access token's secret"),
  baseUrl: baseUrl(X_BASE_URL).describe("Another origin, such as a proxy"),
});

export const SECRETS = ["appKey", "appSecret", "accessToken", "accessSecret"] as const;

/** What the channel works with: the settings with the secrets resolved. */
export type TwitterSettings = Resolved<z.output<typeof settings>, (typeof SECRETS)[number]>;
