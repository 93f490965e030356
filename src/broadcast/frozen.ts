import { createHash } from "node:crypto";
import { refusal, usageError } from "../base/errors.ts";
import { isAlike } from "../incident/alike.ts";
import { IMPACTS, type Impact, type Incident, type Standing } from "../incident/incident.ts";
import type { Approvable } from "./approval.ts";
import type { Speaker } from "./context.ts";
import type { FrozenPlan } from "./journal.ts";
import type { Ledger, NewUpdate } from "./ledger.ts";

/** An update as it will be recorded, less the journal: everything that is said, byte by byte. */
export type Frozen = Omit<NewUpdate, "journal" | "beside"> & {
  /** Whether somebody worded it: a message, a short form, words for colleagues, values for the template. */
  readonly ownWords: boolean;
  /** The incident's impact before this update; null where this one opens it. */
  readonly formerImpact: Impact | null;
  /** The wording rules that were overridden, with the reasons. */
  readonly overridden: readonly { readonly rule: string; readonly reason: string }[];
};

/** Where a channel speaks. */
type Placed = Pick<Speaker, "name" | "kind" | "audience">;

/** For so long a plan may be approved and said. */
export const PLAN_LASTS_MS = 15 * 60_000;

/** So many digits of the hash name a plan in what people read. */
export const SHORT_HASH = 12;

/** A promise that is nearer than this cannot be kept by whoever reads of it now. */
const SHORTEST_PROMISE_MS = 60_000;

/** Another program's plans are not read as this one's. */
const FORMAT = 1;

/** Freezes an update: canonical JSON (keys sorted, dates as ISO 8601 in UTC), and SHA-256 over its bytes. Pure. */
export function freeze(frozen: Frozen, by: string, at: Date): FrozenPlan {
  const document = canonical({ format: FORMAT, ...frozen });
  return {
    ...{ hash: hashOf(document), document, incidentId: frozen.incident.id, verb: frozen.update.verb },
    ...{ by, at, expiresAt: new Date(at.getTime() + PLAN_LASTS_MS) },
  };
}

/** The update out of a plan, with its Dates again. Throws refusal PLAN_DAMAGED where the bytes do not give the hash. */
export function thaw(plan: FrozenPlan): Frozen {
  const damaged = (why: string) =>
    refusal(
      "PLAN_DAMAGED",
      `The plan ${plan.hash.slice(0, SHORT_HASH)} ${why}. Nothing was sent.`,
      "Make it again: the same command with --dry-run",
    );
  if (hashOf(plan.document) !== plan.hash) throw damaged("was changed after it was made");
  const stored = JSON.parse(plan.document) as Stored | null;
  if (stored === null || typeof stored !== "object") throw damaged("is none");
  const { format, ...frozen } = stored;
  if (format !== FORMAT) throw damaged("was made by another version of this program");
  const { incident, update } = frozen;
  const thawed: Frozen = {
    ...frozen,
    incident: {
      ...incident,
      ...standingOf(incident),
      acknowledgedAt: dateOf(incident.acknowledgedAt),
      resolvedAt: dateOf(incident.resolvedAt),
    },
    update: { ...update, at: new Date(update.at), standing: standingOf(update.standing) },
  };
  // The table's own columns are no part of what was hashed.
  if (plan.incidentId !== thawed.incident.id || plan.verb !== thawed.update.verb)
    throw damaged("was changed after it was made");
  return thawed;
}

/** What a follow-up can be given that changes what is said of the incident. */
export const STEERING = ["title", "template", "phase", "impact", "component", "startedAt"] as const;

/** What the policy looks at in a frozen update. */
export function approvableOf({ incident, update, inputs, deliveries, ...rest }: Frozen): Approvable {
  // Somebody who types the clock's command may make it say more than the clock would.
  const given = typeof inputs === "object" && inputs !== null ? inputs : {};
  const steered = update.verb === "follow-up" && STEERING.some((flag) => Object.hasOwn(given, flag));
  const speaking = deliveries.filter(({ state }) => state === "planned");
  const channels = new Map(speaking.map(({ channel, audience }) => [channel, audience]));
  return {
    ...{ verb: update.verb, type: incident.type, security: incident.security },
    // Nobody gets round the policy by making less of it in the same breath.
    impact: worst(incident.impact, rest.formerImpact),
    ...{ template: update.template, ownWords: rest.ownWords || steered },
    channels: [...channels].map(([name, audience]) => ({ name, audience })),
  };
}

function worst(now: Impact, before: Impact | null): Impact {
  return before !== null && IMPACTS.indexOf(before) > IMPACTS.indexOf(now) ? before : now;
}

/** Finds one by its hash, or the beginning of it. Throws usage errors PLAN_HASH and PLAN_AMBIGUOUS, and refusal PLAN_UNKNOWN. */
export async function planNamed(ledger: Ledger, hash: string): Promise<FrozenPlan> {
  const wanted = hash.trim().toLowerCase();
  if (!/^[0-9a-f]{6,64}$/.test(wanted))
    throw usageError(
      "PLAN_HASH",
      `"${hash}" is no plan's hash.`,
      "Give the hash that --dry-run printed, or at least its first six digits.",
    );
  const [plan, another] = await ledger.plans(wanted);
  if (plan === undefined)
    throw refusal(
      "PLAN_UNKNOWN",
      `There is no plan ${wanted.slice(0, SHORT_HASH)} in this ledger.`,
      `Plans are kept for ${PLAN_LASTS_MS / 60_000} minutes. Make it again: the same command with --dry-run`,
    );
  if (another !== undefined)
    throw usageError("PLAN_AMBIGUOUS", `More than one plan begins with ${wanted}.`, "Type more of the hash.");
  return plan;
}

