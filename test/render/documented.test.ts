import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { KINDS } from "../../src/channels/registry.ts";
import { toPlainText } from "../../src/render/formats/plain.ts";
import { listTemplates, loadTemplateSet } from "../../src/render/template.ts";
import { TemplateTime } from "../../src/render/times.ts";
import { variablesOf } from "../../src/render/variables.ts";
import { request } from "./facts.ts";
import { BUNDLED, failureOf, templateOf } from "./project.ts";

const docs = await readFile(new URL("../../docs/templates.md", import.meta.url), "utf8");
const places = { projectDirectory: null, bundledDirectory: BUNDLED };
const names = (await listTemplates(places)).map(({ name }) => name);

/** The table whose first heading is this, as rows of cells. */
function table(heading: string): string[][] {
  const [, after = ""] = docs.split(`\n| ${heading} |`);
  const rows = after.split("\n\n")[0]?.split("\n").slice(2) ?? [];
  return rows.map((row) => row.split(/(?<!\\)\|/).slice(1, -1));
}
const quoted = (text = "") => [...text.matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);

describe("docs/templates.md", () => {
  it("names every bundled template, and no other", () => {
    expect(
      table("template")
        .flatMap(([name]) => quoted(name))
        .sort(),
    ).toEqual(names);
  });

  it("names every variable, and no other", () => {
    const { scope } = variablesOf(request({ endsAt: new Date(), resolvedAt: new Date() }), "t", {});
    const rows = table("variable").map(([name = "", is = ""]) => ({
      name: quoted(name)[0] ?? "",
      is: quoted(is),
    }));
    expect(rows.map(({ name }) => name).sort()).toEqual(Object.keys(scope).sort());
    const said = (name: string) => rows.find((row) => row.name === name)?.is ?? [];
    const [component] = scope.components as readonly object[];
    expect(said("components")).toEqual(expect.arrayContaining(Object.keys(component ?? {})));
    for (const [name, value] of Object.entries(scope)) {
      const plain = value !== null && typeof value === "object" && !Array.isArray(value);
      if (!plain || value instanceof TemplateTime || name === "statusUrl") continue;
      expect(said(name)).toEqual(
        expect.arrayContaining(Object.keys(value).map((field) => `${name}.${field}`)),
      );
    }
    for (const part of Object.keys(scope.now as object)) expect(docs).toContain(`\`.${part}\``);
  });

  it("names lines of front matter that exist, and every option of a value", async () => {
    const known = async (front: string) => {
      const error = await templateOf(`---\n${front}\n---\nx`).catch((fault: unknown) => fault);
      return !/unknown key/.test(String(error));
    };
    for (const [line] of table("line")) expect(await known(`${quoted(line)[0]}: 1`), line).toBe(true);
    for (const [option] of table("of a value"))
      expect(await known(`ask: { x: { ${quoted(option)[0]}: 1 } }`), option).toBe(true);
    const { ask } = await templateOf("---\nask: { x: {} }\n---\nx");
    expect(
      table("of a value")
        .flatMap(([option]) => quoted(option))
        .sort(),
    ).toEqual(Object.keys(ask.x ?? {}).sort());
    expect(await known("nonsense: 1")).toBe(false);
  });

  it("names every value that a bundled template takes", async () => {
    const told = table("`--set`").flatMap(([value]) => quoted(value).map((each) => each.split("=")[0]));
    const sets = await Promise.all(names.map((name) => loadTemplateSet({ ...places, name })));
    const taken = sets.filter(({ name }) => name !== "reminder").flatMap(({ ask }) => Object.keys(ask));
    expect([...new Set(told)].sort()).toEqual([...new Set(taken)].sort());
  });

  it("names every kind of channel that a file may be for", () => {
    const [, kinds = ""] = /a kind of channel \(([^)]+)\)/.exec(docs) ?? [];
    expect(quoted(kinds).sort()).toEqual(Object.keys(KINDS).sort());
  });

  it("has an example that works, for customers and for colleagues", async () => {
    const [, example = ""] = /```markdown\n(.*?)```/s.exec(docs) ?? [];
    const set = await templateOf({ "identified.md": example }, "identified");
    const facts = { set: { cause: "A forgotten certificate.", works: "Browsing." }, internal: "Call 5." };
    const said = (more: Parameters<typeof request>[1]) =>
      toPlainText(set.render(request(facts, { channel: "ops", ...more })).body);
    expect(said({})).toBe(
      "We know why, and are repairing it.\n\nAffected: Storefront (major outage), Kindle downloads (partial outage)\n\nWhere: Europe\n\nWhat still works: Browsing.\n\nSince: 09:40 PDT (16:40 UTC)\n\nNext update: 10:10 PDT (17:10 UTC), or sooner if we know more.",
    );
    expect(said({ audience: "internal" })).toContain("Cause: A forgotten certificate.\n\nCall 5.");
    const careless = example.replaceAll('audience == "internal"', "true");
    const leaky = await templateOf({ "identified.md": careless }, "identified");
    expect(failureOf(() => leaky.render(request(facts)))).toMatchObject({ code: "TEMPLATE_LEAKS" });
  });
});
