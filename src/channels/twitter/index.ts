import { defineKind } from "../define-kind.ts";
import { inTurn } from "../in-turn.ts";
import { composeTweet } from "./compose.ts";
import { SECRETS, settings } from "./settings.ts";

/** Posts on X: the first post stands alone, later ones reply to it. */
export const twitter = defineKind({
  kind: "twitter",
  title: "X",
  guide: async () => (await import("./guide.ts")).guide,
  settings,
  secrets: SECRETS,
  connect(settings, kit) {
    // The vendor's library is large; commands that do not speak never load it.
    const client = async () => new (await inTurn(() => import("./client.ts"))).TwitterClient(settings, kit);
    return {
      compose: composeTweet,
      publish: async (post, place, signal) => (await client()).publish(post, place, signal),
      find: async (post, place, since, signal) => (await client()).find(post, place, since, signal),
      verify: async (receipt, post, _place, signal) => (await client()).verify(receipt, post, signal),
      remove: async (receipt, signal) => (await client()).remove(receipt, signal),
      check: async (signal) => (await client()).check(signal),
    };
  },
});
