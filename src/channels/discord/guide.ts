import type { Guide } from "../guide.ts";

/** Discord: webhooks, read 2026-11. */
export const guide: Guide = {
  name: "community",
  does: "Discord, through a webhook; in a forum each incident becomes a thread.",
  steps: [
    "1. In Discord: the channel's settings, Integrations, Webhooks, New Webhook.",
    "2. Name it, then Copy Webhook URL. Whoever has it can post there: it is a secret.",
    "3. Where the channel is a forum, add forum: true.",
  ],
  needs: [
    {
      field: "webhook",
      question: "The webhook's address",
      env: ["DISCORD_WEBHOOK", "DISCORD_WEBHOOK_URL"],
    },
  ],
};
