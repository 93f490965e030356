import { defineConfig } from "rolldown";

/** One entry, split at every dynamic import: a command loads only the chunks it uses. */
export default defineConfig({
  input: { main: "src/cli/main.ts" },
  platform: "node",
  logLevel: "warn",
  // libsql carries a native file per platform, so it stays a package of its own.
  external: ["libsql", /^@libsql\//],
  output: {
    dir: "dist",
    format: "esm",
    cleanDir: true,
    minify: false,
    sourcemap: false,
    chunkFileNames: "[name]-[hash].js",
  },
});
