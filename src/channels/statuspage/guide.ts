import type { Guide } from "../guide.ts";

/** Statuspage: "Create and manage API keys", read 2026-11. */
export const guide: Guide = {
  name: "hosted",
  does: "Atlassian Statuspage.",
  hint: "(Atlassian's)",
  steps: [
    "1. An account owner: https://manage.statuspage.io, the avatar at the bottom left, API info, Create key.",
    "   The key can do everything with all pages of the organization; Statuspage has no narrower one.",
    "2. The page's id stands there too, and in the address: manage.statuspage.io/pages/abc123.",
    "3. Switch off what the page would tweet by itself, else X hears everything twice.",
    "4. Its own subscribers are told only with notifySubscribers: true; mind those who are on your mail list too.",
  ],
  needs: [
    {
      field: "apiKey",
      question: "API key",
      env: ["STATUSPAGE_KEY", "STATUSPAGE_API_KEY", "STATUSPAGE_TOKEN", "STATUSPAGE_API_TOKEN"],
    },
    {
      field: "pageId",
      question: "The page's id",
      env: ["STATUSPAGE_PAGE_ID", "STATUSPAGE_PAGE"],
      example: "abc123",
      choices: async (...about) => (await import("./choices.ts")).listPages(...about),
    },
  ],
  also: { notifySubscribers: false },
  more: ["Your component ids → theirs:", "components: { website: abc123 }"],
};
