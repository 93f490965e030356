import { z } from "zod";
import type { Secret } from "../../base/secret.ts";
import { baseUrl, secretReference } from "../settings.ts";

export const blueskySettings = z.strictObject({
  kind: z.literal("bluesky"),
  /** The account: its handle without `@`, or its DID. */
  identifier: z
    .string()
    .regex(
      /^(?:did:[a-z]+:[\w.:%-]+|[a-z0-9-]+(?:\.[a-z0-9-]+)+)$/i,
      "a handle such as status.example.com, or a DID",
    ),
  /** An app password, made in the account's settings; never the account's own. */
  appPassword: secretReference,
  /** The account's personal data server. */
  baseUrl: baseUrl("https://bsky.social"),
});

/** What the channel works with: the settings with the password resolved. */
export type BlueskySettings = Omit<z.output<typeof blueskySettings>, "appPassword"> & {
  readonly appPassword: Secret;
};
