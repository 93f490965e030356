import { describe, expect, it } from "vitest";
import { type Arena, enter } from "./arena.ts";
import { ask } from "./ask.ts";

function talk(arena: Arena, token = arena.setting("mastodon", "accessToken")) {
  return (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
    ask(`${arena.setting("mastodon", "baseUrl")}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body === undefined ? {} : { body }),
    });
}

const post = (arena: Arena, status: string, more: object = {}, headers: Record<string, string> = {}) =>
  talk(arena)("POST", "/api/v1/statuses", { status, ...more }, headers);

describe("the sandbox's Mastodon", () => {
  it("takes 500 characters, of which an address has 23 and a family one", async () => {
    const arena = await enter();
    expect((await post(arena, "x".repeat(501))).status).toBe(422);
    expect((await post(arena, `${"x".repeat(476)} https://example.com/${"a".repeat(400)}`)).status).toBe(200);
    expect((await post(arena, `${"x".repeat(477)} https://example.com/${"a".repeat(400)}`)).status).toBe(422);
    expect((await post(arena, "👩‍👩‍👧‍👦".repeat(500))).status).toBe(200);
    expect((await post(arena, "  ")).status).toBe(422);
    expect(arena.sandbox.world().toots).toHaveLength(2);
  });

  it("answers the same key with the first post, whatever the words, and a deleted one with 404", async () => {
    const arena = await enter();
    const key = { "idempotency-key": "k" };
    const first = await post(arena, "One.", {}, key);
    expect((await post(arena, "Two.", {}, key)).body).toEqual(first.body);
    await talk(arena)("DELETE", `/api/v1/statuses/${first.body.id}`);
    expect(await post(arena, "One.", {}, key)).toMatchObject({
      status: 404,
      body: { error: "Record not found" },
    });
    expect(arena.sandbox.world().toots).toEqual([]);
  });

  it("notifies whom the words name, and knows tags", async () => {
    const arena = await enter();
    await post(
      arena,
      "@ops and (@oncall@example.com), not a@b.example: #down https://example.com/?q=1&@boss",
    );
    expect(arena.sandbox.world().toots[0]).toMatchObject({
      mentions: ["ops", "oncall@example.com", "boss"],
      hashtags: ["down"],
    });
  });

  it("refuses a reply to nothing, a strange token, and a visibility that there is not", async () => {
    const arena = await enter();
    expect((await post(arena, "Reply.", { in_reply_to_id: "1" })).status).toBe(404);
    expect((await talk(arena, "another")("GET", "/api/v1/accounts/verify_credentials")).status).toBe(401);
    expect((await post(arena, "Who?", { visibility: "friends" })).status).toBe(422);
  });

  it("lets an account make 300 calls in five minutes, and tells when there are more", async () => {
    const arena = await enter();
    const call = talk(arena);
    for (let number = 0; number < 300; number++) await call("GET", "/api/v2/instance");
    const late = await call("GET", "/api/v2/instance");
    expect(late.status).toBe(429);
    expect(String(late.headers["x-ratelimit-reset"])).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
  });
});
