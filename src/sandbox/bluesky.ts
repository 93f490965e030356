import { createHash } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { refusalOfPost } from "./bluesky-post.ts";
import { type Fields, isObject, readBody, textOf } from "./fields.ts";
import { type Answer, type AnsweredFault, type Call, type HttpImitation, json } from "./http-server.ts";
import { Quota } from "./quota.ts";
import type { BlueskyPost, Profile } from "./world.ts";

const ACCOUNT = { did: "did:plc:sandbox234567sandbox2345", handle: "status.example.com" };
const PASSWORD = "sand-boxx-pass-word";
const COLLECTION = "app.bsky.feed.post";
const SESSION_MS = 2 * 60 * 60_000;

interface Stored {
  readonly rkey: string;
  readonly cid: string;
  readonly value: Fields;
  readonly at: Date;
}

export interface BlueskyImitation {
  readonly http: HttpImitation;
  readonly settings: { readonly identifier: string; readonly appPassword: string };
  posts(): BlueskyPost[];
}

/** A personal data server with one account on it (lexicons and the reference server, read 2026-11). */
export function imitateBluesky(options: {
  clock: Clock;
  quotas: boolean;
  profile?: Profile;
}): BlueskyImitation {
  const { clock } = options;
  const logIns = new Quota(clock, 30, 5 * 60_000);
  /** 5,000 points an hour, of which a put takes two. */
  const writes = new Quota(clock, 2_500, 60 * 60_000);
  const records: Stored[] = [];
  const sessions = new Map<string, number>();

  const createSession = (fields: Fields): Answer => {
    const wait = options.quotas ? logIns.take() : null;
    if (wait !== null) return tooMany(30, clock.now().getTime() + wait * 1000);
    const known = [ACCOUNT.did, ACCOUNT.handle].includes(textOf(fields.identifier) ?? "");
    if (!known || fields.password !== PASSWORD)
      return no(401, "AuthenticationRequired", "Invalid identifier or password");
    const token = `sandbox-access-jwt-${sessions.size + 1}`;
    sessions.set(token, clock.now().getTime() + SESSION_MS);
    return json(200, { ...ACCOUNT, accessJwt: token, refreshJwt: `${token}-refresh`, active: true });
  };

  const indexOf = (rkey: unknown) => records.findIndex((record) => record.rkey === rkey);
  const uriOf = ({ rkey }: { readonly rkey: string }) => `at://${ACCOUNT.did}/${COLLECTION}/${rkey}`;

  const write = (fields: Fields, creates: boolean): Answer => {
    const wait = options.quotas ? writes.take() : null;
    if (wait !== null) return tooMany(5000, clock.now().getTime() + wait * 1000);
    const { rkey, record, swapRecord } = fields;
    if (typeof rkey !== "string" || !/^[234567abcdefghij][234567a-z]{12}$/.test(rkey))
      return no(400, "InvalidRequest", "Input/rkey must be a valid TID");
    if (!isObject(record)) return no(400, "InvalidRequest", "Input/record must be an object");
    const flaw = refusalOfPost(record);
    if (flaw !== null) return no(400, "InvalidRequest", `Invalid ${COLLECTION} record: ${flaw}`);
    const made: Stored = { rkey, cid: cidOf(record), value: record, at: clock.now() };
    const answered = { uri: uriOf(made), cid: made.cid, validationStatus: "valid" };
    const index = indexOf(rkey);
    const current = records[index];
    if (current?.cid === made.cid && !creates) return json(200, answered);
    // The reference server fails without a name where a created record's key is taken.
    if (current !== undefined && creates) return no(500, "InternalServerError", "Internal Server Error");
    if (swapRecord !== undefined && (current?.cid ?? null) !== swapRecord)
      return no(400, "InvalidSwap", `Record was at ${current?.cid ?? null}`);
    if (current === undefined) records.push(made);
    else records[index] = made;
    return json(200, { ...answered, commit: { cid: cidOf({ commit: made.cid }), rev: rkey } });
  };

  const remove = (fields: Fields): Answer => {
    const index = indexOf(fields.rkey);
    if (index < 0) return json(200, {});
    const [gone] = records.splice(index, 1);
    return json(200, { commit: { cid: cidOf({ without: gone?.cid }), rev: gone?.rkey } });
  };

  const shown = (record: Stored) => ({ uri: uriOf(record), cid: record.cid, value: record.value });

  const read = (method: string, query: URLSearchParams): Answer => {
    const repo = query.get("repo") ?? "";
    if (![ACCOUNT.did, ACCOUNT.handle].includes(repo))
      return no(400, "InvalidRequest", `Could not find repo: ${repo}`);
    if (method === "listRecords") {
      const limit = Number(query.get("limit") ?? "50");
      if (!Number.isInteger(limit) || limit < 1 || limit > 100)
        return no(400, "InvalidRequest", "Params/limit must be between 1 and 100");
      const before = query.get("cursor");
      const page = records
        .filter(({ rkey }) => before === null || rkey < before)
        .sort((a, b) => (a.rkey < b.rkey ? 1 : -1))
        .slice(0, limit);
      const last = page.at(-1);
      return json(200, { records: page.map(shown), ...(last === undefined ? {} : { cursor: last.rkey }) });
    }
    const record = records[indexOf(query.get("rkey"))];
    if (record !== undefined && query.get("collection") === COLLECTION) return json(200, shown(record));
    const description = options.profile?.text ?? "";
    if (
      query.get("collection") === "app.bsky.actor.profile" &&
      query.get("rkey") === "self" &&
      description !== ""
    )
      return json(200, {
        uri: `at://${ACCOUNT.did}/app.bsky.actor.profile/self`,
        cid: cidOf({ description }),
        value: { $type: "app.bsky.actor.profile", description },
      });
    const uri = `at://${repo}/${query.get("collection")}/${query.get("rkey")}`;
    return no(400, "RecordNotFound", `Could not locate record: ${uri}`);
  };

  const answer = (call: Call): Answer => {
    const method = call.path.replace(/^\/xrpc\/com\.atproto\.(?:repo|server)\./, "");
    if (call.method === "GET" && ["getRecord", "listRecords"].includes(method))
      return read(method, call.query);
    const fields = call.method === "POST" ? readBody(call) : null;
    if (fields === null) return no(501, "MethodNotImplemented", "Method Not Implemented");
    if (method === "createSession") return createSession(fields);
    const token = /^Bearer (.+)$/.exec(call.headers.authorization ?? "")?.[1];
    if (token === undefined) return no(401, "AuthMissing", "Authentication Required");
    const until = sessions.get(token);
    if (until === undefined) return no(400, "InvalidToken", "Token could not be verified");
    if (clock.now().getTime() >= until) return no(400, "ExpiredToken", "Token has expired");
    if (fields.repo !== ACCOUNT.did && fields.repo !== ACCOUNT.handle)
      return no(401, "AuthenticationRequired", "Authentication Required");
    if (fields.collection !== COLLECTION) return no(400, "InvalidRequest", "the sandbox keeps posts only");
    if (method === "putRecord") return write(fields, false);
    if (method === "createRecord") return write(fields, true);
    if (method === "deleteRecord") return remove(fields);
    return no(501, "MethodNotImplemented", "Method Not Implemented");
  };

  return {
    http: {
      imitation: "bluesky",
      prefix: "/bluesky",
      answer,
      answerFault: (fault) => answerFault(fault, clock.now().getTime()),
    },
    settings: { identifier: ACCOUNT.handle, appPassword: PASSWORD },
    posts: () =>
      records.map((record) => ({
        uri: uriOf(record),
        cid: record.cid,
        author: `@${ACCOUNT.handle}`,
        at: record.at,
        ...seenIn(record.value),
      })),
  };
}

