/** Shorter than this, a secret would blot out ordinary words. */
const SHORTEST = 5;

/**
 * Knows every secret that was fetched, and takes it out of any text on its way out:
 * as it is, URL-encoded, JSON-encoded, and in base64 wherever it begins in the encoded bytes.
 */
export class Scrubber {
  /** Longest first: a short one must not break a longer one that holds it. */
  #forms: readonly string[] = [];

  /** Learns a secret. Of an address with a password in it, the password and the credentials count as well. */
  learn(secret: string): void {
    const parts = [secret, ...credentialsOf(secret)].filter((part) => part.length >= SHORTEST);
    const forms = new Set([...this.#forms, ...parts.flatMap(formsOf)]);
    this.#forms = [...forms].sort((a, b) => b.length - a.length);
  }

  scrub(text: string): string {
    let clean = text;
    for (const form of this.#forms) if (clean.includes(form)) clean = clean.replaceAll(form, "[secret]");
    return clean;
  }
}

function credentialsOf(secret: string): string[] {
  if (!URL.canParse(secret)) return [];
  const { username, password } = new URL(secret);
  const plain = [username, password].map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  return password === ""
    ? []
    : [password, plain[1]!, `${plain[0]}:${plain[1]}`, `\0${plain[0]}\0${plain[1]}`];
}

function formsOf(part: string): string[] {
  const json = JSON.stringify(part).slice(1, -1);
  const url = encodeURIComponent(part);
  const bytes = Buffer.from(part, "utf8");
  const encoded = [0, 1, 2].map((offset) => {
    // Three bytes make four characters: those at the edges also depend on the neighbours and are left off.
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const first = offset === 0 ? 0 : offset + 1;
    const last = text.length - ((offset + bytes.length) % 3 === 0 ? 0 : 1);
    return text.slice(first, last);
  });
  const all = [part, url, url.replaceAll("%20", "+"), json, JSON.stringify(json).slice(1, -1), ...encoded];
  const safe = encoded.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"));
  return [...new Set([...all, ...safe])]
    .filter((form) => form.length >= SHORTEST)
    .sort((a, b) => b.length - a.length);
}
