import { type Kysely, sql } from "kysely";
import type { Tables } from "./tables.ts";

export type Value = string | number | null;
/** A row of a table whose name and columns are known at run time only. */
export type Row = Readonly<Record<string, Value>>;

export interface Table {
  readonly name: keyof Tables;
  readonly key: readonly string[];
  /** Unique, and such that what a row refers to comes before it. */
  readonly order: readonly string[];
  /** What no two rows may share, beside the key. */
  readonly unique: readonly (readonly string[])[];
  readonly refersTo: readonly { readonly column: string; readonly table: keyof Tables }[];
}

const OF_INCIDENT = { column: "incident_id", table: "incidents" } as const;
const REMINDER = ["incident_id", "promise", "kind", "channel"] as const;

/** All tables; one that refers to another comes after it. */
export const TABLE_ORDER: readonly Table[] = [
  { name: "incidents", key: ["id"], order: ["id"], unique: [], refersTo: [] },
  {
    name: "updates",
    key: ["id"],
    order: ["incident_id", "number"],
    unique: [["key"], ["incident_id", "number"], ["incident_id", "keeps"]],
    refersTo: [OF_INCIDENT],
  },
  {
    name: "deliveries",
    key: ["id"],
    // What a later update amends or removes, an earlier one has said.
    order: ["incident_id", "update_number", "channel", "part"],
    unique: [
      ["update_id", "channel", "part"],
      ["incident_id", "update_number", "channel", "part"],
    ],
    refersTo: [
      OF_INCIDENT,
      { column: "update_id", table: "updates" },
      { column: "target", table: "deliveries" },
    ],
  },
  {
    name: "attempts",
    key: ["delivery_id", "number"],
    order: ["delivery_id", "number"],
    unique: [],
    refersTo: [{ column: "delivery_id", table: "deliveries" }],
  },
  { name: "reminders", key: REMINDER, order: REMINDER, unique: [], refersTo: [OF_INCIDENT] },
  {
    name: "mailings",
    key: ["delivery_id"],
    order: ["delivery_id"],
    unique: [["number"]],
    refersTo: [{ column: "delivery_id", table: "deliveries" }],
  },
  { name: "chunks", key: ["mailing", "number"], order: ["mailing", "number"], unique: [], refersTo: [] },
  {
    name: "recipients",
    key: ["mailing", "number"],
    order: ["mailing", "number"],
    unique: [["mailing", "mailbox"]],
    refersTo: [],
  },
  {
    name: "suppressions",
    key: ["channel", "mailbox"],
    order: ["channel", "mailbox"],
    unique: [],
    refersTo: [],
  },
  // A plan that is being approved is still to be said, and an approval names it by its hash.
  { name: "plans", key: ["hash"], order: ["hash"], unique: [], refersTo: [] },
  // Neither has to name an incident, nor one that is there: what was only planned has none yet. So nothing keeps them back.
  { name: "journal", key: ["id"], order: ["id"], unique: [], refersTo: [] },
  { name: "actions", key: ["id"], order: ["id"], unique: [], refersTo: [] },
  { name: "readings", key: ["url"], order: ["url"], unique: [], refersTo: [] },
  { name: "leases", key: ["name"], order: ["name"], unique: [], refersTo: [] },
];

export async function countRows(db: Kysely<Tables>, { name }: Table): Promise<number> {
  const { count } = await loose(db)
    .selectFrom(name)
    .select(({ fn }) => fn.countAll().as("count"))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Up to `limit` rows in the table's order, from the one after `last` on. */
export function rowsAfter(
  db: Kysely<Tables>,
  { name, order }: Table,
  last: Row | null,
  limit: number,
): Promise<Row[]> {
  let query = loose(db).selectFrom(name).selectAll();
  if (last !== null) {
    const columns = sql.join(order.map((column) => sql.ref(column)));
    const values = sql.join(order.map((column) => last[column]));
    query = query.where(sql<boolean>`(${columns}) > (${values})`);
  }
  for (const column of order) query = query.orderBy(column);
  return query.limit(limit).execute();
}

/** The rows that share these columns' values with one of `rows`, by those values. Null is shared with nobody. */
export async function rowsLike(
  db: Kysely<Tables>,
  { name }: Table,
  columns: readonly string[],
  rows: readonly Row[],
): Promise<Map<string, Row>> {
  const whole = rows.filter((row) => columns.every((column) => row[column] !== null));
  if (whole.length === 0) return new Map();
  let query = loose(db).selectFrom(name).selectAll();
  for (const column of columns)
    query = query.where(column, "in", [...new Set(whole.map((row) => row[column]!))]);
  const sought = new Set(whole.map((row) => valuesOf(row, columns)));
  const found = (await query.execute()).map((row) => [valuesOf(row, columns), row] as const);
  return new Map(found.filter(([values]) => sought.has(values)));
}

/** Adds rows; one that cannot stand beside those that are there is left out. */
export async function insertRows(db: Kysely<Tables>, { name }: Table, rows: readonly Row[]): Promise<void> {
  await loose(db)
    .insertInto(name)
    .values([...rows])
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export function valuesOf(row: Row, columns: readonly string[]): string {
  return JSON.stringify(columns.map((column) => row[column]));
}

function loose(db: Kysely<Tables>): Kysely<Record<string, Record<string, Value>>> {
  return db as unknown as Kysely<Record<string, Record<string, Value>>>;
}
