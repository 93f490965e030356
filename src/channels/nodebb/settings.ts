import { z } from "zod";
import type { Secret } from "../../base/secret.ts";
import { baseUrl, secretReference } from "../settings.ts";

export const nodebbSettings = z.strictObject({
  kind: z.literal("nodebb"),
  baseUrl: baseUrl("").unwrap(),
  /** A token of the account that speaks; a master token speaks for `uid`. */
  token: secretReference,
  /** The category's number, as its address shows it: `/category/2/announcements`. */
  category: z.int().positive(),
  /** Whom a master token speaks for. */
  uid: z.int().positive().optional(),
  // NodeBB, install/data/defaults.json, read 2026-11: 5 tags of 3 to 15 characters.
  tags: z
    .array(z.string().regex(/^[^\s,]{3,15}$/u, "a tag of 3 to 15 characters without spaces or commas"))
    .max(5)
    .optional(),
});

export interface NodebbSettings extends Omit<z.infer<typeof nodebbSettings>, "token"> {
  readonly token: Secret;
}
