import type { Guide } from "../guide.ts";

/** X: pricing page, changelog and authentication pages, read 2026-11. */
export const guide: Guide = {
  name: "x",
  does: "X/Twitter: one post an update. From an app with read and write access (user context, OAuth 1.0a).",
  steps: [
    "1. https://developer.x.com, signed in as the account that is to speak: make a project and an app in it.",
    '2. The app\'s "User authentication settings": OAuth 1.0a, "Read and write". First this, then the tokens:',
    "   a token keeps the rights that the app had when it was made.",
    '3. "Keys and tokens": the API Key and its Secret, the Access Token and its Secret.',
    "4. Buy credits, and set a spending limit above what a long incident takes: at the limit X refuses posts.",
    "5. In the account's own settings, label it as automated.",
  ],
  costs:
    "Access: pay-per-use. $0.015 a post, $0.20 one that holds a link, as ours do; reading back $0.005, own posts $0.001 (2026-11).",
  needs: [
    {
      field: "appKey",
      question: "API Key",
      env: ["X_APP_KEY", "X_API_KEY", "X_CONSUMER_KEY", "TWITTER_API_KEY", "TWITTER_CONSUMER_KEY"],
    },
    {
      field: "appSecret",
      question: "API Key Secret",
      env: [
        "X_APP_SECRET",
        "X_API_SECRET",
        "X_API_KEY_SECRET",
        "X_CONSUMER_SECRET",
        "TWITTER_API_SECRET",
        "TWITTER_API_KEY_SECRET",
        "TWITTER_CONSUMER_SECRET",
      ],
    },
    {
      field: "accessToken",
      question: "Access Token",
      env: ["X_TOKEN", "X_ACCESS_TOKEN", "TWITTER_ACCESS_TOKEN", "TWITTER_ACCESS_TOKEN_KEY"],
    },
    {
      field: "accessSecret",
      question: "Access Token Secret",
      env: [
        "X_SECRET",
        "X_ACCESS_SECRET",
        "X_ACCESS_TOKEN_SECRET",
        "TWITTER_ACCESS_SECRET",
        "TWITTER_ACCESS_TOKEN_SECRET",
      ],
    },
  ],
};
