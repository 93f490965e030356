import { describe, expect, it } from "vitest";
import { commandLine } from "../../src/cli/draft.ts";
import { ANNOUNCE, setStage } from "../support/stage.ts";

const ops = () =>
  setStage((config) => {
    config.channels = { ops: config.channels.ops! };
  });

describe("an option that takes a value", () => {
  it.each([
    [["announce", "--title", "--yes"], "--title needs a value, and --yes is a flag."],
    [["announce", "--yes", "--title", "-y"], "--title needs a value, and -y is a flag."],
    [["announce", "--yes", "--title", "--key=4711"], "--title needs a value, and --key is a flag."],
    [
      ["announce", "--yes", "--title", "Checkout is failing", "--message", "--no-verify"],
      "--message needs a value, and --no-verify is a flag.",
    ],
    [
      ["announce", "--title", "Checkout is failing", "--component", "--yes"],
      "--component needs a value, and --yes is a flag.",
    ],
    [["resolve", "x", "--yes", "--message", "--plain"], "--message needs a value, and --plain is a flag."],
    [["maintenance", "schedule", "--title", "--yes"], "--title needs a value, and --yes is a flag."],
    [["--config", "--plain", "list"], "--config needs a value, and --plain is a flag."],
    [["preview", "announce", "--title", "--plain"], "--title needs a value, and --plain is a flag."],
    [["report", "--since", "--help"], "--since needs a value, and --help is a flag."],
  ])("does not take a flag for it: %j", async (argv, message) => {
    const stage = await ops();
    const ran = await stage.run(argv);
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).toContain("[USAGE]");
    expect(ran.code).toBe(2);
    expect(stage.heard().slack).toBe(0);
  });

  it("says what to type, as a document as well", async () => {
    const ran = await (await ops()).run(["resolve", "--json", "--message", "--yes"]);
    expect(ran.json().error).toMatchObject({
      code: "USAGE",
      hint: 'Type --message MARKDOWN, a variable in quotes: --message "$VARIABLE". To say --yes itself: --message=--yes',
    });
  });

  it.each(["-5", "- item", "--", "-", "--yesterday", "--plain text"])("takes %j", async (words) => {
    const stage = await ops();
    const { code, stderr } = await stage.run([...ANNOUNCE, "--message", words], { input: "piped" });
    expect(code, stderr).toBe(0);
    expect(stage.heard().slack).toBe(1);
  });

  it("takes a flag behind = as it is", async () => {
    const stage = await ops();
    const ran = await stage.run([...ANNOUNCE, "--message=--plain", "--json"]);
    expect(ran.code).toBe(0);
    expect(ran.json().deliveries[0]!.text).toContain("--plain");
  });

  it("stands behind = in a draft where it looks like a flag", () => {
    expect(commandLine("update", null, { title: "--yes" }, "Words")).toBe(
      "status update --title=--yes --message Words",
    );
  });
});
