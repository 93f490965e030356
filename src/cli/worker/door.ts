import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { isIP } from "node:net";
import { setupError, usageError } from "../../base/errors.ts";
import { oneLine } from "../../base/printable.ts";
import { isLoopback } from "../../channels/http.ts";

export interface ListenOn {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

/** Reads `--listen`. Throws usage errors: LISTEN_UNREADABLE, and LISTEN_EXPOSED for an address that other machines reach. */
export function parseListen(text: string, expose: boolean): ListenOn {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6))
    throw usageError(
      "LISTEN_UNREADABLE",
      `--listen ${oneLine(text)} is no address.`,
      "Say which address and port: --listen 127.0.0.1:9464",
    );
  if (!expose && !isLoopback(host))
    throw usageError(
      "LISTEN_EXPOSED",
      `--listen ${oneLine(text)} can be reached from other machines, and asks nobody who they are.`,
      "Keep to 127.0.0.1, or add --expose where only your own network reaches it.",
    );
  return { host, port };
}

/** What is asked of a worker from outside. */
export interface Answers {
  /** Null where all is well; else why not. */
  unhealthy(): string | null;
  metrics(): string;
}

/** Answers `GET /healthz` and `GET /metrics` until it is closed. Throws setupError LISTEN_FAILED. */
export async function openDoor(
  { host, port }: ListenOn,
  answers: Answers,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer({ requestTimeout: 5000, headersTimeout: 5000 }, (request, response) => {
    request.resume();
    const path = (request.url ?? "").split("?", 1)[0];
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("allow", "GET, HEAD");
      return answer(response, 405, "Only GET and HEAD are answered.\n");
    }
    if (path === "/healthz") {
      const why = answers.unhealthy();
      return answer(response, why === null ? 200 : 503, `${why ?? "ok"}\n`);
    }
    if (path === "/metrics")
      return answer(response, 200, answers.metrics(), "text/plain; version=0.0.4; charset=utf-8");
    return answer(response, 404, "There are /healthz and /metrics.\n");
  });
  server.unref();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  }).catch((error: Error) => {
    throw setupError(
      "LISTEN_FAILED",
      `Nothing can be listened to on ${oneLine(host)}:${port}: ${error.message}.`,
      "Name another port: --listen 127.0.0.1:9465",
    );
  });
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${isIP(host) === 6 ? `[${host}]` : host}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(
  response: ServerResponse,
  status: number,
  text: string,
  type = "text/plain; charset=utf-8",
): void {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(text);
}
