import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StatusEvent } from "../../src/index.ts";
import { type Stage, setStage } from "../support/stage.ts";
import { CHECKOUT, codeOf, open } from "./open.ts";

async function asTyped(stage: Stage, document: unknown, ...argv: readonly string[]): Promise<void> {
  const typed = (await stage.run([...argv, "--json"])).stdout.trim();
  expect(typed).not.toBe("");
  expect(JSON.stringify(document)).toBe(typed);
}

describe("report() and log()", () => {
  it("give what the commands print with --json", async () => {
    const stage = await setStage();
    const status = await open(stage);
    const { incident } = await status.announce({ ...CHECKOUT, key: "probe" });
    stage.clock.advance(600_000);
    await status.resolve({ message: "Orders can be paid again." });
    stage.clock.advance(60_000);
    await asTyped(stage, await status.report(), "report");
    await asTyped(stage, await status.report({ incident: "probe" }), "report", incident.id);
    await asTyped(stage, await status.report({ since: 60_000 }), "report", "--since", "1m");
    await asTyped(stage, await status.log(), "log");
    await asTyped(stage, await status.log({ incident: "probe" }), "log", incident.id);
    const { incidents } = await status.report();
    expect(incidents).toMatchObject([{ id: incident.id, open: false, firstWord: { inTime: true } }]);
    expect((await status.log({ since: "5m" })).entries).toMatchObject([
      { act: "said", update: { number: 2 } },
    ]);
    stage.clock.advance(60 * 86_400_000);
    expect((await status.log()).entries).toEqual([]);
    expect((await status.log({ all: true })).entries).toHaveLength(2);
  });

  it("refuse what the commands refuse", async () => {
    const status = await open(await setStage());
    expect(await status.report()).toMatchObject({ incidents: [] });
    expect(await status.log()).toEqual({ version: 1, entries: [] });
    expect(await codeOf(status.report({ incident: "none" }))).toBe("INCIDENT_UNKNOWN");
    expect(await codeOf(status.report({ incident: "" }))).toBe("INCIDENT_EMPTY");
    await status.announce(CHECKOUT);
    expect(await codeOf(status.report({ incident: "2026", since: "30d" }))).toBe("SINCE_WITH_INCIDENT");
    expect(await codeOf(status.log({ since: "30" }))).toBe("SINCE_UNREADABLE");
    expect(await codeOf(status.report({ since: Number.NaN }))).toBe("SINCE_UNREADABLE");
  });
});

