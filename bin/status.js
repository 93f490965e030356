#!/usr/bin/env node
const { existsSync } = require("node:fs");
const { join } = require("node:path");

if (existsSync(join(__dirname, "../dist/main.cjs")))
  require("../dist/main.cjs")
    .main(process.argv.slice(2))
    .then((code) => {
      process.exitCode = code;
    });
else {
  process.stderr.write("status is not built yet. Type: npm ci && npm run build\n");
  process.exitCode = 1;
}
