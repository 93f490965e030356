import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { LedgerStore } from "../../src/store/ledger-store.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import { type Stage, setStage } from "../support/stage.ts";
import { answering } from "../support/terminal.ts";

const SILENT = { x: 0, mail: 0, forum: 0, slack: 0, hosted: 0 };
const OPEN = [
  "announce",
  "--title",
  "Checkout is failing",
  "--component",
  "checkout",
  "--impact",
  "major",
  "--no-verify",
];

/** Mail, Slack for colleagues, and a forum: three channels are enough to see what goes where. */
function setSmallStage(more: Record<string, unknown> = {}): Promise<Stage> {
  return setStage((config) => {
    const { sellers, ops, customers } = config.channels;
    config.channels = { sellers: sellers!, ops: ops!, customers: customers! };
    Object.assign(config, more);
  });
}

async function journalOf(stage: Stage) {
  const database = await openSqlite(join(stage.folder, ".status/status.db"));
  try {
    return await new LedgerStore(database).journal({});
  } finally {
    await database.db.destroy();
  }
}

/** An editor that writes these words over what stands above the line, and ends with this code. */
function editorIn(stage: Stage, words: string, code = 0): string {
  const path = join(stage.folder, "editor.sh");
  writeFileSync(
    path,
    `#!/bin/sh\ncp "$1" "${stage.folder}/seen.txt"\nsed -n '/>8/,$p' "$1" > "$1.rest"\nprintf '%s\\n' "${words}" > "$1"\ncat "$1.rest" >> "$1"\nrm "$1.rest"\nexit ${code}\n`,
    { mode: 0o755 },
  );
  return path;
}

describe("an update whose wording a rule forbids", () => {
  const leaking = [
    "update",
    "--message",
    "The database at 10.20.30.40 is back.",
    "--yes",
    "--json",
    "--no-verify",
  ];

  it("is not said by a script; the refusal has the place, the reason and what to type", async () => {
    const stage = await setSmallStage();
    await stage.run([...OPEN, "--yes"]);
    const before = stage.heard();
    const ran = await stage.run(leaking);
    expect(ran.code).toBe(4);
    expect(ran.json().error.code).toBe("WORDING_BLOCKED");
    expect(ran.json().error.message).toContain("10.20.30.40");
    expect(ran.json().error.hint).toContain("--allow ip-address=REASON");
    expect(stage.heard()).toEqual(before);
  });

  it("is said with --allow, and the record has the rule, the reason and who did it", async () => {
    const stage = await setSmallStage();
    await stage.run([...OPEN, "--yes"]);
    await stage.clock.advance(60_000);
    const ran = await stage.run([...leaking, "--allow", "ip-address=customers open it in their firewalls"]);
    expect(ran.code, ran.stdout).toBe(0);
    const entries = await journalOf(stage);
    expect(entries.map(({ act, what }) => [act, what])).toEqual([
      ["said", "announce"],
      ["said", "update"],
      ["overrode", "ip-address"],
    ]);
    expect(entries.at(-1)?.reason).toBe("customers open it in their firewalls");
    expect(entries.at(-1)?.by).not.toBe("");
  });

  it("is said at a terminal with one key and a reason", async () => {
    const stage = await setSmallStage();
    await stage.run([...OPEN, "--yes"]);
    await stage.clock.advance(60_000);
    const { ran, unasked } = await answering(
      (more) =>
        stage.run(["update", "--message", "The database at 10.20.30.40 is back.", "--no-verify"], more),
      ["Where does it stand?", "\r"],
      ["Say this on 3 channels", "o\r"],
      ["Why is it right to say this?", "They need the address.\r"],
    );
    expect(unasked, ran.stderr).toEqual([]);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toContain("must not be said [ip-address] message");
    expect((await journalOf(stage)).at(-1)).toMatchObject({
      act: "overrode",
      reason: "They need the address.",
    });
  });

  it("does not hold up the bundled acknowledgement, whatever its title says", async () => {
    const stage = await setSmallStage();
    const ran = await stage.run([
      "announce",
      "--title",
      "10.20.30.40 does not answer",
      "--yes",
      "--no-verify",
    ]);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toContain("think again [ip-address]");
  });

  it("names the nearest rule where --allow names none", async () => {
    const stage = await setSmallStage();
    await stage.run([...OPEN, "--yes"]);
    const ran = await stage.run([...leaking, "--allow", "ip-adress=because"]);
    expect(ran.code).toBe(2);
    expect(ran.json().error).toMatchObject({ code: "RULE_UNKNOWN" });
    expect(ran.json().error.hint).toContain("ip-address");
  });
});

