import { refusal, StatusError, usageError } from "../base/errors.ts";
import { randomId } from "../base/ids.ts";
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
import type { App } from "./app.ts";
import { approvalView } from "./approval-view.ts";
import { approvalsOf, requireApprovals } from "./approvals.ts";
import { tellOfBrokenGlass } from "./break-glass.ts";
import { carryOut } from "./carry-out.ts";
import type { Dialog } from "./dialog.ts";
import { editWords } from "./edit.ts";
import { EXIT } from "./exit-codes.ts";
import { allowedBy, blocked, findingsIn, type Overridden, parseReason } from "./findings.ts";
import { parseTimeout, type SpeakFlags } from "./flags.ts";
import { identityOf } from "./identity.ts";
import { showDryRun } from "./output/dry-run.ts";
import { findingsText } from "./output/findings.ts";
import { previewText } from "./output/preview.ts";
import { oneLine } from "./output/printable.ts";
import { styleFor } from "./output/style.ts";
import { heading } from "./output/table.ts";
import { hasOwnWords, type Utterance } from "./speak.ts";
import type { Typed } from "./typed.ts";

/** An update in these words, as every channel would say it. */
export interface Composed {
  readonly said: Utterance;
  readonly update: Update;
  readonly plan: readonly ChannelPlan[];
  /** What the channels have heard of the incident before. */
  readonly told: readonly Delivery[];
}

/**
 * Checks the wording, shows the plan or asks, records it, and carries it out. At a terminal the words can be changed until they are
 * right: then the update is composed anew. Throws Overtaken where somebody else was quicker: then nothing was written.
 */
export async function say(
  app: App,
  given: string | null,
  compose: (message: string | null) => Promise<Composed>,
  flags: SpeakFlags,
  dialog: Dialog | null,
  typed: Typed,
): Promise<number> {
  if (flags.timeout !== undefined) parseTimeout(flags.timeout);
  if (flags.breakGlass !== undefined) {
    parseReason("--break-glass", flags.breakGlass);
    if (flags.dryRun === true)
      throw usageError(
        "GLASS_HAS_NO_PLAN",
        "A dry run makes a plan for others to agree to; --break-glass does without them.",
        "Leave out one of the two.",
      );
  }
  if (flags.edit === true && dialog === null)
    throw usageError(
      "EDIT_NEEDS_TERMINAL",
      "--edit needs a terminal.",
      "Give the words: --message-file FILE",
    );
  let message = given;
  let edits = flags.edit === true && !typed.edited;
  for (;;) {
    const composed = await compose(message);
    const findings = findingsIn(app, composed, flags);
    if (edits) {
      message = await editWords(app, composed, message, findings);
      typed.keepEdited(message);
      edits = false;
      continue;
    }
    const { said: about } = composed;
    const before = about.opens ? null : await (await app.ledger()).incident(about.incident.id);
    const frozenFor = (overridden: readonly Overridden[]): Frozen => {
      const { said, update, plan } = composed;
      const { incident, opens, inputs } = said;
      return {
        ...{ incident, opens, update, inputs, deliveries: rowsOf(plan), overridden },
        ...{ ownWords: hasOwnWords(said, flags), formerImpact: before?.impact ?? null },
      };
    };
    const need =
      flags.breakGlass === undefined ? needOf(app.config.approval, approvableOf(frozenFor([]))) : null;
    if (flags.dryRun === true) {
      const overridden = allowedBy(flags, findings);
      // What may not be said now may not be said later either.
      const kept = stopping(findings, overridden).length > 0 ? null : await keep(app, frozenFor(overridden));
      return showDryRun(app, composed, { findings, need, kept }, flags);
    }
    const decision = await decide(app, composed, findings, need, flags, dialog, typed);
    if (decision === "edit") {
      edits = true;
      continue;
    }
    const frozen = frozenFor(decision);
    return need === null
      ? record(app, frozen, null, flags)
      : waitForApproval(app, frozen, need, dialog !== null);
  }
}

