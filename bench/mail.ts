import { execFile, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { createTransport } from "nodemailer";
import { ScriptedClock } from "../src/base/clock.ts";
import { Secret } from "../src/base/secret.ts";
import type { ChannelKind, ChannelKit, ComposeContext, Recipient } from "../src/channels/contract.ts";
import { fill, type ListPayload } from "../src/channels/email/compose-list.ts";
import { email } from "../src/channels/email/index.ts";
import { prepareLetter } from "../src/channels/email/letter.ts";
import { createHttp } from "../src/channels/http.ts";
import { environment, median, rounds } from "./measure.ts";

/**
 * What one process hands in per second: a mail of its own for each recipient of a list, beside Debian's `smtp-source` at the
 * same number of connections and the same size, into `smtp-sink`, both of the package postfix.
 */
const ROUNDS = rounds(3);
const COUNT = 20_000;
const FEWER = 5_000;
const NOW = new Date("2010-06-29T19:40:00Z");
const NOBODY = { root: null, previous: null };

/** Made once, because to make one takes as long as to send a thousand mails. */
const keys = new Map<string, string>();

interface Way {
  readonly name: string;
  readonly count: number;
  readonly connections: readonly number[];
}

const WAYS: readonly Way[] = [
  { name: "status", count: COUNT, connections: [1, 4, 16] },
  { name: "status, signed with Ed25519", count: FEWER, connections: [4] },
  { name: "status, signed with RSA-2048", count: FEWER, connections: [4] },
  { name: "nodemailer's pool", count: FEWER, connections: [1, 4, 16] },
  { name: "nodemailer's pool, signed with RSA-2048", count: 1_500, connections: [4] },
];

interface Run {
  readonly perSecond: number;
  readonly cpuUs: number;
  readonly peakMb: number;
}

const [, self = "", way, connections, count, port] = process.argv;
if (way !== undefined) await send(way, Number(connections), Number(count), Number(port));
else if (existsSync("/usr/sbin/smtp-sink")) await compare();
else console.log("The mail benchmark needs smtp-sink and smtp-source: apt-get install postfix");

async function compare(): Promise<void> {
  const sinkPort = await freePort();
  const sink = spawn("/usr/sbin/smtp-sink", [...asRoot(), `127.0.0.1:${sinkPort}`, "1000"], {
    stdio: "ignore",
  });
  try {
    await listening(sinkPort);
    const size = (await letterFor("status", sinkPort)).write(recipientOf(1)) as Buffer;
    const base = new Map<number, number[]>();
    const runs = new Map<string, Run[]>();
    for (let round = 0; round < ROUNDS; round++)
      for (const lanes of [1, 4, 16]) {
        keep(base, lanes, await source(lanes, size.length, sinkPort));
        // Interleaved, so that whatever else the machine does falls on all alike.
        for (const { name, count } of WAYS.filter(({ connections }) => connections.includes(lanes)))
          keep(runs, `${name}|${lanes}`, await sender(name, lanes, count, sinkPort));
      }
    console.log(`Mails a second from one process, start included, into smtp-sink.`);
    console.log(`${ROUNDS} rounds, interleaved; medians; ${size.length} bytes a mail.\n`);
    console.log("| sender | connections | mails a second | of smtp-source | CPU a mail | peak memory |");
    console.log("|---|---|---|---|---|---|");
    for (const [lanes, figures] of base)
      console.log(`| smtp-source | ${lanes} | ${median(figures).toFixed(0)} | 1 | | |`);
    for (const [name, figures] of runs) {
      const [title = "", lanes] = name.split("|");
      const of = (pick: (run: Run) => number) => median(figures.map(pick));
      const ratio = of((run) => run.perSecond) / median(base.get(Number(lanes)) ?? []);
      console.log(
        `| ${title} | ${lanes} | ${of((run) => run.perSecond).toFixed(0)} | ${ratio.toFixed(2)} | ${of((run) => run.cpuUs).toFixed(0)} us | ${of((run) => run.peakMb).toFixed(0)} MB |`,
      );
    }
  } finally {
    sink.kill();
  }
}

function keep<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}

async function source(lanes: number, size: number, sinkPort: number): Promise<number> {
  const began = performance.now();
  const argv = [
    "-d",
    "-N",
    "-s",
    String(lanes),
    "-m",
    String(COUNT),
    "-l",
    String(size),
    `127.0.0.1:${sinkPort}`,
  ];
  await run("/usr/sbin/smtp-source", argv);
  return (COUNT / (performance.now() - began)) * 1000;
}

async function sender(name: string, lanes: number, mails: number, sinkPort: number): Promise<Run> {
  const began = performance.now();
  const argv = [self, name, String(lanes), String(mails), String(sinkPort)];
  const { cpuUs, peakMb } = JSON.parse(await run(process.execPath, argv, keyFor(name))) as Omit<
    Run,
    "perSecond"
  >;
  return { perSecond: (mails / (performance.now() - began)) * 1000, cpuUs, peakMb };
}

