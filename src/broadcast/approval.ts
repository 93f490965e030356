import type { Impact, IncidentType, Verb } from "../incident/incident.ts";
import type { JournalEntry } from "./journal.ts";

/** Which plans need somebody else's agreement. All rules that match a plan must be met. */
export interface ApprovalRule {
  /** Names of channels; empty for all. A plan matches where it speaks on one of them. */
  readonly channels: readonly string[];
  readonly audience: "public" | "internal" | null;
  /** Empty for all. */
  readonly impact: readonly Impact[];
  /** Empty for all. */
  readonly types: readonly IncidentType[];
  /** How many people beside the author. */
  readonly needs: number;
  /** Who may: mail addresses, `user@host`, or signers' principals; empty for anybody but the author. */
  readonly from: readonly string[];
  /** Whether only a signature counts. */
  readonly signed: boolean;
}

export interface ApprovalPolicy {
  readonly rules: readonly ApprovalRule[];
  /** What opens public channels for an incident of security; null: nothing but breaking the glass does. */
  readonly security: Pick<ApprovalRule, "needs" | "from" | "signed"> | null;
  /** Absolute path of an allowed-signers file, as `ssh-keygen` reads it; null where there is none. */
  readonly allowedSigners: string | null;
}

/** One request: so many of these people, signed or not. */
export type Ask = Pick<ApprovalRule, "needs" | "from" | "signed">;

/** What a plan needs before it is said. Every one of `asks` must be met; one person may count towards several. */
export interface Need {
  readonly asks: readonly [Ask, ...Ask[]];
}

/** What the policy looks at in a plan. */
export interface Approvable {
  readonly verb: Verb;
  readonly type: IncidentType;
  readonly impact: Impact;
  readonly security: boolean;
  readonly template: string;
  /** Whether somebody worded it, beyond a title: a message, a short form, words for colleagues, values for the template. */
  readonly ownWords: boolean;
  /** Where it speaks; channels that are left out do not count. */
  readonly channels: readonly { readonly name: string; readonly audience: "public" | "internal" }[];
}

/**
 * What the policy asks for this plan: null where nobody's agreement is needed.
 * Never for the templated acknowledgement, nor for what the clock says in a template's own words; only the acknowledgement
 * of an incident of security on public channels is no exception.
 */
export function needOf(policy: ApprovalPolicy, plan: Approvable): Need | null {
  if (isScripted(plan)) return null;
  const discloses = plan.security && plan.channels.some(({ audience }) => audience === "public");
  const asks: Ask[] = discloses && policy.security !== null ? [policy.security] : [];
  const templated = plan.verb === "announce" && plan.template === "acknowledge" && !plan.ownWords;
  if (!templated) asks.push(...policy.rules.filter((rule) => matches(rule, plan)));
  const [first, ...rest] = asks
    .map(({ needs, from, signed }) => ({ needs, from, signed }))
    .filter((ask, index, all) => !all.some((other, at) => at !== index && implies(other, ask, at < index)));
  return first === undefined ? null : { asks: [first, ...rest] };
}

/** Whether nobody's approval would do: it speaks in public of an incident of security, and the policy says not who may open it. */
export function isSealed(policy: ApprovalPolicy, plan: Approvable): boolean {
  const discloses = plan.security && plan.channels.some(({ audience }) => audience === "public");
  return discloses && policy.security === null && !isScripted(plan);
}

/** The clock's own words: follow-ups, and steps of planned work, in which nobody has worded anything. */
function isScripted({ verb, ownWords }: Pick<Approvable, "verb" | "ownWords">): boolean {
  return verb === "follow-up" && !ownWords;
}

function matches(rule: ApprovalRule, { impact, type, channels }: Approvable): boolean {
  const among = <T>(values: readonly T[], value: T) => values.length === 0 || values.includes(value);
  return (
    among(rule.impact, impact) &&
    among(rule.types, type) &&
    channels.some(
      ({ name, audience }) =>
        among(rule.channels, name) && (rule.audience === null || rule.audience === audience),
    )
  );
}

/** Whether whoever meets `strict` has met `ask` as well; of two that are alike, the earlier stands for both. */
function implies(strict: Ask, ask: Ask, earlier: boolean): boolean {
  const within =
    ask.from.length === 0 ||
    (strict.from.length > 0 && strict.from.every((who) => ask.from.some((other) => samePerson(who, other))));
  if (!within || strict.needs < ask.needs || (ask.signed && !strict.signed)) return false;
  return earlier || !implies(ask, strict, true);
}

