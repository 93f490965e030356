import { describe, expect, it } from "vitest";
import { type Arena, enter } from "./arena.ts";
import { ask } from "./ask.ts";

const DID = "did:plc:sandbox234567sandbox2345";
const RECORD = { $type: "app.bsky.feed.post", text: "Down, ä.", createdAt: "2010-06-29T20:10:00.000Z" };

async function talk(arena: Arena) {
  const xrpc = `${arena.setting("bluesky", "baseUrl")}/xrpc/com.atproto`;
  const identifier = arena.setting("bluesky", "identifier");
  const password = arena.setting("bluesky", "appPassword");
  const { body } = await ask(`${xrpc}.server.createSession`, { body: { identifier, password } });
  const headers = { authorization: `Bearer ${body.accessJwt}` };
  return (method: string, more: object) =>
    ask(`${xrpc}.repo.${method}`, { headers, body: { repo: DID, collection: RECORD.$type, ...more } });
}
const rkey = "3jzfcijpj2z2a";

describe("the sandbox's Bluesky", () => {
  it("takes the same record again without a change, and another only in place of the one named", async () => {
    const arena = await enter();
    const call = await talk(arena);
    const first = await call("putRecord", { rkey, record: RECORD, swapRecord: null });
    expect(first.status).toBe(200);
    const again = await call("putRecord", { rkey, record: RECORD, swapRecord: null });
    expect([again.status, again.body.cid]).toEqual([200, first.body.cid]);
    const record = { ...RECORD, createdAt: "2010-06-29T20:11:00.000Z" };
    expect(await call("putRecord", { rkey, record, swapRecord: null })).toMatchObject({
      status: 400,
      body: { error: "InvalidSwap" },
    });
    const edited = await call("putRecord", { rkey, record, swapRecord: first.body.cid });
    expect(edited.status).toBe(200);
    expect(edited.body.cid).not.toBe(first.body.cid);
    expect((await call("createRecord", { rkey, record })).status).toBe(500);
    expect(arena.sandbox.world().blueskyPosts).toHaveLength(1);
  });

  it.each([
    ["a text of 301 characters", { text: "x".repeat(301) }],
    ["a text of 3,001 bytes", { text: "👩‍👩‍👧‍👦".repeat(121) }],
    ["no time", { createdAt: undefined }],
    ["a mark beyond the text", { facets: [{ index: { byteStart: 0, byteEnd: 99 }, features: [] }] }],
    ["a mark that cuts a character", { facets: [{ index: { byteStart: 0, byteEnd: 7 }, features: [] }] }],
    ["a reply without a version", { reply: { root: { uri: `at://${DID}/a/b` }, parent: {} } }],
  ])("refuses %s", async (_, more) => {
    const arena = await enter();
    const call = await talk(arena);
    expect((await call("putRecord", { rkey, record: { ...RECORD, ...more } })).status).toBe(400);
    expect(arena.sandbox.world().blueskyPosts).toEqual([]);
  });

  it("refuses a wrong password, a strange token, and a key that is no TID", async () => {
    const arena = await enter();
    const xrpc = `${arena.setting("bluesky", "baseUrl")}/xrpc/com.atproto`;
    const body = { identifier: "status.example.com", password: "another" };
    expect((await ask(`${xrpc}.server.createSession`, { body })).status).toBe(401);
    const headers = { authorization: "Bearer another" };
    expect((await ask(`${xrpc}.repo.putRecord`, { headers, body: {} })).body.error).toBe("InvalidToken");
    const call = await talk(arena);
    expect((await call("putRecord", { rkey: "status-1", record: RECORD })).status).toBe(400);
  });

  it("ends a session after two hours", async () => {
    const arena = await enter();
    const call = await talk(arena);
    arena.clock.advance(2 * 60 * 60_000);
    expect((await call("putRecord", { rkey, record: RECORD })).body.error).toBe("ExpiredToken");
  });

  it("lets an account log in 30 times in five minutes", async () => {
    const arena = await enter();
    const url = `${arena.setting("bluesky", "baseUrl")}/xrpc/com.atproto.server.createSession`;
    const body = { identifier: "x.example.com", password: "x" };
    for (let number = 0; number < 30; number++) expect((await ask(url, { body })).status).toBe(401);
    const late = await ask(url, { body });
    expect(late.status).toBe(429);
    expect(String(late.headers["ratelimit-reset"])).toMatch(/^\d+$/);
  });
});
