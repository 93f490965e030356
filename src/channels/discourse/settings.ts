import { z } from "zod";
import type { Secret } from "../../base/secret.ts";
import { baseUrl, secretReference } from "../settings.ts";

export const discourseSettings = z.strictObject({
  kind: z.literal("discourse"),
  baseUrl: baseUrl("").unwrap(),
  apiKey: secretReference,
  /** The account that speaks. */
  username: z.string().regex(/^[\w.-]{1,60}$/, "a forum user name"),
  category: z.int().positive(),
  tags: z
    .array(z.string().regex(/^[^\s,]{1,50}$/u, "a tag without spaces or commas"))
    .max(20)
    .optional(),
});

export interface DiscourseSettings extends Omit<z.infer<typeof discourseSettings>, "apiKey"> {
  readonly apiKey: Secret;
}
