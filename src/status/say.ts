import { refusal, StatusError, usageError } from "../base/errors.ts";
import { randomId } from "../base/ids.ts";
import { oneLine } from "../base/printable.ts";
import { type Need, needOf, sayNeed } from "../broadcast/approval.ts";
import {
  approvableOf,
  type Frozen,
  freeze,
  mayStillBeSaid,
  planNamed,
  SHORT_HASH,
  thaw,
} from "../broadcast/frozen.ts";
import type { Act, FrozenPlan, JournalEntry } from "../broadcast/journal.ts";
import type { Delivery, Ledger, NewUpdate } from "../broadcast/ledger.ts";
import { type ChannelPlan, rowsOf } from "../broadcast/plan.ts";
import type { Update } from "../incident/incident.ts";
import type { Finding } from "../render/wording/check.ts";
import { requireApprovals } from "./approvals.ts";
import { tellOfBrokenGlass } from "./break-glass.ts";
import type { Caller } from "./caller.ts";
import { carryOut, type Said } from "./carry-out.ts";
import type { Desk } from "./desk.ts";
import { allowedBy, findingsIn, type Overridden, parseReason } from "./findings.ts";
import { identityOf } from "./identity.ts";
import { type PlanOptions, parseTimeout, type SpeakOptions } from "./options.ts";
import { hasOwnWords, type Utterance } from "./speak.ts";

/** An update in these words, as every channel would say it. */
export interface Composed {
  readonly said: Utterance;
  readonly update: Update;
  readonly plan: readonly ChannelPlan[];
  /** What the channels have heard of the incident before. */
  readonly told: readonly Delivery[];
}

/** What would be said: nothing was sent. */
export interface Preview extends Composed {
  readonly findings: readonly Finding[];
  /** The agreement that it needs; null where nobody's is. */
  readonly need: Need | null;
  /** The plan by which exactly this can be said; null where the ledger could not keep it, or it may not be said as it is. */
  readonly kept: FrozenPlan | null;
}

export function isPreview(result: Said | Preview): result is Preview {
  return "plan" in result;
}

/**
 * Checks the wording, shows the plan or asks, records it, and carries it out. Whoever calls may change the words until they are
 * right: then the update is composed again. Throws Overtaken where somebody else was quicker: then nothing was written.
 */
export async function say(
  desk: Desk,
  given: string | null,
  compose: (message: string | null) => Promise<Composed>,
  options: SpeakOptions,
  caller: Caller,
): Promise<Said | Preview> {
  if (options.timeout !== undefined) parseTimeout(options.timeout);
  if (options.breakGlass !== undefined) {
    parseReason("--break-glass", options.breakGlass);
    if (options.dryRun === true)
      throw usageError(
        "GLASS_HAS_NO_PLAN",
        "A dry run makes a plan for others to agree to; --break-glass does without them.",
        "Leave out one of the two.",
      );
  }
  // Asked while the words are made: another program has to answer.
  const by = identityOf(desk);
  let message = given;
  for (;;) {
    const composed = await compose(message);
    const findings = findingsIn(desk, composed, options);
    const { said: about } = composed;
    const before = about.opens ? null : await (await desk.ledger()).incident(about.incident.id);
    const frozenFor = (overridden: readonly Overridden[]): Frozen => {
      const { said, update, plan } = composed;
      const { incident, opens, inputs } = said;
      return {
        ...{ incident, opens, update, inputs, deliveries: rowsOf(plan), overridden },
        ...{ ownWords: hasOwnWords(said, options), formerImpact: before?.impact ?? null },
      };
    };
    const need =
      options.breakGlass === undefined ? needOf(desk.config.approval, approvableOf(frozenFor([]))) : null;
    const overridden = allowedBy(options, findings);
    const stopping = findings.filter(
      ({ level, rule }) => level === "block" && !overridden.some((each) => each.rule === rule),
    );
    const draft = { ...composed, findings, need, overridden, stopping };
    const reworded = await caller.reword(draft);
    if (reworded !== null) {
      message = reworded.message;
      continue;
    }
    // What may not be said now may not be said later either.
    if (options.dryRun === true)
      return { ...draft, kept: stopping.length > 0 ? null : await keep(desk, frozenFor(overridden), by) };
    const decision = await caller.decide(draft);
    if (decision.act === "reword") {
      message = decision.message;
      continue;
    }
    const frozen = frozenFor(decision.overridden);
    if (need !== null) throw await keptForApproval(desk, frozen, need, by);
    tellPlan(desk, composed);
    return record(desk, frozen, { plan: null, beside: about.beside, by }, options);
  }
}

