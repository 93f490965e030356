import { z } from "zod";
import { mailboxOf } from "../contract.ts";
import type { Resolved } from "../define-kind.ts";
import { secretReference } from "../settings.ts";
import { parseAddress, readDomain } from "./address.ts";
import { faultOfTemplate, isTemplate } from "./recipients/unsubscribe.ts";

const address = z
  .string()
  .refine((text) => parseAddress(text) !== null, "one address: name@example.com or Name <name@example.com>");

const SOURCE_FORMS =
  'a file: customers.csv or customers.ndjson; or { query: "select …" }, or { command: [program, argument] }';

/** Where addresses come from. Paths are as written: they start at the configuration's folder. */
const source = z.union(
  [
    z
      .string()
      .min(1)
      .transform((file) => ({ file })),
    z.strictObject({ query: z.string().trim().min(1) }),
    z.strictObject({
      command: z
        .array(z.string())
        .refine(([program = ""]) => program !== "", "the first word names a program"),
    }),
  ],
  { error: SOURCE_FORMS },
);

export type ListSource = z.output<typeof source>;

const locale = z.string().transform((tag, { addIssue }) => {
  try {
    return Intl.getCanonicalLocales(tag)[0]!;
  } catch {
    addIssue({ code: "custom", message: "give a language tag such as en or de-AT" });
    return z.NEVER;
  }
});

const SECONDS = { s: 1, m: 60, h: 3600 };
const RATE = "say how many mails in what time: 100/s, 600/m or 10000/h";

/** Mails per second. */
const rate = z.string({ error: RATE }).transform((text, { addIssue }) => {
  const [, count = "0", unit] = /^(\d{1,9})\s*\/\s*([smh])$/.exec(text.trim()) ?? [];
  if (Number(count) === 0) {
    addIssue({ code: "custom", message: RATE });
    return z.NEVER;
  }
  return Number(count) / SECONDS[unit as keyof typeof SECONDS];
});

/** In lower case and in its ASCII form. */
const domain = z.string().transform((text, { addIssue }) => {
  const read = readDomain(text);
  if (read !== null) return read;
  addIssue({ code: "custom", message: "a name as in DNS, such as example.com" });
  return z.NEVER;
});

const selector = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?$/i, "a name as in DNS, such as status1");

const nobody: string[] = [];

/** For a list, where the configuration names no number. */
export const DEFAULT_CONNECTIONS = 4;

const fields = z.strictObject({
  kind: z.literal("email"),
  smtp: secretReference.describe(
    "A reference to the mail server's address: `smtp://user:password@host:587` or `smtps://…:465`",
  ),
  from: address.describe("The sender: name@example.com or Name <name@example.com>"),
  to: z
    .array(address)
    .min(1)
    .refine((list) => new Set(list.map(mailbox)).size === list.length, "an address stands here twice")
    .default(nobody)
    .describe("Each address receives a mail of its own. Empty where there are `recipients`"),
  recipients: source
    .optional()
    .describe("A list of any length, in place of `to`: a file, `{ query }` or `{ command }`"),
  suppress: z
    .union([source.transform((one) => [one]), z.array(source)], {
      error: `${SOURCE_FORMS}; or a list of these`,
    })
    .optional()
    .describe("Who on the list must hear nothing: bounces, unsubscriptions"),
  database: secretReference
    .optional()
    .describe("A reference to `postgres://user:password@host/database`, for each `query`"),
  locales: z
    .array(locale)
    .refine((list) => new Set(list).size === list.length, "a language stands here twice")
    .optional()
    .describe("The languages that a list is written to, beside the channel's own"),
  connections: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe("How many connections to the mail server at once, by all processes together; for a list"),
  rate: rate
    .optional()
    .describe("At most so many mails, by all processes together, such as 100/s; for a list"),
  replyTo: address.optional().describe("Where answers go"),
  unsubscribe: z
    .url({ protocol: /^https$/, error: "an address that begins with https://" })
    .optional()
    .describe(
      "Where one POST ends the subscription (RFC 8058); for a list it may hold `{id}` or `{address}`",
    ),
  dkim: z
    .strictObject({ domain, selector })
    .optional()
    .describe(
      "What mails are signed with (RFC 6376): the public key stands in DNS at `selector._domainkey.domain`",
    ),
  dkimKey: secretReference.optional().describe("A reference to the private key, PEM"),
});

export const emailSettings = fields.superRefine((settings, { addIssue }) => {
  const fault = (path: keyof z.output<typeof fields>, message: string) =>
    addIssue({ code: "custom", path: [path], message });
  const { recipients, suppress = [], locales = [], unsubscribe } = settings;
  const list = recipients !== undefined;
  if (!list && settings.to.length === 0)
    fault("to", "give to: [name@example.com], or recipients: with a list");
  if (list && settings.to.length > 0) fault("recipients", "give either to: or recipients:, not both");
  if (!list) {
    if (suppress.length > 0) fault("suppress", "goes with recipients: only; take the address out of to:");
    if (locales.length > 0)
      fault("locales", "goes with recipients: only; for to: give the channel a locale:");
    for (const key of ["connections", "rate"] as const)
      if (settings[key] !== undefined) fault(key, "goes with recipients: only");
  }
  if (settings.database === undefined && [recipients, ...suppress].some((one) => one && "query" in one))
    fault("database", "a query needs a database to ask: database: env:CUSTOMERS_URL");
  if (unsubscribe !== undefined && isTemplate(unsubscribe)) {
    const wrong = list
      ? faultOfTemplate(unsubscribe)
      : "only a list (recipients:) fills in what stands in {braces}";
    if (wrong !== null) fault("unsubscribe", wrong);
  }
  if (settings.dkim !== undefined && settings.dkimKey === undefined)
    fault("dkimKey", "dkim: needs its private key: dkimKey: file:dkim.pem");
  if (settings.dkim === undefined && settings.dkimKey !== undefined)
    fault("dkim", "dkimKey: signs nothing without dkim: { domain: example.com, selector: status }");
});

function mailbox(text: string): string {
  return mailboxOf(parseAddress(text)?.address ?? text);
}

export type EmailSettings = Resolved<z.output<typeof emailSettings>, "smtp" | "database" | "dkimKey">;
