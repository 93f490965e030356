/** What the system's codes of a failed connection mean, for whoever does not know them. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNRESET: "the connection broke off",
  EPIPE: "the connection broke off",
  ECONNREFUSED: "the connection was refused",
  ETIMEDOUT: "nobody answers",
  EHOSTUNREACH: "no way there",
  ENETUNREACH: "no way there",
  ENOTFOUND: "its name is not known",
  EAI_AGAIN: "its name could not be looked up",
};

/** In words, or undefined for a code that says nothing of the connection itself. */
export function wordsOfConnection(code: string | undefined): string | undefined {
  return code === undefined ? undefined : WORDS[code];
}