/** `--plan`: finds the plan, which nothing on the command line may differ from. Throws PLAN_IS_FIXED, PLAN_OF_ANOTHER_VERB and what `sayPlan` throws. */
export async function sayNamedPlan(
  app: App,
  verb: string,
  given: Readonly<Record<string, unknown>>,
  flags: SpeakFlags & { readonly plan: string },
  dialog: Dialog | null,
): Promise<number> {
  const [other] = Object.keys(given);
  const { key, edit, dryRun, allow, resendUnknown } = flags;
  const beside = [key, allow, resendUnknown].some((flag) => flag !== undefined);
  if (other !== undefined || beside || edit === true || dryRun === true || flags.new === true)
    throw usageError(
      "PLAN_IS_FIXED",
      "A plan is said exactly as it was shown: --plan takes no words, channels or facts beside it.",
      "Leave them out, or type the command without --plan.",
    );
  const plan = await planNamed(await app.ledger(), flags.plan);
  if (plan.verb !== verb)
    throw usageError(
      "PLAN_OF_ANOTHER_VERB",
      `Plan ${plan.hash.slice(0, SHORT_HASH)} was made by status ${plan.verb}.`,
      `Type: status ${plan.verb} --plan ${plan.hash.slice(0, SHORT_HASH)}`,
    );
  if (flags.breakGlass !== undefined) parseReason("--break-glass", flags.breakGlass);
  return sayPlan(app, plan, flags, dialog);
}

/** Says a plan exactly as it was shown. Throws a refusal where it must not be said any more, or not yet. */
export async function sayPlan(
  app: App,
  plan: FrozenPlan,
  flags: SpeakFlags,
  dialog: Dialog | null,
): Promise<number> {
  const frozen = thaw(plan);
  const ledger = await app.ledger();
  const speakers = await app.speakers(false);
  const still = await mayStillBeSaid(plan, frozen, ledger, speakers, app.surroundings.clock.now());
  if (still === "said")
    return carryOut(app, frozen.update.id, await ledger.deliveries({ updateId: frozen.update.id }), flags, {
      resumed: true,
    });
  if (flags.breakGlass === undefined) await requireApprovals(app, plan, frozen);
  if (flags.yes !== true) {
    if (dialog === null) throw confirmationNeeded();
    const { stderr, clock } = app.surroundings;
    const style = styleFor(stderr, app.surroundings, flags.plain === true);
    const told = await ledger.deliveries({ incidentId: frozen.incident.id });
    const approvals = await approvalsOf(app, plan, frozen);
    const now = { now: clock.now(), timeZone: app.config.property.timeZone };
    stderr.write(`\n${approvalView(plan, frozen, { speakers, told, approvals }, now, style)}\n`);
    if (!(await dialog.confirm("Say exactly this?"))) throw refusal("DECLINED", "Nothing was sent.", null);
    // Whoever reads takes time.
    await mayStillBeSaid(plan, frozen, ledger, speakers, clock.now());
  }
  try {
    return await record(app, frozen, plan, flags);
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
    throw refusal(
      "PLAN_OVERTAKEN",
      `Somebody has spoken about ${frozen.incident.id} since this plan was made. Nothing of it was sent.`,
      `Read it: status show ${frozen.incident.id} — then type the command itself again.`,
    );
  }
}

/** Puts it into the ledger, with who did it, and carries it out. */
async function record(app: App, frozen: Frozen, plan: FrozenPlan | null, flags: SpeakFlags): Promise<number> {
  const { overridden, ...rest } = frozen;
  const ledger = await app.ledger();
  const at = app.surroundings.clock.now();
  const by = await identityOf(app);
  const update: Update = { ...rest.update, author: plan?.by ?? by, ...(plan === null ? {} : { at }) };
  const did: [Act, string, string | null][] = [
    ["said", update.verb, null],
    ...overridden.map(({ rule, reason }): [Act, string, string] => ["overrode", rule, reason]),
    ...(flags.breakGlass === undefined
      ? []
      : [["broke-glass", update.verb, flags.breakGlass] as [Act, string, string]]),
  ];
  const journal = did.map(
    ([act, what, reason], index): JournalEntry => ({
      // They stand in this order, however often they are brought from one ledger to another.
      ...{ id: `${update.id}-${index}`, at, by, act, what, reason, plan: plan?.hash ?? null, proof: null },
      ...{ incidentId: rest.incident.id, updateId: update.id },
    }),
  );
  const recorded = await recordOnce(ledger, { ...rest, update, journal });
  if (recorded !== "recorded") throw new Overtaken(recorded);
  const deliveries = await ledger.deliveries({ updateId: update.id });
  // What is composed with a broken glass says so to colleagues; a plan was composed before.
  const telling = plan === null ? deliveries.filter(({ state }) => state !== "skipped") : [];
  const [code] = await Promise.all([
    carryOut(app, update.id, deliveries, flags, { resumed: false }),
    flags.breakGlass === undefined
      ? null
      : tellOfBrokenGlass(
          app,
          update,
          by,
          flags.breakGlass,
          new Set(telling.map(({ channel }) => channel)),
        ).catch((error: unknown) => {
          if (!(error instanceof StatusError)) throw error;
          // What customers hear must not be lost from the report for this.
          app.surroundings.stderr.write(`Colleagues could not be told: ${oneLine(error.message)}\n`);
        }),
  ]);
  return code;
}

