import { z } from "zod";

// What an own channel may answer, as the contract has it; strings that people read are cut, all else that is too long is refused.

/** In characters of JSON; what the ledger keeps of a post. */
const LONGEST_EXTRA = 16_000;
const LONGEST_PAYLOAD = 1_000_000;
/** For what people read. */
const LONGEST_WORDS = 2000;

/** `why` says what belongs there instead. */
function json(limit: number, why: string) {
  return z.json().refine((value) => JSON.stringify(value).length <= limit, {
    error: ({ input }) =>
      `${JSON.stringify(input).length} characters as JSON, and the ledger takes ${limit} of it: ${why}`,
  });
}

function words() {
  return z
    .string()
    .transform((text) => (text.length > LONGEST_WORDS ? `${text.slice(0, LONGEST_WORDS)}…` : text));
}

export const receipts = z.object({
  remoteId: z.string().min(1).max(500),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .nullable()
    .default(null),
  pending: z.boolean().optional(),
  extra: json(LONGEST_EXTRA, "keep what find, verify and amend need").default(null),
});
const payload = json(LONGEST_PAYLOAD, "compose what is sent, and nothing beside it");
export const posts = z
  .array(
    z.object({
      part: z.string().min(1).max(200),
      key: z.string().min(1).max(500),
      payload,
      text: z.string().max(LONGEST_PAYLOAD),
      length: z.object({ used: z.number(), limit: z.number(), unit: z.string() }).nullable().default(null),
      notes: z.array(words()).default([]),
      standAlone: payload.optional(),
    }),
  )
  .min(1)
  .refine((all) => new Set(all.map(({ part }) => part)).size === all.length, "two posts have the same part");
export const searches = z.union([
  z.object({ found: receipts }),
  z.object({ found: z.null(), conclusive: z.boolean(), reason: words() }),
]);
export const verdicts = z.object({
  state: z.enum(["seen", "missing", "altered", "not-yet", "cannot"]),
  note: words().nullable().default(null),
});
export const findings = z.array(
  z.object({
    name: z.string(),
    level: z.enum(["ok", "warn", "fail"]),
    message: words(),
    hint: words().nullable().default(null),
  }),
);
export const errors = z.object({
  name: z.literal("ChannelError"),
  fate: z.enum(["not-sent", "refused", "unknown"]),
  code: z.string().max(100),
  message: words(),
  hint: words().nullable(),
  // A plain one, whatever was added to it.
  retryAt: z
    .date()
    .transform((at) => new Date(Date.prototype.getTime.call(at)))
    .nullable(),
  standAlone: z.boolean(),
});
