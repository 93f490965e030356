import { type Expression, type Kysely, type Selectable, type SqlBool, sql } from "kysely";
import type {
  AttemptTable,
  DeliveryTable,
  IncidentTable,
  ReminderTable,
  Tables,
  UpdateTable,
} from "./tables.ts";

/** All that a ledger knows of one incident. */
export interface IncidentRows {
  readonly incident: Selectable<IncidentTable>;
  /** By number. */
  readonly updates: Selectable<UpdateTable>[];
  /** What a later one amends or removes comes before it. */
  readonly deliveries: Selectable<DeliveryTable>[];
  readonly attempts: Selectable<AttemptTable>[];
  readonly reminders: Selectable<ReminderTable>[];
}

/** The rows of these incidents, or of all, in the order in which they were opened. To be read in one snapshot. */
export async function rowsOf(
  db: Kysely<Tables>,
  ids: readonly string[] | "all",
): Promise<Map<string, IncidentRows>> {
  // PostgreSQL takes no empty list.
  if (ids.length === 0) return new Map();
  const of = (column: string) =>
    ids === "all" ? sql<SqlBool>`true` : sql<SqlBool>`${sql.ref(column)} in (${sql.join([...ids])})`;
  const incidents = await db
    .selectFrom("incidents")
    .selectAll()
    .where(of("id"))
    .orderBy("created_at")
    .execute();
  const updates = await db
    .selectFrom("updates")
    .selectAll()
    .where(of("incident_id"))
    .orderBy("number")
    .execute();
  const deliveries = await db
    .selectFrom("deliveries")
    .selectAll()
    .where(of("incident_id"))
    .orderBy("update_number")
    .orderBy("position")
    .execute();
  const attempts = await db
    .selectFrom("attempts")
    .selectAll()
    .where("delivery_id", "in", (from) => from.selectFrom("deliveries").select("id").where(of("incident_id")))
    .orderBy("number")
    .execute();
  const reminders = await db.selectFrom("reminders").selectAll().where(of("incident_id")).execute();

  const rows = new Map<string, IncidentRows>();
  for (const incident of incidents)
    rows.set(incident.id, { incident, updates: [], deliveries: [], attempts: [], reminders: [] });
  const incidentOf = new Map(deliveries.map(({ id, incident_id }) => [id, incident_id]));
  for (const row of updates) rows.get(row.incident_id)?.updates.push(row);
  for (const row of deliveries) rows.get(row.incident_id)?.deliveries.push(row);
  for (const row of attempts) rows.get(incidentOf.get(row.delivery_id) ?? "")?.attempts.push(row);
  for (const row of reminders) rows.get(row.incident_id)?.reminders.push(row);
  return rows;
}

/** The columns of every table that has rows of an incident, by table. */
export type Columns = ReadonlyMap<string, readonly string[]>;

/** Written once and long: of these the length is enough. */
const LASTING: readonly string[] = ["post", "inputs", "standing"];

/**
 * For each incident that `which` chooses, what stands in its rows, as one text: alike in two ledgers, of whatever engine, only
 * where all that may change is alike. One statement.
 */
export async function stampsOf(
  db: Kysely<Tables>,
  columns: Columns,
  which: (id: Expression<string>) => Expression<SqlBool>,
): Promise<Map<string, string>> {
  const stamp = (table: string) => {
    const parts = columns.get(table)!.map((column) => {
      const value = LASTING.includes(column)
        ? sql`length(${sql.ref(`${table}.${column}`)})`
        : sql.ref(`${table}.${column}`);
      const text = sql`cast(${value} as text)`;
      // With its length before it, no value can be taken for another and the beginning of the next.
      return sql`coalesce(cast(length(${text}) as text) || ':' || ${text}, '-')`;
    });
    return sql<string>`${table} || ${sql.join(parts, sql` || `)}`.as("stamp");
  };
  const rows = await db
    .selectFrom("incidents")
    .select(["incidents.id as incident", stamp("incidents")])
    .where(which(sql.ref("incidents.id")))
    .unionAll(
      db
        .selectFrom("updates")
        .select(["incident_id as incident", stamp("updates")])
        .where(which(sql.ref("incident_id"))),
    )
    .unionAll(
      db
        .selectFrom("deliveries")
        .select(["incident_id as incident", stamp("deliveries")])
        .where(which(sql.ref("incident_id"))),
    )
    .unionAll(
      db
        .selectFrom("attempts")
        .innerJoin("deliveries", "deliveries.id", "attempts.delivery_id")
        .select(["deliveries.incident_id as incident", stamp("attempts")])
        .where(which(sql.ref("deliveries.incident_id"))),
    )
    .unionAll(
      db
        .selectFrom("reminders")
        .select(["incident_id as incident", stamp("reminders")])
        .where(which(sql.ref("incident_id"))),
    )
    .execute();
  const stamps = new Map<string, string[]>();
  for (const { incident, stamp: text } of rows) stamps.set(incident, [...(stamps.get(incident) ?? []), text]);
  return new Map([...stamps].map(([id, texts]) => [id, texts.sort().join("\n")]));
}
