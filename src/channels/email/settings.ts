import { z } from "zod";
import type { Secret } from "../../base/secret.ts";
import { secretReference } from "../settings.ts";
import { parseAddress } from "./address.ts";

const address = z
  .string()
  .refine((text) => parseAddress(text) !== null, "one address: name@example.com or Name <name@example.com>");

export const emailSettings = z.strictObject({
  kind: z.literal("email"),
  /** `smtp://user:password@host:587` or `smtps://…:465`. */
  smtp: secretReference,
  from: address,
  /** Each one receives its own mail. */
  to: z
    .array(address)
    .min(1)
    .refine((list) => new Set(list.map(mailbox)).size === list.length, "an address stands here twice"),
  replyTo: address.optional(),
  /** Where one POST ends the subscription (RFC 8058). */
  unsubscribe: z.url({ protocol: /^https$/, error: "an address that begins with https://" }).optional(),
});

function mailbox(text: string): string {
  return parseAddress(text)?.address.toLowerCase() ?? text;
}

export interface EmailSettings extends Omit<z.infer<typeof emailSettings>, "smtp"> {
  readonly smtp: Secret;
}