/**
 * Refuses a plan that must not be said any more: PLAN_EXPIRED, PLAN_PROMISE_PASSED, PLAN_OVERTAKEN where somebody else has
 * spoken of the incident since, PLAN_STALE where a channel of it is gone, has another kind or a wider audience.
 * `said` where it was recorded already, whatever has passed since: what is missing of it may still be completed.
 */
export async function mayStillBeSaid(
  plan: FrozenPlan,
  frozen: Frozen,
  ledger: Ledger,
  speakers: readonly Placed[],
  now: Date,
): Promise<"fresh" | "said"> {
  const { incident, update } = frozen;
  const name = `The plan ${plan.hash.slice(0, SHORT_HASH)}`;
  const anew = "Nothing was sent. Make it again: the same command with --dry-run";
  const updates = await ledger.updates(incident.id);
  if (updates.some(({ id }) => id === update.id)) return "said";
  // By what was hashed: the table's own columns could have been changed.
  if (!(now < plan.expiresAt) || now.getTime() >= update.at.getTime() + PLAN_LASTS_MS)
    throw refusal("PLAN_EXPIRED", `${name} expired at ${plan.expiresAt.toISOString()}.`, anew);
  const stale = promisePassed(frozen, now);
  if (stale !== null) throw refusal("PLAN_PROMISE_PASSED", `${name} ${stale}.`, anew);
  const since = updates.at(-1);
  if (since !== undefined && since.number >= update.number)
    throw refusal(
      "PLAN_OVERTAKEN",
      `${since.author} has said update ${since.number} of ${incident.id} since ${name.toLowerCase()} was made.`,
      `Read it: status show ${incident.id} — ${anew}`,
    );
  if (since === undefined && !frozen.opens)
    throw refusal(
      "PLAN_OVERTAKEN",
      `${name} goes on with ${incident.id}, which this ledger does not know.`,
      anew,
    );
  const twin = frozen.opens ? await openedSince(plan, frozen, ledger) : null;
  if (twin !== null)
    throw refusal(
      "PLAN_OVERTAKEN",
      `"${twin.title}" (${twin.id}) was opened since ${name.toLowerCase()} was made.`,
      `Nothing was sent. To add to it: status update ${twin.id} — if this is another incident: the same command with --new --dry-run`,
    );
  const changed = channelChanged(frozen, speakers);
  if (changed !== null) throw refusal("PLAN_STALE", `${name} ${changed}.`, anew);
  return "fresh";
}

/** What its words promise and the clock has overtaken; what had passed when it was worded is no promise of it. */
function promisePassed({ incident, update }: Frozen, now: Date): string | null {
  const { nextUpdateAt, startedAt, phase } = incident;
  const overtaken = (time: Date, ahead: number) => time > update.at && time.getTime() - now.getTime() < ahead;
  if (nextUpdateAt !== null && overtaken(nextUpdateAt, SHORTEST_PROMISE_MS))
    return `promises the next update by ${nextUpdateAt.toISOString()}, which ${nextUpdateAt <= now ? "has passed" : "is less than a minute from now"}`;
  if (phase === "scheduled" && overtaken(startedAt, 0))
    return `announces work that was to begin at ${startedAt.toISOString()}`;
  return null;
}

/** An incident that tells the same as this one would, and was not there when it was planned. */
async function openedSince(plan: FrozenPlan, { incident }: Frozen, ledger: Ledger): Promise<Incident | null> {
  const alike = (await ledger.openIncidents()).filter((open) => isAlike(open, incident));
  for (const open of alike) {
    const [first] = await ledger.updates(open.id);
    if (first !== undefined && first.at > plan.at) return open;
  }
  return null;
}

function channelChanged({ deliveries }: Frozen, speakers: readonly Placed[]): string | null {
  for (const { channel, kind, audience, state } of deliveries) {
    if (state === "skipped") continue;
    const speaker = speakers.find(({ name }) => name === channel);
    if (speaker === undefined) return `speaks on ${channel}, which is no longer configured`;
    if (speaker.kind !== kind) return `was composed for ${channel} as ${kind}, and it is ${speaker.kind} now`;
    if (audience === "internal" && speaker.audience === "public")
      return `was composed for ${channel} as an internal channel, and it is public now`;
  }
  return null;
}

function hashOf(document: string): string {
  return createHash("sha256").update(document, "utf8").digest("hex");
}

/** JSON as RFC 8785 has it: keys sorted by their UTF-16 code units, no blanks. */
function canonical(value: unknown): string {
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  // Not by the reader's language: every machine must find the same order.
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
}

type InJson<T> = {
  readonly [K in keyof T]: T[K] extends Date ? string : T[K] extends Date | null ? string | null : T[K];
};

type Stored = Omit<Frozen, "incident" | "update"> & {
  readonly format: number;
  readonly incident: InJson<Incident>;
  readonly update: Omit<Frozen["update"], "at" | "standing"> & {
    readonly at: string;
    readonly standing: InJson<Standing>;
  };
};

function dateOf(value: string | null): Date | null {
  return value === null ? null : new Date(value);
}

function standingOf(stored: InJson<Standing>): Standing {
  const { title, phase, impact, components, automatic, long, security } = stored;
  return {
    ...{ title, phase, impact, components, automatic, long, security },
    startedAt: new Date(stored.startedAt),
    endsAt: dateOf(stored.endsAt),
    nextUpdateAt: dateOf(stored.nextUpdateAt),
  };
}
