import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ground, statusIn } from "./ground.ts";
import {
  type Arm,
  environment,
  type Figures,
  interleave,
  megabytes,
  milliseconds,
  program,
  ratio,
  rounds,
  spread,
  status,
} from "./measure.ts";

/** What an announcement costs as there is more to say, and more places to say it. */
const ROUNDS = rounds(7);
const CHANNELS = [1, 5, 25, 100];
/** Statuspage takes no more than 25,000 characters in all. */
const KILOBYTES = [1, 5, 24];
const WEBHOOKS = 1_000;
const AT_ONCE = 50;
const MANY = `curl -Z --parallel-max ${AT_ONCE}`;

const ground = await Ground.open();
/** Forums and X refuse to hear the same twice. */
let said = 0;
try {
  console.log(
    `${ground.ready.latencyMs} ms before each HTTP answer; nothing is read back. Interleaved, whole processes.\n`,
  );
  console.log("One of X, Slack, Discourse, Statuspage and mail each, then receivers of webhooks:\n");
  await tell(
    "channels",
    CHANNELS.map((count) => () => announcing(`${count}`, count, "Some cannot pay.")),
    "5",
    ROUNDS,
  );

  console.log("\nFive channels, a longer message:\n");
  await tell(
    "message",
    KILOBYTES.map((size) => () => announcing(`${size} kB`, 5, wordsOf(size * 1_000))),
    "1 kB",
    ROUNDS,
  );

  const curl = program("curl", "curl");
  console.log(`\n${WEBHOOKS} receivers of webhooks:\n`);
  await tell(
    "sender",
    [
      ...(curl === null ? [] : [() => manyCurls(curl)]),
      () => announcing("status", WEBHOOKS, "Some cannot pay.", true),
    ],
    curl === null ? "status" : MANY,
    rounds(5),
  );
} finally {
  ground.close();
}

/** A table of its own: where one cannot be measured, the others are. */
async function tell(
  what: string,
  making: readonly (() => Arm | Promise<Arm>)[],
  base: string,
  count: number,
): Promise<void> {
  let told: Map<string, Figures>;
  try {
    const arms: Arm[] = [];
    for (const make of making) arms.push(await make());
    told = await interleave(arms, count);
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).trim().split("\n");
    console.log(`Not measured, for it failed (${lines.length} lines, the first and the last):\n`);
    for (const line of [lines[0]!, lines.at(-1)!]) console.log(`    ${line}`);
    return;
  }
  console.log(`| ${what} | wall time | of ${base} | CPU time | peak memory |`);
  console.log("| --- | ---: | ---: | ---: | ---: |");
  for (const [name, { ms, cpuMs, peakMb }] of told)
    console.log(
      `| ${name} | ${spread(ms)} | ${ratio(ms, told.get(base)!.ms)} | ${milliseconds(cpuMs)} | ${megabytes(peakMb)} |`,
    );
}

/** The command on so many channels. */
async function announcing(name: string, count: number, message: string, hooksOnly = false): Promise<Arm> {
  const channels = hooksOnly
    ? Object.entries(ground.channels(count + 5)).slice(5)
    : Object.entries(ground.channels(count));
  const file = join(ground.folder, `${name.replace(" ", "-")}.md`);
  writeFileSync(file, `${message}\n`);
  const argv = () => {
    const title = `Checkout is slow, number ${++said}`;
    return ["announce", "--title", title, "--message-file", file, "--yes", "--no-verify"];
  };
  const made = await ground.project(
    `${name.replace(" ", "-")}-${count}`,
    Object.fromEntries(channels),
    async (folder) => {
      await status(folder, argv());
      await status(folder, ["resolve", "--yes", "--no-verify"]);
    },
  );
  return {
    name,
    before: made.again,
    command: () => statusIn(made.folder, argv()),
    after: arrival(name, count),
  };
}

/** Throws where less arrived than was to be said: whoever says less is fast. */
function arrival(name: string, count: number) {
  return async () => {
    const { posts, mails } = await ground.arrived();
    if (posts + mails < count) throw new Error(`${name}: ${posts} posts and ${mails} mails arrived`);
  };
}

/** Paragraphs of so many letters, no two alike. */
function wordsOf(length: number): string {
  const one = (index: number) =>
    `Some customers could not pay in part ${index}. We found the cause and are putting a repair in place.\n\n`;
  return Array.from({ length: Math.ceil(length / one(100).length) }, (_, index) => one(100 + index)).join("");
}

function manyCurls(curl: string): Arm {
  const list = join(ground.folder, "many.curl");
  const urls = Array.from(
    { length: WEBHOOKS },
    (_, index) => `url = ${ground.hook(index)}\noutput = /dev/null`,
  );
  const body = JSON.stringify({ text: "Checkout is slow. Some cannot pay." });
  writeFileSync(list, `${urls.join("\n")}\n`);
  const json = ["-H", "content-type: application/json", "-d", body];
  return {
    name: MANY,
    command: () => ({
      file: curl,
      argv: ["-fsS", "-Z", "--parallel-max", `${AT_ONCE}`, ...json, "-K", list],
      env: environment(ground.folder),
    }),
    after: arrival("curl", WEBHOOKS),
  };
}
