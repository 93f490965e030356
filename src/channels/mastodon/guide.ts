import type { Guide } from "../guide.ts";

export const guide: Guide = {
  name: "mastodon",
  does: "An account on a Mastodon server: the first post opens a thread, updates reply to it.",
  steps: [
    "1. On the account's own server: Preferences, Development, New application.",
    "2. Scopes: only read:accounts, read:statuses and write:statuses. The redirect address stays as it is.",
    '3. Save, open the application, and copy "Your access token".',
  ],
  needs: [
    {
      field: "baseUrl",
      question: "The account's server",
      env: ["MASTODON_URL", "MASTODON_BASE_URL", "MASTODON_SERVER", "MASTODON_HOST"],
      example: "https://social.example.com",
    },
    {
      field: "accessToken",
      question: "Access token",
      env: ["MASTODON_TOKEN", "MASTODON_ACCESS_TOKEN"],
    },
  ],
};
