import type { Kysely } from "kysely";
import type { Incident } from "../incident/incident.ts";
import { incidentOf } from "./rows.ts";
import type { Tables } from "./tables.ts";

/** As Ledger's `openIncidents` promises it. */
export async function openIncidents(db: Kysely<Tables>): Promise<Incident[]> {
  const rows = await db
    .selectFrom("incidents")
    .selectAll()
    .where("type", "!=", "notice")
    .where("phase", "not in", ["resolved", "completed"])
    .orderBy("created_at", "desc")
    .orderBy("id")
    .execute();
  return rows.map(incidentOf);
}
