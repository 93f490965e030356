#!/usr/bin/env node
const { existsSync } = require("node:fs");
const { join } = require("node:path");

const main = join(__dirname, "../dist/main.cjs");
if (existsSync(main))
  require("../dist/start.cjs")
    .start(main, process.env)
    .main(process.argv.slice(2))
    .then((code) => {
      process.exitCode = code;
    });
else {
  process.stderr.write("status is not built yet. Type: npm ci && npm run build\n");
  process.exitCode = 1;
}
