import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: new URL("..", import.meta.url).pathname,
    include: ["test/**/*.test.ts"],
    // They kill the built command for minutes on end, or need the registry: npm run test:fire, npm run test:package.
    exclude: ["test/fire/**", "test/package/**"],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    pool: "forks",
  },
});
