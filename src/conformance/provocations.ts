import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { SMTPServer } from "smtp-server";
import type { Fate } from "../channels/contract.ts";
import type { DamagingProxy } from "./damaging-proxy.ts";
import { deadAddress, listen, NOW } from "./loopback.ts";

/** Settings as a configuration writes them. */
export type Settings = Readonly<Record<string, unknown>>;

/** Every way in which one attempt can end badly; each transport provokes each, or the channel is exempt. */
export const TROUBLES = [
  "a refused connection",
  "a name that does not resolve",
  "an address elsewhere, in a drill",
  "a TLS handshake that fails",
  "a connection cut before the body was read",
  "a connection cut after the body was read",
  "an accepted post whose answer is lost",
  "no answer at all",
  "an answer that comes byte by byte",
  "an answer that breaks off",
  "half an answer",
  "401",
  "403",
  "404",
  "422",
  "429 with seconds to wait",
  "429 with a date to wait for",
  "429 with a wait beyond all measure",
  "429 with a wait that makes no sense",
  "429 without a word on when",
  "the vendor's own sign of too many requests",
  "500",
  "502 with a page of HTML",
  "200 with an error in it",
  "a redirect to another origin (302)",
  "a redirect to another origin (307)",
] as const;
export type Trouble = (typeof TROUBLES)[number];

/** What must come of it. */
export interface Provocation {
  readonly fate: Fate | readonly Fate[];
  /** How many posts the audience has got in the end. */
  readonly heard: 0 | 1;
  /** Seconds from now until the vendor wants to be asked again; null where it said nothing; left out: not looked at. */
  readonly wait?: number | null;
  arrange(): Promise<Arranged>;
}

export interface Arranged {
  /** Lead into the trouble; they replace the healthy ones of the same name. */
  readonly settings: Settings;
  /** False where the trouble is not on loopback. */
  readonly loopbackOnly?: boolean;
  /** How many attempts arrived. */
  arrivals(): number;
  /** What must hold besides, when the attempt has ended. */
  judge?(): void;
  /** Ends the trouble. */
  lift(): Promise<void> | void;
}

/** What differs from vendor to vendor over HTTP. */
export interface HttpManners {
  /** An answer of success that tells of an error; `unknown` by default, since it says neither. */
  readonly errorIn200?: { readonly body: unknown; readonly fate: Fate };
  /** How this vendor says that there were too many requests; `wait` in seconds. */
  readonly tooMany: {
    readonly status: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: unknown;
    readonly wait: number | null;
  };
  /** Paths of requests that only look: they may be made beside the one that posts. */
  readonly looks?: RegExp;
  /** Seconds that the channel waits where the vendor gives no time; null where it leaves that to others. */
  readonly usualWait?: number;
}

const DAY = 24 * 60 * 60;