/** Keeps a plan in the ledger; null where that cannot be written: to look at a plan must always be possible. */
async function keep(app: App, frozen: Frozen): Promise<FrozenPlan | null> {
  try {
    const [ledger, by] = await Promise.all([app.ledger(), identityOf(app)]);
    const plan = freeze(frozen, by, app.surroundings.clock.now());
    await ledger.keepPlan(plan);
    return plan;
  } catch (error) {
    if (error instanceof StatusError) return null;
    throw error;
  }
}

/** Keeps it for others to agree to, and says so: at a terminal, where a person has just agreed to that, else as a refusal. */
async function waitForApproval(app: App, frozen: Frozen, need: Need, atTerminal: boolean): Promise<number> {
  const plan = await keep(app, frozen);
  const emergency = "In an emergency, type the command again with --break-glass REASON";
  if (plan === null)
    throw refusal(
      "APPROVAL_NEEDED",
      `This needs ${sayNeed(need)}, and the ledger cannot keep the plan.`,
      emergency,
    );
  const ledger = await app.ledger();
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
  if (!atTerminal)
    throw refusal("APPROVAL_NEEDED", `This needs ${sayNeed(need)}. ${told}`, `${next}\n${emergency}`);
  app.surroundings.stderr.write(`\n${told}\n${next}\n${emergency}\n`);
  return EXIT.refused.code;
}

/** What is overridden, where it is to be said; `edit` where a person wants other words. */
async function decide(
  app: App,
  { said, update, plan }: Composed,
  findings: readonly Finding[],
  need: Need | null,
  flags: SpeakFlags,
  dialog: Dialog | null,
  typed: Typed,
): Promise<readonly Overridden[] | "edit"> {
  const { stderr } = app.surroundings;
  const style = styleFor(stderr, app.surroundings, flags.plain === true);
  const overridden = allowedBy(flags, findings);
  const left = stopping(findings, overridden);
  if (flags.yes === true || dialog === null) {
    if (flags.yes !== true) throw confirmationNeeded();
    if (left.length > 0) throw blocked(left);
    stderr.write(findingsText(findings, style));
    return overridden;
  }
  stderr.write(
    `\n${heading(said.incident, update, style)}${previewText(plan, style)}\n${findingsText(findings, style)}`,
  );
  const speaking = plan.filter(({ leftOut }) => leftOut === null);
  const public_ = speaking.filter(({ speaker }) => speaker.audience === "public").length;
  const channels = `${speaking.length} channel${speaking.length === 1 ? "" : "s"} (${public_} public)`;
  const question =
    need !== null
      ? `Keep this, to be said on ${channels} once it has ${sayNeed(need)}?`
      : `Say ${typed.edited ? "the changed words" : "this"} on ${channels}?`;
  const edit = { key: "e", name: "change the words", value: "edit" } as const;
  if (left.length === 0) {
    const answer = await dialog.choose(question, [{ key: "y", name: "yes", value: "yes" } as const, edit]);
    if (answer === null) throw refusal("DECLINED", "Nothing was sent.", null);
    return answer === "edit" ? "edit" : overridden;
  }
  const rules = [...new Set(left.map(({ rule }) => rule))];
  const override = {
    key: "o",
    name: `say it all the same (${rules.join(", ")})`,
    value: "override",
  } as const;
  const answer = await dialog.choose(question, [edit, override]);
  if (answer === null) throw refusal("DECLINED", "Nothing was sent.", null);
  if (answer === "edit") return "edit";
  const reason = await dialog.input("Why is it right to say this?", {
    check: (text) => {
      try {
        parseReason("this", text);
        return null;
      } catch (error) {
        return error instanceof StatusError ? error.message : String(error);
      }
    },
  });
  return [...overridden, ...rules.map((rule) => ({ rule, reason: reason.trim() }))];
}

/** The findings that nobody has overridden. */
function stopping(findings: readonly Finding[], overridden: readonly Overridden[]): readonly Finding[] {
  return findings.filter(
    ({ level, rule }) => level === "block" && !overridden.some((each) => each.rule === rule),
  );
}

function confirmationNeeded(): StatusError {
  return usageError(
    "CONFIRMATION_NEEDED",
    "There is no terminal to ask, and --yes was not given.",
    "Nothing was sent. Add --yes to send, or --dry-run to see each channel's text.",
  );
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

/** Somebody else recorded an update, a key or an id in between; nothing was written. */
export class Overtaken extends Error {
  readonly by: "number-taken" | "key-taken" | "id-taken";
  constructor(by: Overtaken["by"]) {
    super(by);
    this.by = by;
  }
}
