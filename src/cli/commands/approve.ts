import { refusal, StatusError, usageError } from "../../base/errors.ts";
import { randomId } from "../../base/ids.ts";
import { indented, oneLine, shellWord } from "../../base/printable.ts";
import { samePerson, sayNames, sayNeed } from "../../broadcast/approval.ts";
import { type Frozen, mayStillBeSaid, planNamed, SHORT_HASH, thaw } from "../../broadcast/frozen.ts";
import type { FrozenPlan } from "../../broadcast/journal.ts";
import type { Ledger } from "../../broadcast/ledger.ts";
import { type Approvals, approvalsOf, sayNextApproval, wholeHash } from "../../status/approvals.ts";
import { incidentFields } from "../../status/documents.ts";
import { identityOf } from "../../status/identity.ts";
import { sayPlan } from "../../status/say.ts";
import type { App } from "../app.ts";
import { approvalView, briefView } from "../approval-view.ts";
import { type ApproveFlags, agree, onlySignatureHelps, refuseApprover } from "../approver.ts";
import { callerOf } from "../caller.ts";
import type { Dialog } from "../dialog.ts";
import { EXIT } from "../exit-codes.ts";
import type { SpeakFlags } from "../flags.ts";
import { styleFor } from "../output/style.ts";
import { conclude, narrated } from "../speaking.ts";
import { Typed } from "../typed.ts";

/**
 * `status approve [plan]`: agrees to what somebody else is about to say, after showing it. The approval is of the stored
 * bytes: whatever changes in a word is another plan. Throws refusals OWN_PLAN, NOT_AN_APPROVER, SIGNATURE_NEEDED, and those
 * of a plan that must not be said any more.
 */
export async function approve(
  app: App,
  hash: string | null,
  flags: ApproveFlags,
  dialog: Dialog | null,
): Promise<number> {
  if (flags.sign !== undefined && flags.signature !== undefined)
    throw usageError("SIGNATURE_TWICE", "--sign and --signature were both given.", "Give one of them.");
  const ledger = await app.existingLedger();
  if (ledger === null) throw nonePlanned();
  const me = await identityOf(app);
  const signs = flags.sign !== undefined || flags.signature !== undefined;
  const plan =
    hash === null ? await newestWaiting(app, ledger, signs ? null : me) : await planNamed(ledger, hash);
  const frozen = thaw(plan);
  await refuseUnlessFresh(app, plan, frozen, ledger);
  const before = await approvalsOf(app, plan, frozen);
  const { need } = before;
  if (!signs) refuseApprover(need, plan, { by: me, names: [me], proof: null }, dialog !== null);

  await show(app, plan, frozen, ledger, before, flags);
  const maySign = dialog !== null && onlySignatureHelps(before.open, me);
  const given = !signs && !maySign && before.by.some((who) => samePerson(who, me));
  if (!given) {
    const approver = await agree(app, plan, before, me, flags, dialog);
    // Whoever reads takes time, and so may the passphrase.
    await refuseUnlessFresh(app, plan, frozen, ledger);
    // A signature adds to a word that was given before, and not the other way round.
    const known = approver.proof === null ? before.by : before.signedBy;
    // The author's clock may be ahead, and only what follows the plan counts.
    const at = new Date(Math.max(app.surroundings.clock.now().getTime(), plan.at.getTime()));
    if (!known.some((who) => samePerson(who, approver.by)))
      await ledger.enter([
        {
          ...{ id: randomId(), at, by: approver.by, act: "approved" },
          ...{ incidentId: plan.incidentId, updateId: frozen.update.id, plan: plan.hash },
          ...{ what: plan.verb, reason: null, proof: approver.proof },
        },
      ]);
  }
  const after = await approvalsOf(app, plan, frozen);
  const says =
    after.missing === 0 &&
    (flags.send === true || (dialog !== null && (await dialog.confirm("Say it now?"))));
  if (flags.json !== true || !says) tell(app, plan, frozen, after, flags, says);
  if (!says) return EXIT.ok.code;
  const spoken = { ...speakFlags(flags), yes: true };
  const caller = callerOf(app, spoken, dialog, new Typed());
  return conclude(app, spoken, await narrated(app, spoken, (desk) => sayPlan(desk, plan, {}, caller)));
}

