import type { Guide } from "../guide.ts";

export const guide: Guide = {
  name: "forum",
  does: "A NodeBB forum: one topic for each incident, updates as replies.",
  steps: [
    "1. Make an account for it that the post queue does not hold back: a global moderator, say.",
    "2. As an administrator: Settings, API Access, Create Token, with the number of that account.",
    "   A master token (number 0) also needs uid: in the configuration.",
    "3. The category's number stands in its address: /category/2/announcements.",
  ],
  needs: [
    {
      field: "baseUrl",
      question: "The forum's address",
      env: ["NODEBB_URL", "NODEBB_BASE_URL"],
      example: "https://forum.example.com",
    },
    { field: "token", question: "Token", env: ["NODEBB_TOKEN", "NODEBB_API_TOKEN"] },
    {
      field: "category",
      question: "The category's number",
      env: ["NODEBB_CATEGORY"],
      example: 2,
      reads: "number",
    },
  ],
};
