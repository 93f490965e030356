import { defineConfig } from "rolldown";
import { inAscii } from "./in-ascii.mjs";
import { interpretedSchemas } from "./interpreted-schemas.mjs";
import { lazyRequires } from "./lazy-requires.mjs";
import { libsqlInside } from "./libsql-inside.mjs";
import { thirdParties } from "./third-parties.mjs";

const shared = {
  platform: "node",
  logLevel: "warn",
  // The ledger's native file is in a package for each platform; the last two are the author's.
  external: [/^@libsql\//, "vitest", "fast-check"],
  resolve: { alias: { yaml: new URL("../node_modules/yaml/browser/index.js", import.meta.url).pathname } },
  plugins: [thirdParties()],
};
/** What the chunks leave to Node: it has to be a file of its own. */
const asNodeLoads = {
  name: "as-node-loads",
  resolveId: (id) =>
    id.endsWith("/import-module.ts") ? { id: "./import-module.cjs", external: true } : null,
};
const output = { dir: "dist", sourcemap: false };

export default defineConfig([
  /**
   * The command, the library and the action, split at every dynamic import: a command loads only the chunks it uses, and those
   * when it first uses them. CommonJS, for Node begins sooner with it, and an ES module may import it all the same.
   */
  {
    ...shared,
    plugins: [
      ...shared.plugins,
      asNodeLoads,
      interpretedSchemas(),
      libsqlInside(),
      lazyRequires(),
      inAscii(),
    ],
    input: { main: "src/cli/main.ts", index: "src/index.ts", "github-action": "src/github/step.ts" },
    output: {
      ...output,
      format: "cjs",
      entryFileNames: "[name].cjs",
      chunkFileNames: "[name]-[hash].cjs",
      minify: true,
      cleanDir: true,
    },
  },
  /** What loads the command's chunks, and what these leave to Node: in one piece each, for Node loads them. */
  {
    ...shared,
    input: { start: "src/cli/start.ts", "import-module": "src/config/import-module.ts" },
    output: { ...output, format: "cjs", entryFileNames: "[name].cjs", minify: true, cleanDir: false },
  },
  /** What authors of channels import. Apart, for it holds all of zod, of which the command needs a part. */
  {
    ...shared,
    input: { channel: "src/channel.ts", conformance: "src/conformance.ts" },
    output: { ...output, format: "esm", chunkFileNames: "[name]-[hash].js", minify: false, cleanDir: false },
  },
]);
