/** Writes dist/schema.json from the schemas that the loader checks with. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const root = new URL("..", import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), "status-schema-"));
try {
  const bundle = await rolldown({
    input: join(root, "src/config/json-schema.ts"),
    platform: "node",
    logLevel: "warn",
    external: ["libsql", /^@libsql\//],
  });
  await bundle.write({
    dir: folder,
    format: "esm",
    entryFileNames: "json-schema.mjs",
    chunkFileNames: "[name]-[hash].mjs",
  });
  await bundle.close();
  const { configJsonSchema } = await import(pathToFileURL(join(folder, "json-schema.mjs")));
  writeFileSync(join(root, "dist/schema.json"), `${JSON.stringify(await configJsonSchema(), null, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
