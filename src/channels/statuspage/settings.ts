import { z } from "zod";
import type { Resolved } from "../define-kind.ts";
import { baseUrl, secretReference } from "../settings.ts";

const vendorId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "an id from the address of the page or component");

export const statuspageSettings = z.strictObject({
  kind: z.literal("statuspage"),
  baseUrl: baseUrl("https://api.statuspage.io").describe("Another origin, such as a proxy"),
  pageId: vendorId.describe("The page's id, as the address of its settings shows it"),
  apiKey: secretReference.describe("A reference to an API key of the account that owns the page"),
  components: z
    .record(z.string(), vendorId)
    .default({})
    .describe("Our component id → the id on the hosted page"),
  notifySubscribers: z
    .boolean()
    .default(false)
    .describe("Whether each update is sent to the page's own subscribers"),
});

export type StatuspageSettings = Resolved<z.output<typeof statuspageSettings>, "apiKey">;
