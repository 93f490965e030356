import { z } from "zod";
import { HEX_COLOUR, hardest, inTheDark, TEXT_CONTRAST } from "../../page/colour.ts";

const colour = z.string().regex(HEX_COLOUR, 'a colour as six digits, in quotes: "#1c5a9c"');

/** One colour, or one for each form of the page; readable on our paper in both. */
const accent = z
  .union([colour, z.strictObject({ light: colour, dark: colour })], {
    error: 'a colour as six digits, in quotes: "#1c5a9c"; or { light: "#1c5a9c", dark: "#8cbcf0" }',
  })
  .transform((given) => (typeof given === "string" ? { light: given, dark: inTheDark(given) } : given))
  .superRefine((given, { addIssue }) => {
    for (const form of ["light", "dark"] as const) {
      const { paper, ratio } = hardest(given[form], form);
      if (ratio >= TEXT_CONTRAST) continue;
      // Rounded down, so that what fails never reads as what is needed.
      const shown = Math.floor(ratio * 10) / 10;
      addIssue({
        code: "custom",
        message: `${given[form]} has a contrast of ${shown}:1 on the ${form} page (${paper}); text needs ${TEXT_CONTRAST}:1, so make it ${form === "light" ? "darker" : "lighter"}`,
      });
    }
  });

export const settings = z.strictObject({
  kind: z.literal("page"),
  directory: z.string().min(1).describe("The folder that the page is written into, made where it is missing"),
  url: z
    .url({
      protocol: /^https?$/,
      error: "an address that begins with https://",
    })
    .refine((text) => !/[?#]/.test(text), "leave the query off")
    .refine((text) => !text.includes("@"), "no user name or password in the address")
    .transform((text) => text.replace(/\/+$/, ""))
    .optional()
    .describe("Where the public reads the page: the folder's own address, without `index.html`"),
  publish: z
    .array(z.string())
    .min(1)
    .refine(([program]) => program !== "", "the first word names a program")
    .optional()
    .describe(
      "Program and arguments that bring the folder to its host; run without a shell after every writing",
    ),
  title: z
    .string()
    .trim()
    .min(1)
    .max(100)
    .optional()
    .describe("Shown on top instead of the property's name and `status`"),
  logo: z
    .string()
    .min(1)
    .optional()
    .describe("A picture to stand beside the title: PNG, SVG, JPEG or WebP, at most 100 kB"),
  accent: accent
    .optional()
    .describe(
      "The colour of links and of the line on top: six digits, or one for each form as `{ light, dark }`",
    ),
  about: z
    .string()
    .trim()
    .min(1)
    .max(5000)
    .optional()
    .describe("How the data is gathered, in the property's own words; an empty line begins a paragraph"),
  subscribe: z
    .url({ protocol: /^(?:https|mailto)$/, error: "an address that begins with https:// or mailto:" })
    .optional()
    .describe("Where people sign up for mail: https or mailto"),
});

export type PageSettings = z.output<typeof settings>;