function tellPlan(desk: Desk, { said, update, plan }: Composed): void {
  for (const { speaker, posts, leftOut } of plan)
    desk.tell({
      ...{ type: "planned", incident: said.incident.id, update: update.number, leftOut },
      ...{ channel: speaker.name, kind: speaker.kind, audience: speaker.audience },
      texts: leftOut === null ? posts.map(({ text }) => text) : [],
    });
}

/** Says a plan exactly as it was shown; of `verb` where that is given. Throws PLAN_OF_ANOTHER_VERB and what `sayPlan` throws. */
export async function sayNamedPlan(
  desk: Desk,
  verb: string | null,
  hash: string,
  options: PlanOptions,
  caller: Caller,
): Promise<Said> {
  const plan = await planNamed(await desk.ledger(), hash);
  if (verb !== null && plan.verb !== verb)
    throw usageError(
      "PLAN_OF_ANOTHER_VERB",
      `Plan ${plan.hash.slice(0, SHORT_HASH)} was made by status ${plan.verb}.`,
      `Type: status ${plan.verb} --plan ${plan.hash.slice(0, SHORT_HASH)}`,
    );
  if (options.breakGlass !== undefined) parseReason("--break-glass", options.breakGlass);
  return sayPlan(desk, plan, options, caller);
}

/** Says a plan exactly as it was shown. Throws a refusal where it must not be said any more, or not yet. */
export async function sayPlan(
  desk: Desk,
  plan: FrozenPlan,
  options: PlanOptions,
  caller: Caller,
): Promise<Said> {
  const frozen = thaw(plan);
  const ledger = await desk.ledger();
  const speakers = await desk.speakers(false);
  const { clock } = desk.surroundings;
  const still = await mayStillBeSaid(plan, frozen, ledger, speakers, clock.now());
  if (still === "said")
    return carryOut(
      desk,
      frozen.update.id,
      await ledger.deliveries({ updateId: frozen.update.id }),
      options,
      {
        resumed: true,
      },
    );
  if (options.breakGlass === undefined) await requireApprovals(desk, plan, frozen);
  await caller.agree(plan, frozen);
  // What is opened after the last look, the ledger itself watches for.
  const beside = (await ledger.openIncidents()).map(({ id }) => id);
  // Whoever reads takes time.
  await mayStillBeSaid(plan, frozen, ledger, speakers, clock.now());
  try {
    return await record(desk, frozen, { plan, beside, by: identityOf(desk) }, options);
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
    if (error.by === "already-open")
      throw refusal(
        "PLAN_OVERTAKEN",
        "An incident like it was opened at the same moment. Nothing of this plan was sent.",
        "Read what is open: status list — if this is another incident: the same command with --new --dry-run",
      );
    throw refusal(
      "PLAN_OVERTAKEN",
      `Somebody has spoken about ${frozen.incident.id} since this plan was made. Nothing of it was sent.`,
      `Read it: status show ${frozen.incident.id} — then type the command itself again.`,
    );
  }
}

/** Puts it into the ledger, with who did it, and carries it out. */
async function record(
  desk: Desk,
  frozen: Frozen,
  {
    plan,
    beside,
    by: whoever,
  }: { readonly plan: FrozenPlan | null; readonly by: Promise<string> } & Pick<Utterance, "beside">,
  options: SpeakOptions,
): Promise<Said> {
  const { overridden, ...rest } = frozen;
  const ledger = await desk.ledger();
  const at = desk.surroundings.clock.now();
  const by = await whoever;
  const update: Update = { ...rest.update, author: plan?.by ?? by, ...(plan === null ? {} : { at }) };
  const did: [Act, string, string | null][] = [
    ["said", update.verb, null],
    ...overridden.map(({ rule, reason }): [Act, string, string] => ["overrode", rule, reason]),
    ...(options.breakGlass === undefined
      ? []
      : [["broke-glass", update.verb, options.breakGlass] as [Act, string, string]]),
  ];
  const journal = did.map(
    ([act, what, reason], index): JournalEntry => ({
      // They stand in this order, however often they are brought from one ledger to another.
      ...{ id: `${update.id}-${index}`, at, by, act, what, reason, plan: plan?.hash ?? null, proof: null },
      ...{ incidentId: rest.incident.id, updateId: update.id },
    }),
  );
  const recorded = await recordOnce(ledger, {
    ...{ ...rest, update, journal },
    ...(beside === undefined ? {} : { beside }),
  });
  if (recorded !== "recorded") throw new Overtaken(recorded);
  const deliveries = await ledger.deliveries({ updateId: update.id });
  // What is composed with a broken glass says so to colleagues; a plan was composed before.
  const telling = plan === null ? deliveries.filter(({ state }) => state !== "skipped") : [];
  const [said] = await Promise.all([
    carryOut(desk, update.id, deliveries, options, { resumed: false }),
    options.breakGlass === undefined
      ? null
      : tellOfBrokenGlass(
          desk,
          update,
          by,
          options.breakGlass,
          new Set(telling.map(({ channel }) => channel)),
        ).catch((error: unknown) => {
          if (!(error instanceof StatusError)) throw error;
          // What customers hear must not be lost from the report for this.
          desk.remark(`Colleagues could not be told: ${oneLine(error.message)}`);
        }),
  ]);
  return said;
}