describe("a value for the template", () => {
  it("that no wording has a place for is pointed out", async () => {
    const stage = await setSmallStage();
    const ran = await stage.run([...OPEN, "--set", "wokaround=Pay by invoice.", "--yes"]);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain(
      '--set wokaround: no wording of acknowledge says it. Did you mean "workaround"?',
    );
  });
});

describe("words for colleagues", () => {
  it("reach internal channels only", async () => {
    const stage = await setSmallStage();
    await stage.run([...OPEN, "--internal", "It is the new card terminal.", "--yes"]);
    const { slackMessages, mails, topics } = stage.sandbox.world();
    expect(JSON.stringify(slackMessages)).toContain("It is the new card terminal.");
    expect(JSON.stringify([mails, topics])).not.toContain("card terminal");
  });

  it("are refused where no internal channel hears them", async () => {
    const stage = await setSmallStage();
    const ran = await stage.run([
      ...OPEN,
      "--internal",
      "It is the terminal.",
      "--except",
      "ops",
      "--yes",
      "--json",
    ]);
    expect([ran.code, ran.json().error.code]).toEqual([2, "INTERNAL_UNHEARD"]);
    expect(stage.heard()).toEqual(SILENT);
  });
});

describe("words in an editor", () => {
  it("are composed anew, with each channel's length beside them", async () => {
    const stage = await setSmallStage();
    await stage.run([...OPEN, "--yes"]);
    const env = {
      PATH: process.env.PATH,
      EDITOR: editorIn(stage, "Orders go through again for most of you."),
    };
    const { ran, unasked } = await answering(
      (more) => stage.run(["update", "--message", "Orders go.", "--no-verify"], { ...more, env }),
      ["Where does it stand?", "\r"],
      ["Say this on 3 channels", "e\r"],
      ["Say the changed words on 3 channels", "y\r"],
    );
    expect(unasked, ran.stderr).toEqual([]);
    expect(ran.code, ran.stderr).toBe(0);
    const seen = readFileSync(join(stage.folder, "seen.txt"), "utf8");
    expect(seen.startsWith("Orders go.\n")).toBe(true);
    expect(seen).toMatch(/# sellers \(discourse, public\)/);
    expect(stage.sandbox.world().mails.at(-1)?.text).toContain("Orders go through again for most of you.");
    expect(readdirSync(join(stage.folder, ".status/drafts"))).toEqual([]);
  });

  it("are kept when the editor fails, and nothing is said", async () => {
    const stage = await setSmallStage();
    await stage.run([...OPEN, "--yes"]);
    const before = stage.heard();
    const env = { PATH: process.env.PATH, VISUAL: editorIn(stage, "Half a sentence", 3) };
    const { ran } = await answering(
      (more) => stage.run(["update", "--edit"], { ...more, env }),
      ["Where does it stand?", "\r"],
    );
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("[EDITOR_FAILED]");
    const [, path] = /What you wrote is kept: (\S+)/.exec(ran.stderr.replace(/\n\s+/g, " ")) ?? [];
    expect(readFileSync(path!, "utf8")).toContain("Half a sentence");
    expect(stage.heard()).toEqual(before);
  });

  it("need a terminal", async () => {
    const stage = await setSmallStage();
    const ran = await stage.run([...OPEN, "--edit", "--yes", "--json"]);
    expect(ran.code).toBe(2);
    expect(ran.json().error.code).toBe("EDIT_NEEDS_TERMINAL");
  });
});

describe("a plan", () => {
  async function planOf(stage: Stage, argv: readonly string[]): Promise<{ hash: string; texts: string[] }> {
    const ran = await stage.run([...argv, "--dry-run", "--json"]);
    expect(ran.code, ran.stdout).toBe(0);
    return {
      hash: (ran.json().plan as { hash: string }).hash,
      texts: ran.json().deliveries.map(({ text }) => text),
    };
  }

  it("is said later exactly as the dry run showed it, and once", async () => {
    const stage = await setSmallStage();
    const { hash, texts } = await planOf(stage, OPEN);
    expect(stage.heard()).toEqual(SILENT);
    await stage.clock.advance(5 * 60_000);
    const said = await stage.run(["announce", "--plan", hash.slice(0, 8), "--yes", "--json", "--no-verify"]);
    expect(said.code, said.stdout).toBe(0);
    expect(said.json().deliveries.map(({ text }) => text)).toEqual(texts);
    const heard = stage.heard();
    const again = await stage.run(["announce", "--plan", hash, "--yes", "--json"]);
    expect(again.json().outcome).toBe("nothing-to-do");
    expect(stage.heard()).toEqual(heard);
  });

  it("takes nothing beside it, and belongs to its verb", async () => {
    const stage = await setSmallStage();
    const { hash } = await planOf(stage, OPEN);
    const other = await stage.run([
      "announce",
      "--plan",
      hash,
      "--title",
      "Something else",
      "--yes",
      "--json",
    ]);
    expect(other.json().error.code).toBe("PLAN_IS_FIXED");
    const verb = await stage.run(["update", "--plan", hash, "--yes", "--json"]);
    expect(verb.json().error.code).toBe("PLAN_OF_ANOTHER_VERB");
    expect(stage.heard()).toEqual(SILENT);
  });

  it("is refused when it has expired, and when somebody has spoken since", async () => {
    const stage = await setSmallStage();
    await stage.run([...OPEN, "--yes"]);
    const late = await planOf(stage, ["update", "--message", "We found the cause.", "--no-verify"]);
    await stage.clock.advance(16 * 60_000);
    const expired = await stage.run(["update", "--plan", late.hash, "--yes", "--json"]);
    expect([expired.code, expired.json().error.code]).toEqual([4, "PLAN_EXPIRED"]);
    const plan = await planOf(stage, ["update", "--message", "We found the cause.", "--no-verify"]);
    await stage.run(["update", "--message", "We are putting a repair in place.", "--yes", "--no-verify"]);
    const overtaken = await stage.run(["update", "--plan", plan.hash, "--yes", "--json"]);
    expect([overtaken.code, overtaken.json().error.code]).toEqual([4, "PLAN_OVERTAKEN"]);
  });
});

describe("a dry run of words that a rule forbids", () => {
  const leak = ["update", "--message", "The database at 10.20.30.40 is back.", "--no-verify"];

  it("keeps no plan that could be said all the same", async () => {
    const stage = await setSmallStage();
    await stage.run([...OPEN, "--yes"]);
    const ran = await stage.run([...leak, "--dry-run", "--json"]);
    expect(ran.json().plan).toBeNull();
    expect(ran.json().findings).toMatchObject([{ rule: "ip-address", level: "block" }]);
  });

  it("keeps one that says what was overridden, and why", async () => {
    const stage = await setSmallStage();
    await stage.run([...OPEN, "--yes"]);
    const kept = await stage.run([
      ...leak,
      "--allow",
      "ip-address=for their firewalls",
      "--dry-run",
      "--json",
    ]);
    const { hash } = kept.json().plan as { hash: string };
    const said = await stage.run(["update", "--plan", hash, "--yes", "--json", "--no-verify"]);
    expect(said.code, said.stdout).toBe(0);
    expect((await journalOf(stage)).map(({ act, reason }) => [act, reason])).toContainEqual([
      ...["overrode", "for their firewalls"],
    ]);
  });
});

describe("a policy that asks for approval", () => {
  const approval = { rules: [{ impact: ["major", "critical"], needs: 1 }] };

  it("lets the templated acknowledgement pass, and keeps words of one's own as a plan", async () => {
    const stage = await setSmallStage({ approval });
    expect((await stage.run([...OPEN, "--yes"])).code).toBe(0);
    const before = stage.heard();
    const ran = await stage.run(["update", "--message", "We found the cause.", "--yes", "--json"]);
    expect(ran.code).toBe(4);
    expect(ran.json().error.code).toBe("APPROVAL_NEEDED");
    expect(ran.json().error.hint).toMatch(/status approve [0-9a-f]{8}/);
    expect(stage.heard()).toEqual(before);
  });

  it("gives way to --break-glass where the update itself is not told to colleagues, too", async () => {
    const stage = await setSmallStage({ approval });
    await stage.run([...OPEN, "--yes"]);
    const before = stage.heard().slack;
    const ran = await stage.run([
      ...["update", "--message", "We found the cause.", "--only", "customers", "--yes", "--no-verify"],
      ...["--break-glass", "nobody answers"],
    ]);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toContain("Told ops that this was said without approval.");
    expect(stage.heard().slack).toBe(before + 1);
    expect(JSON.stringify(stage.sandbox.world().slackMessages.at(-1))).toContain("nobody answers");
  });

  it("keeps what a person at a terminal means to say, without calling that an error", async () => {
    const stage = await setSmallStage({ approval });
    await stage.run([...OPEN, "--yes"]);
    const { ran, unasked } = await answering(
      (more) => stage.run(["update", "--message", "We found the cause."], more),
      ["Where does it stand?", "\r"],
      ["Keep this, to be said on 3 channels", "y\r"],
    );
    expect(unasked, ran.stderr).toEqual([]);
    expect(ran.code).toBe(4);
    expect(ran.stderr).toMatch(/kept for 15 minutes as plan [0-9a-f]{12}/);
    expect(ran.stderr).not.toContain("error:");
    expect(ran.stderr).not.toContain("What you typed is kept");
  });

  it("gives way to --break-glass, and colleagues are told who broke it and why", async () => {
    const stage = await setSmallStage({ approval });
    writeFileSync(join(stage.folder, ".gitconfig"), "[user]\n  email = lead@example.com\n");
    await stage.run([...OPEN, "--yes"]);
    const ran = await stage.run([
      ...["update", "--message", "We found the cause.", "--yes", "--json", "--no-verify"],
      ...["--break-glass", "nobody answers at 3 a.m."],
    ]);
    expect(ran.code, ran.stdout).toBe(0);
    const { slackMessages, mails } = stage.sandbox.world();
    expect(JSON.stringify(slackMessages.at(-1))).toContain("lead@example.com: nobody answers at 3 a.m.");
    expect(mails.at(-1)?.text).not.toContain("nobody answers");
    expect((await journalOf(stage)).map(({ act }) => act)).toContain("broke-glass");
  });
});

describe("an incident of security", () => {
  it("is told to colleagues only, until somebody may open the public channels", async () => {
    const stage = await setSmallStage();
    const ran = await stage.run([...OPEN, "--security", "--yes", "--json"]);
    expect(ran.code, ran.stdout).toBe(0);
    expect(ran.json().deliveries.map(({ channel, state }) => [channel, state])).toEqual([
      ["sellers", "skipped"],
      ["ops", "sent"],
      ["customers", "skipped"],
    ]);
    expect(ran.json().deliveries[0]?.reason).toBe("closed: an incident of security");
    const later = await stage.run([
      "update",
      "--message",
      "We are looking.",
      "--yes",
      "--json",
      "--no-verify",
    ]);
    expect(later.json().deliveries.map(({ state }) => state)).toEqual(["skipped", "sent", "skipped"]);
    expect((await stage.run(["due", "--json"])).json().due).toEqual([]);
  });

  it("may become one later, and is one from then on", async () => {
    const stage = await setSmallStage();
    await stage.run([...OPEN, "--yes"]);
    const closing = await stage.run([
      "update",
      "--message",
      "We are looking.",
      "--security",
      "--yes",
      "--json",
    ]);
    expect(closing.json().deliveries.map(({ state }) => state)).toEqual(["skipped", "verified", "skipped"]);
    const next = await stage.run([
      "resolve",
      "--message",
      "It is over. Your data is safe.",
      "--yes",
      "--json",
    ]);
    expect(next.json().deliveries.map(({ state }) => state)).toEqual(["skipped", "verified", "skipped"]);
  });

  it("goes public with a broken glass", async () => {
    const stage = await setSmallStage();
    await stage.run([...OPEN, "--security", "--yes"]);
    const ran = await stage.run([
      ...["update", "--message", "We closed the hole.", "--yes", "--json", "--no-verify"],
      ...["--break-glass", "it is in the news"],
    ]);
    expect(ran.json().deliveries.map(({ state }) => state)).toEqual(["sent", "sent", "sent"]);
  });

  it("is not announced at all where every channel is public", async () => {
    const stage = await setSmallStage();
    const ran = await stage.run([...OPEN, "--security", "--except", "ops", "--yes", "--json"]);
    expect([ran.code, ran.json().error.code]).toEqual([4, "PUBLIC_CLOSED"]);
    expect(existsSync(join(stage.folder, ".status/status.db"))).toBe(false);
  });
});
