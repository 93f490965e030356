import { z } from "zod";
import type { Resolved } from "../define-kind.ts";
import { baseUrl, secretReference } from "../settings.ts";

export const nodebbSettings = z.strictObject({
  kind: z.literal("nodebb"),
  baseUrl: baseUrl("").unwrap().describe("The forum, with its subfolder if it has one, without `/api`"),
  token: secretReference.describe(
    "A reference to a token of the account that speaks; a master token speaks for `uid`",
  ),
  category: z
    .int()
    .positive()
    .describe("The category's number, as its address shows it: 2 in `/category/2/announcements`"),
  uid: z.int().positive().optional().describe("Whom a master token speaks for"),
  // NodeBB, install/data/defaults.json, read 2026-11: 5 tags of 3 to 15 characters.
  tags: z
    .array(z.string().regex(/^[^\s,]{3,15}$/u, "a tag of 3 to 15 characters without spaces or commas"))
    .max(5)
    .optional()
    .describe("What each topic is tagged with"),
});

export type NodebbSettings = Resolved<z.output<typeof nodebbSettings>, "token">;
