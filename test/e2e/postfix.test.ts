import { execFileSync, spawn, spawnSync } from "node:child_process";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { simpleParser } from "mailparser";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { RecipientError } from "../../src/channels/contract.ts";
import { judgeDkim } from "../channels/dkim-judge.ts";
import {
  ALWAYS,
  connectList,
  contextOf,
  messageOf,
  NOBODY,
  never,
  postOf,
  recipientOf,
} from "../channels/mailing-ground.ts";
import { portOf } from "../channels/scripted-smtp.ts";

const DAEMONS = "/usr/lib/postfix/sbin";
const OPENSSL = "/usr/bin/openssl";
const LACKING =
  process.getuid?.() !== 0
    ? "Postfix starts as root only"
    : existsSync(`${DAEMONS}/master`)
      ? null
      : "there is no Postfix: apt-get install postfix";
if (LACKING !== null) process.stderr.write(`A real mail server is not tried: ${LACKING}\n`);

/** Debian's Postfix with its own folders, on loopback only, which delivers to maildirs and nowhere else. */
describe.skipIf(LACKING !== null)("a mailing through Postfix", () => {
  let server: Awaited<ReturnType<typeof startPostfix>>;
  beforeAll(async () => {
    server = await startPostfix();
  }, 60_000);
  afterAll(() => server?.stop(), 60_000);

  it.each([
    ["RSA", generateKeyPairSync("rsa", { modulusLength: 2048 })],
    ["Ed25519", generateKeyPairSync("ed25519")],
  ])(
    "arrives at each one who is there, signed with %s, and nobody else holds it up",
    async (sort, keys) => {
      const channel = connectList(
        {
          smtp: server.url,
          from: "Amazon Status <status@example.net>",
          dkim: { domain: "example.net", selector: "status1" },
          dkimKey: keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
        },
        { timeoutMs: 10_000 },
      );
      expect((await channel.check(never())).filter(({ name }) => name !== "target")).toMatchObject([
        { name: "signature", level: "ok" },
        { name: "credential", level: "ok" },
      ]);
      const translations = new Map([
        ["de", messageOf("Wir sehen nach.\n.\n..", { subject: `Ausfall ${sort}` })],
      ]);
      const post = postOf(
        channel,
        messageOf("We look into it.\n.\n..", { subject: `Outage ${sort}` }),
        contextOf({ translations }),
      );
      const outlet = await channel.mailing?.open(post, NOBODY, never());
      const send = (box: string, change = {}) =>
        outlet
          ?.send(recipientOf(box, change), ALWAYS, never())
          .then(() => "taken")
          .catch(({ fate, code, lasting }: RecipientError) => ({ fate, code, lasting }));
      const unsubscribe = "https://example.net/leave?who=1&key=a=b";
      expect([
        await send("ann@example.net", { name: "Ann", unsubscribe }),
        await send("nobody@example.net"),
        await send("busy@example.net"),
        await send("someone@elsewhere.example"),
        await send("jörg@example.net"),
        await send("joerg@example.net", { name: 'Jörg "J" Müller 😀', locale: "de-AT" }),
      ]).toEqual([
        "taken",
        { fate: "refused", code: "MAIL_RECIPIENT_REFUSED", lasting: true },
        { fate: "not-sent", code: "MAIL_TRY_LATER", lasting: false },
        { fate: "not-sent", code: "MAIL_RELAY_DENIED", lasting: false },
        { fate: "refused", code: "MAIL_ADDRESS_INVALID", lasting: false },
        "taken",
      ]);
      outlet?.close();

      const ann = await server.mailOf("ann", `Outage ${sort}`);
      const joerg = await server.mailOf("joerg", `Ausfall ${sort}`);
      for (const raw of [ann, joerg]) {
        expect(judgeDkim(raw, keys.publicKey).fault).toBeNull();
        expect(verdictOfDkimpy(raw, keys.publicKey)).toMatch(/^(True|untried)$/);
        expect(raw.toString("latin1")).toMatch(/^Received: .*\r\n(?:\t.*\r\n)*?.*\bESMTPS\b/m);
      }
      const first = await simpleParser(ann);
      expect(first.to).toMatchObject({ text: '"Ann" <ann@example.net>' });
      expect(first.text).toContain("We look into it.\n.\n..");
      expect(first.text).toContain(`Unsubscribe: ${unsubscribe}`);
      expect(first.headers.get("list")).toMatchObject({ unsubscribe: { url: unsubscribe } });
      const second = await simpleParser(joerg);
      expect(second.to).toMatchObject({
        value: [{ name: 'Jörg "J" Müller 😀', address: "joerg@example.net" }],
      });
      expect(second.text).toContain("Wir sehen nach.\n.\n..");
      expect(second.messageId).not.toBe(first.messageId);
    },
    60_000,
  );
});

