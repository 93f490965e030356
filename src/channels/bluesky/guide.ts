import type { Guide } from "../guide.ts";

export const guide: Guide = {
  name: "bluesky",
  does: "An account on Bluesky: one post for each update, later ones reply to the one before.",
  steps: [
    "1. In the app: Settings, Privacy and security, App passwords, Add.",
    '2. Leave "Allow access to your direct messages" off.',
    "3. Copy it (abcd-efgh-ijkl-mnop): it is shown once. Never use the account's own password.",
  ],
  needs: [
    {
      field: "identifier",
      question: "The account's handle, without @",
      env: ["BLUESKY_IDENTIFIER", "BLUESKY_HANDLE", "BLUESKY_USERNAME", "BSKY_HANDLE"],
      example: "status.example.com",
    },
    {
      field: "appPassword",
      question: "App password",
      env: ["BLUESKY_APP_PASSWORD", "BLUESKY_PASSWORD", "BSKY_APP_PASSWORD"],
    },
  ],
};
