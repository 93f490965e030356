import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const DIST = new URL("../../dist/", import.meta.url);

it("leave it to Node to import what is not theirs: code that was kept knows of no import", () => {
  const importing = readdirSync(DIST).filter(
    (name) => name.endsWith(".cjs") && /[^\w.]import\(/.test(readFileSync(new URL(name, DIST), "utf8")),
  );
  // cosmiconfig can read programs, and is never asked to.
  const asked = importing.filter((name) => !readFileSync(new URL(name, DIST), "utf8").includes("loadJsSync"));
  expect(asked).toEqual(["import-module.cjs"]);
});
