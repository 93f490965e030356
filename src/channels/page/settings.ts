import { z } from "zod";

export const settings = z.strictObject({
  kind: z.literal("page"),
  /** The folder that the page is written into; absolute by the time a channel gets it. Made where it is missing. */
  directory: z.string().min(1),
  /** Where the public reads the page: the folder's own address, without `index.html`. */
  url: z
    .url({
      protocol: /^https?$/,
      error: "an address that begins with https://",
    })
    .refine((text) => !/[?#]/.test(text), "leave the query off")
    .refine((text) => !text.includes("@"), "no user name or password in the address")
    .transform((text) => text.replace(/\/+$/, ""))
    .optional(),
  /** Program and arguments that bring the folder to its host; run without a shell after every writing. */
  publish: z
    .array(z.string())
    .min(1)
    .refine(([program]) => program !== "", "the first word names a program")
    .optional(),
});

export type PageSettings = z.output<typeof settings>;
