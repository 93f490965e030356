import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Door, LOOPBACK } from "./door.ts";
import type { Fault, Imitation, SandboxRequest } from "./world.ts";

/** A request as an imitation sees it. */
export interface Call {
  readonly method: string;
  /** The vendor's own path, without prefix and query: `/api/chat.postMessage`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Header names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The address of the imitation, prefix included: `http://127.0.0.1:4010/slack`. */
  readonly base: string;
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The faults that are told in an answer, in the vendor's own words; the others are the server's doing. */
export type AnsweredFault = Extract<Fault, "unauthorized" | "refuse" | "rate-limit" | "server-error">;

/** A vendor's HTTP interface. `answer` has all its effects before it returns. */
export interface HttpImitation {
  readonly imitation: Imitation;
  /** `/slack`: what stands before the vendor's own paths. */
  readonly prefix: string;
  answer(call: Call): Answer;
  answerFault(fault: AnsweredFault, call: Call): Answer;
}

/** A running imitation. */
export interface Running {
  readonly port: number;
  fault(fault: Fault | null): void;
  close(): Promise<void>;
}

type Logged = { -readonly [Key in keyof SandboxRequest]: SandboxRequest[Key] };

/** An answer in JSON. */
export function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(body),
  };
}

/**
 * Serves one imitation on 127.0.0.1 (any free port for 0), and writes every request into `requests`.
 * Each imitation has a server of its own, so that one can be down while the others speak.
 */
export async function serve(
  vendor: HttpImitation,
  port: number,
  requests: SandboxRequest[],
): Promise<Running> {
  let fault: Fault | null = null;
  const server = http.createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const url = new URL(incoming.url ?? "/", `http://${incoming.headers.host ?? LOOPBACK}`);
      const inside = url.pathname === vendor.prefix || url.pathname.startsWith(`${vendor.prefix}/`);
      const path = inside ? url.pathname.slice(vendor.prefix.length) : url.pathname;
      const call: Call = {
        method: incoming.method ?? "GET",
        path,
        query: url.searchParams,
        headers: headersOf(incoming),
        body: Buffer.concat(chunks).toString("utf8"),
        base: `http://${LOOPBACK}:${(server.address() as AddressInfo | null)?.port ?? port}${vendor.prefix}`,
      };
      const entry: Logged = {
        imitation: vendor.imitation,
        method: call.method,
        path: path + url.search,
        headers: call.headers,
        body: call.body,
        status: null,
      };
      requests.push(entry);
      const answer = inside
        ? reply(vendor, fault, call, incoming.socket)
        : json(404, { error: `the sandbox serves ${vendor.prefix}` });
      if (answer === null) return;
      entry.status = answer.status;
      outgoing.writeHead(answer.status, {
        ...answer.headers,
        "content-length": String(Buffer.byteLength(answer.body)),
      });
      outgoing.end(answer.body);
    });
  });
  server.keepAliveTimeout = 1000;
  const door = await Door.open(server, port);
  return {
    port: door.port,
    fault(next) {
      fault = next;
      door.set(next !== "down");
    },
    close: () => door.close(),
  };
}

/** What the vendor says, or null where nothing is answered. */
function reply(vendor: HttpImitation, fault: Fault | null, call: Call, socket: Socket): Answer | null {
  switch (fault) {
    case null:
    case "down":
      return vendor.answer(call);
    case "hang":
      return null;
    case "slow-answer":
      vendor.answer(call);
      return null;
    case "lost-answer":
      vendor.answer(call);
      socket.destroy();
      return null;
    default:
      return vendor.answerFault(fault, call);
  }
}

function headersOf(incoming: http.IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers))
    headers[name] = Array.isArray(value) ? value.join(", ") : (value ?? "");
  return headers;
}
