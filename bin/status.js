#!/usr/bin/env node
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const dist = join(__dirname, "../dist");
if (existsSync(join(dist, "start.cjs")))
  require("../dist/start.cjs")
    .start(dist, "main.cjs", process.env)
    .main(process.argv.slice(2))
    .then((code) => {
      process.exitCode = code;
    });
else {
  process.stderr.write("status is not built yet. Type: npm ci && npm run build\n");
  process.exitCode = 1;
}
