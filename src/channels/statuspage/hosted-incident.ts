import { z } from "zod";
import type { Receipt } from "../contract.ts";

const updateShape = z.object({
  id: z.string(),
  status: z.string(),
  body: z.string().nullable(),
  created_at: z.string(),
});

/** As far as it is read here; updates newest first. */
export const incidentShape = z.object({
  id: z.string(),
  created_at: z.string().optional(),
  shortlink: z.string().nullish(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  incident_updates: z.array(updateShape),
});
export type HostedIncident = z.infer<typeof incidentShape>;
export type HostedUpdate = z.infer<typeof updateShape>;

const memory = z.object({
  incidentId: z.string(),
  updateId: z.string().nullable(),
});

/** What a receipt of this kind remembers. */
export function hostedIds(receipt: Receipt | null): { incidentId: string; updateId: string | null } | null {
  return memory.safeParse(receipt?.extra).data ?? null;
}

/** Our key on an incident; null on one that somebody else opened. */
export function keyOfIncident(incident: HostedIncident): string | null {
  return z.object({ key: z.string() }).safeParse(incident.metadata?.status_cli).data?.key ?? null;
}

/** The receipt for the whole incident, or for one update of it. */
export function receiptFor(
  incident: HostedIncident,
  update: HostedUpdate | undefined,
  opening: boolean,
): Receipt {
  const url = incident.shortlink ?? null;
  return {
    remoteId: opening || update === undefined ? incident.id : update.id,
    url: url !== null && /^https?:\/\//.test(url) ? url : null,
    extra: { incidentId: incident.id, updateId: update?.id ?? null },
  };
}

/** The vendor may tidy line ends and the space around a body. */
export function sameBody(read: string | null, sent: string): boolean {
  return tidy(read ?? "") === tidy(sent);
}

function tidy(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
