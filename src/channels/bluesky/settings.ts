import { z } from "zod";
import type { Resolved } from "../define-kind.ts";
import { baseUrl, secretReference } from "../settings.ts";

export const blueskySettings = z.strictObject({
  kind: z.literal("bluesky"),
  identifier: z
    .string()
    .regex(
      /^(?:did:[a-z]+:[\w.:%-]+|[a-z0-9-]+(?:\.[a-z0-9-]+)+)$/i,
      "a handle such as status.example.com, or a DID",
    )
    .describe("The account: its handle without `@`, or its DID"),
  appPassword: secretReference.describe(
    "A reference to an app password, made in the account's settings; never the account's own",
  ),
  baseUrl: baseUrl("https://bsky.social").describe("The account's personal data server"),
});

/** What the channel works with: the settings with the password resolved. */
export type BlueskySettings = Resolved<z.output<typeof blueskySettings>, "appPassword">;
