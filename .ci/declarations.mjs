// Writes dist/types for the type checkers of those who import the package: what its entries reach, and nothing else.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const emitted = mkdtempSync(join(tmpdir(), "status-declarations-"));
const target = join(root, "dist", "types");
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
try {
  execFileSync(process.execPath, [tsc, "-p", join(root, ".ci", "declarations.json"), "--outDir", emitted], {
    stdio: "inherit",
  });
  rmSync(target, { recursive: true, force: true });
  const reached = new Set(["index.d.ts", "channel.d.ts", "conformance.d.ts"]);
  for (const path of reached) {
    const text = readFileSync(join(emitted, path), "utf8");
    // The sources name each other by .ts; what is published lies beside no sources.
    const published = text.replace(/((?:from|import)\s*\(?\s*")(\.[^"]+)\.ts"/g, (_, before, specifier) => {
      reached.add(join(dirname(path), `${specifier}.d.ts`));
      return `${before}${specifier}.js"`;
    });
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), published);
  }
  process.stdout.write(`${reached.size} declaration files\n`);
} finally {
  rmSync(emitted, { recursive: true, force: true });
}
