import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";

/** What a path does instead of answering with its file. */
export type Fault = "hang" | "cut" | number | { readonly garbage: string };

/** A static host on loopback. Tests change what it serves while it runs. */
export interface Host {
  /** Without a slash at its end. */
  readonly origin: string;
  files: ReadonlyMap<string, string>;
  readonly faults: Map<string, Fault>;
  /** Content types of paths that are not sent as their ending says. */
  readonly types: Map<string, string>;
  /** Header fields that every answer has beside its type. */
  readonly headers: Map<string, string>;
  /** The paths asked for so far, without the first slash. */
  readonly asked: string[];
  readonly close: () => Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  json: "application/json",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
};

export async function serve(files: ReadonlyMap<string, string> = new Map()): Promise<Host> {
  const faults = new Map<string, Fault>();
  const types = new Map<string, string>();
  const headers = new Map<string, string>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://host").pathname
      .slice(1)
      .replace(/(^|\/)$/, "$1index.html");
    asked.push(path);
    for (const [name, value] of headers) response.setHeader(name, value);
    const type = types.get(path) ?? TYPES[path.split(".").at(-1) ?? ""];
    response.setHeader("content-type", type ?? "application/octet-stream");
    const fault = faults.get(path);
    if (fault !== undefined) return fail(response, fault);
    const content = host.files.get(path);
    response.statusCode = content === undefined ? 404 : 200;
    response.end(content ?? "nothing here");
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const host: Host = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    ...{ faults, types, headers, asked },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return host;
}

function fail(response: ServerResponse, fault: Fault): void {
  if (fault === "hang") return;
  if (fault === "cut") return void response.destroy();
  if (typeof fault === "number") response.statusCode = fault;
  response.end(typeof fault === "number" ? "not now" : fault.garbage);
}

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Dialogs, errors, complaints, and requests to anywhere but the hosts. */
  readonly trouble: string[];
  readonly close: () => Promise<void>;
}

/** Somebody who comes at a time of their own, and can reach the given hosts only. */
export async function visit(
  browser: Browser,
  address: string,
  options: BrowserContextOptions & { now?: Date; hosts?: readonly Host[]; before?: string } = {},
): Promise<Visit> {
  const { now, hosts = [], before, ...rest } = options;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...rest });
  const page = await context.newPage();
  const trouble: string[] = [];
  const allowed = [new URL(address).origin, ...hosts.map(({ origin }) => origin)];
  page.on("request", (request) => {
    const url = request.url();
    if (!/^(data|file):/.test(url) && !allowed.some((origin) => url.startsWith(`${origin}/`)))
      trouble.push(`request: ${url}`);
  });
  page.on("console", (message) => {
    // The browser's own remark on an answer that is not 200, or did not come.
    if (message.type() === "error" && !/Failed to load resource|blocked by CORS/.test(message.text()))
      trouble.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  if (now !== undefined) await page.clock.install({ time: now });
  if (before !== undefined) await page.addInitScript(before);
  await page.goto(address, { waitUntil: "load" });
  return { page, context, trouble, close: () => context.close() };
}

/** Does something that makes the page ask for `file`, and waits until it has made of the answer whatever it will. */
export async function answered(page: Page, file: string, act: () => Promise<unknown>): Promise<void> {
  const asksFor = (request: { url(): string }) => request.url().endsWith(`/${file}`);
  const end = Promise.race([
    page.waitForEvent("requestfinished", asksFor),
    page.waitForEvent("requestfailed", asksFor),
  ]);
  // The other of the two ends with the visit.
  end.catch(() => {});
  await act();
  await end;
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
}