async function refuseUnlessFresh(app: App, plan: FrozenPlan, frozen: Frozen, ledger: Ledger): Promise<void> {
  const now = app.surroundings.clock.now();
  const state = await mayStillBeSaid(plan, frozen, ledger, await app.speakers(false), now);
  if (state === "said")
    throw refusal(
      "PLAN_SAID",
      `The plan ${plan.hash.slice(0, SHORT_HASH)} was said already.`,
      `To see who has heard it: status show ${plan.incidentId}`,
    );
}

/** The newest plan that can be said, needs somebody's agreement, and was not made by `me`. */
async function newestWaiting(app: App, ledger: Ledger, me: string | null): Promise<FrozenPlan> {
  let own: StatusError | null = null;
  const now = app.surroundings.clock.now();
  const plans = (await ledger.plans("")).filter(({ expiresAt }) => expiresAt > now);
  for (const plan of plans.sort((a, b) => b.at.getTime() - a.at.getTime())) {
    try {
      const frozen = thaw(plan);
      await refuseUnlessFresh(app, plan, frozen, ledger);
      const { missing, open } = await approvalsOf(app, plan, frozen);
      if (missing === 0) continue;
      if (me === null || !samePerson(plan.by, me)) return plan;
      own ??= refusal(
        "OWN_PLAN",
        `The only plan that waits is one of ${plan.by}, who cannot approve it.`,
        sayNextApproval(plan, open),
      );
    } catch (error) {
      if (!(error instanceof StatusError) || error.blame !== "refused") throw error;
    }
  }
  throw own ?? nonePlanned();
}

function nonePlanned(): StatusError {
  return refusal(
    "NO_PLAN_WAITS",
    "No plan waits for approval.",
    "To make one: the command that would say it, with --dry-run. To approve one that nobody has to: status approve HASH",
  );
}

/** A person who is asked sees every text; one who agrees unasked has read it elsewhere. */
async function show(
  app: App,
  plan: FrozenPlan,
  frozen: Frozen,
  ledger: Ledger,
  approvals: Approvals,
  flags: ApproveFlags,
): Promise<void> {
  const { stderr, clock } = app.surroundings;
  if (flags.json === true) return;
  const { timeZone } = app.config.property;
  const style = styleFor(stderr, app.surroundings, flags.plain === true);
  if (flags.yes === true) {
    stderr.write(briefView(plan, frozen, approvals, timeZone, style));
    return;
  }
  const [speakers, told] = await Promise.all([
    app.speakers(false),
    ledger.deliveries({ incidentId: plan.incidentId }),
  ]);
  const view = approvalView(
    plan,
    frozen,
    { speakers, told, approvals },
    { now: clock.now(), timeZone },
    style,
  );
  stderr.write(`\n${view}\n`);
}

function tell(
  app: App,
  plan: FrozenPlan,
  frozen: Frozen,
  { need, by, missing, open, invalid }: Approvals,
  flags: ApproveFlags,
  says: boolean,
): void {
  const { stdout } = app.surroundings;
  const { hash, at, expiresAt, verb } = plan;
  if (flags.json === true) {
    const { asks = [] } = need ?? {};
    const approval = { asks, by, missing, open, invalid };
    const document = { plan: { hash, by: plan.by, at, expiresAt, verb }, approval };
    const outcome = missing === 0 ? "approved" : "waiting";
    stdout.write(
      `${JSON.stringify({ version: 1, outcome, incident: incidentFields(frozen.incident), ...document })}\n`,
    );
    return;
  }
  const short = hash.slice(0, SHORT_HASH);
  const config = flags.config === undefined ? "" : ` --config ${shellWord(flags.config)}`;
  const lines =
    missing > 0
      ? [
          `Approved so far: ${sayNames(by.map(oneLine), "and") || "by nobody whose approval counts"}. It still needs ${sayNeed({ asks: open })}.`,
          ...(flags.send === true ? ["Nothing was sent."] : []),
          `${sayNextApproval(plan, open)}${config}`,
          ...wholeHash(plan, open),
        ]
      : [
          `Approved: ${by.map(oneLine).join(", ")}; nothing is missing.`,
          ...(says ? [""] : [`To say it: status ${verb} --plan ${short}${config}`]),
        ];
  stdout.write(`${indented(lines.join("\n"), "")}\n`);
}

/** Of what was given here, what saying takes as well. */
function speakFlags({ json, plain, debug, config, offline }: ApproveFlags): SpeakFlags {
  return {
    ...(json === undefined ? {} : { json }),
    ...(plain === undefined ? {} : { plain }),
    ...(debug === undefined ? {} : { debug }),
    ...(config === undefined ? {} : { config }),
    ...(offline === undefined ? {} : { offline }),
  };
}
