import type { Clock } from "../base/clock.ts";
import { type Fields, isTrue, readBody, textOf } from "./fields.ts";
import { type Answer, type AnsweredFault, type Call, type HttpImitation, json } from "./http-server.ts";
import { countOf, hashtagsIn, htmlOf, mentionsIn } from "./mastodon-text.ts";
import { Quota } from "./quota.ts";
import type { Profile, Toot } from "./world.ts";

const TOKEN = "sandbox-mastodon-token";
const MAX_CHARACTERS = 500;
const KEY_MS = 60 * 60_000;
const VISIBILITIES = ["public", "unlisted", "private", "direct"];

export interface MastodonImitation {
  readonly http: HttpImitation;
  readonly settings: { readonly accessToken: string };
  toots(): Toot[];
}

/** A Mastodon 4 server with one account on it (documentation, PostStatusService and validators, read 2026-11). */
export function imitateMastodon(options: {
  clock: Clock;
  quotas: boolean;
  profile?: Profile;
}): MastodonImitation {
  const { clock } = options;
  const calls = new Quota(clock, 300, 5 * 60_000);
  const deletions = new Quota(clock, 30, 30 * 60_000);
  const toots: Toot[] = [];
  const keys = new Map<string, { readonly id: string; readonly at: number }>();
  let sequence = 0n;

  /** Rising with the clock, as Mastodon's snowflakes do; counted on where the clock stands. */
  const nextId = (): string => {
    const byClock = BigInt(clock.now().getTime()) << 16n;
    sequence = byClock > sequence ? byClock : sequence + 1n;
    return String(sequence);
  };
  const tootOf = (id: string | undefined) => toots.find((toot) => toot.id === id);

  const wordsOf = (fields: Fields): { text: string } | { flaw: Answer } => {
    const text = (textOf(fields.status) ?? "").trim();
    if (text === "") return { flaw: invalid("Validation failed: Text can't be blank") };
    if (countOf(text) > MAX_CHARACTERS)
      return { flaw: invalid(`Validation failed: Text character limit of ${MAX_CHARACTERS} exceeded`) };
    return { text };
  };

  const create = (call: Call, fields: Fields): Answer => {
    const replyTo = textOf(fields.in_reply_to_id) ?? null;
    if (replyTo !== null && tootOf(replyTo) === undefined)
      return json(404, { error: "The post you are trying to reply to does not appear to exist." });
    const key = call.headers["idempotency-key"];
    const now = clock.now();
    const first = key === undefined ? undefined : keys.get(key);
    if (first !== undefined && now.getTime() - first.at < KEY_MS) {
      const toot = tootOf(first.id);
      return toot === undefined ? notFound() : json(200, shown(toot, call.base));
    }
    const visibility = textOf(fields.visibility) ?? "public";
    if (!VISIBILITIES.includes(visibility)) return invalid(`'${visibility}' is not a valid visibility`);
    if (fields.scheduled_at !== undefined) return invalid("Validation failed: the sandbox schedules nothing");
    const words = wordsOf(fields);
    if ("flaw" in words) return words.flaw;
    const toot: Toot = {
      id: nextId(),
      author: `@${USERNAME}`,
      text: words.text,
      replyTo,
      visibility,
      language: textOf(fields.language) ?? null,
      mentions: mentionsIn(words.text),
      hashtags: hashtagsIn(words.text),
      at: now,
      editedAt: null,
    };
    toots.push(toot);
    if (key !== undefined) keys.set(key, { id: toot.id, at: now.getTime() });
    return json(200, shown(toot, call.base));
  };

  const edit = (toot: Toot, fields: Fields, base: string): Answer => {
    const words = wordsOf(fields);
    if ("flaw" in words) return words.flaw;
    const { text } = words;
    const language = textOf(fields.language) ?? toot.language;
    // Nothing new is no edit.
    if (text === toot.text && language === toot.language) return json(200, shown(toot, base));
    const edited = { ...toot, text, language, mentions: mentionsIn(text), editedAt: clock.now() };
    toots[toots.indexOf(toot)] = edited;
    return json(200, shown(edited, base));
  };

  const remove = (toot: Toot, base: string): Answer => {
    const wait = options.quotas ? deletions.take() : null;
    if (wait !== null) return tooMany(30, clock.now().getTime() + wait * 1000);
    toots.splice(toots.indexOf(toot), 1);
    return json(200, { ...shown(toot, base), text: toot.text });
  };

  const timeline = (query: URLSearchParams, base: string, all: boolean): Answer => {
    const before = query.get("max_id");
    const after = query.get("since_id");
    const limit = Math.min(Number(query.get("limit") ?? "20") || 20, 40);
    const noReplies = isTrue(query.get("exclude_replies"));
    const page = toots
      .filter((toot) => all || toot.visibility === "public" || toot.visibility === "unlisted")
      .filter((toot) => before === null || BigInt(toot.id) < BigInt(before))
      .filter((toot) => after === null || BigInt(toot.id) > BigInt(after))
      .filter((toot) => !noReplies || toot.replyTo === null)
      .reverse()
      .slice(0, limit);
    return json(
      200,
      page.map((toot) => shown(toot, base)),
    );
  };

  const route = (call: Call, speaks: boolean): Answer => {
    const { method, path, base } = call;
    if (method === "GET" && path === "/api/v2/instance") return json(200, instanceOf(base));
    const account = /^\/api\/v1\/accounts\/(\d+)\/statuses$/.exec(path)?.[1];
    if (method === "GET" && account !== undefined)
      return account === ACCOUNT_ID ? timeline(call.query, base, speaks) : notFound();
    const toot = tootOf(/^\/api\/v1\/statuses\/(\d+)$/.exec(path)?.[1]);
    if (method === "GET" && toot !== undefined && (speaks || toot.visibility !== "private"))
      return json(200, shown(toot, base));
    if (method === "GET" && path !== "/api/v1/accounts/verify_credentials") return notFound();
    if (!speaks) return noToken();
    if (method === "GET") return json(200, credentialsOf(base, options.profile?.text ?? ""));
    const fields = readBody(call);
    if (fields === null) return json(400, { error: "Error occurred while parsing request parameters" });
    if (method === "POST" && path === "/api/v1/statuses") return create(call, fields);
    if (toot !== undefined && method === "PUT") return edit(toot, fields, base);
    if (toot !== undefined && method === "DELETE") return remove(toot, base);
    return notFound();
  };

  const answer = (call: Call): Answer => {
    const token = /^Bearer (.+)$/.exec(call.headers.authorization ?? "")?.[1];
    if (token !== undefined && token !== TOKEN) return noToken();
    const wait = options.quotas ? calls.take() : null;
    if (wait !== null) return tooMany(300, clock.now().getTime() + wait * 1000);
    return route(call, token === TOKEN);
  };

  return {
    http: {
      imitation: "mastodon",
      prefix: "/mastodon",
      answer,
      answerFault: (fault) => answerFault(fault, clock.now().getTime()),
    },
    settings: { accessToken: TOKEN },
    toots: () => [...toots],
  };
}

