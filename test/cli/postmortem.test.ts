import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ANNOUNCE, type Stage, setStage } from "../support/stage.ts";

const MINUTE = 60_000;
const ID = "2026-11-22-checkout-is-failing";

/** Two public channels, one internal, and the page. */
const few = (change: Parameters<typeof setStage>[0] = () => {}) =>
  setStage((config) => {
    const { sellers, ops, x, page } = config.channels;
    config.channels = { x: x!, sellers: sellers!, ops: ops!, page: page! };
    change(config);
  });

const say = (stage: Stage, ...argv: string[]) => stage.run([...argv, "--yes", "--no-verify"]);

/** A major incident that has come to its end. */
async function ended(change?: Parameters<typeof setStage>[0]): Promise<Stage> {
  const stage = await few(change);
  expect(await say(stage, ...ANNOUNCE.slice(0, -1), "--started-at", "10m ago")).toMatchObject({ code: 0 });
  stage.clock.advance(10 * MINUTE);
  await say(stage, "update", "--message", "We found the *cause*.", "--phase", "identified");
  stage.clock.advance(40 * MINUTE);
  await say(stage, "resolve", "--message", "Paying works again.");
  stage.clock.advance(24 * 60 * MINUTE);
  return stage;
}

const pathOf = (stage: Stage, id = ID) => join(stage.folder, "postmortems", `${id}.md`);
const read = (stage: Stage) => readFileSync(pathOf(stage), "utf8");
const lineOf = (stage: Stage, heading: string) => read(stage).split("\n").indexOf(heading) + 1;

/** Writes an answer below each of the questions. */
function answer(stage: Stage, answers: Readonly<Record<string, string>>): void {
  let document = read(stage);
  for (const [id, text] of Object.entries(answers))
    document = document.replace(
      new RegExp(`(<!-- (?:required|optional): ${id}\\n[\\s\\S]*?-->)`),
      (question) => `${question}\n\n${text}\n`,
    );
  writeFileSync(pathOf(stage), document);
}

const ANSWERS = {
  summary: "We broke checkout with a change that we had not tested.",
  affected: "Everybody who paid by card. No data was lost.",
  cause: "A new version refused valid cards.",
  detection: "An alarm told us.",
  fix: "We took the version back.",
  technology: "None, because the tests exist; they were not run.",
  process: "Tests run before every change.",
  communication: "None, because you heard of it in time.",
  actions: "None beyond these.",
};

async function drafted(answers: Readonly<Record<string, string>> = ANSWERS): Promise<Stage> {
  const stage = await ended();
  expect((await stage.run(["postmortem", "draft"])).code).toBe(0);
  answer(stage, answers);
  return stage;
}

const publish = (stage: Stage, ...more: string[]) => say(stage, "postmortem", "publish", ...more);

