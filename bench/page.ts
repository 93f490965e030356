import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { LedgerStore } from "../src/store/ledger-store.ts";
import { openSqlite } from "../src/store/sqlite.ts";
import { machine, median, spread, status } from "./measure.ts";

/** What the status page costs as its history grows: a full build, and one more update. */
const SIZES = [10, 1_000, 10_000];
const ROUNDS = 7;

const folders = new Map<number, string>();
const full = new Map<number, { ms: number; peakMb: number }>();
const more = new Map<number, number[]>(SIZES.map((size) => [size, []]));
try {
  for (const size of SIZES) {
    const folder = mkdtempSync(join(tmpdir(), "status-bench-"));
    folders.set(size, folder);
    writeFileSync(join(folder, ".statusrc"), JSON.stringify(configuration()), { mode: 0o600 });
    await fill(join(folder, ".status", "status.db"), size);
    full.set(size, await status(folder, ["page", "build"]));
    await status(folder, ["announce", "--title", "One more", "--component", "c1", "--new", "--yes"]);
  }
  // Interleaved, so that whatever else the machine does falls on all alike.
  for (let round = 1; round <= ROUNDS; round++)
    for (const size of SIZES) {
      const { ms } = await status(folders.get(size)!, [
        "update",
        "--message",
        `Update in round ${round}.`,
        "--yes",
      ]);
      more.get(size)!.push(ms);
    }
  const first = median(more.get(SIZES[0]!)!);
  console.log(
    `The status page as its history grows. ${machine()}. ${ROUNDS} rounds, interleaved; whole processes.\n`,
  );
  console.log(
    "| past incidents | full build | its peak memory | one more update | ratio | first view, gzipped |",
  );
  console.log("|---|---|---|---|---|---|");
  for (const size of SIZES) {
    const index = readFileSync(join(folders.get(size)!, "public", "index.html"));
    const { ms, peakMb } = full.get(size)!;
    const figures = more.get(size)!;
    console.log(
      `| ${size} | ${(ms / 1000).toFixed(2)} s | ${peakMb.toFixed(0)} MB | ${spread(figures)} | ${(median(figures) / first).toFixed(2)} | ${(gzipSync(index).length / 1000).toFixed(1)} kB |`,
    );
  }
} finally {
  for (const folder of folders.values()) rmSync(folder, { recursive: true, force: true });
}

function configuration() {
  return {
    property: { name: "Example Shop", url: "https://www.example.com", timeZone: "America/Los_Angeles" },
    components: Array.from({ length: 20 }, (_, index) => ({ id: `c${index}`, name: `Component ${index}` })),
    channels: { page: { kind: "page", directory: "./public" } },
  };
}

/** Past incidents of three updates each, one every eight hours back from now. */
async function fill(path: string, count: number): Promise<void> {
  const database = await openSqlite(path);
  const ledger = new LedgerStore(database);
  const words = "Some customers could not pay. We found the cause and are putting a repair in place. ".repeat(
    4,
  );
  await database.write(async (tx) => {
    for (let index = 0; index < count; index++) {
      const id = `past-${String(index).padStart(5, "0")}`;
      const start = Date.now() - (index + 1) * 8 * 3_600_000;
      const at = (minutes: number) => new Date(start + minutes * 60_000).toISOString();
      const facts = { title: `Payment was slow, number ${index}`, impact: "minor" };
      const components = [{ id: `c${index % 20}`, state: "degraded_performance" }];
      await tx
        .insertInto("incidents")
        .values({
          ...{
            id,
            type: "incident",
            ...facts,
            phase: "resolved",
            components: "[]",
            started_at: at(0),
            ends_at: null,
          },
          ...{
            automatic: 0,
            long: 0,
            acknowledged_at: at(3),
            resolved_at: at(50),
            next_update_at: null,
            created_at: at(3),
          },
        })
        .execute();
      for (const [number, phase] of ["investigating", "identified", "resolved"].entries()) {
        const when = at(3 + number * 23);
        const standing = {
          ...{
            ...facts,
            phase,
            startedAt: at(0),
            endsAt: null,
            automatic: false,
            long: false,
            nextUpdateAt: null,
          },
          components: phase === "resolved" ? [{ ...components[0], state: "operational" }] : components,
        };
        await tx
          .insertInto("updates")
          .values({
            ...{
              id: `${id}-${number}`,
              incident_id: id,
              number: number + 1,
              verb: "update",
              template: phase,
            },
            ...{
              key: null,
              inputs: "{}",
              author: "bench",
              at: when,
              keeps: null,
              standing: JSON.stringify(standing),
            },
          })
          .execute();
        const post = {
          part: "1",
          key: `${id}-${number}`,
          payload: {
            subject: facts.title,
            blocks: [{ type: "paragraph", children: [{ type: "text", text: words }] }],
          },
          text: words,
          length: null,
          notes: [],
        };
        await tx
          .insertInto("deliveries")
          .values({
            ...{
              id: `${id}-${number}-page`,
              incident_id: id,
              update_id: `${id}-${number}`,
              update_number: number + 1,
            },
            ...{
              channel: "page",
              kind: "page",
              required: 1,
              audience: "public",
              position: 0,
              part: "1",
              target: null,
            },
            ...{
              state: "sent",
              reason: null,
              post: JSON.stringify(post),
              subject: facts.title,
              receipt: null,
            },
            ...{
              verification: "seen",
              error: null,
              first_attempt_at: when,
              last_attempt_at: when,
              sent_at: when,
            },
            ...{ elapsed_ms: 5, owner: null, lease_until: null },
          })
          .execute();
      }
    }
  });
  await ledger.close();
  if (statSync(path).size === 0) throw new Error(`${path} is empty`);
}