function answerFault(fault: AnsweredFault, now: number): Answer {
  switch (fault) {
    case "unauthorized":
      return noToken();
    case "refuse":
      return json(403, { error: "Your login is currently disabled" });
    case "rate-limit":
      return tooMany(300, now + 120_000);
    case "server-error":
      return { status: 500, headers: { "content-type": "text/html" }, body: "<html>We are sorry</html>" };
  }
}

function tooMany(limit: number, resetMs: number): Answer {
  return json(
    429,
    { error: "Too many requests" },
    {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": new Date(resetMs).toISOString().replace(/Z$/, "000Z"),
    },
  );
}

function noToken(): Answer {
  return json(401, { error: "The access token is invalid" });
}

function notFound(): Answer {
  return json(404, { error: "Record not found" });
}

function invalid(error: string): Answer {
  return json(422, { error });
}

const ACCOUNT_ID = "108001";
const USERNAME = "status";
const BORN = "2010-06-01T00:00:00.000Z";

function accountOf(base: string) {
  return {
    id: ACCOUNT_ID,
    username: USERNAME,
    acct: USERNAME,
    display_name: "Amazon.com Status",
    locked: false,
    bot: true,
    group: false,
    indexable: true,
    discoverable: true,
    created_at: BORN,
    note: "",
    url: `${base}/@status`,
    uri: `${base}/users/status`,
    avatar: `${base}/avatar.png`,
    avatar_static: `${base}/avatar.png`,
    header: `${base}/header.png`,
    header_static: `${base}/header.png`,
    followers_count: 0,
    following_count: 0,
    statuses_count: 0,
    last_status_at: null,
    emojis: [],
    fields: [],
  };
}

function credentialsOf(base: string, text: string) {
  const source = {
    note: "",
    fields: [],
    privacy: "public",
    sensitive: false,
    indexable: true,
    language: "en",
    follow_requests_count: 0,
    attribution_domains: [],
    quote_policy: "public",
  };
  const role = { id: "-99", name: "", color: "", permissions: "65536", highlighted: false };
  const note = text === "" ? "" : `<p>${htmlOf(text)}</p>`;
  return { ...accountOf(base), note, source: { ...source, note: text }, role };
}

function shown(toot: Toot, base: string) {
  return {
    id: toot.id,
    created_at: toot.at.toISOString(),
    edited_at: toot.editedAt?.toISOString() ?? null,
    in_reply_to_id: toot.replyTo,
    in_reply_to_account_id: toot.replyTo === null ? null : ACCOUNT_ID,
    sensitive: false,
    spoiler_text: "",
    visibility: toot.visibility,
    language: toot.language,
    uri: `${base}/users/status/statuses/${toot.id}`,
    url: `${base}/@status/${toot.id}`,
    replies_count: 0,
    reblogs_count: 0,
    favourites_count: 0,
    content: htmlOf(toot.text),
    reblog: null,
    account: accountOf(base),
    media_attachments: [],
    mentions: toot.mentions.map((name, index) => ({
      id: String(index + 1),
      username: name,
      acct: name,
      url: `${base}/@${name}`,
    })),
    tags: toot.hashtags.map((name) => ({ name, url: `${base}/tags/${name}` })),
    emojis: [],
    card: null,
    poll: null,
  };
}

function instanceOf(base: string) {
  return {
    domain: new URL(base).host,
    title: "Sandbox server",
    version: "4.7.0",
    source_url: "https://github.com/mastodon/mastodon",
    description: "",
    languages: ["en"],
    configuration: {
      statuses: {
        max_characters: MAX_CHARACTERS,
        max_media_attachments: 4,
        characters_reserved_per_url: 23,
      },
    },
    rules: [],
  };
}
