import { createHash } from "node:crypto";
import { lstat, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join } from "node:path";

export interface PageServerOptions {
  /** Nothing outside of it is shown. */
  readonly folder: string;
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Brings the folder up to date; awaited before each document. What it throws is told, and answered with 500. */
  refresh(): Promise<void>;
  failed(error: unknown): void;
}

/** Serves a folder of plain files, read-only, until it is closed. Rejects with Node's error where it cannot listen. */
export async function startPageServer(
  options: PageServerOptions,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    answer(request, response, options).catch((error: unknown) => {
      options.failed(error);
      if (!response.headersSent) say(response, 500, "The page could not be made. The terminal says why.\n");
      else response.destroy();
    });
  });
  await listen(server, options);
  const address = server.address();
  return {
    port: address !== null && typeof address === "object" ? address.port : options.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, { host, port }: PageServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".atom": "application/atom+xml; charset=utf-8",
  ".rss": "application/rss+xml; charset=utf-8",
  ".ics": "text/calendar; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".avif": "image/avif",
  ".ico": "image/x-icon",
};

/** What only follows from a document that was asked for just before. */
const FOLLOWS = new Set([".css", ".js", ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".ico"]);

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { folder, refresh }: PageServerOptions,
): Promise<void> {
  // A page is fetched by nothing else, so that nothing is left to read.
  request.resume();
  response.setHeader("x-content-type-options", "nosniff");
  response.setHeader("referrer-policy", "no-referrer");
  response.setHeader("content-security-policy", "frame-ancestors 'none'");
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.setHeader("allow", "GET, HEAD");
    return say(response, 405, "Only GET and HEAD are answered.\n");
  }
  const segments = segmentsOf(request.url ?? "");
  if (segments === null) return say(response, 404, "There is no such page.\n");
  const path = segments.join("/");
  if (!FOLLOWS.has(extname(path))) await refresh();
  const file = join(folder, ...segments);
  const content = await readPlainFile(file);
  if (content === null) return say(response, 404, "There is no such page.\n");
  const etag = `"${createHash("sha256").update(content).digest("base64url").slice(0, 22)}"`;
  response.setHeader("etag", etag);
  response.setHeader("cache-control", "no-cache");
  if (path === "status.json" || path.startsWith("api/"))
    response.setHeader("access-control-allow-origin", "*");
  if (isKnown(request.headers["if-none-match"], etag)) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, {
    "content-type": TYPES[extname(path)] ?? "application/octet-stream",
    "content-length": content.length,
  });
  response.end(request.method === "HEAD" ? undefined : content);
}

/** The path within the folder, with `index.html` where a folder is asked for; null where it names nothing that is shown. */
function segmentsOf(target: string): string[] | null {
  const encoded = target.split(/[?#]/, 1)[0] ?? "";
  if (!encoded.startsWith("/")) return null;
  const segments: string[] = [];
  for (const part of encoded.slice(1).split("/")) {
    let segment: string;
    try {
      segment = decodeURIComponent(part);
    } catch {
      return null;
    }
    segments.push(segment);
  }
  if (segments.at(-1) === "") segments[segments.length - 1] = "index.html";
  // Decoded once and then looked at: no separator, no way up, nothing hidden.
  return segments.every((segment) => /^[^./\\:\p{C}][^/\\:\p{C}]*$/u.test(segment)) ? segments : null;
}

/** Null where there is no plain file. */
async function readPlainFile(path: string): Promise<Buffer | null> {
  try {
    return (await lstat(path)).isFile() ? await readFile(path) : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ENAMETOOLONG") return null;
    throw error;
  }
}

function isKnown(header: string | undefined, etag: string): boolean {
  return (header ?? "").split(",").some((known) => known.trim().replace(/^W\//, "") === etag);
}

function say(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
  });
  // Node leaves the body off for HEAD.
  response.end(text);
}
