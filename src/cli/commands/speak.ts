import type { Verb } from "../../incident/incident.ts";
import type { App } from "../app.ts";
import type { Dialog } from "../dialog.ts";
import type { SpeakFlags } from "../flags.ts";
import { type Speaking, speaking } from "../speaking.ts";
import type { Typed } from "../typed.ts";

/** `status announce`, `update`, `resolve`, `correct`, `retract` and `maintenance …`; `argument` is the template, or the incident. */
export async function speak(
  app: App,
  verb: Exclude<Verb, "follow-up">,
  argument: string | null,
  flags: SpeakFlags,
  asked: { message: string | null; dialog: Dialog | null; typed: Typed },
): Promise<number> {
  return speaking(app, flags, asked, await operationOf(verb, argument));
}

async function operationOf(verb: Exclude<Verb, "follow-up">, argument: string | null): Promise<Speaking> {
  switch (verb) {
    case "announce": {
      const { announce } = await import("../../status/announce.ts");
      return (desk, options, caller) => announce(desk, argument, options, caller);
    }
    case "update":
    case "resolve": {
      const { update } = await import("../../status/update.ts");
      return (desk, options, caller) => update(desk, verb, argument, options, caller);
    }
    case "correct":
    case "retract": {
      const { correct } = await import("../../status/correct.ts");
      return (desk, options, caller) => correct(desk, verb, argument, options, caller);
    }
    default: {
      const { maintenance } = await import("../../status/maintenance.ts");
      return (desk, options, caller) => maintenance(desk, verb, argument, options, caller);
    }
  }
}
