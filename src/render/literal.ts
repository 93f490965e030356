const LINE_BREAK = /\r\n?|[\n\v\f\u0085\u2028\u2029]/g;
// Controls, bidi overrides and isolates, noncharacters (two of them delimit our sentinels), the byte order mark.
const HARMFUL =
  /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufeff\ufffe\uffff]/g;
const LONE_SURROGATE = /\p{Surrogate}/gu;

/**
 * Text of several lines without anything that a terminal, a header or a renderer would obey.
 * Line breaks become `\n`; controls (ESC too), bidi overrides and noncharacters vanish.
 */
export function harmless(text: string): string {
  return text.replace(LINE_BREAK, "\n").replace(HARMFUL, "").replace(LONE_SURROGATE, "\ufffd");
}

/** One line of harmless text: as `harmless`, every run of white space one space, none at the ends. */
export function literal(text: string): string {
  return harmless(text).replace(/\s+/g, " ").trim();
}