describe("a draft", () => {
  it("tells what the record knows, and asks the rest", async () => {
    const stage = await ended();
    const ran = await stage.run(["postmortem", "draft"]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toContain(pathOf(stage));
    expect(ran.stdout).toContain("9 required answers are missing");
    expect(ran.stdout).toContain(`status postmortem publish ${ID}`);
    expect(ran.stdout).toContain("It is owed by 27 Nov 2026 20:00 PST");
    expect(statSync(pathOf(stage)).mode & 0o777).toBe(0o644);
    const document = read(stage);
    expect(document).toContain("**Began:** November 22, 2026, 7:00 PM PST (November 23, 2026, 03:00 UTC)");
    expect(document).toContain("**Lasted:** 1 h");
    expect(document).toContain("Orders and payment (partial outage at worst)");
    expect(document).toContain("**First public word:** 10 min after it began");
    expect(document).toMatch(
      /^- \*\*.*UTC\) · Identified\*\* · heard on 3 of 3 public channels\n\n {2}> We found the cause\.\n {2}>\n {2}> Affected: /m,
    );
    expect(document).toContain("1 promise was kept. 1 update came late.");
    expect(document).toContain("<!-- required: communication\n");
  });

  it("holds nothing that was said to colleagues only", async () => {
    const stage = await few();
    await say(stage, ...ANNOUNCE.slice(0, -1));
    await say(
      stage,
      "update",
      "--message",
      "War room on the third floor.",
      "--only",
      "ops",
      "--component",
      "downloads",
    );
    await say(stage, "resolve");
    await stage.run(["action", "add", "Talk to the vendor", "--owner", "boss@example.com"]);
    await stage.run(["postmortem", "draft"]);
    const document = read(stage);
    for (const inner of ["War room", "Downloads (", "boss@example.com", "ops"])
      expect(document).not.toContain(inner);
    // In a comment, which nobody publishes.
    expect(document).toMatch(/<!-- These are not public[^>]*Talk to the vendor/);
  });

  it("is not written over one that is there, unless asked; then answers stay and facts are renewed", async () => {
    const stage = await drafted({ cause: "A *new* version.\n\n```\n<!-- kept -->\n```", whys: "1. Haste." });
    const again = await stage.run(["postmortem", "draft"]);
    expect(again.code).toBe(2);
    expect(again.stderr).toContain("[POSTMORTEM_EXISTS]");
    await stage.run(["action", "add", "Run the tests", "--public", "--due", "2026-12-01"]);
    writeFileSync(pathOf(stage), read(stage).replace("## What broke", "## What went wrong"));
    expect((await stage.run(["postmortem", "draft", "--force"])).code).toBe(0);
    const document = read(stage);
    expect(document).toContain("A *new* version.\n\n```\n<!-- kept -->\n```");
    expect(document).toContain("1. Haste.");
    expect(document).toContain("## What went wrong\n\n<!-- required: cause");
    expect(document).toMatch(/- Run the tests \(by December 1, 2026\) <!-- [0-9a-f]{6} -->/);
    expect(document.match(/<!-- required: cause/g)).toHaveLength(1);
    // A second time nothing changes any more.
    await stage.run(["postmortem", "draft", "--force"]);
    expect(read(stage)).toBe(document);
  });

  it("never takes the place of another document", async () => {
    const stage = await ended();
    writeFileSync(join(stage.folder, "notes.md"), "# Notes\n");
    const ran = await stage.run(["postmortem", "draft", "--output", "notes.md", "--force"]);
    expect(ran.stderr).toContain("[POSTMORTEM_OF_ANOTHER]");
    expect(readFileSync(join(stage.folder, "notes.md"), "utf8")).toBe("# Notes\n");
  });

  it("is written of the incident that is owed longest, never of one that is open", async () => {
    const stage = await ended();
    await say(stage, "announce", "--title", "Search is slow", "--impact", "minor");
    expect((await stage.run(["postmortem", "draft", "--json"])).json().postmortem).toMatchObject({
      incident: ID,
      file: pathOf(stage),
      unanswered: expect.arrayContaining([{ id: "cause", heading: "What broke", line: expect.any(Number) }]),
    });
    const open = await stage.run(["postmortem", "draft", "2026-11-23-search-is-slow"]);
    expect(open.code).toBe(4);
    expect(open.stderr).toContain("[INCIDENT_OPEN]");
  });

  it("speaks the property's language", async () => {
    const stage = await ended((config) => {
      config.property.locale = "de-AT";
    });
    await stage.run(["postmortem", "draft"]);
    expect(read(stage)).toContain("## Was ausgefallen ist\n\n<!-- required: cause\nWas ist ausgefallen");
    expect(read(stage)).toContain("**Dauer:** 1 Std.");
  });
});

