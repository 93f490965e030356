import http from "node:http";
import type { AddressInfo, Socket } from "node:net";

/** What happens to a request on its way to the vendor, or to the answer on its way back. */
export type Damage =
  | "none"
  /** The connection is cut when the head has arrived; the body is never read. */
  | "cut-unread"
  /** The body is read, then the connection is cut; the vendor hears nothing. */
  | "cut-read"
  /** The body is read, and that is all. */
  | "hang"
  /** The vendor acts, and the connection is cut in place of its answer. */
  | "lose-answer"
  /** The vendor acts, and its answer comes one byte every 200 ms. */
  | "drip"
  /** The vendor acts, and the connection is cut in the middle of its answer. */
  | "break-off"
  /** The vendor acts, and half of its answer comes as if it were the whole. */
  | "halve"
  /** The vendor acts, and its answer reads differently. */
  | { readonly rewrite: (text: string) => string }
  /** The vendor hears nothing, and this is answered in its place. */
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: string };

/** A request as it arrived, and the vendor's own answer; null where the vendor was not asked. */
export interface Exchange {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly answer: Answer | null;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A reverse proxy on loopback that does damage on demand, and remembers every exchange. */
export interface DamagingProxy {
  readonly url: string;
  readonly exchanges: readonly Exchange[];
  damage(next: Damage): void;
  /** Resolves when the next request has been read. */
  reached(): Promise<void>;
  close(): Promise<void>;
}

/** `target` is the origin of the server behind it: `http://127.0.0.1:4010`. */
export async function startProxy(target: string): Promise<DamagingProxy> {
  const exchanges: Exchange[] = [];
  const sockets = new Set<Socket>();
  let damage: Damage = "none";
  let announce: () => void = () => undefined;
  let url = "";

  const serve = async (incoming: http.IncomingMessage, outgoing: http.ServerResponse) => {
    const { method = "", url: path = "", headers, socket } = incoming;
    const now = damage;
    if (now === "cut-unread") {
      exchanges.push({ method, path, headers, body: "", answer: null });
      socket.resetAndDestroy();
      return;
    }
    const body = await textOf(incoming);
    const inPlace = typeof now === "object" && "status" in now ? now : null;
    const passesOn = inPlace === null && now !== "cut-read" && now !== "hang";
    const answer = passesOn ? await passOn(`${target}${path}`, method, headers, body) : null;
    exchanges.push({ method, path, headers, body, answer });
    announce();
    if (now === "hang") return;
    if (now === "cut-read" || now === "lose-answer") {
      socket.resetAndDestroy();
      return;
    }
    const { status, headers: said = {}, body: whole } = inPlace ?? answer ?? { status: 502, body: "" };
    // The vendor names its own address in a redirect; a proxy puts the one that its caller knows in its place.
    const behind = (text: string) => (inPlace === null ? text.replaceAll(target, url) : text);
    const text = typeof now === "object" && "rewrite" in now ? now.rewrite(behind(whole)) : behind(whole);
    const bytes = Buffer.from(now === "halve" ? text.slice(0, text.length / 2) : text);
    outgoing.writeHead(status, {
      ...Object.fromEntries(Object.entries(said).map(([name, value]) => [name, behind(value)])),
      "content-length": String(bytes.length),
    });
    if (now === "break-off")
      outgoing.write(bytes.subarray(0, bytes.length / 2), () => socket.resetAndDestroy());
    else if (now === "drip") drip(bytes, outgoing);
    else outgoing.end(bytes);
  };

  const server = http.createServer((incoming, outgoing) => {
    // A caller that gave up is what some of the damage is for.
    serve(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    exchanges,
    damage(next) {
      damage = next;
    },
    reached: () =>
      new Promise((resolve) => {
        announce = resolve;
      }),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function drip(bytes: Buffer, outgoing: http.ServerResponse): void {
  let at = 0;
  const timer = setInterval(() => outgoing.write(bytes.subarray(at, ++at)), 200);
  outgoing.on("close", () => clearInterval(timer));
}

function passOn(
  url: string,
  method: string,
  headers: http.IncomingHttpHeaders,
  body: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent: false }, (response) => {
      textOf(response).then(
        (text) => resolve({ status: response.statusCode ?? 0, headers: flat(response.headers), body: text }),
        reject,
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

/** Without what belongs to one connection only. */
function flat(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !["connection", "keep-alive", "transfer-encoding", "content-length"].includes(name))
      .map(([name, value]) => [name, String(value)]),
  );
}

async function textOf(message: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
