import { z } from "zod";
import type { Resolved } from "../define-kind.ts";
import { baseUrl, secretReference } from "../settings.ts";

const fields = z.strictObject({
  kind: z.literal("apprise"),
  urls: z
    .union([secretReference.transform((one) => [one]), z.array(secretReference).min(1).max(50)])
    .optional()
    .describe(
      "Where each service is, as Apprise writes it (`discord://…`): one reference or a list. An address holds its password, so it is a secret",
    ),
  baseUrl: baseUrl("")
    .unwrap()
    .optional()
    .describe("An Apprise API server; without it the `apprise` program carries the post"),
  key: secretReference
    .optional()
    .describe("The configuration that the server keeps, in place of `urls`; whoever knows it may speak"),
  tag: z
    .string()
    .regex(/^[\w-]+(?:[ ,]+[\w-]+)*$/, "tags as Apprise writes them: team, or team,manager")
    .optional()
    .describe("Which services of that configuration; all of them without it"),
  program: z.string().min(1).optional().describe("The `apprise` program, where it is not in PATH"),
  form: z
    .enum(["full", "short"])
    .default("full")
    .describe("`full`: the whole update; `short`: what channels with tight limits say"),
});

export const settings = fields.superRefine((given, { addIssue }) => {
  const fault = (path: keyof z.output<typeof fields>, message: string) =>
    addIssue({ code: "custom", path: [path], message });
  if ((given.urls === undefined) === (given.key === undefined))
    fault("urls", "give either urls: [env:NAME], or baseUrl: and key: of an Apprise API server");
  if (given.key !== undefined && given.baseUrl === undefined)
    fault("key", "needs the server that keeps it: baseUrl: https://apprise.example.com");
  if (given.tag !== undefined && given.key === undefined) fault("tag", "goes with key: only");
  if (given.program !== undefined && given.baseUrl !== undefined)
    fault("program", "goes without baseUrl: only; the server carries the post");
});

/** What the channel works with: the settings with each secret resolved. */
export type AppriseSettings = Resolved<z.output<typeof settings>, "urls" | "key">;