/** Identities are compared without regard to case. */
export function samePerson(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase();
}

/** Whether this person's approval would count for any of these requests. */
export function mayApprove(asks: readonly Ask[], who: string, signed: boolean): boolean {
  return asks.some((ask) => counts(ask, who, signed));
}

function counts({ from, signed }: Ask, who: string, hasSigned: boolean): boolean {
  return (hasSigned || !signed) && (from.length === 0 || from.some((name) => samePerson(name, who)));
}

export interface Agreement {
  /** Whose approvals count, in the order in which they were given. */
  readonly by: readonly string[];
  /** How many more people must agree, at the least. */
  readonly missing: number;
  /**
   * The requests that are not met yet: `needs` is how many more people each takes, and `from` names neither the author nor
   * those who count for it already.
   */
  readonly open: readonly Ask[];
}

/**
 * Whose approvals count so far, and what is missing. The author's own never counts, and one person counts once.
 * An entry with a proof counts as signed: entries must have been verified before.
 */
export function standingOf({ asks }: Need, author: string, entries: readonly JournalEntry[]): Agreement {
  const given = entries.filter(({ act, by }) => act === "approved" && !samePerson(by, author));
  const people = (ask: Ask | null): string[] => {
    const counted: string[] = [];
    for (const { by, proof } of given) {
      const signed = proof !== null;
      const valid = ask === null ? mayApprove(asks, by, signed) : counts(ask, by, signed);
      if (valid && !counted.some((other) => samePerson(other, by))) counted.push(by);
    }
    return counted;
  };
  const open = asks.flatMap((ask): Ask[] => {
    const counted = people(ask);
    if (counted.length >= ask.needs) return [];
    const left = ask.from.filter((name) => ![author, ...counted].some((other) => samePerson(name, other)));
    // Where nobody is left to ask, an empty list would mean anybody.
    const from = left.length === 0 ? ask.from : left;
    return [{ needs: ask.needs - counted.length, from, signed: ask.signed }];
  });
  return { by: people(null), missing: Math.max(0, ...open.map(({ needs }) => needs)), open };
}

/** For people: `2 approvals by release@example.com, legal@example.com or cto@example.com, signed`. */
export function sayNeed({ asks }: { readonly asks: readonly Ask[] }): string {
  return asks
    .map(({ needs, from, signed }) => {
      const anybody = needs === 1 ? "somebody else than the author" : "people other than the author";
      const who = from.length === 0 ? anybody : sayNames(from, from.length === needs ? "and" : "or");
      return `${needs} approval${needs === 1 ? "" : "s"} by ${who}${signed ? ", signed" : ""}`;
    })
    .join("; and ");
}

/** `a`, `a or b`, `a, b or c`. */
export function sayNames(names: readonly string[], word: "and" | "or"): string {
  const last = names.slice(-1).join();
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} ${word} ${last}`;
}

/**
 * Which public channels an incident of security keeps closed, with the reason. None are for one who breaks the glass, nor
 * where the clock speaks on a channel that was opened before. Where the policy says who may open them, a plan may speak on
 * all of them, and everybody on those that have heard of the incident: both then wait for what `needOf` asks.
 */
export function closedChannels(
  policy: ApprovalPolicy,
  plan: Omit<Approvable, "type" | "impact" | "template"> & {
    /** Whether it is to be frozen, and so can be approved. */
    readonly frozen: boolean;
    readonly brokenGlass: boolean;
    /** Channels that have heard of the incident. */
    readonly heard: ReadonlySet<string>;
  },
): Map<string, string> {
  const closed = new Map<string, string>();
  const scripted = isScripted(plan);
  if (!plan.security || plan.brokenGlass || (plan.frozen && policy.security !== null && !scripted))
    return closed;
  for (const { name, audience } of plan.channels) {
    const heard = plan.heard.has(name);
    // Whoever was told of it in public must not be left with old or wrong words in silence: approval is asked for, aloud.
    if (audience === "internal" || (heard && (scripted || policy.security !== null))) continue;
    closed.set(
      name,
      heard
        ? "closed: an incident of security that this channel has heard of; only --break-glass speaks here"
        : "closed: an incident of security",
    );
  }
  return closed;
}
