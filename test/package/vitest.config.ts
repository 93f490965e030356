import { defineConfig } from "vitest/config";

/** What npm would publish, installed as strangers install it; needs the registry, so the quick tests go without. */
export default defineConfig({
  test: {
    root: new URL("../..", import.meta.url).pathname,
    include: ["test/package/**/*.test.ts"],
    globalSetup: ["test/package/tarball.ts"],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
