import { matchesIn } from "./needed.ts";
import { apart, type Span, spans } from "./phrases.ts";
import type { Hit, TextRule } from "./rule.ts";

/** Token shapes as their issuers document them, and what to call them. */
const TOKENS: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ["AWS access key", /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])/g],
  ["GitHub token", /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_\w{22,255})/g],
  ["GitLab token", /(?<![A-Za-z0-9])gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas)-[\w-]{20,255}/g],
  ["Slack token", /(?<![A-Za-z0-9])(?:xox[abceoprs]-|xapp-)[A-Za-z0-9-]{10,255}/g],
  ["Slack webhook", /hooks\.slack\.com\/(?:services|workflows|triggers)\/[\w/]{10,200}/g],
  ["Stripe key", /(?<![A-Za-z0-9])(?:[sr]k_(?:live|test)_|whsec_)[A-Za-z0-9]{10,255}/g],
  ["Google key", /(?<![A-Za-z0-9])(?:AIza[\w-]{35}|ya29\.[\w-]{20,255}|GOCSPX-[\w-]{20,60})/g],
  ["npm token", /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}/g],
  ["PyPI token", /(?<![A-Za-z0-9])pypi-[\w-]{50,255}/g],
  ["SendGrid key", /(?<![A-Za-z0-9])SG\.[\w-]{16,32}\.[\w-]{30,64}/g],
  ["API key", /(?<![A-Za-z0-9])sk-(?:ant-|proj-)?[A-Za-z0-9_-]{32,255}/g],
  ["Vault token", /(?<![A-Za-z0-9])hvs\.[\w-]{24,255}/g],
  ["JSON web token", /(?<![\w-])eyJ[\w-]{8,2000}\.eyJ[\w-]{4,4000}\.[\w-]{0,1000}/g],
];

