import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { Secret } from "../src/base/secret.ts";
import type { Database } from "../src/store/database.ts";
import { openPostgres } from "../src/store/postgres.ts";
import { openSqlite } from "../src/store/sqlite.ts";
import { hasServer, someServer } from "../test/support/postgres.ts";
import { median, megabytes, missing, ratio, rounds, scratch, spread, status } from "./measure.ts";

/** What an announcement costs with an empty ledger, and as incidents gather in it, with a hundred deliveries each. */
const SIZES = [0, 1_000, 10_000];
const PER_INCIDENT = 100;
const ROUNDS = rounds(9);

interface Case {
  readonly engine: string;
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly incidents: number;
  readonly announce: number[];
  readonly list: number[];
  readonly peakMb: number[];
}

const server = hasServer ? await someServer() : null;
if (server === null) missing("PostgreSQL", "npm ci installs one");
const cases: Case[] = [];
try {
  for (const engine of ["SQLite", ...(server === null ? [] : ["PostgreSQL"])])
    for (const incidents of SIZES) {
      const folder = scratch();
      const address = engine === "SQLite" || server === null ? null : await server.database();
      const env = {
        XDG_STATE_HOME: join(folder, "state"),
        ...(address === null ? {} : { DATABASE_URL: address }),
      };
      const store = address === null ? ".status/status.db" : "env:DATABASE_URL";
      writeFileSync(join(folder, ".statusrc"), JSON.stringify(configuration(store)), { mode: 0o600 });
      cases.push({ engine, folder, env, incidents, announce: [], list: [], peakMb: [] });
      if (incidents === 0) continue;
      const database =
        address === null ? await openSqlite(join(folder, store)) : await openPostgres(new Secret(address));
      await fill(database, incidents, address !== null);
      await database.db.destroy();
    }
  // Interleaved, so that whatever else the machine does falls on all alike; the first round warms up.
  for (let round = 0; round <= ROUNDS; round++)
    for (const { folder, env, announce, list, peakMb } of cases) {
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
      peakMb.push(said.peakMb);
    }
  console.log(`One page channel, whole processes. ${ROUNDS} rounds, interleaved.\n`);
  console.log(
    "| ledger | incidents | deliveries | announce | of the empty one | peak memory | list | of the empty one |",
  );
  console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
  for (const { engine, incidents, announce, list, peakMb } of cases) {
    const empty = cases.find((other) => other.engine === engine && other.incidents === 0)!;
    console.log(
      `| ${engine} | ${incidents} | ${incidents * PER_INCIDENT} | ${spread(announce)} | ${ratio(announce, empty.announce)} | ${megabytes(median(peakMb))} | ${spread(list)} | ${ratio(list, empty.list)} |`,
    );
  }
} finally {
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
async function fill({ db, write }: Database, incidents: number, postgres: boolean): Promise<void> {
  const at = "2026-01-01T00:00:00.000Z";
  const standing = JSON.stringify({
    ...{ title: "Past", phase: "resolved", impact: "minor", components: [], startedAt: at },
    ...{ endsAt: null, automatic: false, long: false, nextUpdateAt: null },
  });
  const numbers = (count: number) =>
    sql.raw(`with recursive n (i) as (select 0 union all select i + 1 from n where i < ${count - 1})`);
  const steps = [
    sql`${numbers(incidents)} insert into incidents (id, type, title, phase, impact, components, started_at, resolved_at,
      acknowledged_at, created_at) select 'past-' || i, 'incident', 'Past', 'resolved', 'minor', '[]', ${sql.lit(at)},
      ${sql.lit(at)}, ${sql.lit(at)}, ${sql.lit(at)} from n`,
    sql`${numbers(incidents * 10)} insert into updates (id, incident_id, number, verb, template, inputs, author, at, standing)
      select 'u-' || i, 'past-' || (i / 10), i % 10 + 1, 'update', 'update', '{}', 'commander@laptop', ${sql.lit(at)},
      ${sql.lit(standing)} from n`,
    sql`${numbers(incidents * PER_INCIDENT)} insert into deliveries (id, incident_id, update_id, update_number, channel, kind,
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
