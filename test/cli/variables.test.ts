import { describe, expect, it } from "vitest";
import type { Dialog } from "../../src/cli/dialog.ts";
import type { Typed } from "../../src/cli/typed.ts";
import { askVariables } from "../../src/cli/variables.ts";
import { templateOf } from "../render/project.ts";

/** A person who answers each question with its default, and remembers what was asked. */
function person() {
  const asked: { question: string; choices: readonly { name: string; value: unknown }[] }[] = [];
  const dialog: Dialog = {
    confirm: async () => false,
    async input(question, { initial = "" } = {}) {
      asked.push({ question, choices: [] });
      return initial;
    },
    async select(question, choices, initial) {
      asked.push({ question, choices });
      return (initial ?? choices[0]?.value)!;
    },
    hidden: async () => "",
    checkbox: async () => [],
    choose: async () => {
      throw new Error("nothing to choose");
    },
  };
  return { dialog, asked };
}
const typed = { keep() {} } as unknown as Typed;

describe("what a template asks of a person", () => {
  const template = templateOf(
    `---\nask:\n  works: { prompt: false }\n  data: { help: Is data affected?, choices: ["no", "yes"], default: "" }\n  region: { choices: [us, eu], default: us }\n---\nx`,
  );

  it("is not what it only takes where it is given", async () => {
    const { dialog, asked } = person();
    expect(await askVariables(await template, {}, dialog, typed)).toEqual({ data: "", region: "us" });
    expect(asked.map(({ question }) => question)).toEqual(["Is data affected?", "region"]);
    expect(await askVariables(await template, { works: "All." }, person().dialog, typed)).toMatchObject({
      works: "All.",
    });
  });

  it("may be left unsaid where silence is the default of a choice", async () => {
    const { dialog, asked } = person();
    await askVariables(await template, {}, dialog, typed);
    expect(asked[0]?.choices.map(({ value }) => value)).toEqual(["", "no", "yes"]);
    expect(asked[1]?.choices.map(({ value }) => value)).toEqual(["us", "eu"]);
  });
});
