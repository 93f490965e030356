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
const output = { dir: "dist", sourcemap: false };

export default defineConfig([
  /**
   * The command, the library and the action, split at every dynamic import: a command loads only the chunks it uses, and those
   * when it first uses them. CommonJS, for Node begins sooner with it, and an ES module may import it all the same.
   */
  {
    ...shared,
    plugins: [...shared.plugins, interpretedSchemas(), libsqlInside(), lazyRequires(), inAscii()],
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
  /** What loads the command's chunks: in one piece, for it cannot load its own. */
  {
    ...shared,
    input: { start: "src/cli/start.ts" },
    output: { ...output, format: "cjs", entryFileNames: "[name].cjs", minify: true, cleanDir: false },
  },
  /** What authors of channels import. Apart, for it holds all of zod, of which the command needs a part. */
  {
    ...shared,
    input: { channel: "src/channel.ts", conformance: "src/conformance.ts" },
    output: { ...output, format: "esm", chunkFileNames: "[name]-[hash].js", minify: false, cleanDir: false },
  },
]);
