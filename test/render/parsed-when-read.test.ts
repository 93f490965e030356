import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toPlainText } from "../../src/render/formats/plain.ts";
import { compile } from "../../src/render/liquid.ts";
import { loadTemplateSet } from "../../src/render/template.ts";
import { request } from "./facts.ts";
import { failureOf } from "./project.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "status-templates-"));
  await mkdir(join(root, "de"));
  await writeFile(join(root, "t.md"), "Down: {{ title }}");
  await writeFile(join(root, "de", "t.md"), "Gestört: {{ title ");
});
afterEach(() => rm(root, { recursive: true }));

const load = (origin: "projectDirectory" | "bundledDirectory") =>
  loadTemplateSet({
    name: "t",
    projectDirectory: null,
    bundledDirectory: join(root, "none"),
    [origin]: root,
  });

describe("a wording in a language that nobody reads here", () => {
  it("is parsed at once where the project wrote it", async () => {
    await expect(load("projectDirectory")).rejects.toMatchObject({ code: "TEMPLATE_INVALID" });
  });

  it("is parsed when somebody reads it where it came with the program, and complained of as ever", async () => {
    const set = await load("bundledDirectory");
    const { body } = set.render(request({ title: "Shop" }));
    expect(toPlainText(body)).toBe("Down: Shop");
    expect(failureOf(() => set.render(request({}, { locale: "de" })))).toMatchObject({
      code: "TEMPLATE_INVALID",
      message: expect.stringContaining(`${join(root, "de", "t.md")}:1:10`),
    });
  });
});

it("keeps the values of one text apart from those of the next", () => {
  const [one, two] = ["One: {{ title }}", "Two: {{ title }}"].map((text) =>
    compile({ file: "t", line: 1, text }),
  );
  const first = one!.render({ title: "a" });
  const second = two!.render({ title: "b" });
  const again = one!.render({ title: "c" });
  expect([first, second, again].map(({ text, slots }) => slots.split(text))).toEqual([
    ["One: ", { type: "text", text: "a" }],
    ["Two: ", { type: "text", text: "b" }],
    ["One: ", { type: "text", text: "c" }],
  ]);
});
