import type { Kysely } from "kysely";
import type { Tables } from "./tables.ts";

/** The SQL engine that a ledger is kept in. Its errors are setupErrors LEDGER_*. */
export interface Database {
  /** For reading. */
  readonly db: Kysely<Tables>;
  /**
   * Runs `work` in a transaction with which no other writer interleaves, in whatever process and on whatever machine; waits for
   * others a few seconds. What it wrote is on disk when this returns.
   */
  write<T>(work: (tx: Kysely<Tables>) => Promise<T>): Promise<T>;
  /** The clock by which all who share the ledger hold leases, in ms since the epoch. */
  now(): number;
  /** Looks for damage; what is wrong, or null. */
  health(): Promise<string | null>;
}
