import { afterEach } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { type SandboxOptions, startSandbox } from "../../src/sandbox/sandbox.ts";
import type { Imitation, Sandbox } from "../../src/sandbox/world.ts";

export const START = new Date("2026-06-29T17:00:00.000Z");

export interface Arena {
  readonly sandbox: Sandbox;
  readonly clock: ScriptedClock;
  /** A setting of a channel, as text. */
  setting(imitation: Imitation, name: string): string;
}

const open: Sandbox[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
});

/** A sandbox on a clock that stands still, closed after the test. */
export async function enter(options: Omit<SandboxOptions, "clock"> = {}): Promise<Arena> {
  const clock = new ScriptedClock(START);
  const sandbox = await startSandbox({ clock, ...options });
  open.push(sandbox);
  return {
    sandbox,
    clock,
    setting: (imitation, name) => String(sandbox.channels[imitation][name]),
  };
}
