import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LedgerStore } from "../src/store/ledger-store.ts";
import { openSqlite } from "../src/store/sqlite.ts";
import { newUpdate } from "../test/support/updates.ts";
import { rounds, spread, status } from "./measure.ts";

/** What it costs to ask what is due, and what is silent, while many incidents are open. */
const SIZES = [1, 1_000];
const ROUNDS = rounds(7);
const CHANNELS = ["x", "customers", "sellers", "ops", "page", "hosted"];

const folders = new Map<number, string>();
try {
  for (const size of SIZES) {
    const folder = mkdtempSync(join(tmpdir(), "status-bench-"));
    folders.set(size, folder);
    const slack = {
      kind: "slack",
      token: "env:SLACK_TOKEN",
      channel: "C0123456",
      baseUrl: "http://127.0.0.1:9",
    };
    const channels = Object.fromEntries(CHANNELS.map((name) => [name, slack]));
    const configuration = { property: { name: "Example Shop" }, channels };
    writeFileSync(join(folder, ".statusrc"), JSON.stringify(configuration), { mode: 0o600 });
    const database = await openSqlite(join(folder, ".status", "status.db"));
    const ledger = new LedgerStore(database);
    const at = new Date(Date.now() + 60 * 60_000);
    for (let index = 0; index < size; index++)
      for (const number of [1, 2, 3]) {
        const incidentId = `open-${index}`;
        await ledger.record(
          newUpdate({ ...{ incidentId, name: `${incidentId}-${number}`, number, at }, channels: CHANNELS }),
        );
      }
    const heard = at.toISOString();
    await database.write(async (tx) => {
      await tx.updateTable("incidents").set({ acknowledged_at: heard }).execute();
      await tx
        .updateTable("deliveries")
        .set({ state: "sent", sent_at: heard, verification: "seen" })
        .execute();
    });
    await ledger.close();
  }
  console.log("| open incidents | status due |\n|---|---|");
  for (const size of SIZES) {
    const taken: number[] = [];
    for (let round = 0; round < ROUNDS; round++)
      taken.push((await status(folders.get(size)!, ["due", "--json"])).ms);
    console.log(`| ${size} | ${spread(taken)} |`);
  }
} finally {
  for (const folder of folders.values()) rmSync(folder, { recursive: true, force: true });
}
