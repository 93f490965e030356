import { z } from "zod";

/** What a program may be able to do besides publishing. */
export const ABILITIES = ["find", "verify", "amend", "remove", "check"] as const;

export const settings = z.strictObject({
  kind: z.literal("command"),
  run: z
    .array(z.string())
    .min(1)
    .refine(([program]) => program !== "", "the first word names a program")
    .describe(
      "Program and arguments, run without a shell; the program may be a path from the configuration's folder",
    ),
  can: z
    .array(z.enum(ABILITIES))
    .refine((list) => new Set(list).size === list.length, "an ability stands here twice")
    .default([])
    .describe(
      "What the program answers besides `publish`; what it does not stays undone, and the report says so",
    ),
});

export type CommandSettings = z.output<typeof settings>;
