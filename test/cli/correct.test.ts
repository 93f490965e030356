import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ANNOUNCE, type Stage, setStage } from "../support/stage.ts";

const page = (stage: Stage) => readFileSync(join(stage.folder, "public", "index.html"), "utf8");

async function told(): Promise<Stage> {
  const stage = await setStage();
  await stage.run([...ANNOUNCE, "--message", "It began at 10:40."]);
  stage.clock.advance(600_000);
  await stage.run(["update", "--message", "We found a broken switch.", "--phase", "identified", "--yes"]);
  stage.clock.advance(600_000);
  return stage;
}

describe("status correct", () => {
  it("changes the newest update in place where it can, and says it in the thread where it cannot", async () => {
    const stage = await told();
    const ran = await stage.run(["correct", "--message", "We found a broken cable.", "--yes", "--json"]);
    expect(ran.code).toBe(0);
    expect(ran.json().update).toMatchObject({ number: 3, template: "correction" });
    const { tweets, mails, topics, slackMessages, hostedIncidents } = stage.sandbox.world();
    expect(stage.heard()).toEqual({ x: 3, mail: 3, forum: 2, slack: 2, hosted: 2 });
    for (const text of [
      topics[0]?.posts[1]?.raw,
      JSON.stringify(slackMessages[1]?.blocks),
      hostedIncidents[0]?.updates[1]?.body,
      page(stage),
    ]) {
      expect(text).toContain("broken cable");
      expect(text).not.toContain("broken switch");
    }
    expect(tweets[2]).toMatchObject({ replyTo: tweets[0]?.id });
    expect(tweets[2]?.text).toContain("broken cable");
    expect(mails[2]?.subject).toContain("[Correction]");
    expect(mails[2]?.references).toContain(mails[1]?.messageId);
  });

  it("changes an update by its number, and leaves phase and promise alone", async () => {
    const stage = await told();
    const { incident } = (
      await stage.run(["correct", "--update", "1", "--message", "It began at 09:40.", "--yes", "--json"])
    ).json();
    expect(incident).toMatchObject({ phase: "identified", nextUpdateAt: "2026-11-23T03:50:00.000Z" });
    const { topics, slackMessages } = stage.sandbox.world();
    expect(topics[0]?.posts[0]?.raw).toContain("It began at 09:40");
    expect(topics[0]?.posts[1]?.raw).toContain("broken switch");
    expect(JSON.stringify(slackMessages[0]?.blocks)).toContain("09:40");
    expect(page(stage)).not.toContain("10:40.");
  });

  it("keeps the thread for what comes after", async () => {
    const stage = await told();
    await stage.run(["correct", "--update", "1", "--message", "It began at 09:40.", "--yes"]);
    stage.clock.advance(600_000);
    await stage.run(["resolve", "--message", "It works again.", "--yes"]);
    const { topics, slackMessages, tweets } = stage.sandbox.world();
    expect(topics).toHaveLength(1);
    expect(topics[0]?.posts).toHaveLength(3);
    expect(slackMessages[2]?.threadTs).toBe(slackMessages[0]?.ts);
    expect(tweets.at(-1)?.replyTo).toBe(tweets[0]?.id);
  });

  it("may be made again after an answer was lost", async () => {
    const stage = await told();
    stage.sandbox.fault("slack", "lost-answer");
    expect((await stage.run(["correct", "--message", "A cable.", "--timeout", "3s", "--yes"])).code).toBe(5);
    stage.sandbox.fault("slack", null);
    const ran = await stage.run(["retry", "--json"]);
    expect(ran.code).toBe(0);
    expect(stage.heard().slack).toBe(2);
  });

  it("asks for the words, and names an update that is not out", async () => {
    const stage = await told();
    expect((await stage.run(["correct", "--yes", "--json"])).json().error.code).toBe("MESSAGE_NEEDED");
    expect(
      (await stage.run(["correct", "--update", "7", "--message", "x", "--yes", "--json"])).json().error,
    ).toMatchObject({ code: "UPDATE_UNKNOWN", hint: "Updates that are out: 1, 2." });
  });

  it("shows in a dry run what it would change", async () => {
    const stage = await told();
    const { stdout } = await stage.run(["correct", "--message", "A cable.", "--dry-run"]);
    expect(stdout).toContain("changes the post that is out");
    expect(stage.heard().x).toBe(2);
  });
});

describe("status retract", () => {
  it("withdraws the newest update everywhere", async () => {
    const stage = await told();
    const ran = await stage.run(["retract", "--yes", "--json"]);
    expect(ran.code).toBe(0);
    const { tweets, mails, topics, slackMessages } = stage.sandbox.world();
    expect(topics[0]?.posts[1]?.raw).toContain("We have withdrawn what we said here");
    expect(JSON.stringify(slackMessages[1]?.blocks)).not.toContain("broken switch");
    expect(page(stage)).not.toContain("broken switch");
    expect(tweets[2]?.text).toContain("withdrawn");
    expect(mails[2]?.subject).toContain("[Withdrawn]");
  });

  it("deletes where the vendor can, and goes on in the thread", async () => {
    const stage = await told();
    const ran = await stage.run(["retract", "--delete", "--yes", "--json"]);
    expect(ran.code).toBe(0);
    const { tweets, topics, slackMessages, hostedIncidents } = stage.sandbox.world();
    expect(tweets).toHaveLength(1);
    expect(slackMessages).toHaveLength(1);
    expect(topics[0]?.posts).toHaveLength(1);
    expect(hostedIncidents[0]?.updates[1]?.body).toContain("withdrawn");
    expect(page(stage)).not.toContain("broken switch");
    stage.clock.advance(600_000);
    await stage.run(["update", "--message", "We know more.", "--yes"]);
    expect(stage.sandbox.world().slackMessages[1]?.threadTs).toBe(slackMessages[0]?.ts);
  });
});
