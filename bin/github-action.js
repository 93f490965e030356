#!/usr/bin/env node
import { existsSync } from "node:fs";

const built = new URL("../dist/github-action.js", import.meta.url);
if (existsSync(built)) {
  const { runStep } = await import(built.href);
  process.exitCode = await runStep();
} else {
  process.stdout.write(
    "::error title=status::This ref has no built files. Use a release, such as @v0, not a branch of sources: see docs/ci.md\n",
  );
  process.exitCode = 1;
}
