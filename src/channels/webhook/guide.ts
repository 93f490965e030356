import type { Guide } from "../guide.ts";

export const guide: Guide = {
  name: "portal",
  does: "A receiver of your own: each update is a signed JSON document (Standard Webhooks). See docs/channels/webhook.md.",
  hint: "(signed JSON, for a receiver of your own)",
  steps: [
    "1. Make a secret that both sides know: echo whsec_$(openssl rand -base64 32)",
    "2. Give it to the receiver; https://www.standardwebhooks.com has libraries that check the signature.",
    "3. If the receiver's address is a secret itself, write url: env:NAME in place of baseUrl.",
  ],
  needs: [
    {
      field: "baseUrl",
      question: "The receiver's address",
      env: ["STATUS_WEBHOOK_URL"],
      example: "https://portal.example.com/hooks/status",
      unless: "url",
    },
    {
      field: "secret",
      question: "What posts are signed with, whsec_…",
      env: ["STATUS_WEBHOOK_SECRET", "WEBHOOK_SECRET"],
    },
  ],
};
