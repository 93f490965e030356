#!/usr/bin/env node
const { existsSync } = require("node:fs");
const { join } = require("node:path");

if (existsSync(join(__dirname, "../dist/github-action.cjs")))
  require("../dist/github-action.cjs")
    .runStep()
    .then((code) => {
      process.exitCode = code;
    });
else {
  process.stdout.write(
    "::error title=status::This ref has no built files. Use a release, such as @v0, not a branch of sources: see docs/ci.md\n",
  );
  process.exitCode = 1;
}