function run(command: string, argv: readonly string[], key = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      command,
      argv,
      { env: environment(tmpdir(), { BENCH_DKIM_KEY: key }) },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${command}: ${stderr || error.message}`));
      },
    );
  });
}

/** One process that sends and says on stdout what that took. */
async function send(name: string, lanes: number, mails: number, sinkPort: number): Promise<void> {
  if (name.startsWith("nodemailer")) await pool(name, lanes, mails, sinkPort);
  else await outlets(name, lanes, mails, sinkPort);
  const { user, system } = process.cpuUsage();
  const peakMb = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ cpuUs: (user + system) / mails, peakMb }));
}

async function outlets(name: string, lanes: number, mails: number, sinkPort: number): Promise<void> {
  const channel = channelFor(name, sinkPort);
  const [post] = channel.compose(message(), context());
  const { signal } = new AbortController();
  let next = 0;
  const lane = async () => {
    const outlet = await channel.mailing!.open(post!, NOBODY, signal);
    while (next < mails) await outlet.send(recipientOf(next++), () => true, signal);
    outlet.close();
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** The same mails, made and sent by the library alone. */
async function pool(name: string, lanes: number, mails: number, sinkPort: number): Promise<void> {
  const [post] = channelFor("status", sinkPort).compose(message(), context());
  const { from, versions } = post!.payload as ListPayload;
  const [version] = versions;
  const transport = createTransport({
    ...{
      pool: true,
      host: "127.0.0.1",
      port: sinkPort,
      maxConnections: lanes,
      maxMessages: Number.POSITIVE_INFINITY,
    },
    ...(name.includes("signed")
      ? {
          dkim: { domainName: "example.com", keySelector: "s", privateKey: process.env.BENCH_DKIM_KEY ?? "" },
        }
      : {}),
  });
  let next = 0;
  const lane = async () => {
    while (next < mails) {
      const { name: full, address } = recipientOf(next++);
      await transport.sendMail({
        from,
        to: { name: full ?? "", address },
        subject: version!.subject,
        text: fill(version!.text, address, ""),
        html: fill(version!.html, address, ""),
      });
    }
  };
  await Promise.all(Array.from({ length: lanes * 2 }, lane));
  transport.close();
}

function recipientOf(index: number): Recipient {
  return {
    address: `customer.${index}@shop${index % 500}.example.net`,
    name: index % 3 === 0 ? null : index % 3 === 1 ? "Ann Example" : "Jörg Müller",
    locale: null,
    unsubscribe: `https://www.example.com/unsubscribe?id=${index}`,
  };
}

function channelFor(name: string, sinkPort: number) {
  const signed = name.includes("signed");
  const kind: ChannelKind = email;
  const settings = kind.settings.parse({
    kind: "email",
    smtp: "env:SMTP_URL",
    from: "Example Status <status@example.com>",
    recipients: "customers.csv",
    ...(signed ? { dkim: { domain: "example.com", selector: "status1" }, dkimKey: "env:DKIM_KEY" } : {}),
  }) as object;
  const smtp = new Secret(`smtp://127.0.0.1:${sinkPort}`);
  const secrets = signed ? { smtp, dkimKey: new Secret(process.env.BENCH_DKIM_KEY ?? "") } : { smtp };
  return kind.connect({ ...settings, ...secrets }, kit());
}

async function letterFor(name: string, sinkPort: number) {
  const [post] = channelFor(name, sinkPort).compose(message(), context());
  return prepareLetter(post!.payload as ListPayload, NOBODY, null);
}

function keyFor(name: string): string {
  const sort = /RSA|Ed25519/.exec(name)?.[0];
  if (sort === undefined) return "";
  const pair = () =>
    sort === "RSA" ? generateKeyPairSync("rsa", { modulusLength: 2048 }) : generateKeyPairSync("ed25519");
  const key = keys.get(sort) ?? pair().privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  keys.set(sort, key);
  return key;
}

function message() {
  const text =
    "Some customers cannot pay. We found the cause and are putting a repair in place; orders that were placed are safe. ".repeat(
      5,
    );
  return {
    subject: "Checkout is down",
    body: [{ type: "paragraph" as const, children: [{ type: "text" as const, text }] }],
    short: text,
    keep: null,
    link: "https://status.example.com/",
  };
}

function context(): ComposeContext {
  return {
    keyOf: (part) => `0123456789abcdef0123456789-${part}`,
    incident: {
      ...{
        id: "checkout",
        type: "incident",
        title: "Checkout is down",
        phase: "investigating",
        impact: "major",
      },
      ...{ components: [], startedAt: NOW, endsAt: null, nextUpdateAt: null },
    },
    update: { id: "u1", number: 1, verb: "announce", at: NOW },
    rootSubject: null,
  };
}

function kit(): ChannelKit {
  return {
    ...{ name: "customers", folder: "/", timeoutMs: 15_000, loopbackOnly: true, locale: "en" },
    property: {
      ...{ name: "Example Shop", url: null, statusUrl: null, locale: "en", timeZone: "UTC", components: [] },
    },
    http: createHttp({ loopbackOnly: true, userAgent: "bench" }),
    clock: new ScriptedClock(NOW),
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

/** As root, smtp-sink asks whom to become. */
function asRoot(): string[] {
  return process.getuid?.() === 0 ? ["-u", "nobody"] : [];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return address !== null && typeof address === "object" ? address.port : 0;
}

async function listening(sinkPort: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const reached = await new Promise<boolean>((resolve) => {
      const socket = connect(sinkPort, "127.0.0.1", () => resolve(true));
      socket.on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
    if (reached) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("smtp-sink does not listen");
}