/** The last group is the value, and decides whether this is a secret or only talk of one. */
const ASSIGNED: readonly (readonly [kind: string, pattern: RegExp, spoken: boolean])[] = [
  [
    "password",
    /(?<![\w-])[\w-]{0,40}(?:password|passwd|passphrase|pwd|passwort|kennwort|contraseña)["']?[ \t]{0,3}(=>?|:)[ \t]{0,3}["'`]?([^\s"'`“”«»,;<>]{6,200})/giu,
    false,
  ],
  [
    "token or key",
    /(?<![\w-])[\w-]{0,40}(?:secret|token|api[_ -]?key|access[_ -]?key(?:[_ -]?id)?|private[_ -]?key|auth[_ -]?key|signature|credentials?)["']?[ \t]{0,3}(=>?|:)[ \t]{0,3}["'`]?([^\s"'`“”«»,;<>]{6,400})/giu,
    false,
  ],
  [
    "password",
    /(?<![\w-])(?:password|passphrase|passwort|kennwort|contraseña|token|api key)\s{1,3}(is|was|ist|lautet|es)(?:\s{1,3}now|\s{1,3}jetzt|\s{1,3}ahora)?:?\s{1,3}["'`]?([^\s"'`“”«»,;<>]{6,200})/giu,
    true,
  ],
  ["bearer token", /(?<![\w-])(bearer)\s{1,3}([\w.~+/=-]{16,2000})/gi, true],
  ["credentials", /(?<![\w-])authorization["']?:\s{0,3}(basic|token|digest)\s{1,3}([\w+/=-]{8,400})/gi, true],
  ["password", /(?<![\w-])(?:-u|--user)[ =]["']?([\w.@-]{1,64}):([^\s"']{4,200})/g, true],
  [
    "password in an address",
    /(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}:\/\/([^\s/:@]{0,100}):([^\s/@]{1,200})@(?=[\w[])/gi,
    true,
  ],
];

const KEY_BEGIN = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_END = "-----END";

export interface Secret extends Span {
  readonly kind: string;
  /** Where the value itself begins. */
  readonly value: number;
}

/** Every secret in a text, in its order; none inside another. */
export function findSecrets(text: string): readonly Secret[] {
  const tokens = TOKENS.flatMap(([kind, pattern]) =>
    spans(text, pattern).map((span) => ({ ...span, kind, value: span.start })),
  );
  const lastEnd = text.lastIndexOf(KEY_END);
  const keys = spans(text, KEY_BEGIN).map(({ start }) => ({
    start,
    // A key that was cut off goes on to the end.
    end: start < lastEnd ? text.indexOf(KEY_END, start) : text.length,
    kind: "private key",
    value: start,
  }));
  const assigned = ASSIGNED.flatMap(([kind, pattern, spoken]) =>
    matchesIn(text, pattern).flatMap((match) => {
      const [whole, sign = "", raw = ""] = match;
      const value = match.index + whole.lastIndexOf(raw);
      const end = value + raw.length;
      const certain = kind === "password in an address";
      if (certain ? isPlaceholder(raw) : !isSecretValue(raw, spoken || sign === ":")) return [];
      return [{ start: match.index, end, kind, value }];
    }),
  );
  return apart([...tokens, ...keys, ...assigned]);
}

/** The text with every secret's value after its first characters starred out; as long as before. */
export function mask(text: string, secrets: readonly Secret[]): string {
  let at = 0;
  const parts: string[] = [];
  for (const { value, end } of secrets) {
    const shown = value + shownOf(end - value);
    parts.push(text.slice(at, shown), "*".repeat(end - shown));
    at = end;
  }
  return parts.join("") + text.slice(at);
}

/** At most four characters, and never more than a fifth. */
function shownOf(length: number): number {
  return Math.min(4, Math.floor(length / 5));
}

function isPlaceholder(value: string): boolean {
  return (
    /^[*•x.…_-]{1,200}$/i.test(value) ||
    /^[<[{$%(]/.test(value) ||
    /^(?:redacted|hidden|secret|password)$/i.test(value)
  );
}

/** Mixed enough to be a secret. `prose`: what stands there may be the next word of a sentence. */
function isSecretValue(raw: string, prose: boolean): boolean {
  const value = raw.replace(/[.!?)\]}]{1,3}$/, "");
  if (value.length < 6 || isPlaceholder(value)) return false;
  if (/^(?:https?:\/\/|\/)/i.test(value) || /^[\w.+-]{1,64}@[\w.-]{1,64}$/.test(value)) return false;
  const lower = /\p{Ll}/u.test(value);
  const upper = /\p{Lu}/u.test(value);
  const digit = /\d/.test(value);
  const sign = /[^\p{L}\p{N}\s._:/-]/u.test(value);
  // Words, dates, times, versions and lengths: "expired", "session-expired", "2026-11-23", "30-minute".
  if (/^\p{L}{1,60}(?:[-_./]\p{L}{1,60}){0,8}$/u.test(value))
    return value.length >= 20 && lower && upper && bits(value) >= 4;
  if (/^v?\d{1,8}(?:[-.:/T]\d{1,8}){0,6}Z?$/.test(value) || /^\d{1,4}-\p{L}{1,20}$/u.test(value))
    return false;
  const classes = [lower, upper, digit, sign].filter(Boolean).length;
  return classes >= 2 && bits(value) >= (prose ? 2.7 : 2.2) && (!prose || digit || sign);
}

/** Shannon's entropy per character. */
function bits(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  const length = [...value].length;
  let sum = 0;
  for (const count of counts.values()) sum -= (count / length) * Math.log2(count / length);
  return sum;
}

export const secret: TextRule = {
  publicOnly: false,
  liveOnly: false,
  find: ({ text }): Hit[] =>
    findSecrets(text).map(({ start, end, kind, value }) => ({
      start,
      end,
      excerpt: `${kind} ${text.slice(value, value + shownOf(end - value))}…`,
      reason: "This looks like a secret, and what was once posted is copied within seconds.",
      better: "Take it out, and replace the secret where it is used: treat it as known from now on.",
    })),
};
