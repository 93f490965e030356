import { describe, expect, it } from "vitest";
import { DISCORD_FORUM_WEBHOOK } from "../../src/sandbox/discord.ts";
import { enter } from "./arena.ts";
import { ask } from "./ask.ts";

const GREETING = { content: "Orders fail." };

async function discord() {
  const arena = await enter();
  const at = (webhook: string) =>
    arena.setting("discord", "baseUrl") + new URL(webhook).pathname.replace("/api/", "/api/v10/");
  return { arena, text: at(arena.setting("discord", "webhook")), forum: at(DISCORD_FORUM_WEBHOOK) };
}

describe("Discord, imitated", () => {
  it("says what it made only to one who waits for it", async () => {
    const { arena, text } = await discord();
    expect(await ask(text, { body: GREETING })).toMatchObject({ status: 204, text: "" });
    expect(await ask(`${text}?wait=true`, { body: GREETING })).toMatchObject({
      status: 200,
      body: { content: "Orders fail.", id: expect.stringMatching(/^\d+$/) },
    });
    expect(arena.sandbox.world().discordMessages).toHaveLength(2);
  });

  it("wants a thread in a forum, and none elsewhere", async () => {
    const { text, forum } = await discord();
    const codeOf = async (url: string, body: object) => (await ask(url, { body })).body.code;
    expect(await codeOf(forum, GREETING)).toBe(220_001);
    expect(await codeOf(text, { ...GREETING, thread_name: "Outage" })).toBe(220_003);
    expect(await codeOf(`${forum}?thread_id=1`, GREETING)).toBe(10_003);
    const opened = await ask(`${forum}?wait=true`, { body: { ...GREETING, thread_name: "Outage" } });
    expect(opened.body.channel_id).toBe(opened.body.id);
    const reply = await ask(`${forum}?wait=true&thread_id=${opened.body.id}`, { body: GREETING });
    expect(reply.body.channel_id).toBe(opened.body.id);
  });

  it.each([{ content: "" }, { content: "x".repeat(2_001) }, { ...GREETING, username: "Discord" }])(
    "refuses %o",
    async (body) => {
      const { arena, text } = await discord();
      expect((await ask(text, { body })).status).toBe(400);
      expect(arena.sandbox.world().discordMessages).toEqual([]);
    },
  );

  it("knows its webhooks, its messages and its own limit", async () => {
    const { arena, text } = await discord();
    expect((await ask(text.replace(/[^/]+$/, "another"))).body.code).toBe(50_027);
    expect((await ask(text.replace("1100000000000000001", "1100000000000000009"))).body.code).toBe(10_015);
    expect((await ask(`${text}/messages/1`)).body.code).toBe(10_008);
    arena.sandbox.fault("discord", "rate-limit");
    expect(await ask(text, { body: GREETING })).toMatchObject({
      status: 429,
      headers: { "retry-after": "30" },
      body: { retry_after: 30, global: false },
    });
  });
});

describe("a workflow, imitated", () => {
  it("starts for whoever has its signature, four times a second at most", async () => {
    const arena = await enter();
    const { pathname, search } = new URL(arena.setting("teams", "webhook"));
    const address = arena.setting("teams", "baseUrl") + pathname;
    expect((await ask(address, { body: {} })).status).toBe(401);
    expect((await ask(`${address}x${search}`, { body: {} })).status).toBe(404);
    const statuses = [];
    for (let time = 0; time < 5; time++) statuses.push((await ask(address + search, { body: {} })).status);
    expect(statuses).toEqual([202, 202, 202, 202, 429]);
    arena.clock.advance(1000);
    expect((await ask(address + search, { body: {} })).headers["x-ms-workflow-run-id"]).toMatch(/^\w+$/);
  });
});

describe("a receiver, imitated", () => {
  it("takes nothing without a signature, or without an id", async () => {
    const arena = await enter();
    const address = arena.setting("webhook", "baseUrl");
    const headers = { "webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": "v1,bm8= v2,bm8=" };
    expect((await ask(address, { body: { type: "x" } })).status).toBe(400);
    expect((await ask(address, { headers, body: { type: "x" } })).status).toBe(401);
    expect(arena.sandbox.world().webhookEvents).toEqual([]);
  });
});
