import type { Kysely } from "kysely";
import type { DeliveryStanding, IncidentRecord } from "../broadcast/ledger.ts";
import type { Incident, Update } from "../incident/incident.ts";
import { incidentOf, STANDING_COLUMNS, standingOfDelivery, updateOf } from "./rows.ts";
import type { Tables } from "./tables.ts";

/** So many are asked for at once: engines bound how many values a statement may have. */
const AT_ONCE = 5000;

/** As Ledger's `records` promises it. */
export async function records(
  db: Kysely<Tables>,
  incidentIds: readonly string[],
): Promise<ReadonlyMap<string, IncidentRecord>> {
  const found = new Map<string, { updates: Update[]; deliveries: DeliveryStanding[] }>(
    incidentIds.map((id) => [id, { updates: [], deliveries: [] }]),
  );
  const asked = [...found.keys()];
  for (let first = 0; first < asked.length; first += AT_ONCE) {
    const some = asked.slice(first, first + AT_ONCE);
    const updates = await db
      .selectFrom("updates")
      .selectAll()
      .where("incident_id", "in", some)
      .orderBy("number")
      .execute();
    for (const row of updates) found.get(row.incident_id)?.updates.push(updateOf(row));
    const deliveries = await db
      .selectFrom("deliveries")
      .select(STANDING_COLUMNS)
      .where("incident_id", "in", some)
      .orderBy("update_number")
      .orderBy("position")
      .execute();
    for (const row of deliveries) found.get(row.incident_id)?.deliveries.push(standingOfDelivery(row));
  }
  return found;
}

/** As Ledger's `unsettled` promises it. */
export async function unsettled(
  db: Kysely<Tables>,
  deliveryIds: readonly string[] = [],
): Promise<Incident[]> {
  const rows = await db
    .selectFrom("incidents")
    .selectAll()
    .where("id", "in", (from) =>
      from
        .selectFrom("deliveries")
        .select("incident_id")
        .where((row) =>
          row.or([
            row("state", "not in", ["sent", "skipped", "superseded"]),
            row.and([row("state", "=", "sent"), row("verification", "=", "missing")]),
            ...(deliveryIds.length > 0 ? [row("id", "in", deliveryIds)] : []),
          ]),
        ),
    )
    .orderBy("created_at", "desc")
    .orderBy("id")
    .execute();
  return rows.map(incidentOf);
}
