import type { Guide } from "../guide.ts";

const INCOMING = "an incoming webhook cannot open a thread, be read back or corrected: make a bot token";

/** Slack: "Configuring apps with app manifests" and its methods' scopes, read 2026-11. */
export const guide: Guide = {
  name: "ops",
  does: "Slack. A bot token with chat:write, and channels:history so that posts can be read back.",
  audience: "internal",
  steps: [
    '1. https://api.slack.com/apps?new_app=1, "From a manifest", your workspace; paste the manifest.',
    '2. "Install to Workspace", and allow it. The scopes are what posting, looking up and correcting need.',
    '3. "OAuth & Permissions": copy the Bot User OAuth Token. It begins with xoxb-.',
    "4. In the channel, type: /invite @status",
    "5. The channel's id stands at the bottom of its details: C0123456.",
  ],
  misleading: { SLACK_WEBHOOK: INCOMING, SLACK_WEBHOOK_URL: INCOMING },
  paste: {
    file: "slack-app.yaml",
    text: `display_information:
  name: status
  description: Tells incidents, and what becomes of them
features:
  bot_user:
    display_name: status
    always_online: false
oauth_config:
  scopes:
    bot:
      - chat:write
      - channels:read
      - channels:history
      # For private channels; leave them out where there is none.
      - groups:read
      - groups:history
settings:
  org_deploy_enabled: false
  socket_mode_enabled: false
  token_rotation_enabled: false
`,
  },
  needs: [
    {
      field: "token",
      question: "Bot token, xoxb-…",
      env: ["SLACK_TOKEN", "SLACK_BOT_TOKEN", "SLACK_API_TOKEN"],
    },
    {
      field: "channel",
      question: "The channel's id",
      env: ["SLACK_CHANNEL_ID", "SLACK_CHANNEL"],
      example: "C0123456",
      choices: async (...about) => (await import("./choices.ts")).listChannels(...about),
    },
  ],
};
