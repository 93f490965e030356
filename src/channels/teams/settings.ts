import { z } from "zod";
import type { Resolved } from "../define-kind.ts";
import { baseUrl, secretReference } from "../settings.ts";

export const teamsSettings = z.strictObject({
  kind: z.literal("teams"),
  webhook: secretReference.describe(
    'A reference to the address that the workflow shows for its trigger "When a Teams webhook request is received"; whoever has it can post',
  ),
  baseUrl: baseUrl("").unwrap().optional().describe("In place of the address's own origin: a proxy"),
});

/** What the channel works with: the settings with the address resolved. */
export type TeamsSettings = Resolved<z.output<typeof teamsSettings>, "webhook">;
