import { defineKind } from "../define-kind.ts";
import { inTurn } from "../in-turn.ts";
import { composeMessage } from "./compose.ts";
import { settings } from "./settings.ts";

/** Posts in one Slack channel: the first post opens a thread, later ones reply in it. */
export const slack = defineKind({
  kind: "slack",
  title: "Slack",
  guide: async () => (await import("./guide.ts")).guide,
  settings,
  secrets: ["token"],
  connect(settings, kit) {
    // The vendor's library is large; commands that do not speak never load it.
    const client = async () => new (await inTurn(() => import("./client.ts"))).SlackClient(settings, kit);
    return {
      compose: (message, context) => composeMessage(message, context, settings),
      publish: async (post, place, signal) => (await client()).publish(post, place, signal),
      find: async (post, place, since, signal) => (await client()).find(post, place, since, signal),
      verify: async (receipt, post, _place, signal) => (await client()).verify(receipt, post, signal),
      amend: async (receipt, post, signal) => (await client()).amend(receipt, post, signal),
      remove: async (receipt, signal) => (await client()).remove(receipt, signal),
      check: async (signal) => (await client()).check(signal),
    };
  },
});
