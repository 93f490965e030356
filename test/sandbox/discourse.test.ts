import { describe, expect, it } from "vitest";
import { type Arena, enter } from "./arena.ts";
import { ask, dig, type Reply } from "./ask.ts";

const BODY = "Customers cannot reach the store front at the moment.";

function caller(arena: Arena, username = "status", agent = "test") {
  return (method: string, path: string, body?: unknown): Promise<Reply> =>
    ask(arena.setting("discourse", "baseUrl") + path, {
      method,
      body,
      headers: {
        "api-key": arena.setting("discourse", "apiKey"),
        "api-username": username,
        "user-agent": agent,
      },
    });
}

function opened(arena: Arena, more: Record<string, unknown> = {}, username = "status") {
  return caller(arena, username)("POST", "/posts.json", {
    title: "Storefront is unavailable",
    raw: BODY,
    category: 7,
    ...more,
  });
}

const errors = (reply: Reply) => [reply.status, dig(reply.body, "errors", 0)];

describe("the imitation of Discourse", () => {
  it("opens a topic, takes replies, and shows both", async () => {
    const arena = await enter();
    const call = caller(arena);
    const topic = await opened(arena, { external_id: "k1" });
    expect(topic.status).toBe(200);
    expect(topic.body).toMatchObject({
      id: expect.any(Number),
      topic_id: expect.any(Number),
      post_number: 1,
      raw: BODY,
      username: "status",
      created_at: arena.clock.now().toISOString(),
    });
    const id = topic.body.topic_id;
    const reply = await call("POST", "/posts.json", {
      topic_id: id,
      raw: "We have found the cause of this.",
    });
    expect(reply.body).toMatchObject({ topic_id: id, post_number: 2 });
    const shown = await call("GET", `/t/${id}.json`);
    expect(shown.body).toMatchObject({
      id,
      title: "Storefront is unavailable",
      posts_count: 2,
      category_id: 7,
    });
    expect(dig(shown.body, "post_stream", "stream")).toEqual([topic.body.id, reply.body.id]);
    expect(dig(shown.body, "post_stream", "posts", 0)).not.toHaveProperty("raw");
    const raw = await call("GET", `/posts/${reply.body.id}.json`);
    expect(raw.body.raw).toBe("We have found the cause of this.");
    expect(arena.sandbox.world().topics).toMatchObject([
      {
        id,
        externalId: "k1",
        category: 7,
        posts: [{ number: 1 }, { number: 2, username: "status" }],
      },
    ]);
  });

  it("takes a form as well as JSON", async () => {
    const arena = await enter();
    const form = new URLSearchParams({
      title: "Storefront is unavailable",
      raw: BODY,
      category: "7",
    });
    expect((await caller(arena)("POST", "/posts.json", form)).status).toBe(200);
    const id = arena.sandbox.world().topics[0]?.posts[0]?.id;
    const edit = new URLSearchParams({ "post[raw]": `${BODY} Edited.` });
    expect((await caller(arena)("PUT", `/posts/${id}.json`, edit)).status).toBe(200);
    expect(arena.sandbox.world().topics[0]?.posts[0]?.raw).toBe(`${BODY} Edited.`);
  });

  it("sends a reader of an external id on to the topic, below the prefix", async () => {
    const arena = await enter();
    const { topic_id } = (await opened(arena, { external_id: "k-1" })).body;
    const reply = await caller(arena)("GET", "/t/external_id/k-1.json");
    expect(reply.status).toBe(301);
    expect(reply.headers.location).toBe(`${arena.setting("discourse", "baseUrl")}/t/${topic_id}.json`);
    expect((await ask(String(reply.headers.location))).body.id).toBe(topic_id);
    expect((await caller(arena)("GET", "/t/external_id/other.json")).status).toBe(404);
  });

  it("shows the first twenty posts, and the rest by number or by id", async () => {
    const arena = await enter();
    const call = caller(arena);
    const { topic_id } = (await opened(arena)).body;
    const ids: unknown[] = [];
    for (let count = 2; count <= 25; count++)
      ids.push(
        (
          await call("POST", "/posts.json", {
            topic_id,
            raw: `This is update number ${count}.`,
          })
        ).body.id,
      );
    const shown = await call("GET", `/t/${topic_id}.json`);
    expect(dig(shown.body, "post_stream", "posts")).toHaveLength(20);
    expect(dig(shown.body, "post_stream", "stream")).toHaveLength(25);
    const later = await call("GET", `/t/${topic_id}/posts.json?post_number=20`);
    const numbers = (reply: Reply) =>
      (dig(reply.body, "post_stream", "posts") as { post_number: number }[]).map((post) => post.post_number);
    expect(numbers(later)).toEqual([21, 22, 23, 24, 25]);
    const named = await call(
      "GET",
      `/t/${topic_id}/posts.json?post_ids[]=${ids[22]}&post_ids[]=${ids[23]}&include_raw=true`,
    );
    expect(numbers(named)).toEqual([24, 25]);
    expect(dig(named.body, "post_stream", "posts", 1, "raw")).toBe("This is update number 25.");
  });

  it.each([
    [{ title: "Too short" }, "Title is too short (minimum is 15 characters)"],
    [{ title: `T${"itle ".repeat(51)}x` }, "Title is too long (maximum is 255 characters)"],
    [{ title: "aaaaaaaaaaaaaaaaaaaa" }, "Title seems unclear, is it a complete sentence?"],
    [{ raw: "Too short." }, "Body is too short (minimum is 20 characters)"],
    [{ raw: "xyz ".repeat(8001) }, "Body is limited to 32000 characters; you entered 32003."],
    [{ raw: "aaaaaaaaaaaaaaaaaaaaaaaa" }, "Body seems unclear, is it a complete sentence?"],
    [{ external_id: "no spaces" }, "External is invalid"],
    [{ external_id: "x".repeat(51) }, "External is invalid"],
    [{ category: 99 }, "Category can't be found"],
  ])("refuses %j", async (more, message) => {
    const arena = await enter();
    expect(errors(await opened(arena, more))).toEqual([422, message]);
    expect(arena.sandbox.world().topics).toEqual([]);
  });

  it("takes a title and a body up to the very limits", async () => {
    const arena = await enter();
    expect((await opened(arena, { title: "Kindle offline!" })).status).toBe(200);
    expect(
      (
        await opened(arena, {
          title: "Of kindle and such x".padEnd(255, "y"),
          raw: "We look at it now ok",
        })
      ).status,
    ).toBe(200);
    expect(
      (
        await opened(arena, {
          title: "Another title for it",
          raw: "abcdefgh".repeat(4000),
        })
      ).status,
    ).toBe(200);
  });

  it("prettifies titles, and refuses one that is taken in any case", async () => {
    const arena = await enter();
    await opened(arena, { title: "storefront is  unavailable!!! really ?" });
    expect(arena.sandbox.world().topics[0]?.title).toBe("Storefront is unavailable! really?");
    const again = await opened(arena, {
      title: "STOREFRONT IS UNAVAILABLE! REALLY?",
      raw: `${BODY} Again.`,
    });
    expect(errors(again)).toEqual([422, "Title has already been used"]);
  });

  it("refuses a second topic with the same external id", async () => {
    const arena = await enter();
    await opened(arena, { external_id: "k1" });
    const again = await opened(arena, {
      external_id: "k1",
      title: "Another topic entirely",
      raw: `${BODY} Again.`,
    });
    expect(errors(again)).toEqual([422, "External has already been taken"]);
    expect(arena.sandbox.world().topics).toHaveLength(1);
  });

  it("replays an identical call within two minutes, and takes it as new afterwards", async () => {
    const arena = await enter();
    const { topic_id } = (await opened(arena)).body;
    const reply = (agent = "test") =>
      caller(arena, "status", agent)("POST", "/posts.json", {
        topic_id,
        raw: "Still looking into the fault.",
      });
    const first = await reply();
    arena.clock.advance(119_000);
    expect((await reply()).body.id).toBe(first.body.id);
    expect(errors(await reply("other agent"))).toEqual([
      422,
      "Body is too similar to what you recently posted",
    ]);
    arena.clock.advance(1000);
    expect(errors(await reply())).toEqual([422, "Body is too similar to what you recently posted"]);
    arena.clock.advance(300_000);
    expect((await reply()).body.post_number).toBe(3);
  });

  it("replays a refusal too, even when its cause is gone", async () => {
    const arena = await enter();
    const call = caller(arena);
    const { topic_id } = (await opened(arena, {}, "seller")).body;
    const say = (raw: string, who = call) => who("POST", "/posts.json", { topic_id, raw });
    for (const word of ["First", "Second", "Third"]) await say(`${word} thing that we have to say.`);
    expect((await say("Fourth thing that we have to say.")).status).toBe(422);
    await say("Thank you for telling us so.", caller(arena, "seller"));
    expect((await say("Fourth thing that we have to say.")).status).toBe(422);
    arena.clock.advance(120_000);
    expect((await say("Fourth thing that we have to say.")).status).toBe(200);
  });

  it("refuses the fourth reply in a row, unless the account opened the topic", async () => {
    const arena = await enter();
    const replies = async (topic_id: unknown) => {
      const statuses: number[] = [];
      for (const word of ["First", "Second", "Third", "Fourth"])
        statuses.push(
          (
            await caller(arena)("POST", "/posts.json", {
              topic_id,
              raw: `${word} reply in topic ${topic_id}.`,
            })
          ).status,
        );
      return statuses;
    };
    const own = await opened(arena);
    const foreign = await opened(
      arena,
      { title: "Is the store down for you?", raw: "I cannot sell anything." },
      "seller",
    );
    expect(await replies(own.body.topic_id)).toEqual([200, 200, 200, 200]);
    expect(await replies(foreign.body.topic_id)).toEqual([200, 200, 200, 422]);
  });

  it("holds posts back while it is moderated, and publishes them when they are approved", async () => {
    const arena = await enter();
    arena.sandbox.moderate(true);
    const held = await opened(arena, { external_id: "k1" });
    expect(held.status).toBe(200);
    expect(held.body.action).toBe("enqueued");
    expect(held.body).not.toHaveProperty("id");
    expect(arena.sandbox.world().topics).toEqual([]);
    expect((await caller(arena)("GET", "/t/external_id/k1.json")).status).toBe(404);
    arena.sandbox.approveQueued();
    expect(arena.sandbox.world().topics).toMatchObject([{ externalId: "k1", posts: [{ raw: BODY }] }]);
    const topic_id = arena.sandbox.world().topics[0]?.id;
    const reply = await caller(arena)("POST", "/posts.json", {
      topic_id,
      raw: "A reply that waits as well.",
    });
    expect(reply.body.action).toBe("enqueued");
    arena.sandbox.moderate(false);
    arena.sandbox.approveQueued();
    expect(arena.sandbox.world().topics[0]?.posts).toHaveLength(2);
  });

  it("lists the topics that an account opened, and tells it alone how many of its posts wait", async () => {
    const arena = await enter();
    const topic = await opened(arena);
    await opened(
      arena,
      { title: "Sellers cannot upload listings", raw: `${BODY} It began at noon.` },
      "seller",
    );
    const call = caller(arena);
    const listed = await call("GET", "/user_actions.json?offset=0&username=status&filter=4");
    expect(listed.body.user_actions).toMatchObject([{ topic_id: topic.body.topic_id, action_type: 4 }]);
    expect((await call("GET", "/user_actions.json?offset=0&username=nobody&filter=4")).status).toBe(404);
    arena.sandbox.moderate(true);
    await opened(arena, { title: "Search is unavailable as well", raw: `${BODY} Search is down too.` });
    const waiting = async (username: string) =>
      dig((await caller(arena, username)("GET", "/u/status.json")).body, "user", "pending_posts_count");
    expect(await waiting("status")).toBe(1);
    expect(await waiting("seller")).toBeUndefined();
  });

  it("edits own posts only, and thirty times a day", async () => {
    const arena = await enter();
    const post = await opened(arena);
    const edit = (count: number, username = "status") =>
      caller(arena, username)("PUT", `/posts/${post.body.id}.json`, {
        post: { raw: `${BODY} Edit ${count}.` },
      });
    expect((await edit(0, "seller")).status).toBe(403);
    const first = await edit(1);
    expect(dig(first.body, "post", "raw")).toBe(`${BODY} Edit 1.`);
    for (let count = 2; count <= 30; count++) expect((await edit(count)).status).toBe(200);
    const over = await edit(31);
    expect([over.status, over.headers["retry-after"]]).toEqual([429, "86400"]);
    expect(dig(over.body, "extras", "wait_seconds")).toBe(86_400);
    arena.clock.advance(86_400_000);
    expect((await edit(32)).status).toBe(200);
  });

  it("refuses a wrong key, an unknown user and a write without a key; anyone may read", async () => {
    const arena = await enter();
    const post = await opened(arena);
    const base = arena.setting("discourse", "baseUrl");
    const key = arena.setting("discourse", "apiKey");
    for (const headers of [
      { "api-key": "wrong", "api-username": "status" },
      { "api-key": key, "api-username": "nobody" },
      { "api-key": key },
    ])
      expect((await ask(`${base}/t/${post.body.topic_id}.json`, { headers })).body.error_type).toBe(
        "invalid_access",
      );
    expect((await ask(`${base}/posts.json`, { body: { raw: BODY } })).status).toBe(403);
    expect((await ask(`${base}/t/${post.body.topic_id}.json`)).status).toBe(200);
  });

  it("tells about the site, the user and the category, and what the key may do there", async () => {
    const call = caller(await enter());
    expect((await call("GET", "/site/basic-info.json")).body.title).toBe("Sandbox forum");
    expect(dig((await call("GET", "/u/status.json")).body, "user")).toMatchObject({
      username: "status",
      can_edit: true,
    });
    expect((await call("GET", "/u/nobody.json")).status).toBe(404);
    expect(dig((await call("GET", "/c/7/show.json")).body, "category", "permission")).toBe(1);
    expect(dig((await call("GET", "/c/8/show.json")).body, "category", "permission")).toBeNull();
    expect((await call("GET", "/c/99/show.json")).status).toBe(404);
  });

  it("forbids posting where the category is closed to the user", async () => {
    const arena = await enter();
    expect((await opened(arena, { category: 8 })).status).toBe(403);
  });

  it("answers a reader who is too fast in plain text, a writer in JSON", async () => {
    const arena = await enter();
    arena.sandbox.fault("discourse", "rate-limit");
    const read = await caller(arena)("GET", "/site/basic-info.json");
    expect(read.headers).toMatchObject({
      "content-type": "text/plain",
      "retry-after": "25",
    });
    expect(read.headers["discourse-rate-limit-error-code"]).toBe("admin_api_key_rate_limit");
    const write = await opened(arena);
    expect(dig(write.body, "extras", "wait_seconds")).toBe(25);
  });

  it("forgets a post that its author deletes", async () => {
    const arena = await enter();
    const call = caller(arena);
    const { id, topic_id } = (await opened(arena)).body;
    const reply = await call("POST", "/posts.json", {
      topic_id,
      raw: "A reply said in error.",
    });
    expect((await call("DELETE", `/posts/${reply.body.id}.json`)).status).toBe(200);
    expect((await call("GET", `/posts/${reply.body.id}.json`)).status).toBe(404);
    await call("DELETE", `/posts/${id}.json`);
    expect((await call("GET", `/t/${topic_id}.json`)).status).toBe(404);
  });
});
