import {
  type Expression,
  type ExpressionBuilder,
  type Kysely,
  type Selectable,
  type SqlBool,
  sql,
} from "kysely";
import type {
  ActionTable,
  AttemptTable,
  DeliveryTable,
  IncidentTable,
  JournalTable,
  ReminderTable,
  Tables,
  UpdateTable,
} from "./tables.ts";

/** Who did what, and what was promised afterwards. */
export interface Acts {
  readonly journal: Selectable<JournalTable>[];
  readonly actions: Selectable<ActionTable>[];
}

/** All that a ledger knows of one incident. */
export interface IncidentRows extends Acts {
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
  const journal = await db.selectFrom("journal").selectAll().where(of("incident_id")).execute();
  const actions = await db.selectFrom("actions").selectAll().where(of("incident_id")).execute();

  const rows = new Map<string, IncidentRows>();
  for (const incident of incidents) {
    const none = { updates: [], deliveries: [], attempts: [], reminders: [], journal: [], actions: [] };
    rows.set(incident.id, { incident, ...none });
  }
  const incidentOf = new Map(deliveries.map(({ id, incident_id }) => [id, incident_id]));
  for (const row of updates) rows.get(row.incident_id)?.updates.push(row);
  for (const row of deliveries) rows.get(row.incident_id)?.deliveries.push(row);
  for (const row of attempts) rows.get(incidentOf.get(row.delivery_id) ?? "")?.attempts.push(row);
  for (const row of reminders) rows.get(row.incident_id)?.reminders.push(row);
  for (const row of journal) rows.get(row.incident_id ?? "")?.journal.push(row);
  for (const row of actions) rows.get(row.incident_id ?? "")?.actions.push(row);
  return rows;
}

/** What belongs to no incident, or to none that the ledger knows. */
export async function strayActs(db: Kysely<Tables>): Promise<Acts> {
  return {
    journal: await db.selectFrom("journal").selectAll().where(isStray(db)).execute(),
    actions: await db.selectFrom("actions").selectAll().where(isStray(db)).execute(),
  };
}

/** Of a row with an incident: that it names none, or one that the ledger does not know. */
export function isStray(db: Kysely<Tables>): Expression<SqlBool> {
  return sql<SqlBool>`coalesce(incident_id, '') not in ${db.selectFrom("incidents").select("incidents.id")}`;
}

/** The columns of every table that has rows of an incident, by table. */
export type Columns = ReadonlyMap<string, readonly string[]>;

/** Written once and long: of these the length is enough. */
const LASTING: readonly string[] = ["post", "inputs", "standing"];

/**
 * For each incident that `chosen` is true of, or for all, what stands in its rows, as one text: alike in two ledgers, of
 * whatever engine, only where all that may change is alike. One statement.
 */
export async function stampsOf(
  db: Kysely<Tables>,
  columns: Columns,
  chosen: (incident: ExpressionBuilder<Tables, "incidents">) => Expression<SqlBool> = () => sql`true`,
): Promise<Map<string, string>> {
  // They are looked for once, and not in each part.
  const which = (id: Expression<string>) => sql<SqlBool>`${id} in (select id from chosen)`;
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
    .with(
      (called) => called("chosen").materialized(),
      (from) => from.selectFrom("incidents").select("id").where(chosen),
    )
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
    .unionAll(
      db
        .selectFrom("actions")
        .innerJoin("incidents", "incidents.id", "actions.incident_id")
        .select(["incidents.id as incident", stamp("actions")])
        .where(which(sql.ref("incidents.id"))),
    )
    .unionAll(
      // Nothing in it ever changes, and a copy has nothing that the original lacks: their number is enough.
      db
        .selectFrom("journal")
        .innerJoin("incidents", "incidents.id", "journal.incident_id")
        .select(["incidents.id as incident", sql<string>`'journal' || cast(count(*) as text)`.as("stamp")])
        .where(which(sql.ref("incidents.id")))
        .groupBy("incidents.id"),
    )
    .execute();
  const stamps = new Map<string, string[]>();
  for (const { incident, stamp: text } of rows) {
    const texts = stamps.get(incident);
    if (texts === undefined) stamps.set(incident, [text]);
    else texts.push(text);
  }
  return new Map([...stamps].map(([id, texts]) => [id, texts.sort().join("\n")]));
}
