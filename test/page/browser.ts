import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const CHROMIUM = "/usr/bin/chromium";

/** Why tests that need a real browser do not run here; null where they do. */
export const NO_BROWSER = existsSync(CHROMIUM) ? null : `there is no browser at ${CHROMIUM}`;

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export interface Look {
  readonly page: Page;
  /** What the browser complained about, asked for or popped up; empty when all is well. */
  readonly trouble: string[];
  readonly close: () => Promise<void>;
}

/** Opens the markup as a document of its own that can reach nothing, and notes whatever it tries. */
export async function look(
  browser: Browser,
  markup: string,
  options: { dark?: boolean; width?: number; height?: number } = {},
): Promise<Look> {
  const context: BrowserContext = await browser.newContext({
    colorScheme: options.dark === true ? "dark" : "light",
    viewport: { width: options.width ?? 1280, height: options.height ?? 900 },
  });
  const page = await context.newPage();
  const trouble: string[] = [];
  const address = "http://page.localhost/index.html";
  await context.route("**/*", (route) => {
    if (route.request().url() === address)
      return route.fulfill({
        contentType: "text/html; charset=utf-8",
        body: markup,
      });
    trouble.push(`request: ${route.request().url()}`);
    return route.abort();
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      trouble.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(address, { waitUntil: "load" });
  return { page, trouble, close: () => context.close() };
}

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Every accessibility rule that the page breaks, with the elements that break it. */
export async function violations(page: Page): Promise<string[]> {
  // Evaluated from outside, so the page's own policy against scripts stays in force.
  await page.evaluate(axe);
  const result = (await page.evaluate("axe.run(document, { iframes: false })")) as {
    violations: {
      id: string;
      nodes: { html: string; failureSummary: string }[];
    }[];
  };
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 120)} ${node.failureSummary}`),
  );
}

/** By how many pixels the document is wider than the window. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}
