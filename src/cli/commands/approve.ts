import { usageError } from "../../base/errors.ts";
import { indented, oneLine, shellWord } from "../../base/printable.ts";
import { sayNames, sayNeed } from "../../broadcast/approval.ts";
import { type Frozen, SHORT_HASH } from "../../broadcast/frozen.ts";
import type { FrozenPlan } from "../../broadcast/journal.ts";
import { type Approvals, sayNextApproval, wholeHash } from "../../status/approvals.ts";
import { approve as approvePlan } from "../../status/approve.ts";
import type { ApprovalDocument } from "../../status/documents.ts";
import { sayPlan } from "../../status/say.ts";
import type { App } from "../app.ts";
import { approvalView, briefView } from "../approval-view.ts";
import { type ApproveFlags, agree } from "../approver.ts";
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
  const { plan, approvals, document } = await approvePlan(app, hash, {
    signs: flags.sign !== undefined || flags.signature !== undefined,
    maySign: dialog !== null,
    show: (...given) => show(app, ...given, flags),
    agree: (...given) => agree(app, ...given, flags, dialog),
  });
  const says =
    approvals.missing === 0 &&
    (flags.send === true || (dialog !== null && (await dialog.confirm("Say it now?"))));
  if (flags.json !== true || !says) tell(app, plan, approvals, document, flags, says);
  if (!says) return EXIT.ok.code;
  const spoken = { ...speakFlags(flags), yes: true };
  const caller = callerOf(app, spoken, dialog, new Typed());
  return conclude(app, spoken, await narrated(app, spoken, (desk) => sayPlan(desk, plan, {}, caller)));
}

/** A person who is asked sees every text; one who agrees unasked has read it elsewhere. */
async function show(
  app: App,
  plan: FrozenPlan,
  frozen: Frozen,
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
    (await app.ledger()).deliveries({ incidentId: plan.incidentId }),
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
  { by, missing, open }: Approvals,
  document: ApprovalDocument,
  flags: ApproveFlags,
  says: boolean,
): void {
  const { stdout } = app.surroundings;
  const { hash, verb } = plan;
  if (flags.json === true) {
    stdout.write(`${JSON.stringify(document)}\n`);
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
