import { defineConfig } from "rolldown";
import { thirdParties } from "./third-parties.mjs";

const shared = {
  platform: "node",
  logLevel: "warn",
  // libsql carries a native file per platform, so it stays a package of its own; the last two are the author's.
  external: ["libsql", /^@libsql\//, "vitest", "fast-check"],
  plugins: [thirdParties()],
};
const output = {
  dir: "dist",
  format: "esm",
  minify: false,
  sourcemap: false,
  chunkFileNames: "[name]-[hash].js",
};

export default defineConfig([
  /** The command, the library and the action, split at every dynamic import: a command loads only the chunks it uses. */
  {
    ...shared,
    input: { main: "src/cli/main.ts", index: "src/index.ts", "github-action": "src/github/step.ts" },
    output: { ...output, cleanDir: true },
  },
  /** What authors of channels import. Apart, for it holds all of zod, of which the command needs a part. */
  {
    ...shared,
    input: { channel: "src/channel.ts", conformance: "src/conformance.ts" },
    output: { ...output, cleanDir: false },
  },
]);
