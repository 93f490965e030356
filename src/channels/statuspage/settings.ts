import { z } from "zod";
import type { Secret } from "../../base/secret.ts";
import { baseUrl, secretReference } from "../settings.ts";

const vendorId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "an id from the address of the page or component");

export const statuspageSettings = z.strictObject({
  kind: z.literal("statuspage"),
  baseUrl: baseUrl("https://api.statuspage.io"),
  pageId: vendorId,
  apiKey: secretReference,
  /** Our component id → the id on the hosted page. */
  components: z.record(z.string(), vendorId).default({}),
  /** Whether each update is sent to the page's own subscribers. */
  notifySubscribers: z.boolean().default(false),
});

export interface StatuspageSettings extends Omit<z.infer<typeof statuspageSettings>, "apiKey"> {
  readonly apiKey: Secret;
}
