#!/usr/bin/env node
// Puts together what a workflow runs: the built action with the ledger's native files, without sources and without npm.
// node .ci/action-tree.mjs FOLDER [PLATFORM …]   after npm ci && npm run build
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const [folder, ...named] = process.argv.slice(2);
if (folder === undefined || existsSync(folder)) {
  process.stderr.write("Name a folder that is not there yet: node .ci/action-tree.mjs FOLDER [PLATFORM …]\n");
  process.exit(2);
}
/** Where GitHub's own Linux and macOS runners are. */
const platforms =
  named.length > 0 ? named : ["linux-x64-gnu", "linux-arm64-gnu", "darwin-arm64", "darwin-x64"];
const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
const out = resolve(folder);

for (const path of ["action.yml", "bin/github-action.js", "bin/package.json", "dist", "templates", "LICENSE"])
  cpSync(join(root, path), join(out, path), { recursive: true });
const { name, version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
writeFileSync(
  join(out, "package.json"),
  `${JSON.stringify({ name, version, license, type: "module", private: true }, null, 2)}\n`,
);
for (const module of ["libsql", "@neon-rs/load", "detect-libc"])
  cpSync(join(root, "node_modules", module), join(out, "node_modules", module), { recursive: true });
for (const platform of platforms) bring(`node_modules/@libsql/${platform}`);

/** A native package from here, or from the registry as the lock file knows it: npm installs this machine's only. */
function bring(path) {
  if (existsSync(join(root, path))) return cpSync(join(root, path), join(out, path), { recursive: true });
  const { version: wanted, integrity } = lock[path];
  const beside = mkdtempSync(join(tmpdir(), "status-action-"));
  try {
    const id = `${path.replace("node_modules/", "")}@${wanted}`;
    const [packed] = JSON.parse(
      execFileSync("npm", ["pack", "--json", "--pack-destination", beside, id], {
        encoding: "utf8",
        cwd: beside,
      }),
    );
    if (packed.integrity !== integrity)
      throw new Error(`${id} is not what package-lock.json knows: ${packed.integrity}`);
    mkdirSync(join(out, path), { recursive: true });
    const archive = join(beside, packed.filename);
    execFileSync("tar", ["-xzf", archive, "--strip-components=1", "-C", join(out, path)]);
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}
