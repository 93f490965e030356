import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import type { ListPayload } from "../../src/channels/email/compose-list.ts";
import { readDkim, signMail } from "../../src/channels/email/dkim.ts";
import { prepareLetter } from "../../src/channels/email/letter.ts";
import { judgeDkim } from "./dkim-judge.ts";
import { connectList, contextOf, messageOf, NOBODY, never, postOf, recipientOf } from "./mailing-ground.ts";
import { startListServer } from "./mailing-server.ts";
import { startScript } from "./scripted-smtp.ts";

const PLACE = { domain: "example.com", selector: "status1" };
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ed25519 = generateKeyPairSync("ed25519");

describe("a signature", () => {
  it.each([
    ["RSA", rsa],
    ["Ed25519", ed25519],
  ])("with %s holds for every mail of a mailing", async (_, { privateKey, publicKey }) => {
    const words = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("two  spaces\tand tabs ", "end  \n\n\n"),
    );
    await fc.assert(
      fc.asyncProperty(words, words, fc.option(words), async (said, name, link) => {
        const signer = readDkim(PLACE, pem(privateKey));
        const payload = postOf(connectList(), messageOf(said)).payload as ListPayload;
        const root = { remoteId: "r@example.com", url: null, extra: { key: "k" } };
        const letter = await prepareLetter(payload, { root, previous: null }, signer);
        const unsubscribe = link === null ? null : `https://example.com/?${new URLSearchParams({ link })}`;
        const mail = await letter.write(recipientOf("a@example.com", { name, unsubscribe }));
        expect(judgeDkim(mail, publicKey).fault).toBeNull();
      }),
      { numRuns: 40 },
    );
  });

  it("covers who speaks, to whom, what, when, the thread and both headers of one-click unsubscription", async () => {
    const { signed } = judgeDkim(await mailingMail(), rsa.publicKey);
    expect(signed).toEqual(
      expect.arrayContaining([
        ...["from", "to", "subject", "date", "message-id", "in-reply-to", "references", "mime-version"],
        ...["content-type", "auto-submitted", "list-unsubscribe", "list-unsubscribe-post"],
      ]),
    );
  });

  it("breaks with one changed byte, in the head and in the body", async () => {
    const mail = (await mailingMail()).toString("latin1");
    const fault = (changed: string) => judgeDkim(Buffer.from(changed, "latin1"), rsa.publicKey).fault;
    expect(fault(mail)).toBeNull();
    expect(fault(mail.replace("To: a@", "To: b@"))).toMatch(/headers/);
    expect(fault(mail.replace("https://example.com/u", "https://example.com/v"))).toMatch(/headers/);
    expect(fault(mail.replace("We look", "We took"))).toMatch(/body/);
    expect(
      judgeDkim(Buffer.from(mail, "latin1"), generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey)
        .fault,
    ).toMatch(/key/);
  });

  it("holds for a mail that is made alone, whatever white space and empty lines end it", async () => {
    for (const end of ["", "\r\n", "text", "text \t \r\n\r\n \r\n", "  a  b\r\n"]) {
      const mail = Buffer.from(`From: a@example.com\r\nSubject: x\r\n  folded\r\n\r\n${end}`);
      const signed = await signMail(mail, readDkim(PLACE, pem(ed25519.privateKey)));
      expect(judgeDkim(signed, ed25519.publicKey), JSON.stringify(end)).toMatchObject({ fault: null });
    }
  });

  it("stands on what a channel with single addresses sends", async () => {
    const server = await startListServer();
    const channel = connectList({
      ...{ smtp: server.url, recipients: undefined, to: ["Ann <a@example.com>"] },
      ...{ dkim: PLACE, dkimKey: pem(rsa.privateKey).reveal(), unsubscribe: "https://example.com/u" },
    });
    await channel.publish(postOf(channel, messageOf("Jörg  \r.\n..")), NOBODY, never());
    server.close();
    const { fault, signed } = judgeDkim(server.mails[0]?.raw ?? Buffer.alloc(0), rsa.publicKey);
    expect(fault).toBeNull();
    expect(signed).toContain("list-unsubscribe-post");
  });

  it("takes a key that stands in one line, as in an environment file", () => {
    const line = rsa.privateKey.export({ type: "pkcs8", format: "pem" }).toString().replaceAll("\n", "\\n");
    const { key } = readDkim(PLACE, new Secret(line));
    expect(createPublicKey(key).equals(rsa.publicKey)).toBe(true);
  });
});

describe("a key that cannot sign", () => {
  const bad: readonly (readonly [string, Secret])[] = [
    ["is not a private key", new Secret("open sesame")],
    ["is not a private key", new Secret(rsa.publicKey.export({ type: "spki", format: "pem" }).toString())],
    ["has 512 bits", pem(generateKeyPairSync("rsa", { modulusLength: 512 }).privateKey)],
    ["is of the sort ec", pem(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey)],
  ];

  it("is named before anything is sent, and not shown: by the check, on a list and on a single address", async () => {
    const server = await startScript({});
    for (const [fault, key] of bad) {
      const settings = { smtp: server.url, dkim: PLACE, dkimKey: key.reveal() };
      const refusal = {
        fate: "refused",
        code: "MAIL_DKIM_KEY_INVALID",
        message: expect.stringContaining(fault),
      };
      const list = connectList(settings);
      const post = postOf(list);
      await expect(list.mailing?.open(post, NOBODY, never())).rejects.toMatchObject(refusal);
      const single = connectList({ ...settings, recipients: undefined, to: ["a@example.com"] });
      const attempt = single.publish(postOf(single), NOBODY, never());
      await expect(attempt).rejects.toMatchObject(refusal);
      const findings = await single.check(never());
      expect(findings).toMatchObject([{ name: "signature", level: "fail" }]);
      expect(inspect(findings)).not.toContain("sesame");
    }
    server.close();
    expect(server.connections).toBe(0);
  });
});

function pem(key: KeyObject): Secret {
  return new Secret(key.export({ type: "pkcs8", format: "pem" }).toString());
}

async function mailingMail(): Promise<Buffer> {
  const channel = connectList({ unsubscribe: "https://example.com/u" });
  const payload = postOf(channel, messageOf(), contextOf()).payload as ListPayload;
  const receipt = { remoteId: "r@example.com", url: null, extra: { key: "root" } };
  const letter = await prepareLetter(
    payload,
    { root: receipt, previous: receipt },
    readDkim(PLACE, pem(rsa.privateKey)),
  );
  return letter.write(recipientOf("a@example.com"));
}
