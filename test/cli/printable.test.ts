import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { indented, oneLine, printable } from "../../src/base/printable.ts";
import { commandsIn } from "../support/runner.ts";

const piece = fc.constantFrom(
  ...["::error::x", "::add-mask::e", "##[error]x", "##[add-mask]e", "::", ":", " ", "\t", "\n", "\r"],
  ...["\u00a0", "\u200b", "\ufeff", "\u00ad", "\u2028", "word", "::stop-commands::t", "#", "##["],
);
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));

describe("text from anywhere", () => {
  it("is no command to a runner that looks past white space, wherever it stands", () => {
    fc.assert(
      fc.property(text, (words) => {
        for (const shown of [
          printable(words),
          `    ${oneLine(words)}`,
          `word ${oneLine(words)}`,
          indented(words, "   "),
          indented(words, "   ", 32),
        ])
          expect(commandsIn(shown), JSON.stringify(shown)).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it("is otherwise as it was", () => {
    expect(oneLine("Fault in std::vector: 12:30, [::1]")).toBe("Fault in std::vector: 12:30, [::1]");
    expect(printable("  ::error::x")).toBe("  : :error::x");
  });
});
