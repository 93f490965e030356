import { z } from "zod";
import type { Resolved } from "../define-kind.ts";
import { baseUrl, secretReference } from "../settings.ts";

const fields = z.strictObject({
  kind: z.literal("webhook"),
  url: secretReference
    .optional()
    .describe("A reference to the receiver's address, where it holds a credential of its own"),
  baseUrl: baseUrl("")
    .unwrap()
    .optional()
    .describe("The receiver's address where it is no secret; with `url`, what stands in place of its origin"),
  secret: secretReference.describe(
    "A reference to what posts are signed with: `whsec_…`; several, separated by spaces, while one takes the other's place",
  ),
  deduplicates: z
    .boolean()
    .default(false)
    .describe(
      "True where the receiver takes a post with a `webhook-id` that it knows already without doing anything",
    ),
});

export const webhookSettings = fields.refine(
  ({ url, baseUrl }) => url !== undefined || baseUrl !== undefined,
  {
    path: ["baseUrl"],
    message:
      "give the receiver's address: baseUrl: https://example.com/status, or url: env:NAME where it is secret",
  },
);

/** What the channel works with: the settings with address and secret resolved. */
export type WebhookSettings = Resolved<z.output<typeof fields>, "url" | "secret">;
