import { z } from "zod";
import type { Resolved } from "../define-kind.ts";
import { baseUrl, secretReference } from "../settings.ts";

export const discourseSettings = z.strictObject({
  kind: z.literal("discourse"),
  baseUrl: baseUrl("").unwrap().describe("The forum's address, with its subfolder if it has one"),
  apiKey: secretReference.describe("A reference to an API key of the account that speaks"),
  username: z
    .string()
    .regex(/^[\w.-]{1,60}$/, "a forum user name")
    .describe("The account that speaks"),
  category: z
    .int()
    .positive()
    .describe("The number of the category that topics are opened in: 7 in `/c/news/7`"),
  tags: z
    .array(z.string().regex(/^[^\s,]{1,50}$/u, "a tag without spaces or commas"))
    .max(20)
    .optional()
    .describe("What each topic is tagged with"),
});

export type DiscourseSettings = Resolved<z.output<typeof discourseSettings>, "apiKey">;
