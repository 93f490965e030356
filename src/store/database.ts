import type { Kysely } from "kysely";
import type { Tables } from "./tables.ts";

/** The SQL engine that a ledger is kept in. Its errors are setupErrors LEDGER_*. */
export interface Database {
  /** For reading. */
  readonly db: Kysely<Tables>;
  /** Runs `work`, which only reads: it sees what had been written when it began, and nothing that others write meanwhile. */
  snapshot<T>(work: (tx: Kysely<Tables>) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in a transaction with which no other writer interleaves, in whatever process and on whatever machine; waits for
   * others a few seconds. What it wrote is on disk when this returns.
   */
  write<T>(work: (tx: Kysely<Tables>) => Promise<T>): Promise<T>;
  /**
   * Like `write`, without keeping other writers out: for rows that a lease or a condition keeps from everybody else. On an
   * engine with one writer at a time it is the same.
   */
  writeAside<T>(work: (tx: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** `writeAside` for work that is one statement, and must cost little. */
  writeOne<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** The clock by which all who share the ledger hold leases, in ms since the epoch. */
  now(): number;
  /** Looks for damage; what is wrong, or null. */
  health(): Promise<string | null>;
}
