import type { Channel } from "../contract.ts";
import { defineKind } from "../define-kind.ts";
import { ProgramClient } from "./client.ts";
import { composeForProgram } from "./compose.ts";
import { settings } from "./settings.ts";

/** A program of the user's own: gets each post as JSON on its standard input, and answers with a receipt. */
export const command = defineKind({
  kind: "command",
  title: "Own program",
  guide: async () => (await import("./guide.ts")).guide,
  settings,
  secrets: [],
  connect(settings, kit) {
    const client = new ProgramClient(settings, kit);
    const channel: Channel = {
      compose: (message, context) => [composeForProgram(message, context, kit.locale)],
      publish: (post, place, signal) => client.publish(post, place, signal),
      check: (signal) => client.check(signal),
    };
    const { can } = settings;
    return {
      ...channel,
      ...(can.includes("find")
        ? { find: (post, place, since, signal) => client.find(post, place, since, signal) }
        : {}),
      ...(can.includes("verify")
        ? { verify: (receipt, post, place, signal) => client.verify(receipt, post, place, signal) }
        : {}),
      ...(can.includes("amend")
        ? { amend: (receipt, post, signal) => client.amend(receipt, post, signal) }
        : {}),
      ...(can.includes("remove") ? { remove: (receipt, signal) => client.remove(receipt, signal) } : {}),
    };
  },
});
