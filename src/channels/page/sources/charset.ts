import { TextDecoder } from "node:util";

/** What windows-1252 has where ISO 8859-1 has control characters; the five it leaves free stay themselves. */
const WINDOWS_1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

/**
 * Bytes as text, in the encoding that its byte order mark names, else its Content-Type, else its XML declaration; else UTF-8.
 * What the encoding does not know becomes U+FFFD; never throws.
 */
export function decodeText(bytes: Uint8Array, contentType = ""): string {
  const head = Buffer.from(bytes.subarray(0, 200)).toString("latin1");
  for (const label of [markedBy(head), namedIn(contentType), declaredIn(head)]) {
    const text = label === null ? null : decode(bytes, label);
    if (text !== null) return text;
  }
  return new TextDecoder().decode(bytes);
}

function markedBy(head: string): string | null {
  if (head.startsWith("\xef\xbb\xbf")) return "utf-8";
  if (head.startsWith("\xff\xfe")) return "utf-16le";
  return head.startsWith("\xfe\xff") ? "utf-16be" : null;
}

function namedIn(contentType: string): string | null {
  return /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType)?.[1] ?? null;
}

/** A declaration that could be read byte by byte is not in UTF-16, whatever it says. */
function declaredIn(head: string): string | null {
  const label = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([\w.:-]{1,40})["']/i.exec(head)?.[1];
  return label === undefined || /^utf-?16/i.test(label) ? null : label;
}

/** Null for an encoding that nobody knows. */
function decode(bytes: Uint8Array, label: string): string | null {
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(label);
  } catch {
    return null;
  }
  const text = decoder.decode(bytes);
  if (decoder.encoding !== "windows-1252") return text;
  // Some versions of Node read windows-1252 as ISO 8859-1, where these are control characters.
  return text.replace(/[\x80-\x9f]/g, (control) => WINDOWS_1252[control.charCodeAt(0) - 0x80]!);
}