function answerFault(fault: AnsweredFault, now: number): Answer {
  switch (fault) {
    case "unauthorized":
      return no(401, "AuthenticationRequired", "Invalid identifier or password");
    case "refuse":
      return no(400, "AccountTakedown", "Account has been taken down");
    case "rate-limit":
      return tooMany(3000, now + 120_000);
    case "server-error":
      return no(500, "InternalServerError", "Internal Server Error");
  }
}

function no(status: number, error: string, message: string): Answer {
  return json(status, { error, message });
}

function tooMany(limit: number, resetMs: number): Answer {
  return json(
    429,
    { error: "RateLimitExceeded", message: "Rate Limit Exceeded" },
    {
      "ratelimit-limit": String(limit),
      "ratelimit-remaining": "0",
      "ratelimit-reset": String(Math.ceil(resetMs / 1000)),
      "ratelimit-policy": `${limit};w=300`,
    },
  );
}

/** What readers see of a record. */
function seenIn(value: Fields): Pick<BlueskyPost, "text" | "links" | "live" | "root"> {
  const text = String(value.text);
  const bytes = Buffer.from(text);
  const facets = (Array.isArray(value.facets) ? value.facets : []) as readonly {
    readonly index: { readonly byteStart: number; readonly byteEnd: number };
    readonly features: readonly { readonly uri?: string }[];
  }[];
  const reply = value.reply as { readonly root: { readonly uri: string } } | undefined;
  return {
    text,
    links: facets.flatMap(({ features }) => features.flatMap(({ uri }) => (uri === undefined ? [] : [uri]))),
    live: facets.map(({ index }) => bytes.subarray(index.byteStart, index.byteEnd).toString("utf8")),
    root: reply?.root.uri ?? null,
  };
}

/** A content id in the form of version 1: the hash is over JSON, where a server's is over CBOR. */
function cidOf(value: unknown): string {
  const hash = createHash("sha256")
    .update(JSON.stringify(sorted(value)))
    .digest();
  return `b${base32(Buffer.concat([Buffer.from([0x01, 0x71, 0x12, 0x20]), hash]))}`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  );
}

function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return Array.from(
    bits.match(/.{1,5}/g) ?? [],
    (five) => "abcdefghijklmnopqrstuvwxyz234567"[Number.parseInt(five.padEnd(5, "0"), 2)],
  ).join("");
}
