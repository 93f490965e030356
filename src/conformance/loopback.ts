import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { inspect } from "node:util";
import fc from "fast-check";
import { expect } from "vitest";
import { type Clock, ScriptedClock } from "../base/clock.ts";
import { ChannelError, type ChannelKit, type ComposeContext, type Place } from "../channels/contract.ts";
import { createHttp } from "../channels/http.ts";
import type { Component } from "../incident/components.ts";
import { isPlanned } from "../incident/phases.ts";
import type { Block, Message } from "../render/document.ts";

export const NOW = new Date("2010-06-29T20:10:00Z");
export const NOWHERE: Place = { root: null, previous: null };

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** How a server answers one request: in full, not at all, by cutting the connection, or in the middle of the body. */
export type Reply =
  | {
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body: unknown;
    }
  | "hang"
  | "reset"
  | { readonly truncated: string };

/** A server of a few lines that answers as it is told and remembers what it was asked. */
export async function listen(answer: (request: Received) => Reply) {
  const requests: Received[] = [];
  const sockets = new Set<Socket>();
  const server = http.createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const request = {
        method: incoming.method ?? "",
        path: incoming.url ?? "",
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString(),
      };
      requests.push(request);
      const reply = answer(request);
      if (reply === "hang") return;
      if (reply === "reset") {
        incoming.socket.destroy();
      } else if ("truncated" in reply) {
        outgoing.writeHead(200, {
          "content-type": "application/json",
          "content-length": "5000",
        });
        outgoing.write(reply.truncated, () => incoming.socket.destroy());
      } else {
        const text = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body);
        outgoing.writeHead(reply.status, {
          "content-type": "application/json",
          ...reply.headers,
        });
        outgoing.end(text);
      }
    });
  });
  server.on("connection", (socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface KitChange {
  clock?: Clock;
  timeoutMs?: number;
  loopbackOnly?: boolean;
  property?: string;
  components?: readonly Component[];
}

export function kitFor(more: KitChange = {}): ChannelKit {
  const { loopbackOnly = false } = more;
  return {
    name: "test",
    folder: "/",
    property: {
      name: more.property ?? "Amazon.com",
      url: null,
      statusUrl: null,
      locale: "en",
      timeZone: "UTC",
      components: more.components ?? [],
    },
    http: createHttp({ loopbackOnly, userAgent: "status-test" }),
    clock: more.clock ?? new ScriptedClock(NOW),
    timeoutMs: more.timeoutMs ?? 2_000,
    loopbackOnly,
    locale: "en",
    board: {
      entries: async () => [],
      updates: async () => new Map(),
      actions: async () => [],
      readings: async () => [],
      exclusively: (_channel, write) => write(1, () => {}),
    },
    tell: () => {},
  };
}

const HOUR_MS = 3_600_000;

export function contextFor(
  more: {
    key?: string;
    title?: string;
    rootSubject?: string | null;
    /** A phase of planned work makes it that: from two hours after NOW, for an hour. */
    phase?: ComposeContext["incident"]["phase"];
    verb?: ComposeContext["update"]["verb"];
  } = {},
): ComposeContext {
  const planned = more.phase !== undefined && isPlanned(more.phase);
  return {
    keyOf: (part) => `${more.key ?? "0123456789abcdef"}-${part}`,
    incident: {
      id: "2010-06-29-amazon-com-unavailable",
      type: planned ? "maintenance" : "incident",
      title: more.title ?? "Amazon.com unavailable",
      phase: more.phase ?? "investigating",
      impact: "critical",
      components: [],
      startedAt: planned ? new Date(NOW.getTime() + 2 * HOUR_MS) : NOW,
      endsAt: planned ? new Date(NOW.getTime() + 3 * HOUR_MS) : null,
      nextUpdateAt: null,
    },
    update: { id: "u1", number: 1, verb: more.verb ?? "announce", at: NOW },
    rootSubject: more.rootSubject ?? null,
  };
}

export function messageOf(words: string, more: Partial<Message> = {}): Message {
  return {
    subject: "Amazon.com unavailable",
    body: [paragraph(words)],
    short: words,
    keep: "Next update by 20:40 UTC.",
    link: "https://status.example.org",
    ...more,
  };
}

export function paragraph(text: string): Block {
  return { type: "paragraph", children: [{ type: "text", text }] };
}

const words = fc.oneof(
  fc.lorem({ mode: "sentences", maxCount: 12 }),
  fc.string({ unit: "grapheme", maxLength: 600 }),
  fc.constantFrom(
    "<!channel> & <@U1>",
    "@here $PATH $HOME #down",
    "a.b.co status.io 👩‍👩‍👧‍👦 …",
    "x".repeat(9_000),
  ),
);

/** Messages as the renderer may make them: any words, short or far too long, with and without promise and link. */
export const messages: fc.Arbitrary<Message> = fc.record({
  subject: fc.oneof(fc.lorem({ maxCount: 40 }), fc.string({ unit: "binary", maxLength: 300 })),
  body: fc.array(words.map(paragraph), { maxLength: 8 }),
  short: words,
  keep: fc.option(fc.constantFrom("Next update by 20:40 UTC.", "Nächstes Update um 22:40 Uhr (MESZ)")),
  link: fc.option(
    fc.constantFrom(
      "https://status.example.org",
      "http://127.0.0.1:4010/page",
      "https://a-b.example.com/x?y=1",
    ),
  ),
});

/** The ChannelError that a call ends with; nothing in it tells a secret. */
export async function failureOf(call: Promise<unknown>, secrets: readonly string[]): Promise<ChannelError> {
  const error = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ChannelError);
  const shown = inspect(error, { depth: 12, showHidden: true }) + String((error as ChannelError).stack);
  for (const secret of secrets) expect(shown).not.toContain(secret);
  return error as ChannelError;
}

/** An address on which nothing listens. */
export async function deadAddress(): Promise<string> {
  const server = await listen(() => "hang");
  await server[Symbol.asyncDispose]();
  return server.url;
}
