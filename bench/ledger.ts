import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { Secret } from "../src/base/secret.ts";
import type { Database } from "../src/store/database.ts";
import { openPostgres } from "../src/store/postgres.ts";
import { openSqlite } from "../src/store/sqlite.ts";
import { hasServer, someServer } from "../test/support/postgres.ts";
import { machine, median, spread, status } from "./measure.ts";

/** What an announcement costs with an empty ledger, and with ten thousand incidents and a million deliveries in it. */
const INCIDENTS = 10_000;
const PER_INCIDENT = 100;
const ROUNDS = 9;

interface Case {
  readonly name: string;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly full: boolean;
  readonly announce: number[];
  readonly list: number[];
}

const server = hasServer ? await someServer() : null;
const cases: Case[] = [];
try {
  for (const engine of ["SQLite", ...(server === null ? [] : ["PostgreSQL"])])
    for (const full of [false, true]) {
      const folder = mkdtempSync(join(tmpdir(), "status-bench-"));
      const address = engine === "SQLite" || server === null ? null : await server.database();
      const env = {
        XDG_STATE_HOME: join(folder, "state"),
        ...(address === null ? {} : { DATABASE_URL: address }),
      };
      const store = address === null ? ".status/status.db" : "env:DATABASE_URL";
      writeFileSync(join(folder, ".statusrc"), JSON.stringify(configuration(store)), { mode: 0o600 });
      cases.push({ name: engine, folder, env, full, announce: [], list: [] });
      if (!full) continue;
      const database =
        address === null ? await openSqlite(join(folder, store)) : await openPostgres(new Secret(address));
      await fill(database, address !== null);
      await database.db.destroy();
    }
  // Interleaved, so that whatever else the machine does falls on all alike; the first round warms up.
  for (let round = 0; round <= ROUNDS; round++)
    for (const { folder, env, announce, list } of cases) {
      const said = await status(
        folder,
        ["announce", "--title", `Round ${round}`, "--new", "--yes", "--no-verify"],
        env,
      );
      const listed = await status(folder, ["list"], env);
      await status(folder, ["resolve", "--yes", "--no-verify"], env);
      if (round === 0) continue;
      announce.push(said.ms);
      list.push(listed.ms);
    }
  console.log(`Whole processes on one page channel. ${machine()}. ${ROUNDS} rounds, interleaved.\n`);
  console.log("| ledger | announce | of the empty one | list | of the empty one |");
  console.log("|---|---|---|---|---|");
  for (const { name, full, announce, list } of cases) {
    const empty = cases.find((other) => other.name === name && !other.full)!;
    const ratio = (own: number[], base: number[]) => (median(own) / median(base)).toFixed(2);
    const what = full ? `${INCIDENTS} incidents, ${INCIDENTS * PER_INCIDENT} deliveries` : "empty";
    console.log(
      `| ${name}, ${what} | ${spread(announce)} | ${ratio(announce, empty.announce)} | ${spread(list)} | ${ratio(list, empty.list)} |`,
    );
  }
} finally {
  for (const { folder } of cases) rmSync(folder, { recursive: true, force: true });
  await server?.close();
}

function configuration(store: string) {
  return {
    property: { name: "Example Shop", url: "https://www.example.com", timeZone: "UTC" },
    components: [{ id: "checkout", name: "Checkout" }],
    channels: { page: { kind: "page", directory: "./public" } },
    store,
  };
}

/** Ten updates of each incident on ten channels, long ago and all heard; none of them is the page's. */
async function fill({ db, write }: Database, postgres: boolean): Promise<void> {
  const at = "2026-01-01T00:00:00.000Z";
  const standing = JSON.stringify({
    ...{ title: "Past", phase: "resolved", impact: "minor", components: [], startedAt: at },
    ...{ endsAt: null, automatic: false, long: false, nextUpdateAt: null },
  });
  const numbers = (count: number) =>
    sql.raw(`with recursive n (i) as (select 0 union all select i + 1 from n where i < ${count - 1})`);
  const steps = [
    sql`${numbers(INCIDENTS)} insert into incidents (id, type, title, phase, impact, components, started_at, resolved_at,
      acknowledged_at, created_at) select 'past-' || i, 'incident', 'Past', 'resolved', 'minor', '[]', ${sql.lit(at)},
      ${sql.lit(at)}, ${sql.lit(at)}, ${sql.lit(at)} from n`,
    sql`${numbers(INCIDENTS * 10)} insert into updates (id, incident_id, number, verb, template, inputs, author, at, standing)
      select 'u-' || i, 'past-' || (i / 10), i % 10 + 1, 'update', 'update', '{}', 'commander@laptop', ${sql.lit(at)},
      ${sql.lit(standing)} from n`,
    sql`${numbers(INCIDENTS * PER_INCIDENT)} insert into deliveries (id, incident_id, update_id, update_number, channel, kind,
      required, audience, position, part, state, post, subject, receipt, attempts, sent_at) select 'd-' || i,
      'past-' || (i / ${sql.lit(PER_INCIDENT)}), 'u-' || (i / 10), (i / 10) % 10 + 1, 'channel-' || (i % 10), 'slack', 1,
      'public', i % 10, '1', 'sent', '{"part":"1","key":"k","payload":{},"text":"Past","length":null,"notes":[]}', 'Past',
      '{"remoteId":"r","url":null,"extra":null}', 1, ${sql.lit(at)} from n`,
  ];
  if (!postgres) {
    await write(async (tx) => {
      for (const step of steps) await step.execute(tx);
    });
    return;
  }
  // Longer than a command waits for one statement.
  const { default: pg } = await import("pg");
  const client = new pg.Client({ connectionString: await addressOf(db) });
  await client.connect();
  await client.query("set search_path to status");
  for (const step of steps) await client.query(step.compile(db).sql);
  await client.query("analyze");
  await client.end();
}

async function addressOf(db: Database["db"]): Promise<string> {
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db);
  const found = cases.find(({ env }) => env.DATABASE_URL?.endsWith(`/${rows[0]!.name}`));
  return found!.env.DATABASE_URL!;
}
