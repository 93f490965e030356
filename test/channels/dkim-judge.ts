import { createHash, type KeyObject, verify } from "node:crypto";

/**
 * Whether a mail as it was received is signed with this key, and which headers are: RFC 6376, section 6, for the
 * canonicalization relaxed/relaxed; RFC 8463 for Ed25519. Says why not.
 */
export function judgeDkim(
  mail: Buffer,
  publicKey: KeyObject,
): { readonly fault: string | null; readonly signed: string[] } {
  const text = mail.toString("latin1");
  const split = text.indexOf("\r\n\r\n");
  const fields = text.slice(0, split).split(/\r\n(?![ \t])/);
  const body = text.slice(split + 4);
  const [signature] = fields.filter((field) => /^dkim-signature:/i.test(field));
  if (signature === undefined) return { fault: "no signature", signed: [] };
  const tags = new Map(
    signature
      .slice(signature.indexOf(":") + 1)
      .split(";")
      .map((tag) => [
        tag.slice(0, tag.indexOf("=")).trim(),
        tag.slice(tag.indexOf("=") + 1).replace(/\s+/g, ""),
      ]),
  );
  const signed = (tags.get("h") ?? "").toLowerCase().split(":");
  const fail = (fault: string) => ({ fault, signed });
  if (tags.get("v") !== "1" || tags.get("c") !== "relaxed/relaxed") return fail("other rules");
  if (!signed.includes("from")) return fail("From is not signed");

  let canonical = "";
  for (const line of body.split("\r\n")) canonical += `${line.replace(/[ \t]+/g, " ").replace(/ $/, "")}\r\n`;
  canonical = canonical.replace(/(\r\n)*$/, "\r\n");
  if (canonical === "\r\n") canonical = "";
  if (createHash("sha256").update(canonical, "latin1").digest("base64") !== tags.get("bh"))
    return fail("another body");

  const left = [...fields];
  let data = "";
  for (const name of signed) {
    const at = left.findLastIndex(
      (field) => field.slice(0, field.indexOf(":")).trim().toLowerCase() === name,
    );
    if (at === -1) continue;
    data += `${relaxed(left.splice(at, 1)[0] ?? "")}\r\n`;
  }
  data += relaxed(signature.replace(/(;\s*b\s*=)[^;]*/, "$1"));
  const bytes = Buffer.from(data, "latin1");
  const proof = Buffer.from(tags.get("b") ?? "", "base64");
  const good =
    tags.get("a") === "ed25519-sha256"
      ? verify(null, createHash("sha256").update(bytes).digest(), publicKey, proof)
      : tags.get("a") === "rsa-sha256" && verify("sha256", bytes, publicKey, proof);
  return good ? { fault: null, signed } : fail("another key or other headers");
}

function relaxed(field: string): string {
  const colon = field.indexOf(":");
  const value = field
    .slice(colon + 1)
    .replace(/\r\n/g, "")
    .replace(/[ \t]+/g, " ")
    .trim();
  return `${field.slice(0, colon).toLowerCase().trim()}:${value}`;
}
