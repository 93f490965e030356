import { failing } from "../answer.ts";
import type { Manners } from "../call-place.ts";
import { ChannelError, type ChannelKit, type Finding, type Post, type Receipt } from "../contract.ts";
import { defineKind } from "../define-kind.ts";
import { findHook, type Hook, hookAt, postToHook } from "../hook.ts";
import { composeCard } from "./compose.ts";
import { type TeamsSettings, teamsSettings } from "./settings.ts";

/**
 * Hands an Adaptive Card to a Teams workflow, which posts it. The workflow's answer means that it was started, not that
 * the message is shown; nothing can be read back, answered, changed or withdrawn.
 */
export const teams = defineKind({
  kind: "teams",
  title: "Microsoft Teams",
  guide: async () => (await import("./guide.ts")).guide,
  settings: teamsSettings,
  secrets: ["webhook"],
  connect(settings, kit) {
    return {
      compose: (message, context) => [composeCard(message, context, kit.locale)],
      publish: (post, _place, signal) => publish(settings, post, kit, signal),
      check: (signal) => check(settings, kit, signal),
    };
  },
});

const MANNERS: Manners = {
  prefix: "TEAMS",
  who: "the workflow",
  mend: "look in Teams whether the workflow is switched on, and copy its address again",
};

/** Throws ChannelError `refused` where nothing could be sent. */
function open(settings: TeamsSettings): Hook {
  const hook = hookAt(settings.webhook, settings.baseUrl);
  // Whatever the host: Microsoft has moved workflows from one to another.
  if (hook !== null && hook.url.pathname !== "/") return hook;
  throw new ChannelError(
    "refused",
    "TEAMS_ADDRESS_MALFORMED",
    "the channel's webhook is no workflow's address",
    {
      hint: "copy the address of the workflow's trigger in Teams, from https:// to its end",
    },
  );
}

async function publish(
  settings: TeamsSettings,
  post: Post,
  kit: ChannelKit,
  signal: AbortSignal,
): Promise<Receipt> {
  const body = JSON.stringify(post.payload);
  const { headers, status } = await postToHook(open(settings), body, {}, MANNERS, kit, signal);
  const run = headers["x-ms-workflow-run-id"] ?? "";
  // The run's id leads to its history; a workflow need not give one.
  const remoteId = /^[\w-]{1,100}$/.test(run) ? run : post.key;
  return { remoteId, url: null, extra: { status } };
}

async function check(
  settings: TeamsSettings,
  kit: ChannelKit,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  try {
    return [
      await findHook(open(settings), MANNERS, kit, signal),
      {
        name: "permission",
        level: "warn",
        message: "Teams does not tell whether a message is shown: after an update, look in the channel",
        hint: "a workflow without an owner stops: give it a second one in Teams",
      },
    ];
  } catch (error) {
    return [failing("credential", error)];
  }
}
