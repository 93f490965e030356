import http from "node:http";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../src/base/clock.ts";
import { startSandbox } from "../src/sandbox/sandbox.ts";

/**
 * The servers that all senders speak to, in a process of their own so that nobody pays for them. Every HTTP answer leaves
 * LATENCY_MS after its request came; what an imitation of a vendor takes lies within that. `/hook/…` takes anything. The mail server
 * answers at once.
 */
const LATENCY_MS = Number(process.env.BENCH_LATENCY_MS ?? "100");
const LOOPBACK = "127.0.0.1";

/** What the parent is told first. */
export interface Ready {
  readonly http: number;
  readonly smtp: number;
  readonly latencyMs: number;
  /** Settings of channels by kind. */
  readonly channels: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What has arrived since the last question. */
export interface Arrived {
  readonly posts: number;
  readonly mails: number;
}

let posts = 0;
let mails = 0;
const sandbox = await startSandbox({ clock: systemClock, quotas: false });
const ports = new Map<string, number>();
for (const { baseUrl } of Object.values(sandbox.channels))
  if (typeof baseUrl === "string") {
    const { pathname, port } = new URL(baseUrl);
    ports.set(pathname, Number(port));
  }
const front = http.createServer(answer);
front.keepAliveTimeout = 30_000;
const mail = createServer(takeMail);
const ready: Ready = {
  http: await listen(front),
  smtp: await listen(mail),
  latencyMs: LATENCY_MS,
  channels: Object.fromEntries(
    Object.entries(sandbox.channels).map(([kind, settings]) => [kind, behindTheFront(settings)]),
  ),
};
process.on("message", () => {
  process.send?.({ posts, mails } satisfies Arrived);
  posts = 0;
  mails = 0;
});
// The benchmark has ended, whichever way.
process.on("disconnect", () => process.exit(0));
process.send?.(ready);

async function answer(incoming: http.IncomingMessage, outgoing: http.ServerResponse): Promise<void> {
  const began = performance.now();
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  if (incoming.method === "POST") posts++;
  const port = ports.get(`/${incoming.url?.split("/")[1]}`);
  const told =
    port === undefined
      ? { status: 200, type: "application/json", body: '{"id":"1","ok":true}' }
      : await ask(port, incoming, Buffer.concat(chunks));
  await sleep(Math.max(0, began + LATENCY_MS - performance.now()));
  outgoing.writeHead(told.status, {
    "content-type": told.type,
    "content-length": Buffer.byteLength(told.body),
  });
  outgoing.end(told.body);
}

function ask(port: number, { method, url, headers }: http.IncomingMessage, body: Buffer) {
  return new Promise<{ status: number; type: string; body: string }>((resolve, reject) => {
    const asked = http.request({ host: LOOPBACK, port, method, path: url, headers }, async (response) => {
      let text = "";
      for await (const chunk of response.setEncoding("utf8")) text += chunk;
      resolve({
        status: response.statusCode ?? 500,
        type: response.headers["content-type"] ?? "application/json",
        body: text,
      });
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

/** Takes every mail. */
function takeMail(socket: Socket): void {
  let text = "";
  let inData = false;
  socket.on("error", () => {});
  socket.write("220 bench\r\n");
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    for (;;) {
      const end = inData ? "\r\n.\r\n" : "\r\n";
      const at = text.indexOf(end);
      if (at === -1) return;
      const line = text.slice(0, at).toUpperCase();
      text = text.slice(at + end.length);
      if (inData) {
        mails++;
        inData = false;
        socket.write("250 taken\r\n");
      } else if (line.startsWith("EHLO")) socket.write("250-bench\r\n250 8BITMIME\r\n");
      else if (line.startsWith("DATA")) {
        inData = true;
        socket.write("354 go on\r\n");
      } else if (line.startsWith("QUIT")) socket.end("221 bye\r\n");
      else socket.write("250 ok\r\n");
    }
  });
}

function listen(server: http.Server | ReturnType<typeof createServer>): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    // As many at once as are sent to at once: none has to knock twice.
    server.listen({ host: LOOPBACK, port: 0, backlog: 4096 }, () =>
      resolve((server.address() as AddressInfo).port),
    );
  });
}

function behindTheFront(settings: Readonly<Record<string, unknown>>) {
  const { port } = front.address() as AddressInfo;
  if (settings.kind === "email")
    return { ...settings, smtp: `smtp://${LOOPBACK}:${(mail.address() as AddressInfo).port}` };
  return {
    ...settings,
    baseUrl: `http://${LOOPBACK}:${port}${new URL(String(settings.baseUrl)).pathname}`,
  };
}
