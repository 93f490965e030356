import { expect } from "vitest";
import type { Ground } from "../ground.ts";
import type { Settings } from "../provocations.ts";
import type { Fact, Scene } from "../scene.ts";

/** What is written into a configuration. */
export function settingsCases<Where extends Ground>(fact: Fact, scene: Scene<Where>): void {
  const { kind } = scene;

  fact("are taken as they stand, and refused with an unknown key or a key misspelt", async () => {
    const accepts = (settings: Settings) => kind.settings.safeParse(settings).success;
    expect(accepts(scene.ground.settings)).toBe(true);
    expect(accepts({ ...scene.ground.settings, colour: "red" })).toBe(false);
    for (const [name, value] of Object.entries(scene.ground.settings)) {
      const { [name]: _, ...others } = scene.ground.settings;
      expect(accepts({ ...others, [`${name}x`]: value })).toBe(false);
    }
  });

  fact("are refused without a secret that the kind names", async () => {
    // A secret that the healthy settings do without is one that only some settings need.
    for (const name of kind.secrets.filter((secret) => secret in scene.ground.settings)) {
      const { [name]: _, ...others } = scene.ground.settings;
      expect(kind.settings.safeParse(others).success).toBe(false);
      expect(kind.settings.safeParse({ ...others, [name]: { cmd: ["pass", "show", "x"] } }).success).toBe(
        true,
      );
    }
  });
}
