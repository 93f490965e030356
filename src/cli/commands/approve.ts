import { refusal, StatusError, usageError } from "../../base/errors.ts";
import { randomId } from "../../base/ids.ts";
import { samePerson } from "../../broadcast/approval.ts";
import { type Frozen, mayStillBeSaid, planNamed, SHORT_HASH, thaw } from "../../broadcast/frozen.ts";
import type { FrozenPlan } from "../../broadcast/journal.ts";
import type { Ledger } from "../../broadcast/ledger.ts";
import type { App } from "../app.ts";
import { approvalView } from "../approval-view.ts";
import { type Approvals, approvalsOf } from "../approvals.ts";
import { type ApproveFlags, agree, refuseApprover } from "../approver.ts";
import type { Dialog } from "../dialog.ts";
import { EXIT } from "../exit-codes.ts";
import type { SpeakFlags } from "../flags.ts";
import { identityOf } from "../identity.ts";
import { incidentFields } from "../output/json.ts";
import { indented, oneLine, shellWord } from "../output/printable.ts";
import { styleFor } from "../output/style.ts";
import { sayPlan } from "../say.ts";

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
  const given = !signs && before.by.some((who) => samePerson(who, me));
  if (!given) {
    const approver = await agree(app, plan, need, me, flags, dialog);
    // Whoever reads takes time, and so may the passphrase.
    await refuseUnlessFresh(app, plan, frozen, ledger);
    if (!before.by.some((who) => samePerson(who, approver.by)))
      await ledger.enter([
        {
          ...{ id: randomId(), at: app.surroundings.clock.now(), by: approver.by, act: "approved" },
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
  return says ? sayPlan(app, plan, { ...speakFlags(flags), yes: true }, dialog) : EXIT.ok.code;
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
  let own: FrozenPlan | null = null;
  const now = app.surroundings.clock.now();
  const plans = (await ledger.plans("")).filter(({ expiresAt }) => expiresAt > now);
  for (const plan of plans.sort((a, b) => b.at.getTime() - a.at.getTime())) {
    try {
      const frozen = thaw(plan);
      await refuseUnlessFresh(app, plan, frozen, ledger);
      if ((await approvalsOf(app, plan, frozen)).missing === 0) continue;
      if (me === null || !samePerson(plan.by, me)) return plan;
      own ??= plan;
    } catch (error) {
      if (!(error instanceof StatusError) || error.blame !== "refused") throw error;
    }
  }
  throw own === null
    ? nonePlanned()
    : refusal(
        "OWN_PLAN",
        `The only plan that waits is one of ${own.by}, who cannot approve it.`,
        `Somebody else types: status approve ${own.hash.slice(0, SHORT_HASH)}`,
      );
}

function nonePlanned(): StatusError {
  return refusal(
    "NO_PLAN_WAITS",
    "No plan waits for approval.",
    "To make one: the command that would say it, with --dry-run. To approve one that nobody has to: status approve HASH",
  );
}

async function show(
  app: App,
  plan: FrozenPlan,
  frozen: Frozen,
  ledger: Ledger,
  approvals: Approvals,
  flags: ApproveFlags,
): Promise<void> {
  const { stderr, clock } = app.surroundings;
  // Whoever agrees without being asked has read it elsewhere.
  if (flags.json === true) return;
  const [speakers, told] = await Promise.all([
    app.speakers(false),
    ledger.deliveries({ incidentId: plan.incidentId }),
  ]);
  const { timeZone } = app.config.property;
  const style = styleFor(stderr, app.surroundings, flags.plain === true);
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
  { need, by, missing, invalid }: Approvals,
  flags: ApproveFlags,
  says: boolean,
): void {
  const { stdout } = app.surroundings;
  const { hash, at, expiresAt, verb } = plan;
  if (flags.json === true) {
    const { asks = [] } = need ?? {};
    const approval = { asks, by, missing, invalid };
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
          `Approved so far: ${by.map(oneLine).join(", ") || "by nobody whose approval counts"}; ${missing} more ${missing === 1 ? "approval is" : "approvals are"} missing.`,
          `They type: status approve ${short}${config}`,
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
