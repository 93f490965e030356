import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { canPrompt } from "../../src/cli/dialog.ts";
import type { Surroundings } from "../../src/cli/surroundings.ts";

/** A terminal, or the like, that tells whether standard input was looked at. */
function terminal(isTerminal: boolean, env: NodeJS.ProcessEnv = {}) {
  const looked = { at: false };
  const surroundings = {
    stderr: { write: () => {}, isTerminal, columns: 80 },
    env,
    get stdin() {
      looked.at = true;
      return Object.assign(new Readable(), { isTTY: true });
    },
  } as unknown as Surroundings;
  return { surroundings, looked };
}

describe("a question", () => {
  it("may be asked of a person at a terminal", () => {
    expect(canPrompt(terminal(true).surroundings, {})).toBe(true);
  });

  it.each([
    ["with --json", true, {}, { json: true }],
    ["with --yes", true, {}, { yes: true }],
    ["in CI", true, { CI: "true" }, {}],
    ["without a terminal to ask on", false, {}, {}],
  ])("is not asked, and standard input not looked at, %s", (_, isTerminal, env, flags) => {
    const { surroundings, looked } = terminal(isTerminal, env);
    expect(canPrompt(surroundings, flags)).toBe(false);
    expect(looked.at).toBe(false);
  });
});
