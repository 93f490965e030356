import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { ScriptedClock } from "../../src/base/clock.ts";
import { createHttp, type Http } from "../../src/channels/http.ts";
import { readSources } from "../../src/channels/page/sources/read-sources.ts";
import type { Component, ComponentSource } from "../../src/incident/components.ts";
import type { Reading } from "../../src/page/site.ts";

export const NOW = new Date("2026-11-20T12:00:00Z");

/** A dashboard on loopback that does with each request what it is told; what it was asked is in `requests`. */
export async function serve(answer: (request: http.IncomingMessage, response: http.ServerResponse) => void) {
  const requests: http.IncomingMessage[] = [];
  const sockets = new Set<Socket>();
  const server = http.createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    // A client that hangs up in the middle is what several tests are about.
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    sockets,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A dashboard that gives every request the same answer. */
export function serving(body: string | Uint8Array, headers: Record<string, string> = {}, status = 200) {
  return serve((_request, response) => response.writeHead(status, headers).end(body));
}

export function component(form: ComponentSource["form"], url: string): Component {
  return { id: "part", name: "Part", source: { form, url }, components: [] };
}

interface Circumstances {
  before?: readonly Reading[];
  timeoutMs?: number;
  signal?: AbortSignal;
  http?: Http;
}

export function readAll(components: readonly Component[], more: Circumstances = {}) {
  return readSources(components, more.before ?? [], {
    http: more.http ?? createHttp({ loopbackOnly: true, userAgent: "status-test" }),
    clock: new ScriptedClock(NOW),
    signal: more.signal ?? new AbortController().signal,
    timeoutMs: more.timeoutMs ?? 2_000,
  });
}

export async function readOne(form: ComponentSource["form"], url: string, more: Circumstances = {}) {
  const [reading] = await readAll([component(form, url)], more);
  return reading!;
}