describe("action", () => {
  it("promises, lists, carries out and takes back, as the command does", async () => {
    const stage = await setStage();
    const status = await open(stage);
    await status.announce(CHECKOUT);
    const { incident } = await status.resolve();
    const due = new Date(stage.clock.now().getTime() + 14 * 86_400_000);
    const { action } = await status.action.add("Alert when the queue grows", { owner: "Operations", due });
    expect(action).toMatchObject({ incident: incident.id, owner: "Operations", dueAt: due, public: false });
    const day = await status.action.add("Write it down", { due: "14d" });
    expect(day.action.dueAt).toEqual(due);
    await asTyped(stage, await status.action.list(), "action", "list");
    stage.clock.advance(15 * 86_400_000);
    const { due: owed } = await status.due();
    expect(owed.map((entry) => entry.action)).toContain(action.id);
    expect((await status.action.done(action.id)).action.doneAt).toEqual(stage.clock.now());
    stage.clock.advance(1000);
    await status.action.drop(day.action.id.slice(0, 4), { reason: "Nobody reads it" });
    expect((await status.action.list()).actions).toEqual([]);
    expect((await status.action.list({ all: true })).actions).toMatchObject([{ id: action.id }]);
    const { entries } = await status.log({ since: "1h" });
    expect(entries.map(({ act }) => act)).toEqual(["carried-out", "dropped"]);
  });

  it("shows a public one on the page, and looks at its words before", async () => {
    const stage = await setStage();
    const events: StatusEvent[] = [];
    const status = await open(stage, { onEvent: (event) => events.push(event) });
    await status.announce(CHECKOUT);
    await status.resolve();
    expect(await codeOf(status.action.add("Watch db-1.internal", { public: true }))).toBe("WORDING_BLOCKED");
    const { action } = await status.action.add("Watch the payment queue", { public: true });
    const shown = () => readFileSync(join(stage.folder, "public/index.html"), "utf8");
    expect(shown()).toContain("Watch the payment queue");
    expect(await codeOf(status.action.drop(action.id))).toBe("REASON_NEEDED");
    expect(await codeOf(status.action.add("Too late", { due: new Date(0) }))).toBe("DUE_PAST");
    expect(await codeOf(status.action.add("Never", { due: new Date("soon") }))).toBe("DUE_UNREADABLE");
    expect(await codeOf(status.action.add(" "))).toBe("ACTION_TEXT");
    expect(await codeOf(status.action.add(7 as unknown as string))).toBe("OPTION_UNREADABLE");
    expect(await codeOf(status.action.done("zzzz"))).toBe("ACTION_UNKNOWN");
    expect(events.filter(({ type }) => type === "remark")).toEqual([]);
  });

  it("is recorded where the page cannot be written, and an event says so", async () => {
    const stage = await setStage(({ channels }) => {
      channels.page = { kind: "page", directory: "./taken/public" };
    });
    writeFileSync(join(stage.folder, "taken"), "no folder");
    const events: StatusEvent[] = [];
    const status = await open(stage, { onEvent: (event) => events.push(event) });
    await status.action.add("Watch the payment queue", { public: true });
    expect(events).toMatchObject([
      { type: "remark", message: expect.stringMatching(/^The page page was not written: /) },
    ]);
    expect((await status.action.list()).actions).toHaveLength(1);
  });
});

describe("page", () => {
  it("builds the page, and publishes it, as the commands do", async () => {
    const stage = await setStage(({ channels }) => {
      channels.page = { ...channels.page, publish: ["sh", "-c", "cp -r public carried"] };
    });
    const status = await open(stage);
    const { pages } = await status.page.build();
    expect(pages).toMatchObject([{ channel: "page", state: "written", error: null }]);
    expect(existsSync(join(stage.folder, "carried"))).toBe(false);
    const published = await status.page.publish({ channel: "page", verify: false });
    expect(published).toMatchObject({ outcome: "delivered", pages: [{ state: "published" }] });
    expect(existsSync(join(stage.folder, "carried/index.html"))).toBe(true);
    const typed = (await stage.run(["page", "build", "--json"])).json();
    expect(Object.keys((await status.page.build()).pages[0]!)).toEqual(
      Object.keys((typed.pages as object[])[0]!),
    );
    expect(await codeOf(status.page.build({ channel: "x" }))).toBe("PAGE_UNKNOWN");
  });
});

describe("lint", () => {
  it("gives what the command prints with --json, of templates and of words", async () => {
    const stage = await setStage();
    mkdirSync(join(stage.folder, "templates"));
    writeFileSync(join(stage.folder, "templates/broken.md"), "{{ nothing");
    const status = await open(stage);
    await asTyped(stage, await status.lint({ template: "holding" }), "lint", "holding");
    expect((await status.lint({ template: "broken" })).faults).toMatchObject([{ template: "broken" }]);
    const message = "It is all db-1.internal's fault.";
    const { findings } = await status.lint({ message, locales: ["en"] });
    expect(findings).toContainEqual(expect.objectContaining({ rule: "private-host", level: "block" }));
    await asTyped(stage, await status.lint({ message }), "lint", "--message", message);
    expect(await codeOf(status.lint({ message, template: "holding" }))).toBe("LINT_WHAT");
    expect(await codeOf(status.lint({ phase: "monitoring" }))).toBe("LINT_WHAT");
    expect(await codeOf(status.lint({ message, impact: "huge" as "major" }))).toBe("IMPACT_UNKNOWN");
    expect(await codeOf(status.lint({ locales: ["!"] }))).toBe("LOCALE_UNREADABLE");
    expect(stage.heard().x).toBe(0);
  });
});