describe("publishing", () => {
  it("is refused while an answer is missing, and names each with its line", async () => {
    const { technology, ...others } = ANSWERS;
    const stage = await drafted({ ...others, fix: "…" });
    const before = stage.heard();
    const ran = await publish(stage);
    expect(ran.code).toBe(4);
    expect(ran.stderr).toContain("[POSTMORTEM_UNANSWERED]");
    expect(ran.stderr).toContain(`line ${lineOf(stage, "## How we fixed it")}: How we fixed it`);
    expect(ran.stderr).toContain(
      `line ${lineOf(stage, "## What we learnt: technology")}: What we learnt: technology`,
    );
    expect(ran.stderr).not.toContain("What broke");
    expect(stage.heard()).toEqual(before);
    answer(stage, { technology, fix: "We took it back." });
    expect(await publish(stage)).toMatchObject({ code: 0 });
  });

  it("tells every channel, puts the whole text on the page, and keeps the questions to itself", async () => {
    const stage = await drafted();
    await stage.run(["action", "add", "Run the tests", "--public", "--due", "2026-12-01"]);
    await stage.run(["postmortem", "draft", "--force"]);
    const ran = await publish(stage, "--json");
    expect(ran.code).toBe(0);
    expect(ran.json()).toMatchObject({
      outcome: "delivered",
      incident: { phase: "resolved" },
      update: { template: "postmortem" },
    });
    const page = readFileSync(join(stage.folder, "public", "incidents", `${ID}.html`), "utf8");
    for (const text of Object.values(ANSWERS)) expect(page).toContain(text);
    expect(page).toContain("Run the tests (by December 1, 2026)");
    for (const { text } of ran.json().deliveries)
      for (const inner of ["<!--", "required:", "What led you", "Five whys", "incident:"])
        expect(text).not.toContain(inner);
    const tweet = ran.json().deliveries.find(({ channel }) => channel === "x")?.text ?? "";
    expect(tweet).toContain(ANSWERS.summary);
    expect(tweet).toContain("https://status.example.org");
    expect((await stage.run(["due"])).stdout).not.toContain("postmortem");
  });

  it("names what can be typed next: an action to promise, or those that are to be carried out", async () => {
    const stage = await drafted();
    expect((await publish(stage, "--dry-run")).stdout).not.toContain("status action");
    expect((await publish(stage)).stdout).toMatch(
      new RegExp(`To promise an improvement: status action add "…" --incident ${ID} --due 14d --public\\n$`),
    );
    const other = await drafted();
    await other.run(["action", "add", "Run the tests", "--due", "14d"]);
    expect((await publish(other)).stdout).toMatch(
      new RegExp(`One action is to be carried out: status action list ${ID}\\n$`),
    );
  });

  it("happens once; what changes later is a correction", async () => {
    const stage = await drafted();
    await publish(stage);
    writeFileSync(pathOf(stage), read(stage).replace("An alarm told us.", "A customer told us."));
    const heard = stage.heard();
    const again = await publish(stage, ID);
    expect(again.code).toBe(4);
    expect(again.stderr).toContain("[POSTMORTEM_PUBLISHED]");
    expect(stage.heard()).toEqual(heard);
    const [, command = ""] = /status (correct .*)/.exec(again.stderr) ?? [];
    expect((await say(stage, ...command.trim().split(" "))).code).toBe(0);
    const page = readFileSync(join(stage.folder, "public", "incidents", `${ID}.html`), "utf8");
    expect(page).toContain("A customer told us.");
    expect(page).not.toContain("An alarm told us.");
  });

  it("with a key that comes again completes what is missing", async () => {
    const stage = await drafted();
    expect((await publish(stage, "--key", "explained")).code).toBe(0);
    const again = await publish(stage, "--key", "explained", "--json", ID);
    expect(again.json().outcome).toBe("nothing-to-do");
    expect((await publish(stage, "--key", "explained", "--json")).json().outcome).toBe("nothing-to-do");
  });

  it("refuses the document of another incident, and one in which a comment never ends", async () => {
    const stage = await drafted();
    const path = join(stage.folder, "other.md");
    writeFileSync(path, read(stage).replace(ID, "2010-06-29-another"));
    expect((await publish(stage, ID, "--file", "other.md")).stderr).toContain("[POSTMORTEM_OF_ANOTHER]");
    writeFileSync(path, `${read(stage)}\n<!-- to be continued`);
    expect((await publish(stage, ID, "--file", "other.md")).stderr).toContain("[POSTMORTEM_UNCLOSED]");
  });

  it("takes no words but the document's, and leaves the incident as it is", async () => {
    const stage = await drafted();
    for (const flags of [
      ["--message", "x"],
      ["--edit"],
      ["--template", "resolved"],
      ["--phase", "monitoring"],
    ])
      expect((await publish(stage, ...flags)).stderr, flags[0]!).toContain("[POSTMORTEM_MISFIT]");
  });

  it("finds the only draft that is left", async () => {
    const stage = await ended();
    expect((await publish(stage)).stderr).toContain("[POSTMORTEM_NOT_DRAFTED]");
    await stage.run(["postmortem", "draft", "--output", "elsewhere.md"]);
    expect(existsSync(pathOf(stage))).toBe(false);
    expect((await publish(stage)).stderr).toContain("[POSTMORTEM_NOT_DRAFTED]");
    expect((await publish(stage, "--file", "elsewhere.md")).stderr).toContain("[POSTMORTEM_UNANSWERED]");
  });
});

describe("what is owed", () => {
  it("names the draft, and the way to publish it once it stands", async () => {
    const stage = await ended();
    stage.clock.advance(5 * 24 * 60 * MINUTE);
    expect((await stage.run(["due"])).stdout).toContain(`status postmortem draft ${ID}`);
    await stage.run(["postmortem", "draft"]);
    expect((await stage.run(["due"])).stdout).toContain(`status postmortem publish ${ID}`);
  });
});

it("is told by its summary and the link where a channel cannot hold the whole", async () => {
  const long = Array.from(
    { length: 500 },
    (_, index) => `Step ${index} of many: a part of the shop was looked at, and it was whole.`,
  );
  const stage = await drafted({ ...ANSWERS, cause: long.join("\n\n") });
  const ran = await stage.run(["postmortem", "publish", "--yes", "--json", "--no-verify"]);
  expect(ran.code, ran.stdout).toBe(0);
  const forum = stage.sandbox.world().topics[0]?.posts.at(-1)?.raw ?? "";
  expect(forum).toContain("We broke checkout with a change that we had not tested.");
  expect(forum).toContain("https://status.example.org");
  expect(forum).not.toContain("Step 1 of many");
});

it("may quote what the public was told, and not what only colleagues heard", async () => {
  const stage = await few();
  await say(stage, ...ANNOUNCE.slice(0, -1));
  const firewall = ["--allow", "ip-address=for their firewalls"];
  await say(stage, "update", "--message", "Open 198.51.100.7 in your firewall.", ...firewall);
  await say(stage, "update", "--only", "ops", "--message", "It is 10.20.30.40.");
  await say(stage, "resolve", "--message", "Paying works again. Your data is safe.");
  const publish = async (cause: string) => {
    await stage.run(["postmortem", "draft", "--force"]);
    answer(stage, { ...ANSWERS, cause });
    return stage.run(["postmortem", "publish", "--dry-run", "--json"]);
  };
  const rules = (ran: Awaited<ReturnType<typeof publish>>) =>
    (ran.json().findings as { rule: string }[]).map(({ rule }) => rule);
  expect(rules(await publish("It was 10.20.30.40."))).toContain("ip-address");
  const other = await publish("We asked you to open 198.51.100.7.");
  expect(other.json().findings).not.toContainEqual(expect.objectContaining({ excerpt: "198.51.100.7" }));
});
