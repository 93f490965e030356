import http from "node:http";
import https from "node:https";
import { isIP } from "node:net";
import { wordsOfConnection } from "./connection-fault.ts";

/**
 * One small client over node:http(s): a time-out on every call, a size cap, no redirects, no keep-alive.
 * The built-in fetch is not used because its first call costs a tenth of a second.
 */
export interface Http {
  request(request: HttpRequest): Promise<HttpResponse>;
}

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as is; Content-Length is set from it. */
  readonly body?: string | Buffer;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** An answer with a larger body fails as `TOO_LARGE`; 4 MiB where nobody says. */
  readonly maxBytes?: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names; several values joined by `, `. */
  readonly headers: Readonly<Record<string, string>>;
  /** Read as UTF-8. */
  readonly body: string;
  /** The same as it came, for a body that may be in another encoding. */
  readonly bytes: Uint8Array;
}

/** The answer did not arrive. `reached` is false when the request surely never left: nothing can have happened there. */
export class HttpError extends Error {
  readonly reached: boolean;
  /** Node's word for it (`ECONNREFUSED`), or `TIMEOUT`, `ABORTED`, `TOO_LARGE`, `NOT_LOOPBACK`, `BAD_URL`. */
  readonly reason: string;
  constructor(reason: string, reached: boolean, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "HttpError";
    this.reason = reason;
    this.reached = reached;
  }
}

const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** True for 127.0.0.0/8, ::1 and `localhost` names. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  if (host === "localhost" || host.endsWith(".localhost")) return true;
  if (isIP(host) === 4) return host.startsWith("127.");
  return isIP(host) === 6 && host === "::1";
}

/** A server's clock as its answer showed it, beside ours at that moment. */
export interface ServerTime {
  readonly host: string;
  readonly server: Date;
  readonly local: Date;
}

interface HttpOptions {
  readonly loopbackOnly: boolean;
  readonly userAgent: string;
  /** Told of every answer that carries a date. */
  seen?(time: ServerTime): void;
}

export function createHttp(options: HttpOptions): Http {
  return { request: (request) => send(request, options) };
}

function send(request: HttpRequest, options: HttpOptions): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    let url: URL;
    try {
      url = new URL(request.url);
    } catch {
      reject(new HttpError("BAD_URL", false, `not an address: ${request.url}`));
      return;
    }
    if (options.loopbackOnly && !isLoopback(url.hostname)) {
      reject(new HttpError("NOT_LOOPBACK", false, `a drill reaches loopback only, not ${url.host}`));
      return;
    }
    if (request.signal?.aborted) {
      reject(new HttpError("ABORTED", false, "stopped before the request was made"));
      return;
    }
    const secure = url.protocol === "https:";
    const body = request.body === undefined ? null : Buffer.from(request.body);
    const largest = request.maxBytes ?? MAX_ANSWER_BYTES;
    let connected = false;
    let settled = false;
    const outgoing = (secure ? https : http).request(url, {
      method: request.method,
      agent: false,
      headers: {
        "user-agent": options.userAgent,
        accept: "application/json",
        ...request.headers,
        ...(body === null ? {} : { "content-length": String(body.length) }),
      },
    });
    const fail = (reason: string, message: string, cause?: unknown) => {
      if (settled) return;
      settled = true;
      finish();
      outgoing.destroy();
      reject(new HttpError(reason, connected, message, cause));
    };
    const timer = setTimeout(
      () => fail("TIMEOUT", `no answer from ${url.host} within ${request.timeoutMs / 1000} s`),
      request.timeoutMs,
    );
    const onAbort = () => fail("ABORTED", `stopped while waiting for ${url.host}`);
    request.signal?.addEventListener("abort", onAbort, { once: true });
    const finish = () => {
      clearTimeout(timer);
      request.signal?.removeEventListener("abort", onAbort);
    };
    outgoing.on("socket", (socket) => {
      socket.once(secure ? "secureConnect" : "connect", () => {
        connected = true;
      });
    });
    outgoing.on("error", (error: NodeJS.ErrnoException) =>
      fail(error.code ?? "NETWORK", sayFailure(url.host, error), error),
    );
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > largest) fail("TOO_LARGE", `the answer of ${url.host} is larger than ${largest} bytes`);
        else chunks.push(chunk);
      });
      response.on("error", (error: NodeJS.ErrnoException) =>
        fail(error.code ?? "NETWORK", sayFailure(url.host, error), error),
      );
      response.on("end", () => {
        if (settled) return;
        if (!response.complete) return fail("TRUNCATED", `the answer of ${url.host} broke off`);
        settled = true;
        finish();
        const headers: Record<string, string> = {};
        for (const [name, value] of Object.entries(response.headers))
          headers[name] = Array.isArray(value) ? value.join(", ") : (value ?? "");
        const server = new Date(headers.date ?? "");
        if (!Number.isNaN(server.getTime())) options.seen?.({ host: url.host, server, local: new Date() });
        const bytes = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, headers, body: bytes.toString("utf8"), bytes });
      });
    });
    outgoing.end(body ?? undefined);
  });
}

/** What went wrong with a connection, in words, with the address once: the system's own often end with it. */
export function sayFailure(host: string, { message, code }: NodeJS.ErrnoException): string {
  const known = wordsOfConnection(code);
  if (known !== undefined) return `${host}: ${known} (${code})`;
  const name = host.replace(/:\d+$/, "");
  const own = [host, name].flatMap((each) => [each, each.replace(/[[\]]/g, "")]);
  const address = own.find((each) => message.endsWith(` ${each}`));
  const words = address === undefined ? message : message.slice(0, -address.length - 1);
  return `${host}: ${words || code || "the connection failed"}`;
}
