import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DEFAULT_CADENCE } from "../../src/cadence/policy.ts";
import { styleFor } from "../../src/cli/output/style.ts";
import { viewLines } from "../../src/cli/watch/view.ts";
import { ANNOUNCE, NOW, type Stage, setStage } from "../support/stage.ts";

const DAY = 86_400_000;
const ID = "2026-11-22-checkout-is-failing";

interface Told {
  id: string;
  incident: string | null;
  [field: string]: unknown;
}

/** Nobody but the page hears anything here. */
const onlyPage = (change: Parameters<typeof setStage>[0] = () => {}) =>
  setStage((config) => {
    config.channels = { page: config.channels.page! };
    change(config);
  });

async function ended(change?: Parameters<typeof setStage>[0]): Promise<Stage> {
  const stage = await onlyPage(change);
  expect(await stage.run([...ANNOUNCE, "--no-verify"])).toMatchObject({ code: 0 });
  expect(await stage.run(["resolve", "--yes", "--no-verify"])).toMatchObject({ code: 0 });
  return stage;
}

async function add(stage: Stage, text: string, ...more: string[]): Promise<Told> {
  const ran = await stage.run(["action", "add", text, ...more, "--json"]);
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  return ran.json().action as Told;
}

const list = async (stage: Stage, ...more: string[]) =>
  (await stage.run(["action", "list", ...more, "--json"])).json().actions as Told[];
const shown = (stage: Stage, path = "index.html") => readFileSync(join(stage.folder, "public", path), "utf8");

