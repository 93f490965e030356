import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import type { Database } from "../../src/store/database.ts";
import { openPostgres } from "../../src/store/postgres.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { hasServer, type Server, someServer } from "./postgres.ts";

/** A kind of place that a ledger can be kept in. */
export interface Engine {
  readonly name: string;
  /** Where there is no ledger yet. */
  place(): Promise<string>;
  open(place: string): Promise<Database>;
}

/** All that a test of the ledger holds on. Their places vanish with the test file. */
export function engines(): Engine[] {
  let server: Promise<Server> | null = null;
  const folders: string[] = [];
  afterAll(async () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    await (await server)?.close();
  });
  const sqlite: Engine = {
    name: "SQLite",
    async place() {
      const folder = mkdtempSync(join(tmpdir(), "status-store-"));
      folders.push(folder);
      return join(folder, "deep", "status.db");
    },
    open: openSqlite,
  };
  const postgres: Engine = {
    name: "PostgreSQL",
    async place() {
      server ??= someServer();
      return (await server).database();
    },
    open: (address) => openPostgres(new Secret(address)),
  };
  return hasServer ? [sqlite, postgres] : [sqlite];
}
