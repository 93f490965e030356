import { describe, expect, it } from "vitest";
import { exitWord, readStep } from "../../src/github/inputs.ts";
import { ACTION } from "../support/runner.ts";

const step = (inputs: Record<string, string>) =>
  readStep(
    Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    ) as NodeJS.ProcessEnv,
  );
const fault = (inputs: Record<string, string>) => {
  try {
    return JSON.stringify(step(inputs));
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe("a step's inputs", () => {
  it("become an array for the command line, lists one value a line", () => {
    expect(
      step({
        command: " maintenance  start ",
        incident: "deploy-7",
        component: "checkout\n\n  storefront=major_outage\n",
        set: "version=4.2\ntodo=Nothing",
        key: "k",
        "dry-run": "true",
        flags: "--started-at=10m ago\n--long",
      }).argv,
    ).toEqual([
      ...["maintenance", "start", "--key=k", "--component=checkout", "--component=storefront=major_outage"],
      ...["--set=version=4.2", "--set=todo=Nothing", "--dry-run", "--started-at=10m ago", "--long"],
      ...["--yes", "--json", "--", "deploy-7"],
    ]);
  });

  it("stay values, whatever they look like", () => {
    const hostile = "--yes\n--config=/etc/passwd $(touch x) `id` ; ::error::";
    expect(step({ command: "announce", title: hostile, message: "-", key: "--new" }).argv).toEqual([
      ...["announce", `--title=${hostile}`, "--key=--new", "--message=\\-", "--yes", "--json"],
    ]);
    expect(step({ command: "update", incident: "--config=x" }).argv.slice(-2)).toEqual(["--", "--config=x"]);
  });

  it("are refused where they would mean anything, or nothing", () => {
    expect(fault({})).toBe("INPUT_NEEDED");
    expect(fault({ command: "anounce" })).toBe("INPUT_COMMAND");
    expect(fault({ command: "drill" })).toBe("INPUT_COMMAND");
    for (const command of ["update", "resolve", "correct", "retract", "maintenance complete"])
      expect(fault({ command, incident: "" })).toBe("INPUT_NEEDED");
    expect(fault({ command: "announce", incident: "deploy-7" })).toBe("INPUT_MISFIT");
    expect(fault({ command: "due", flags: "rm -rf /" })).toBe("INPUT_FLAGS");
    expect(fault({ command: "due", flags: "-y" })).toBe("INPUT_FLAGS");
    expect(fault({ command: "due", "dry-run": "maybe" })).toBe("INPUT_UNREADABLE");
    expect(fault({ command: "due", "fail-on": "somtimes" })).toBe("INPUT_FAIL_ON");
  });

  it("say which endings fail the step", () => {
    const codes = (words: string) =>
      [...step({ command: "due", "fail-on": words }).failsOn].sort((a, b) => a - b);
    expect(codes("any")).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 130]);
    expect(codes("none")).toEqual([]);
    expect(codes("usage, setup\nunknown 5")).toEqual([2, 3, 5, 7]);
    expect([0, 5, 7, 130].map(exitWord)).toEqual(["ok", "partial", "unknown", "interrupted"]);
  });

  it("are all in action.yml, and have no default that says anything", () => {
    expect(ACTION.runs).toEqual({ using: "node24", main: "bin/github-action.js" });
    const defaults = Object.entries(ACTION.inputs).map(([name, input]) => [name, input.default ?? ""]);
    expect(step({ ...Object.fromEntries(defaults), command: "due" }).argv).toEqual(["due", "--json"]);
    expect(Object.keys(ACTION.inputs)).toHaveLength(19);
  });
});
