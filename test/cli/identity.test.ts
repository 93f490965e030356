import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { identityOf } from "../../src/status/identity.ts";

const AUTHOR = "user@host";

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "status-identity-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/** Somebody whose configuration lies in `folder`. */
function whoIs(
  folder: string,
  env: NodeJS.ProcessEnv = {},
  drill: { marked: boolean } | null = null,
): Promise<string> {
  const all = { PATH: process.env.PATH, HOME: folder, GIT_CONFIG_NOSYSTEM: "1", ...env };
  return identityOf({ author: AUTHOR, config: { folder }, surroundings: { env: all, drill } });
}

function setAddress(home: string, address: string): void {
  writeFileSync(join(home, ".gitconfig"), `[user]\n\temail = "${address}"\n`);
}

describe("who is at the keyboard", () => {
  it("is the address that git knows", async () => {
    const home = folder();
    setAddress(home, "commander@example.com");
    expect(await whoIs(home)).toBe("commander@example.com");
  });

  it("is the address of the folder that holds the configuration, before that of the person", async () => {
    const home = folder();
    setAddress(home, "home@example.com");
    const project = join(home, "project");
    mkdirSync(project);
    execFileSync("git", ["init", "-q", project]);
    execFileSync("git", ["-C", project, "config", "user.email", "work@example.com"]);
    expect(await whoIs(project, { HOME: home })).toBe("work@example.com");
  });

  it("is user@host where git knows none, or is not there", async () => {
    const home = folder();
    expect(await whoIs(home)).toBe(AUTHOR);
    setAddress(home, "commander@example.com");
    expect(await whoIs(home, { PATH: home })).toBe(AUTHOR);
  });

  it("is user@host where git fails", async () => {
    const home = folder();
    setAddress(home, "commander@example.com");
    writeFileSync(join(home, "git"), "#!/bin/sh\nexit 3\n");
    chmodSync(join(home, "git"), 0o755);
    expect(await whoIs(home, { PATH: home })).toBe(AUTHOR);
  });

  it("is no address that looks like another on a screen", async () => {
    const home = folder();
    for (const address of [
      "release@example.com\\nApproved",
      "rel\u0435ase@example.com",
      "a\u001b[2Kb@example.com",
      "",
    ]) {
      setAddress(home, address);
      expect(await whoIs(home)).toBe(AUTHOR);
    }
  });

  it("is user@host in a drill", async () => {
    const home = folder();
    setAddress(home, "commander@example.com");
    expect(await whoIs(home, {}, { marked: true })).toBe(AUTHOR);
  });
});
