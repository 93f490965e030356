import { z } from "zod";

/** Where a secret is to be found, as the configuration writes it. */
export const secretReference = z.union([
  z.string().min(1),
  z.strictObject({ cmd: z.array(z.string()).min(1) }),
]);

/** The origin of a vendor plus an optional path prefix; channels append the API path themselves. */
export function baseUrl(fallback: string) {
  return z
    .url({
      protocol: /^https?$/,
      error: "an address that begins with http:// or https://",
    })
    .refine((text) => !/[/?#]$/.test(text), "leave the slash off the end")
    .refine((text) => !/[?#]/.test(text), "leave the query off")
    .refine((text) => !text.includes("@"), "no user name or password in the address")
    .default(fallback);
}
