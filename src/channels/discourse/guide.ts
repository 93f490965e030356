import type { Guide } from "../guide.ts";

/** Discourse, app/models/api_key_scope.rb, read 2026-11. */
export const guide: Guide = {
  name: "forum",
  does: "A Discourse forum: one topic for each incident, updates as replies.",
  steps: [
    "1. Make an account for it, staff if you can: others may be queued, and may not reply four times in a row.",
    "2. As an administrator: /admin/api/keys, New API Key, User Level: Single User (that account).",
    "3. Scope: Granular: global read, topics write, posts edit and delete. Global can do more than it needs.",
    "4. Save, and copy the key: it is shown once.",
    "5. The category's number ends its address: /c/announcements/7.",
  ],
  needs: [
    {
      field: "baseUrl",
      question: "The forum's address",
      env: ["DISCOURSE_URL", "DISCOURSE_BASE_URL", "DISCOURSE_HOST"],
      example: "https://forum.example.com",
    },
    { field: "apiKey", question: "API key", env: ["DISCOURSE_KEY", "DISCOURSE_API_KEY"] },
    {
      field: "username",
      question: "The account that speaks",
      env: ["DISCOURSE_USERNAME", "DISCOURSE_API_USERNAME", "DISCOURSE_USER"],
      example: "status",
    },
    {
      field: "category",
      question: "The category's number",
      env: ["DISCOURSE_CATEGORY", "DISCOURSE_CATEGORY_ID"],
      example: 7,
      choices: async (...about) => (await import("./choices.ts")).listCategories(...about),
      reads: "number",
    },
  ],
};
