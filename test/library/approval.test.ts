import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasKeygen, makeKey } from "../cli/keys.ts";
import { type Stage, setStage } from "../support/stage.ts";
import { CHECKOUT, codeOf, open } from "./open.ts";

/** A template's own words need nobody's agreement. */
const OWN = { ...CHECKOUT, message: "Orders cannot be placed. Browsing works." };

/** Somebody with a git configuration of their own. */
function as(stage: Stage, who: string) {
  const home = join(stage.folder, who);
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, ".gitconfig"), `[user]\n\temail = ${who}@example.com\n`);
  return open(stage, { env: { HOME: home, PATH: process.env.PATH } });
}

describe("approve()", () => {
  it("lets somebody else's plan be said, and gives what the command prints with --json", async () => {
    const stage = await setStage((config) => {
      config.approval = { rules: [{ audience: "public", needs: 1 }] };
    });
    const [author, release] = [await as(stage, "author"), await as(stage, "release")];
    const hash = (await author.preview.announce(OWN)).plan!.hash;
    expect(await codeOf(author.say(hash))).toBe("APPROVAL_NEEDED");
    expect(await codeOf(author.approve(hash))).toBe("OWN_PLAN");
    expect(await codeOf(author.say(hash))).toBe("APPROVAL_NEEDED");
    const approved = await release.approve(hash.slice(0, 8));
    expect(approved).toMatchObject({
      outcome: "approved",
      approval: { by: ["release@example.com"], missing: 0 },
    });
    expect(stage.heard().x).toBe(0);
    const env = { HOME: join(stage.folder, "release"), PATH: process.env.PATH };
    const typed = await stage.run(["approve", hash, "--yes", "--json"], { env });
    expect(JSON.stringify(await release.approve(hash))).toBe(typed.stdout.trim());
    expect((await author.say(hash)).outcome).toBe("delivered");
    expect(await codeOf(release.approve(hash))).toBe("PLAN_SAID");
    expect(await codeOf(release.approve(undefined as unknown as string))).toBe("OPTION_UNREADABLE");
  });

  it.runIf(hasKeygen)("signs with a key where only a signature counts", async () => {
    const stage = await setStage((config) => {
      config.approval = {
        allowedSigners: "./allowed_signers",
        rules: [{ signed: true }],
      };
    });
    const key = makeKey(stage.folder, "key");
    writeFileSync(join(stage.folder, "allowed_signers"), `legal@example.com ${key.line}\n`);
    const [author, legal] = [await as(stage, "author"), await as(stage, "legal")];
    const hash = (await author.preview.announce(OWN)).plan!.hash;
    expect(await codeOf(legal.approve(hash))).toBe("SIGNATURE_NEEDED");
    expect(await codeOf(legal.approve(hash, { signature: "none" }))).not.toBe("SIGNATURE_NEEDED");
    const twice = legal.approve(hash, { sign: key.path, signature: "none" });
    expect(await codeOf(twice)).toBe("SIGNATURE_TWICE");
    expect(await codeOf(author.say(hash))).toBe("APPROVAL_NEEDED");
    expect((await legal.approve(hash, { sign: key.path })).outcome).toBe("approved");
    expect((await author.say(hash)).outcome).toBe("delivered");
  });
});
