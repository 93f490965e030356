import { expect } from "vitest";
import type { Ground } from "../ground.ts";
import { BLINDING, type Fact, NEVER, type Scene } from "../scene.ts";

/** Proving the settings without publishing. */
export function checkCases<Where extends Ground>(fact: Fact, scene: Scene<Where>): void {
  const { connect, heard, silentAbout, provoked, conformance } = scene;

  fact("finds nothing to fail in healthy settings, and publishes nothing", async () => {
    const before = heard();
    const findings = await connect().check(NEVER);
    expect(findings.filter(({ level }) => level === "fail")).toEqual([]);
    expect(findings.length).toBeGreaterThan(0);
    expect(heard()).toBe(before);
    silentAbout(findings);
  });

  fact("fails with a hint where the settings are wrong", async () => {
    const failed = (await connect(conformance.wrong).check(NEVER)).filter(({ level }) => level === "fail");
    expect(failed.length).toBeGreaterThan(0);
    for (const { hint } of failed) expect(hint ?? "").not.toBe("");
  });

  fact("fails with a hint, and never throws, where the vendor cannot be asked", async () => {
    for (const trouble of BLINDING.filter((name) => scene.ground.provocations[name] !== undefined))
      await provoked(trouble, async (channel) => {
        const findings = await channel.check(NEVER);
        silentAbout(findings);
        const failed = findings.filter(({ level }) => level === "fail");
        // A mail server is asked for no more than the login.
        if (scene.ground.proxy === null && failed.length === 0) return;
        expect({ trouble, hints: failed.map(({ hint }) => hint) }).toEqual({
          trouble,
          hints: failed.map(() => expect.stringMatching(/./)),
        });
        expect({ trouble, failed: failed.length > 0 }).toEqual({ trouble, failed: true });
      });
  });
}
