import { describe, expect, it } from "vitest";
import { sayCoverage } from "../../src/cli/coverage.ts";
import { coverageFrom } from "../../src/status/coverage.ts";
import { type Outcome, told } from "../cadence/told.ts";

/** What became of each update on x; the page heard them all. */
const said = (...onX: Outcome[]) =>
  coverageFrom(
    told(
      { x: {}, page: {} },
      onX.map((x, index) => ({ at: index, on: { x } })),
    ).deliveries,
  );

describe("the coverage of an incident", () => {
  it.each<[string, Outcome[], string, number, string]>([
    ["heard the newest update", [0, 0], "sent", 2, "2 of 2 channels"],
    ["was left out of it", [0, "skipped"], "skipped", 2, "1 of 2 channels; left out of update 2: x"],
    ["is silent since before", ["refused", "skipped"], "refused", 1, "1 of 2 channels; silent: x"],
    ["is unknown since before", ["unknown", "skipped"], "unknown", 1, "1 of 2 channels; unknown: x"],
    ["lost its post since", ["missing", "skipped"], "sent", 1, "1 of 2 channels; silent: x"],
    ["was silent before that", ["refused", 0, "skipped"], "refused", 1, "1 of 2 channels; silent: x"],
    [
      "has the older overtaken",
      ["superseded", "skipped"],
      "skipped",
      2,
      "1 of 2 channels; left out of update 2: x",
    ],
    ["heard a newer one since", ["refused", 0], "sent", 2, "2 of 2 channels"],
    ["may have heard the newest", [0, "unknown"], "unknown", 2, "1 of 2 channels; unknown: x"],
    ["is set up no more", [0, "absent"], "skipped", 2, "1 of 2 channels; left out of update 2: x"],
    ["was set up no more when silent", ["refused", "absent"], "refused", 1, "1 of 2 channels; silent: x"],
  ])("tells of a channel that %s", (_, outcomes, state, updateNumber, words) => {
    const coverage = said(...outcomes);
    expect(coverage[0]).toMatchObject({ channel: "x", state, updateNumber });
    expect(coverage[1]).toMatchObject({ channel: "page", state: "sent", updateNumber: outcomes.length });
    expect(sayCoverage(coverage)).toBe(words);
  });
});