/** `settings` are the healthy ones through the proxy; `secrets` are repeated in every answer. */
export function overHttp(
  proxy: DamagingProxy,
  settings: Settings,
  secrets: readonly string[],
  manners: HttpManners,
): Partial<Record<Trouble, Provocation>> {
  const path = new URL(String(settings.baseUrl)).pathname.replace(/^\/$/, "");
  const damaged = (damage: Parameters<DamagingProxy["damage"]>[0]) => async (): Promise<Arranged> => {
    const before = proxy.exchanges.length;
    proxy.damage(damage);
    return {
      settings: {},
      arrivals: () =>
        proxy.exchanges.slice(before).filter(({ path }) => manners.looks?.test(path) !== true).length,
      lift: () => proxy.damage("none"),
    };
  };
  const leading = async (baseUrl: string, more: Partial<Arranged> = {}): Promise<Arranged> => ({
    settings: { baseUrl },
    arrivals: () => 0,
    lift: () => undefined,
    ...more,
  });
  const echo = secrets.join(" ");
  const words = { errors: [echo], error: [echo], message: echo, detail: echo };
  const answered = (status: number, headers: Record<string, string> = {}, body: unknown = words) => {
    const html = typeof body === "string";
    const type = html ? "text/html" : "application/json";
    return damaged({
      status,
      headers: { "content-type": type, ...headers },
      body: html ? body : JSON.stringify(body),
    });
  };
  const refused = (status: number): Provocation => ({ fate: "refused", heard: 0, arrange: answered(status) });
  const later = (headers: Record<string, string>, wait: number | null): Provocation => ({
    fate: "not-sent",
    heard: 0,
    wait: wait ?? manners.usualWait ?? null,
    arrange: answered(429, headers),
  });
  const redirected = (status: number, fate: Provocation["fate"]): Provocation => ({
    fate,
    heard: 0,
    async arrange() {
      const elsewhere = await listen(() => ({ status: 200, body: {} }));
      const location = `${elsewhere.url}${path}/?said=${encodeURIComponent(echo)}`;
      const arranged = await answered(status, { location })();
      return {
        ...arranged,
        judge() {
          if (elsewhere.requests.length > 0)
            throw new Error(`the other origin was asked: ${JSON.stringify(elsewhere.requests)}`);
        },
        async lift() {
          await arranged.lift();
          await elsewhere[Symbol.asyncDispose]();
        },
      };
    },
  });
  const { errorIn200 = { body: words, fate: "unknown" }, tooMany } = manners;
  return {
    "a refused connection": {
      fate: "not-sent",
      heard: 0,
      arrange: async () => leading(`${await deadAddress()}${path}`),
    },
    "a name that does not resolve": {
      fate: "not-sent",
      heard: 0,
      arrange: () => leading("http://vendor.invalid", { loopbackOnly: false }),
    },
    "an address elsewhere, in a drill": {
      fate: "not-sent",
      heard: 0,
      arrange: () => leading("https://vendor.example.com"),
    },
    "a TLS handshake that fails": {
      fate: "not-sent",
      heard: 0,
      async arrange() {
        const server = await startSelfSigned();
        return leading(`https://127.0.0.1:${server.port}${path}`, {
          arrivals: server.arrivals,
          judge() {
            if (server.arrivals() > 0) throw new Error("the credential went to a server that proved nothing");
          },
          lift: server.close,
        });
      },
    },
    "a connection cut before the body was read": {
      fate: "unknown",
      heard: 0,
      arrange: damaged("cut-unread"),
    },
    "a connection cut after the body was read": {
      fate: "unknown",
      heard: 0,
      arrange: damaged("cut-read"),
    },
    "an accepted post whose answer is lost": {
      fate: "unknown",
      heard: 1,
      arrange: damaged("lose-answer"),
    },
    "no answer at all": { fate: "unknown", heard: 0, arrange: damaged("hang") },
    "an answer that comes byte by byte": {
      fate: "unknown",
      heard: 1,
      arrange: damaged("drip"),
    },
    "an answer that breaks off": {
      fate: "unknown",
      heard: 1,
      arrange: damaged("break-off"),
    },
    "half an answer": { fate: "unknown", heard: 1, arrange: damaged("halve") },
    "401": refused(401),
    "403": refused(403),
    "404": refused(404),
    "422": refused(422),
    "429 with seconds to wait": later({ "retry-after": "30" }, 30),
    "429 with a date to wait for": later(
      { "retry-after": new Date(NOW.getTime() + 90_000).toUTCString() },
      90,
    ),
    "429 with a wait beyond all measure": later({ "retry-after": "9".repeat(400) }, DAY),
    "429 with a wait that makes no sense": later({ "retry-after": "soon" }, null),
    "429 without a word on when": later({}, null),
    "the vendor's own sign of too many requests": {
      fate: "not-sent",
      heard: 0,
      wait: tooMany.wait,
      arrange: answered(tooMany.status, tooMany.headers, tooMany.body),
    },
    "500": { fate: "unknown", heard: 0, arrange: answered(500) },
    "502 with a page of HTML": {
      fate: "unknown",
      heard: 0,
      arrange: answered(502, {}, `<html>Bad Gateway ${echo}</html>`),
    },
    "200 with an error in it": {
      fate: errorIn200.fate,
      heard: 0,
      arrange: answered(200, {}, errorIn200.body),
    },
    // After 302 something may have been done; 307 says that it was not done here.
    "a redirect to another origin (302)": redirected(302, ["refused", "unknown"]),
    "a redirect to another origin (307)": redirected(307, "refused"),
  };
}

/** A server with a certificate that nobody vouches for; counts what came through the handshake. */
async function startSelfSigned(): Promise<{ port: number; arrivals(): number; close(): Promise<void> }> {
  let arrivals = 0;
  const server = new SMTPServer({
    secure: true,
    logger: false,
    disableReverseLookup: true,
    onConnect(_session, callback) {
      arrivals += 1;
      callback();
    },
  });
  server.on("error", () => undefined);
  const listening: Server = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  return {
    port: (listening.address() as AddressInfo).port,
    arrivals: () => arrivals,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