describe("an action", () => {
  it("is carried out by one of two who say so at once, and the other is told", async () => {
    const stage = await ended();
    const { id } = await add(stage, "Run the tests");
    const ran = await Promise.all([1, 2, 3].map(() => stage.run(["action", "done", id])));
    expect(ran.map(({ code }) => code)).toEqual([0, 0, 0]);
    const said = ran.map(({ stdout }) => stdout.split("\n")[0]).sort();
    expect(said.slice(0, 1)).toEqual(["Carried out."]);
    expect(new Set(said.slice(1))).toEqual(new Set(["It was carried out 22 Nov 2026 19:10 PST."]));
    const { stdout } = await stage.run(["log", "--json"]);
    expect(stdout.match(/carried-out/g)).toHaveLength(1);
  });

  it("is promised after the newest incident that has ended, with an id to type", async () => {
    const stage = await ended();
    const action = await add(stage, "Run the tests", "--owner", "ops@example.com", "--due", "2026-12-01");
    expect(action).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{6}$/),
      ...{ incident: ID, text: "Run the tests", owner: "ops@example.com", public: false, overdue: false },
      // The end of that day in Los Angeles.
      ...{ dueAt: "2026-12-02T07:59:00.000Z", addedAt: "2026-11-23T03:10:00.000Z", doneAt: null },
    });
    expect(await list(stage)).toEqual([action]);
    const { stdout } = await stage.run(["action", "list"]);
    expect(stdout).toContain(`${action.id}  Run the tests`);
    const other = await stage.run(["action", "add", "Write more of them"]);
    expect(other.stdout).toContain("no owner");
    const [id = ""] = /^[0-9a-f]{6}/m.exec(other.stdout) ?? [];
    expect(other.stdout).toMatch(new RegExp(`To say that it is done: status action done ${id}\\n$`));
    await stage.run(["action", "drop", id]);
    expect(stdout).toContain("due 1 Dec 2026 23:59 PST (in 9 d 4 h) · ops@example.com · internal");
  });

  it("is carried out by the beginning of its id, once", async () => {
    const stage = await ended();
    const { id } = await add(stage, "Run the tests");
    await add(stage, "Write more of them");
    const done = await stage.run(["action", "done", id.slice(0, 5)]);
    expect(done.stdout).toContain("Carried out.");
    expect(done.stdout).not.toContain("To say");
    expect((await stage.run(["action", "done", id])).stdout).toContain("It was carried out");
    expect(await list(stage)).toHaveLength(1);
    expect((await list(stage, "--all")).at(-1)).toMatchObject({ id, doneAt: "2026-11-23T03:10:00.000Z" });
    const { stdout } = await stage.run(["action", "done"]);
    expect(stdout).toContain("Write more of them");
    expect((await stage.run(["action", "list"])).stdout).toContain(
      "Everything that was promised is carried out",
    );
  });

  it("follows from no incident where none has ended", async () => {
    const stage = await onlyPage();
    expect(await add(stage, "One place to report trouble", "--due", "in 14d")).toMatchObject({
      ...{ incident: null, dueAt: "2026-12-07T03:10:00.000Z" },
    });
  });

  it("refuses what cannot be meant", async () => {
    const stage = await ended();
    for (const [argv, code] of [
      [["add"], "ACTION_TEXT"],
      [["add", " \u0007 "], "ACTION_TEXT"],
      [["add", "x".repeat(301)], "ACTION_TEXT"],
      [["add", "Tests", "--due", "14"], "DUE_UNREADABLE"],
      [["add", "Tests", "--due", "2026-02-30"], "DUE_UNREADABLE"],
      [["add", "Tests", "--due", "2026-11-21"], "DUE_PAST"],
      [["add", "Tests", "--owner", ""], "VALUE_EMPTY"],
      [["add", "Tests", "--incident", ""], "VALUE_EMPTY"],
      [["done", "ffffff"], "ACTION_UNKNOWN"],
      [["done"], "ACTION_NEEDED"],
      [["list", ""], "VALUE_EMPTY"],
    ] as const) {
      const ran = await stage.run(["action", ...argv]);
      expect(ran.code, argv.join(" ")).toBe(2);
      expect(ran.stderr, argv.join(" ")).toContain(`[${code}]`);
    }
    expect(await list(stage)).toEqual([]);
  });

  it("that was promised in public is not dropped without a reason", async () => {
    const stage = await ended();
    const { id } = await add(stage, "Run the tests", "--public");
    expect((await stage.run(["action", "drop", id])).stderr).toContain("[REASON_NEEDED]");
    const dropped = await stage.run(["action", "drop", id, "--reason", "There are none."]);
    expect(dropped).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Dropped: ${id}  Run the tests\n`),
    });
    expect(dropped.stdout).not.toMatch(/due|no day|owner|public ·/);
    expect(await list(stage, "--all")).toEqual([]);
    expect(shown(stage)).not.toContain("Run the tests");
  });

  it("leaves each change in the record of who did what", async () => {
    const stage = await ended();
    const { id } = await add(stage, "Run the tests");
    await stage.run(["action", "done", id, "--reason", "They run every night."]);
    const other = await add(stage, "Write more");
    await stage.run(["action", "drop", other.id]);
    const entries = (await stage.run(["log", ID, "--json"])).stdout;
    for (const act of ["promised", "carried-out", "dropped"]) expect(entries).toContain(`"${act}"`);
    expect(entries).toContain("They run every night.");
    expect(entries).toContain(id);
  });
});

describe("a public action", () => {
  it("stands on the page until it is carried out, and on its incident's page afterwards too", async () => {
    const stage = await ended();
    const ran = await stage.run([
      "action",
      "add",
      "Run the tests",
      "--public",
      "--owner",
      "boss@example.com",
    ]);
    expect(ran.stdout).toContain("The status page is rewritten: page");
    expect(shown(stage)).toContain("Run the tests");
    expect(shown(stage, `incidents/${ID}.html`)).toContain("Run the tests");
    for (const path of ["index.html", `incidents/${ID}.html`, "status.json"])
      expect(shown(stage, path)).not.toContain("boss@example.com");
    await stage.run(["action", "done"]);
    expect(shown(stage)).not.toContain("Run the tests");
    expect(shown(stage, `incidents/${ID}.html`)).toContain("Carried out");
  });

  it("is the only sort that customers see", async () => {
    const stage = await ended();
    await add(stage, "Rotate the keys", "--due", "14d");
    await stage.run(["page", "build"]);
    for (const path of ["index.html", `incidents/${ID}.html`, "status.json"])
      expect(shown(stage, path)).not.toContain("Rotate the keys");
  });

  it("of an incident that the page does not tell of stays off the page", async () => {
    const stage = await setStage((config) => {
      config.channels = { page: config.channels.page!, ops: config.channels.ops! };
    });
    await stage.run([...ANNOUNCE, "--no-verify", "--only", "ops"]);
    await stage.run(["resolve", "--yes", "--no-verify", "--only", "ops"]);
    expect(await add(stage, "Mend the secret door", "--public")).toMatchObject({ incident: ID });
    expect(shown(stage)).not.toContain("secret door");
    expect(shown(stage, "status.json")).not.toContain("secret door");
  });

  it("is no less promised where the page cannot be written", async () => {
    const stage = await ended();
    stage.configure((config) => {
      config.channels.page = { ...config.channels.page, directory: "./.statusrc" };
    });
    const ran = await stage.run(["action", "add", "Run the tests", "--public"]);
    expect(ran.code).toBe(5);
    expect(ran.stderr).toContain("status page build page");
    expect(await list(stage)).toHaveLength(1);
  });

  it("is text, whatever it looks like", async () => {
    const stage = await ended();
    const hostile = "<script>alert(1)</script> \u001b[31m ::error:: --> *x*\nsecond";
    expect(await add(stage, hostile, "--public", "--owner", hostile)).toMatchObject({
      text: "<script>alert(1)</script> [31m ::error:: --> *x* second",
    });
    expect(shown(stage)).not.toContain("<script>alert(1)");
    const { stdout } = await stage.run(["action", "list"]);
    expect(stdout).not.toContain("\u001b");
    expect(stdout).not.toMatch(/^::error/m);
    await stage.run(["postmortem", "draft"]);
    const document = readFileSync(join(stage.folder, "postmortems", `${ID}.md`), "utf8");
    expect(document).toContain("\\<script\\>alert(1)\\</script\\> \\[31m ::error:: --\\> \\*x\\* second");
  });
});

describe("an overdue action", () => {
  it("is a debt", async () => {
    const stage = await ended();
    const { id } = await add(stage, "Run the tests", "--due", "2d");
    expect((await stage.run(["due"])).code).toBe(0);
    expect((await stage.run(["due", "--within", "3d"])).code).toBe(8);
    stage.clock.advance(2 * DAY);
    const due = await stage.run(["due"]);
    expect(due.code).toBe(8);
    expect(due.stdout).toContain(`Action ${id}: Run the tests  is due`);
    expect(due.stdout).toContain(`status action done ${id}`);
    expect((await stage.run(["due", "--json"])).json().due).toEqual([
      {
        ...{ incident: ID, title: "Run the tests", kind: "action", dueAt: "2026-11-25T03:10:00.000Z" },
        ...{ overdue: true, beyondBound: false, silent: [], command: `status action done ${id}`, action: id },
      },
    ]);
    expect((await stage.run(["list"])).stdout).toContain("One action is overdue: status action list");
    expect((await stage.run(["list", "--json"])).json().overdueActions).toMatchObject([{ id, incident: ID }]);
    await stage.run(["action", "done", id]);
    expect((await stage.run(["due"])).code).toBe(0);
    expect((await stage.run(["list"])).stdout).not.toContain("overdue");
  });

  it("stands in the head of a watch, where all else is quiet", () => {
    const view = {
      ...{ property: "Example Shop", timeZone: "America/Los_Angeles", policy: DEFAULT_CADENCE, now: NOW },
      ...{ watched: [], events: [], does: "", columns: 80, rows: 10 },
      style: styleFor({ write: () => {}, isTerminal: false, columns: 80 }, { env: {} }, true),
    };
    expect(viewLines({ ...view, overdueActions: 2 })[0]).toContain("all quiet · 2 actions overdue");
    expect(viewLines({ ...view, overdueActions: 0 })[0]).not.toContain("action");
  });
});

describe("the words of a public action", () => {
  it("are looked at like an update's, since it stands on the page at once", async () => {
    const stage = await setStage();
    const text = "Rotate password=Xk9wq2tr0 on db-prod-03.corp.internal";
    const ran = await stage.run(["action", "add", text, "--public", "--json"]);
    expect([ran.code, ran.json().error.code]).toEqual([4, "WORDING_BLOCKED"]);
    const own = await stage.run(["action", "add", "Move db-prod-03.corp.internal", "--json"]);
    expect(own.code).toBe(0);
    const allowed = ["--allow", "private-host=customers reach it by VPN"];
    const said = await stage.run(["action", "add", "Move db-prod-03.corp.internal", "--public", ...allowed]);
    expect(said.code, said.stderr).toBe(0);
  });

  it("tell the page nothing of an incident of security", async () => {
    const stage = await setStage();
    await stage.run([...ANNOUNCE, "--security", "--no-verify"]);
    const id = "2026-11-22-incident";
    const ran = await stage.run(["action", "add", "New locks", "--public", "--incident", id, "--json"]);
    expect([ran.code, ran.json().error.code]).toEqual([4, "ACTION_CLOSED"]);
  });
});