/** Keeps a plan in the ledger; null where that cannot be written: to look at a plan must always be possible. */
async function keep(desk: Desk, frozen: Frozen, whoever: Promise<string>): Promise<FrozenPlan | null> {
  try {
    const [ledger, by] = await Promise.all([desk.ledger(), whoever]);
    const plan = freeze(frozen, by, desk.surroundings.clock.now());
    await ledger.keepPlan(plan);
    return plan;
  } catch (error) {
    if (error instanceof StatusError) return null;
    throw error;
  }
}

/** It waits for others to agree: nothing was sent. */
export class KeptForApproval extends StatusError {
  /** That it is kept, and by which name. */
  readonly told: string;
  /** What is typed next, and by whom. */
  readonly next: string;

  constructor(need: Need, told: string, next: string) {
    super("refused", "APPROVAL_NEEDED", `This needs ${sayNeed(need)}. ${told}`, next);
    this.told = told;
    this.next = next;
  }
}

/** Keeps it for others to agree to. Returns the refusal that says so. */
async function keptForApproval(
  desk: Desk,
  frozen: Frozen,
  need: Need,
  whoever: Promise<string>,
): Promise<StatusError> {
  const plan = await keep(desk, frozen, whoever);
  const emergency = "In an emergency, type the command again with --break-glass REASON";
  if (plan === null)
    return refusal(
      "APPROVAL_NEEDED",
      `This needs ${sayNeed(need)}, and the ledger cannot keep the plan.`,
      emergency,
    );
  const ledger = await desk.ledger();
  const hash = plan.hash.slice(0, SHORT_HASH);
  await ledger.enter([
    {
      ...{
        id: randomId(),
        at: plan.at,
        by: plan.by,
        act: "planned",
        what: plan.verb,
        reason: null,
        proof: null,
      },
      ...{ incidentId: plan.incidentId, updateId: null, plan: plan.hash },
    },
  ]);
  const signs = need.asks.some(({ signed }) => signed) ? " --sign ~/.ssh/id_ed25519" : "";
  const told = `Nothing was sent; it is kept for 15 minutes as plan ${hash}.`;
  const next = `Somebody else types: status approve ${hash}${signs} --send`;
  return new KeptForApproval(need, told, `${next}\n${emergency}`);
}

/** Where the answer was lost on its way from the server: what was recorded must not be said to have failed, and typed again. */
async function recordOnce(ledger: Ledger, update: NewUpdate): ReturnType<Ledger["record"]> {
  const lost = (error: unknown) => error instanceof StatusError && error.code === "LEDGER_UNREACHABLE";
  try {
    return await ledger.record(update);
  } catch (error) {
    if (!lost(error)) throw error;
    try {
      const recorded = await ledger.record(update);
      const updates = recorded === "recorded" ? [] : await ledger.updates(update.incident.id);
      return updates.some(({ id }) => id === update.update.id) ? "recorded" : recorded;
    } catch (again) {
      if (!(again instanceof StatusError) || !lost(again)) throw again;
      throw new StatusError(
        again.blame,
        again.code,
        `${again.message} Nothing was sent; whether your words were recorded is not known.`,
        `When it answers again: status list, then status retry. To go on without it, from this machine's copy: add --offline.`,
        again,
      );
    }
  }
}

/** Somebody else recorded an update, a key, an id or an incident like this one in between; nothing was written. */
export class Overtaken extends Error {
  readonly by: "number-taken" | "key-taken" | "id-taken" | "already-open";
  constructor(by: Overtaken["by"]) {
    super(by);
    this.by = by;
  }
}
