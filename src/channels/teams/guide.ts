import type { Guide } from "../guide.ts";

/** Microsoft Teams: Workflows, read 2026-11. */
export const guide: Guide = {
  name: "staff",
  does: "Microsoft Teams, through a workflow. That a message is shown cannot be proved.",
  audience: "internal",
  steps: [
    "1. In Teams, beside the channel's name: Workflows,",
    '   the template "Post to a channel when a webhook request is received".',
    "2. Copy the address that it shows, from https:// to its end. Whoever has it can post: it is a secret.",
    "3. Give the workflow a second owner: one whose only owner leaves stops.",
    "   Addresses of the old connectors (webhook.office.com) were switched off in 2026.",
  ],
  needs: [
    {
      field: "webhook",
      question: "The workflow's address",
      env: [
        "TEAMS_WORKFLOW",
        "TEAMS_WEBHOOK",
        "TEAMS_WEBHOOK_URL",
        "MSTEAMS_WEBHOOK",
        "MS_TEAMS_WEBHOOK_URL",
      ],
    },
  ],
};
