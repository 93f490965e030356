// After `npm install` behind a registry mirror that carries one platform only: npm leaves the packages of the other
// platforms out of the lock, and then `npm ci` refuses it. This puts them back by name, version and platform.
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
const SYSTEMS = [
  "aix",
  "android",
  "darwin",
  "freebsd",
  "linux",
  "netbsd",
  "openbsd",
  "openharmony",
  "sunos",
  "win32",
];
const PROCESSORS = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"];

function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  const libc = words.some((word) => /musl/.test(word))
    ? "musl"
    : words.some((word) => /^gnu/.test(word))
      ? "glibc"
      : null;
  if (name.endsWith("wasm32-wasi")) return { cpu: ["wasm32"] };
  return {
    ...(cpu ? { cpu: [cpu] } : {}),
    ...(libc && os === "linux" ? { libc: [libc] } : {}),
    ...(os ? { os: [os] } : {}),
  };
}

/** Where a package at `from` finds `name`, nearest first: beside itself, then further up. */
function placesFor(from, name) {
  const folders = from.split("/node_modules/");
  return folders.map(
    (_, depth) => `${[...folders.slice(0, folders.length - 1 - depth), ""].join("/node_modules/")}${name}`,
  );
}

let added = 0;
for (const [path, { dev, optionalDependencies = {} }] of Object.entries(lock.packages)) {
  for (const [name, range] of Object.entries(optionalDependencies)) {
    const version = /^=?v?(\d.*)$/.exec(range)?.[1];
    if (version === undefined) continue;
    const places = [`${path}/node_modules/${name}`, ...placesFor(path, name)].map((place) =>
      place.replace(/^\/?/, "").replace(/^(?!node_modules\/)/, "node_modules/"),
    );
    const found = places.find((place) => lock.packages[place] !== undefined);
    if (found !== undefined && lock.packages[found].version === version) continue;
    const place = places.findLast((candidate) => lock.packages[candidate] === undefined);
    lock.packages[place] = { version, ...platformOf(name), ...(dev ? { dev: true } : {}), optional: true };
    added++;
  }
}
const [root, ...rest] = Object.entries(lock.packages);
lock.packages = Object.fromEntries([root, ...rest.sort(([a], [b]) => (a < b ? -1 : 1))]);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added} packages of other platforms added\n`);
