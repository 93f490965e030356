import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { LedgerStore } from "../src/store/ledger-store.ts";
import { openSqlite } from "../src/store/sqlite.ts";
import { statusIn } from "./ground.ts";
import {
  type Arm,
  environment,
  interleave,
  megabytes,
  milliseconds,
  program,
  ratio,
  rounds,
  scratch,
  spread,
  status,
} from "./measure.ts";

/** What the status page costs as its history grows: a full build, beside Hugo's of as many pages, and what is said next. */
const SIZES = [1, 1_000, 10_000];
const ROUNDS = rounds(7);
const FULL_ROUNDS = rounds(3);
const WORDS = "Some customers could not pay. We found the cause and are putting a repair in place. ".repeat(
  4,
);

const hugo = program("hugo", "hugo");
const folders = new Map(SIZES.map((size) => [size, scratch("in memory")]));
for (const [size, folder] of folders) {
  writeFileSync(join(folder, ".statusrc"), JSON.stringify(configuration()), { mode: 0o600 });
  await fill(join(folder, ".status", "status.db"), size);
}
console.log("On a memory file system where there is one; whole processes, interleaved.\n");
console.log("| past incidents | built by | full build | of Hugo | CPU time | peak memory |");
console.log("| ---: | --- | ---: | ---: | ---: | ---: |");
for (const [size, folder] of folders) {
  const arms = [statusBuild(folder, size), ...(hugo === null ? [] : [hugoBuild(hugo, size)])];
  const told = await interleave(arms, FULL_ROUNDS);
  const base = told.get("Hugo");
  for (const [name, { ms, cpuMs, peakMb }] of told)
    console.log(
      `| ${size} | ${name} | ${spread(ms)} | ${base === undefined ? "" : ratio(ms, base.ms)} | ${milliseconds(cpuMs)} | ${megabytes(peakMb)} |`,
    );
}

// Interleaved, so that whatever else the machine does falls on all alike.
const said = await interleave(
  [...folders].flatMap(([size, folder]) => [announcement(folder, size), update(folder, size)]),
  ROUNDS,
);
console.log(
  `\nWhat is said next, the page its only channel, as one command; ${ROUNDS} rounds, interleaved:\n`,
);
console.log(`| past incidents | says | wall time | of ${SIZES[0]} | CPU time | peak memory |`);
console.log("| ---: | --- | ---: | ---: | ---: | ---: |");
for (const verb of ["announce", "update"] as const)
  for (const size of SIZES) {
    const { ms, cpuMs, peakMb } = said.get(`${verb} ${size}`)!;
    const first = said.get(`${verb} ${SIZES[0]!}`)!;
    console.log(
      `| ${size} | ${verb} | ${spread(ms)} | ${ratio(ms, first.ms)} | ${milliseconds(cpuMs)} | ${megabytes(peakMb)} |`,
    );
  }
const views = [...folders].map(([size, folder]) => {
  const index = readFileSync(join(folder, "public", "index.html"));
  return `${(gzipSync(index).length / 1000).toFixed(1)} kB with ${size}`;
});
console.log(`\nThe first view of the page, gzipped: ${views.join(", ")}.`);

function announcement(folder: string, size: number): Arm {
  return {
    name: `announce ${size}`,
    command: (round) =>
      statusIn(folder, ["announce", "--title", titleIn(round), "--component", "c1", "--new", "--yes"]),
    after: (round) => shows(folder, titleIn(round)),
  };
}

/** Of what was announced before it, which ends after it: what is open is written every time. */
function update(folder: string, size: number): Arm {
  const wordsIn = (round: number) => `We look for the cause, since ${round + 1} minutes.`;
  return {
    name: `update ${size}`,
    command: (round) => statusIn(folder, ["update", "--message", wordsIn(round), "--yes"]),
    after: async (round) => {
      shows(folder, wordsIn(round));
      await status(folder, ["resolve", "--message", "All orders go through again.", "--yes"]);
    },
  };
}

function titleIn(round: number): string {
  return `Orders fail, number ${round + 1}`;
}

/** Throws where the page does not say it: whoever writes nothing is fast. */
function shows(folder: string, words: string): void {
  if (!readFileSync(join(folder, "public", "index.html"), "utf8").includes(words))
    throw new Error(`${folder}: the page does not say "${words}"`);
}

function statusBuild(folder: string, size: number): Arm {
  return {
    name: "status",
    before: () => rmSync(join(folder, "public"), { recursive: true, force: true }),
    command: () => statusIn(folder, ["page", "build"]),
    after: () => enough(join(folder, "public"), size),
  };
}

/**
 * A site of the same words: a page for each incident, a list of all, a feed. Its pages are a fifth of ours in size, and it
 * neither puts them in place by renaming nor waits for the disk; it may use all processors.
 */
function hugoBuild(file: string, size: number): Arm {
  const folder = scratch("in memory");
  const layouts = join(folder, "layouts", "_default");
  const incidents = join(folder, "content", "incidents");
  mkdirSync(layouts, { recursive: true });
  mkdirSync(incidents, { recursive: true });
  writeFileSync(
    join(folder, "config.toml"),
    'baseURL = "https://status.example.org/"\ntitle = "Example Shop"\ndisableKinds = ["taxonomy", "term"]\n',
  );
  const html = (body: string) =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title></head><body><h1>{{ .Title }}</h1>${body}</body></html>\n`;
  writeFileSync(join(layouts, "single.html"), html("{{ .Content }}"));
  const list =
    "<ul>{{ range .Site.RegularPages }}<li><a href='{{ .RelPermalink }}'>{{ .Title }}</a></li>{{ end }}</ul>";
  writeFileSync(join(layouts, "list.html"), html(list));
  writeFileSync(
    join(layouts, "index.html"),
    html("{{ range first 20 .Site.RegularPages }}<h2>{{ .Title }}</h2>{{ .Content }}{{ end }}"),
  );
  for (let index = 0; index < size; index++) {
    const start = Date.now() - (index + 1) * 8 * 3_600_000;
    const updates = ["investigating", "identified", "resolved"].map(
      (phase, number) =>
        `## ${phase}\n\n${new Date(start + (3 + number * 23) * 60_000).toISOString()}\n\n${WORDS}\n`,
    );
    writeFileSync(
      join(incidents, `past-${String(index).padStart(5, "0")}.md`),
      `---\ntitle: "Payment was slow, number ${index}"\ndate: ${new Date(start).toISOString()}\n---\n\n${updates.join("\n")}`,
    );
  }
  return {
    name: "Hugo",
    before: () => rmSync(join(folder, "public"), { recursive: true, force: true }),
    command: () => ({ file, argv: ["--quiet"], cwd: folder, env: environment(folder) }),
    after: () => enough(join(folder, "public"), size),
  };
}

/** Throws where there is not a page for each incident: whoever writes less is fast. */
function enough(folder: string, size: number): void {
  const pages = readdirSync(folder, { recursive: true }).filter((name) => String(name).endsWith(".html"));
  if (pages.length < size) throw new Error(`${folder}: ${pages.length} pages of ${size}`);
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
            blocks: [{ type: "paragraph", children: [{ type: "text", text: WORDS }] }],
          },
          text: WORDS,
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