/** What Debian's own verifier says, where it is installed; it asks us in place of the DNS. */
function verdictOfDkimpy(mail: Buffer, publicKey: KeyObject): string {
  const python = "/usr/bin/python3";
  if (!existsSync(python) || spawnSync(python, ["-c", "import dkim"]).status !== 0) {
    process.stderr.write("dkimpy is not asked: apt-get install python3-dkim\n");
    return "untried";
  }
  const der = publicKey.export({ type: "spki", format: "der" });
  const rsa = publicKey.asymmetricKeyType === "rsa";
  // Ed25519 keys stand in the DNS bare (RFC 8463, 4).
  const record = `v=DKIM1; k=${rsa ? "rsa" : "ed25519"}; p=${(rsa ? der : der.subarray(-32)).toString("base64")}`;
  const program =
    "import sys, dkim; print(dkim.verify(sys.stdin.buffer.read(), dnsfunc=lambda name, timeout=5: sys.argv[1].encode()))";
  return execFileSync(python, ["-c", program, record], { input: mail, encoding: "utf8" }).trim();
}

async function startPostfix() {
  const folder = mkdtempSync(join(tmpdir(), "status-postfix-"));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const nobody = 65534;
  for (const name of ["conf", "queue", "data", "mail", "log"]) mkdirSync(join(folder, name));
  chownSync(join(folder, "mail"), nobody, nobody);
  const postfix = Number(execFileSync("id", ["-u", "postfix"], { encoding: "utf8" }));
  chownSync(join(folder, "data"), postfix, postfix);
  const certificate = join(folder, "conf/server.pem");
  const request = [
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-subj",
    "/CN=mx.example.net",
    "-days",
    "2",
  ];
  execFileSync(OPENSSL, [...request, "-keyout", certificate, "-out", certificate], { stdio: "pipe" });
  writeFileSync(
    join(folder, "conf/main.cf"),
    Object.entries({
      compatibility_level: "3.6",
      queue_directory: join(folder, "queue"),
      data_directory: join(folder, "data"),
      maillog_file: join(folder, "log/mail.log"),
      maillog_file_prefixes: folder,
      ...{
        myhostname: "mx.example.net",
        mydestination: "",
        inet_interfaces: "127.0.0.1",
        inet_protocols: "ipv4",
      },
      ...{ alias_maps: "", alias_database: "", local_recipient_maps: "", smtpd_peername_lookup: "no" },
      // Nothing leaves this machine.
      ...{ mynetworks: "", default_transport: "error:no way out", relay_transport: "error:no way out" },
      smtpd_relay_restrictions: "reject_unauth_destination",
      smtpd_recipient_restrictions:
        "check_recipient_access inline:{ { busy@example.net = 450 4.2.1 mailbox busy } }",
      virtual_mailbox_domains: "example.net",
      virtual_mailbox_maps:
        "inline:{ { ann@example.net = ann/ }, { joerg@example.net = joerg/ }, { busy@example.net = busy/ } }",
      virtual_mailbox_base: join(folder, "mail"),
      ...{ virtual_uid_maps: `static:${nobody}`, virtual_gid_maps: `static:${nobody}` },
      ...{ smtpd_tls_security_level: "encrypt", smtpd_tls_chain_files: certificate },
    })
      .map(([name, value]) => `${name} = ${value}\n`)
      .join(""),
  );
  // Name, private, unprivileged, chroot, wake-up, processes, command.
  const services = [
    `127.0.0.1:${port} inet n - n - - smtpd`,
    "cleanup unix n - n - 0 cleanup",
    "qmgr unix n - n 300 1 qmgr",
    "tlsmgr unix - - n 1000? 1 tlsmgr",
    "rewrite unix - - n - - trivial-rewrite",
    ...["bounce", "defer", "trace"].map((name) => `${name} unix - - n - 0 bounce`),
    "error unix - - n - - error",
    "virtual unix - n n - - virtual",
    "anvil unix - - n - 1 anvil",
    "postlog unix-dgram n - n - 1 postlogd",
  ];
  writeFileSync(join(folder, "conf/master.cf"), `${services.join("\n")}\n`);
  const child = spawn("/usr/sbin/postfix", ["-c", join(folder, "conf"), "start-fg"], { stdio: "ignore" });
  const gone = new Promise<void>((resolve) => child.on("exit", () => resolve()));
  const log = () => {
    const path = join(folder, "log/mail.log");
    return existsSync(path) ? readFileSync(path, "utf8") : "no log";
  };
  const stop = async () => {
    spawnSync("/usr/sbin/postfix", ["-c", join(folder, "conf"), "stop"]);
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  await vi
    .waitFor(() => expect(log()).toContain("daemon started"), { timeout: 20_000, interval: 100 })
    .catch(async (error) => {
      await stop();
      throw error;
    });
  return {
    url: `smtp://127.0.0.1:${port}`,
    /** The mail with this subject, with the line ends that it was sent with. */
    async mailOf(box: string, subject: string): Promise<Buffer> {
      const inbox = join(folder, "mail", box, "new");
      const find = () =>
        (existsSync(inbox) ? readdirSync(inbox) : [])
          .map((name) => readFileSync(join(inbox, name), "latin1").replace(/\n/g, "\r\n"))
          .find((mail) => mail.includes(`Subject: ${subject}\r\n`));
      await expect.poll(find, { timeout: 20_000, interval: 50, message: log() }).toBeDefined();
      return Buffer.from(find() ?? "", "latin1");
    },
    stop,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
