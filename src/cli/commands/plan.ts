import { usageError } from "../../base/errors.ts";
import { inputsOf } from "../../status/options.ts";
import { sayNamedPlan } from "../../status/say.ts";
import type { App } from "../app.ts";
import { callerOf } from "../caller.ts";
import type { Dialog } from "../dialog.ts";
import { optionsOf, type SpeakFlags } from "../flags.ts";
import { conclude, narrated } from "../speaking.ts";
import { Typed } from "../typed.ts";

/** `--plan`: says a plan, which nothing on the command line may differ from. Throws PLAN_IS_FIXED and what `sayNamedPlan` throws. */
export async function sayPlanned(
  app: App,
  verb: string,
  argument: string | null,
  flags: SpeakFlags & { readonly plan: string },
  message: string | null,
  dialog: Dialog | null,
): Promise<number> {
  const options = optionsOf(flags, message);
  const [other] = [
    ...Object.keys(inputsOf(options, argument)),
    ...(flags.file === undefined ? [] : ["file"]),
  ];
  const { key, edit, dryRun, allow, resendUnknown, max } = flags;
  const beside = [key, allow, resendUnknown, max].some((flag) => flag !== undefined);
  if (other !== undefined || beside || edit === true || dryRun === true || flags.new === true)
    throw usageError(
      "PLAN_IS_FIXED",
      "A plan is said exactly as it was shown: --plan takes no words, channels or facts beside it.",
      "Leave them out, or type the command without --plan.",
    );
  const caller = callerOf(app, flags, dialog, new Typed());
  const said = await narrated(app, flags, (desk) => sayNamedPlan(desk, verb, flags.plan, options, caller));
  return conclude(app, flags, said);
}
