// Makes the pictures of the README from real runs: node .ci/pictures.mjs (needs a build, and Chromium).
import { execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { rolldown } from "rolldown";

const root = new URL("..", import.meta.url).pathname;
const images = join(root, "docs", "images");
const binary = join(root, "bin", "status.js");
const folder = mkdtempSync(join(tmpdir(), "status-pictures-"));
mkdirSync(images, { recursive: true });

const run = (argv, env = {}) =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      [binary, ...argv],
      { cwd: folder, env: { PATH: process.env.PATH, HOME: folder, LANG: "C.UTF-8", ...env } },
      (_error, stdout) => resolve(stdout),
    );
  });

await run(["drill", "amazon-2010", "--output", folder]);

const sandbox = spawn(
  process.execPath,
  [binary, "sandbox", "--output", join(folder, ".statusrc"), "--json"],
  {
    cwd: folder,
  },
);
await new Promise((resolve) => sandbox.stdout.once("data", resolve));
const config = readFileSync(join(folder, ".statusrc"), "utf8");
// One channel without its secret: the picture shows what silence looks like.
writeFileSync(
  join(folder, ".statusrc"),
  config.replace(/apiKey: (?=.*\n\s+username: status)[^\n]*/, "apiKey: env:DISCOURSE_KEY"),
);
const [, key] = /apiKey: (\S+)\n\s+username: status/.exec(config);
const colour = { FORCE_COLOR: "1" };
const commands = [
  [
    ["announce", "--title", "Checkout is failing", "--component", "checkout", "--impact", "major", "--yes"],
    colour,
  ],
  [["retry"], { ...colour, DISCOURSE_KEY: key }],
];
let screen = "";
for (const [argv, env] of commands) {
  const shown = argv.map((word) => (/^[\w-]+$/.test(word) ? word : `"${word}"`)).join(" ");
  screen += `\u001b[36m$\u001b[39m status ${shown}\n${await run([...argv, ...(argv[0] === "retry" ? ["--yes"] : [])], env)}\n`;
}
sandbox.kill();

const CLASSES = { 1: "b", 2: "d", 7: "i", 31: "red", 32: "green", 33: "yellow", 36: "cyan" };
const escaped = screen.trim().replace(/&/g, "&amp;").replace(/</g, "&lt;");
const markup = escaped.replace(/\u001b\[(\d+)m/g, (_, code) =>
  CLASSES[code] ? `<span class="${CLASSES[code]}">` : "</span>",
);
const terminal = join(folder, "terminal.html");
writeFileSync(
  terminal,
  `<meta charset="utf-8"><style>body{margin:0;background:#12161b;padding:22px 26px;display:inline-block}
pre{margin:0;font:14px/1.5 "DejaVu Sans Mono",monospace;color:#d7dde4}.b{font-weight:700;color:#fff}.d{color:#8a95a1}
.red{color:#ff7b72}.green{color:#56d364}.yellow{color:#e3b341}.cyan{color:#76c7d9}</style><pre>${markup}</pre>`,
);

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
const page = await browser.newPage({ viewport: { width: 1440, height: 3000 }, deviceScaleFactor: 1 });
await page.goto(pathToFileURL(join(folder, "wall.html")).href);
await page.waitForLoadState("networkidle");
const third = await page.locator("#step-3").boundingBox();
await page.screenshot({
  path: join(images, "wall.png"),
  clip: { x: 0, y: 0, width: 1440, height: Math.floor(third.y) },
});
await page.goto(pathToFileURL(terminal).href);
const body = await page.locator("body").boundingBox();
await page.screenshot({ path: join(images, "terminal.png"), clip: body });

const bundle = await rolldown({
  input: join(root, ".ci", "silence-picture.ts"),
  platform: "node",
  external: ["libsql"],
});
await bundle.write({ file: join(folder, "silence.mjs"), format: "esm", codeSplitting: false });
const { silencePicture } = await import(pathToFileURL(join(folder, "silence.mjs")).href);
const chart = join(folder, "silence.html");
writeFileSync(
  chart,
  `<meta charset="utf-8"><style>body{margin:0;background:#fff}</style>${silencePicture()}`,
);
await page.setViewportSize({ width: 1200, height: 900 });
await page.goto(pathToFileURL(chart).href);
await page.locator("svg").screenshot({ path: join(images, "silence.png") });
await browser.close();
