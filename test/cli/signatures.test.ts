import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { approvalText, sign, verifySignature } from "../../src/status/signatures.ts";
import { hasKeygen, makeKey, signByHand } from "./keys.ts";

const HASH = "3f9a".repeat(16);
const TEXT = approvalText(HASH);
const NEVER = new AbortController().signal;
const around = { env: { PATH: process.env.PATH }, stopping: NEVER };
const silent = { ...around, terminal: null };

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "status-keys-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function signers(at: string, ...lines: string[]): string {
  const file = join(at, "allowed_signers");
  writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });
  return file;
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "no error",
    (error: { code?: string }) => error.code ?? String(error),
  );

describe.skipIf(!hasKeygen)("a signature", () => {
  it("tells whose key it was made with", async () => {
    const at = folder();
    const [release, legal] = [makeKey(at, "release"), makeKey(at, "legal")];
    const allowed = signers(at, `legal@example.com ${legal.line}`, `release@example.com ${release.line}`);
    const signature = await sign(release.path, TEXT, silent);
    expect(await verifySignature(allowed, signature, TEXT, around)).toEqual(["release@example.com"]);
  });

  it("made by hand as documented is as good", async () => {
    const at = folder();
    const key = makeKey(at, "release");
    const allowed = signers(at, `release@example.com namespaces="status" ${key.line}`);
    const byHand = signByHand(key, `status plan ${HASH}\n`);
    expect(await verifySignature(allowed, byHand, TEXT, around)).toEqual(["release@example.com"]);
  });

  it("names everybody whom the key belongs to", async () => {
    const at = folder();
    const key = makeKey(at, "shared");
    const allowed = signers(at, `a@example.com,b@example.com ${key.line}`);
    expect(await verifySignature(allowed, signByHand(key, TEXT), TEXT, around)).toEqual([
      "a@example.com",
      "b@example.com",
    ]);
  });

  it("is refused on another text, from another key, for another purpose, and cut short", async () => {
    const at = folder();
    const [key, stranger] = [makeKey(at, "release"), makeKey(at, "stranger")];
    const allowed = signers(at, `release@example.com ${key.line}`);
    const verdict = (signature: string, text = TEXT) =>
      codeOf(verifySignature(allowed, signature, text, around));
    const good = signByHand(key, TEXT);
    expect(await verdict(good)).toBe("no error");
    expect(await verdict(good, approvalText("0".repeat(64)))).toBe("SIGNATURE_MISMATCH");
    expect(await verdict(good, TEXT.trim())).toBe("SIGNATURE_MISMATCH");
    expect(await verdict(signByHand(stranger, TEXT))).toBe("SIGNER_UNKNOWN");
    expect(await verdict(signByHand(key, TEXT, "git"))).toBe("SIGNATURE_MISMATCH");
    expect(await verdict(good.slice(0, 150))).toBe("SIGNATURE_BROKEN");
    expect(await verdict(good.replace(/\n.{20}/, "\nAAAAAAAAAAAAAAAAAAAA"))).toBe("SIGNATURE_BROKEN");
    expect(await verdict("")).toBe("SIGNATURE_BROKEN");
    expect(await verdict("trust me")).toBe("SIGNATURE_BROKEN");
  });

  it("is refused from a key whose time has passed or is still to come, or that is for other things", async () => {
    const at = folder();
    const key = makeKey(at, "release");
    const verdict = (options: string) =>
      codeOf(
        verifySignature(
          signers(at, `r@example.com ${options} ${key.line}`),
          signByHand(key, TEXT),
          TEXT,
          around,
        ),
      );
    expect(await verdict('valid-before="20200101"')).toBe("SIGNER_EXPIRED");
    expect(await verdict('valid-after="29990101"')).toBe("SIGNER_EXPIRED");
    expect(await verdict('valid-after="20200101"')).toBe("no error");
    expect(await verdict('namespaces="git"')).toBe("SIGNER_UNKNOWN");
  });

  it("is refused where the key's owner is a pattern: nobody could say who agreed", async () => {
    const at = folder();
    const key = makeKey(at, "release");
    const signature = signByHand(key, TEXT);
    for (const pattern of ["*@example.com", "r?@example.com", "a@example.com,*"])
      expect(
        await codeOf(verifySignature(signers(at, `${pattern} ${key.line}`), signature, TEXT, around)),
      ).toBe("SIGNER_UNNAMED");
  });

  it("is not checked against a file that is missing or that everybody can change", async () => {
    const at = folder();
    const key = makeKey(at, "release");
    const allowed = signers(at, `r@example.com ${key.line}`);
    const verdict = (file: string) => codeOf(verifySignature(file, signByHand(key, TEXT), TEXT, around));
    expect(await verdict(join(at, "none"))).toBe("ALLOWED_SIGNERS_UNREADABLE");
    chmodSync(allowed, 0o666);
    expect(await verdict(allowed)).toBe("ALLOWED_SIGNERS_WRITABLE_BY_ALL");
  });

  it("leaves nothing behind on the disk", async () => {
    const at = folder();
    const key = makeKey(at, "release");
    const allowed = signers(at, `r@example.com ${key.line}`);
    const TMPDIR = join(at, "temporary");
    const there = { ...around, env: { ...around.env, TMPDIR } };
    await verifySignature(allowed, signByHand(key, TEXT), TEXT, there);
    expect(await codeOf(verifySignature(allowed, "trust me", TEXT, there))).toBe("SIGNATURE_BROKEN");
    expect(readdirSync(TMPDIR)).toEqual([]);
  });

  it("cannot be made with a key that has a passphrase, where there is nobody to ask", async () => {
    const at = folder();
    const key = makeKey(at, "locked", "correct horse");
    const made = sign(key.path, TEXT, silent);
    await expect(made).rejects.toThrow(/has a passphrase, which nobody can be asked for/);
    await expect(made).rejects.toMatchObject({
      code: "SIGNING_FAILED",
      hint: expect.stringContaining("ssh-add"),
    });
  });

  it("cannot be made with a key that is not there", async () => {
    await expect(sign(join(folder(), "none"), TEXT, silent)).rejects.toThrow(/No such file/);
  });

  it("is made with the public half where an agent holds the other", async (context) => {
    const at = folder();
    const [key, socket] = [makeKey(at, "release"), join(at, "agent")];
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
    onTestFinished(() => void agent.kill());
    const started = await new Promise<boolean>((resolve) => {
      agent.on("error", () => resolve(false));
      agent.stdout.once("data", () => resolve(true));
    });
    if (!started) return context.skip("this machine has no ssh-agent");
    const env = { ...around.env, SSH_AUTH_SOCK: socket };
    const added = spawn("ssh-add", ["-q", key.path], { env, stdio: "ignore" });
    expect(await new Promise((resolve) => added.on("close", resolve))).toBe(0);
    rmSync(key.path);
    const signature = await sign(`${key.path}.pub`, TEXT, { ...silent, env });
    const allowed = signers(at, `r@example.com ${key.line}`);
    expect(await verifySignature(allowed, signature, TEXT, around)).toEqual(["r@example.com"]);
  });
});

describe("without ssh-keygen", () => {
  it("says which package has it", async () => {
    const at = folder();
    const lacking = { env: { PATH: at }, stopping: NEVER, terminal: null };
    const missing = { code: "SSH_KEYGEN_MISSING", hint: expect.stringContaining("openssh-client") };
    await expect(sign(join(at, "key"), TEXT, lacking)).rejects.toMatchObject(missing);
    await expect(verifySignature(signers(at, ""), "x", TEXT, lacking)).rejects.toMatchObject(missing);
  });
});
