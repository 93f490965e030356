// Makes the pictures of the documentation from real runs: node .ci/pictures.mjs (needs a build, and Chromium).
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { rolldown } from "rolldown";

const root = new URL("..", import.meta.url).pathname;
const images = join(root, "docs", "images");
const binary = join(root, "bin", "status.js");
const folder = mkdtempSync(join(tmpdir(), "status-pictures-"));
mkdirSync(images, { recursive: true });

await promisify(execFile)(process.execPath, [binary, "drill", "amazon-2010", "--output", folder], {
  cwd: folder,
  env: { PATH: process.env.PATH, HOME: folder, LANG: "C.UTF-8" },
});

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
// WebP, less than half of PNG: the package carries it.
const session = await page.context().newCDPSession(page);
const { data } = await session.send("Page.captureScreenshot", {
  ...{ format: "webp", quality: 85, captureBeyondViewport: true },
  clip: { x: 0, y: 0, width: 1440, height: Math.floor(third.y), scale: 1 },
});
writeFileSync(join(images, "wall.webp"), Buffer.from(data, "base64"));
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
