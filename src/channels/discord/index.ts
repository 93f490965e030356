import { z } from "zod";
import { excerpt, failing } from "../answer.ts";
import { ChannelError, type ChannelKit, type Finding } from "../contract.ts";
import { defineKind } from "../define-kind.ts";
import { openWebhook } from "./client.ts";
import { composeDiscord } from "./compose.ts";
import { amendMessage, publishMessage, removeMessage, verifyMessage } from "./messages.ts";
import { type DiscordSettings, discordSettings } from "./settings.ts";

/**
 * Posts through one Discord webhook. In a forum each incident becomes a thread; elsewhere messages stand one after the
 * other, for a webhook cannot reply. A webhook cannot list what it posted, so there is no `find`.
 */
export const discord = defineKind({
  kind: "discord",
  title: "Discord",
  guide: async () => (await import("./guide.ts")).guide,
  settings: discordSettings,
  secrets: ["webhook"],
  connect(settings, kit) {
    const webhook = () => openWebhook(settings, kit);
    return {
      compose: (message, context) => [composeDiscord(message, context, settings)],
      publish: async (post, place, signal) => publishMessage(webhook(), post, place, settings, signal),
      async verify(receipt, post, _place, signal) {
        try {
          return await verifyMessage(webhook(), receipt, post, signal);
        } catch (error) {
          if (!(error instanceof ChannelError)) throw error;
          return { state: error.fate === "refused" ? "cannot" : "not-yet", note: error.message };
        }
      },
      amend: async (receipt, post, signal) => amendMessage(webhook(), receipt, post, signal),
      remove: async (receipt, signal) => removeMessage(webhook(), receipt, signal),
      check: (signal) => check(settings, kit, signal),
    };
  },
});

const INCOMING = 1;
const webhookShape = z.object({
  type: z.number(),
  name: z.string().nullable(),
  channel_id: z.string().nullable(),
});

/** Reads the webhook itself; posts nothing. */
async function check(
  settings: DiscordSettings,
  kit: ChannelKit,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  try {
    const webhook = openWebhook(settings, kit);
    const answer = await webhook.call("GET", "", signal);
    const found = answer.status === 200 ? webhookShape.safeParse(answer.json).data : undefined;
    if (found === undefined) throw webhook.refusal(answer);
    if (found.type !== INCOMING)
      return [
        {
          name: "credential",
          level: "fail",
          message: "this webhook follows another channel and takes no posts",
          hint: "make one in the channel's settings: Integrations, Webhooks",
        },
      ];
    const name = settings.username ?? excerpt(found.name ?? "");
    return [
      { name: "credential", level: "ok", message: `posts as ${name || "the webhook"}`, hint: null },
      { name: "target", level: "ok", message: `the channel ${excerpt(found.channel_id ?? "?")}`, hint: null },
    ];
  } catch (error) {
    return [failing("credential", error)];
  }
}
