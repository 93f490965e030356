import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Stage, setStage } from "../support/stage.ts";
import { answering } from "../support/terminal.ts";

/** Roads by which words could reach people whom they are not for. */
const MINUTE = 60_000;
const OPEN = [
  "announce",
  "--title",
  "Some pages show errors",
  "--component",
  "checkout",
  "--yes",
  "--no-verify",
];

function setSmallStage(more: Record<string, unknown> = {}): Promise<Stage> {
  return setStage((config) => {
    const { sellers, ops, hosted } = config.channels;
    config.channels = { sellers: sellers!, ops: ops!, hosted: hosted! };
    Object.assign(config, more);
  });
}

const say = (stage: Stage, ...argv: string[]) => stage.run([...argv, "--yes", "--no-verify", "--json"]);
const forum = (stage: Stage) => JSON.stringify(stage.sandbox.world().topics);

describe("a scripted follow-up", () => {
  it("tells no channel of what it was left out of", async () => {
    const stage = await setSmallStage();
    await stage.run(OPEN);
    stage.clock.advance(MINUTE);
    await say(stage, "update", "--only", "ops", "--title", "Alice Corp lies to you", "--next-update", "1m");
    stage.clock.advance(20 * MINUTE);
    const ran = await say(stage, "follow-up");
    expect(
      ran
        .json()
        .deliveries?.filter(({ state }) => state !== "skipped")
        .map(({ channel }) => channel),
    ).toEqual(["ops"]);
    expect(ran.json().deliveries[0]?.reason).toContain("was left out of update 2");
    expect(forum(stage)).not.toContain("Alice Corp");
  });

  it("does not tell the public of an incident of security what only colleagues heard", async () => {
    const stage = await setSmallStage({ approval: { security: { needs: 1 } } });
    await stage.run(OPEN);
    stage.clock.advance(MINUTE);
    const closing = ["update", "--security", "--only", "ops", "--title", "Customer table stolen"];
    expect((await say(stage, ...closing, "--message", "For us.", "--next-update", "1m")).code).toBe(0);
    stage.clock.advance(20 * MINUTE);
    await say(stage, "follow-up");
    expect(forum(stage)).not.toContain("stolen");
    expect(JSON.stringify(stage.sandbox.world().hostedIncidents)).not.toContain("stolen");
  });

  it("cannot be made to say something else where the public is closed", async () => {
    const stage = await setSmallStage();
    await say(
      stage,
      ...OPEN.slice(0, -2),
      "--security",
      "--break-glass",
      "legal says so",
      "--next-update",
      "1m",
    );
    stage.clock.advance(2 * MINUTE);
    await say(stage, "follow-up", "--title", "All passwords leaked", "--impact", "critical");
    expect(forum(stage)).not.toContain("leaked");
  });

  it("says of planned work what customers were told, and not what colleagues were", async () => {
    const stage = await setSmallStage();
    await say(
      stage,
      "maintenance",
      "schedule",
      "--title",
      "Upgrade",
      "--from",
      "2h",
      "--until",
      "30m",
      "--automatic",
      "--set",
      "works=Reading works",
    );
    await say(
      stage,
      "update",
      "--only",
      "ops",
      "--set",
      "works=Ask about the breach",
      "--message",
      "For us.",
    );
    stage.clock.advance(121 * MINUTE);
    await say(stage, "follow-up");
    expect(forum(stage)).not.toContain("breach");
  });

  it("goes on where the title is one that a rule would stop", async () => {
    const stage = await setSmallStage();
    await say(stage, "announce", "--title", "Sign-in on 10.1.2.3 fails", "--next-update", "1m");
    stage.clock.advance(2 * MINUTE);
    expect((await say(stage, "follow-up")).code).toBe(0);
    expect((await say(stage, "update")).code).toBe(0);
  });
});

describe("own words", () => {
  it("are those of --set, too: they do not ride on the bundled acknowledgement", async () => {
    const stage = await setSmallStage();
    const ran = await say(
      stage,
      "announce",
      "--title",
      "Checkout fails",
      "--set",
      "works=password=Xk9wq2tr0 on db-prod-03",
    );
    expect([ran.code, ran.json().error.code]).toEqual([4, "WORDING_BLOCKED"]);
  });

  it("are the answers to what a template asks at a terminal, too", async () => {
    const stage = await setSmallStage({ approval: { rules: [{ audience: "public" }] } });
    const template =
      "---\ntype: incident\nphase: investigating\nask:\n  note:\n    help: A note\n    default: ''\n---\n{{ note }} {{ message }} Next: {{ nextUpdate }}\n";
    const { mkdirSync } = await import("node:fs");
    mkdirSync(join(stage.folder, "templates"));
    writeFileSync(join(stage.folder, "templates/acknowledge.md"), template);
    const { ran, unasked } = await answering(
      (more) => stage.run(["announce", "--component", "checkout"], more),
      ["What is the impact?", "\r"],
      ["What do customers see?", "\r"],
      ["A note", "We lost your data.\r"],
      ["Keep this, to be said on", "n\r"],
    );
    expect(unasked, ran.stderr).toEqual([]);
  });

  it("need no less approval for making less of the incident in the same breath", async () => {
    const stage = await setSmallStage({
      approval: { rules: [{ audience: "public", impact: ["critical"] }] },
    });
    await say(stage, "announce", "--title", "Checkout fails", "--impact", "critical");
    const ran = await say(stage, "update", "--impact", "minor", "--message", "Our supplier did it.");
    expect(ran.json().error.code).toBe("APPROVAL_NEEDED");
  });
});

