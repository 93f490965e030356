import { defineConfig } from "vitest/config";

/** Kills the built command for minutes on end; the quick tests never wait for it. */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/fire/**/*.test.ts"],
    testTimeout: 900_000,
    hookTimeout: 60_000,
    pool: "forks",
    // Each file takes all cores for itself.
    fileParallelism: false,
  },
});
