import { createHash, randomBytes } from "node:crypto";

/** 80 random bits in lower-case base 32: short enough to type a prefix of, long enough never to collide. */
export function randomId(): string {
  const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
  return [...randomBytes(16)].map((byte) => alphabet[byte & 31]).join("");
}

/** A readable id part: lower-case ASCII words joined by `-`, at most `max` characters, never empty. */
export function slug(text: string, max = 48): string {
  const words = text
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  const cut =
    words.length <= max
      ? words
      : words
          .slice(0, max + 1)
          .replace(/-[^-]*$/, "")
          .slice(0, max);
  return cut.replace(/-+$/, "") || "untitled";
}

/** The first 32 hex digits of a SHA-256 over the parts, each length-prefixed so that no two lists collide. */
export function digest(...parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:${part};`);
  return hash.digest("hex").slice(0, 32);
}