describe("an incident that becomes one of security", () => {
  it("lets no public words out that were still waiting", async () => {
    const stage = await setSmallStage();
    stage.sandbox.fault("discourse", "down");
    await say(stage, "announce", "--title", "The table is being copied", "--timeout", "2s");
    await say(stage, "update", "--security", "--message", "Stop talking in public.");
    stage.sandbox.fault("discourse", null);
    await say(stage, "retry", "--only", "sellers");
    expect(forum(stage)).not.toContain("copied");
  });

  it("does so at once, for colleagues, and asks for approval of public words from then on", async () => {
    const stage = await setSmallStage({ approval: { security: { needs: 1 } } });
    await stage.run(OPEN);
    const closing = await say(stage, "update", "--security", "--message", "We think somebody got in.");
    expect(closing.json().deliveries.map(({ state }) => state)).toEqual(["skipped", "sent", "skipped"]);
    const next = await say(stage, "update", "--message", "We closed the hole.");
    expect(next.json().error.code).toBe("APPROVAL_NEEDED");
    expect((await say(stage, "update", "--only", "ops", "--message", "We closed it.")).code).toBe(0);
  });

  it("does not show in what another incident says of a component", async () => {
    const stage = await setSmallStage();
    stage.configure(({ channels }) => {
      channels.hosted!.components = { checkout: "checkout" };
    });
    await say(
      stage,
      "announce",
      "--security",
      "--title",
      "Passwords were read",
      "--component",
      "checkout=major_outage",
      "--impact",
      "critical",
    );
    await say(stage, "announce", "--title", "Buttons look odd", "--component", "checkout", "--new");
    expect(JSON.stringify(stage.sandbox.world().hostedIncidents)).not.toContain("major_outage");
  });

  it("has an id that tells nothing", async () => {
    const stage = await setSmallStage();
    const ran = await say(stage, "announce", "--security", "--title", "An insider stole passwords");
    expect(ran.json().incident.id).toBe("2026-11-22-incident");
  });
});

describe("a plan to announce", () => {
  it("can be said though an incident of that day had the same title", async () => {
    const stage = await setSmallStage();
    await say(stage, "announce", "--title", "Checkout fails");
    await say(stage, "resolve", "--message", "It works again. Your data is safe.");
    stage.clock.advance(MINUTE);
    const plan = await stage.run([
      "announce",
      "--title",
      "Checkout fails",
      "--message",
      "Once more.",
      "--dry-run",
      "--json",
    ]);
    const { hash } = plan.json().plan as { hash: string };
    const ran = await say(stage, "announce", "--plan", hash);
    expect(ran.code, ran.stdout).toBe(0);
    expect(ran.json().incident.id).toMatch(/-2$/);
  });
});

describe("a reason", () => {
  it.each([
    ["", "REASON_EMPTY"],
    [" \u200b ", "REASON_EMPTY"],
    ["because password=Xk9wq2tr0", "REASON_HAS_SECRET"],
    ["x".repeat(501), "REASON_TOO_LONG"],
  ])("that is none breaks no glass: %j", async (reason, code) => {
    const stage = await setSmallStage({ approval: { rules: [{ audience: "public" }] } });
    await stage.run(OPEN);
    const before = stage.heard();
    const ran = await say(stage, "update", "--message", "We found it.", "--break-glass", reason);
    expect([ran.code, ran.json().error.code]).toEqual([2, code]);
    expect(stage.heard()).toEqual(before);
  });

  it("to break the glass makes no plan", async () => {
    const stage = await setSmallStage();
    const ran = await stage.run([...OPEN, "--break-glass", "nobody answers", "--dry-run", "--json"]);
    expect(ran.json().error.code).toBe("GLASS_HAS_NO_PLAN");
  });
});

describe("an editor", () => {
  it.each([
    ["removes the file", "rm"],
    ["leaves a folder in its place", 'sh -c \'rm "$1" && mkdir "$1"\' --'],
  ])("that %s is a plain error", async (_, editor) => {
    const stage = await setSmallStage();
    await stage.run(OPEN);
    const env = { PATH: process.env.PATH, EDITOR: editor };
    const { ran } = await answering(
      (more) => stage.run(["update", "--edit"], { ...more, env }),
      ["Where does it stand?", "\r"],
    );
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("[EDITOR_FAILED]");
  });

  it("from which the line was deleted gives the words above what we wrote", async () => {
    const stage = await setSmallStage();
    await stage.run(OPEN);
    const env = { PATH: process.env.PATH, EDITOR: "sed -i -e '/>8/d' -e '1s/.*/Orders go through again./'" };
    const { ran } = await answering(
      (more) => stage.run(["update", "--edit", "--no-verify"], { ...more, env }),
      ["Where does it stand?", "\r"],
      ["Say the changed words on", "y\r"],
    );
    expect(ran.code, ran.stderr).toBe(0);
    expect(forum(stage)).toContain("Orders go through again.");
    expect(forum(stage)).not.toContain("Write above this line");
  });
});
