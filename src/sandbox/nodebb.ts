import type { Clock } from "../base/clock.ts";
import { escapeHtml, slugOf } from "./discourse-posts.ts";
import { type Fields, readBody } from "./fields.ts";
import { type Answer, type Call, type HttpImitation, json } from "./http-server.ts";
import type { NodebbTopic, Profile } from "./world.ts";

const TOKEN = "sandbox-nodebb-token";
const UID = 12;
const NAME = "status";
const PAGE = 20;
/** install/data/defaults.json, read 2026-11. */
const LIMITS = { title: [3, 255], content: [8, 32_767], tags: 5, tag: [3, 15] } as const;
const POST_DELAY_MS = 10_000;
const CATEGORIES: Readonly<Record<number, { name: string; mayPost: boolean }>> = {
  2: { name: "Announcements", mayPost: true },
  3: { name: "Archive", mayPost: false },
};

interface StoredPost {
  readonly pid: number;
  readonly tid: number;
  content: string;
  readonly at: Date;
  edited: number;
  deleted: boolean;
}

interface StoredTopic {
  readonly tid: number;
  readonly cid: number;
  title: string;
  readonly tags: readonly string[];
  readonly at: Date;
  readonly posts: StoredPost[];
}

export interface NodebbImitation {
  readonly http: HttpImitation;
  readonly settings: { readonly token: string; readonly category: number };
  /** New topics and replies wait for a moderator. */
  moderate(on: boolean): void;
  /** A moderator publishes everything that waits, in order. */
  approveQueued(): void;
  topics(): NodebbTopic[];
}

/** A NodeBB forum with an account of reputation 10, in an installation that speaks German (read 2026-11). */
export function imitateNodebb(options: {
  clock: Clock;
  quotas: boolean;
  profile?: Profile;
}): NodebbImitation {
  const { clock } = options;
  const topics: StoredTopic[] = [];
  const queue: (() => void)[] = [];
  let moderating = false;
  let lastTid = 40;
  let lastPid = 400;
  let lastPostTime = 0;

  const posts = () => topics.flatMap((topic) => topic.posts);

  const add = (topic: StoredTopic, content: string): StoredPost => {
    lastPid += 1;
    const at = clock.now();
    const post = { pid: lastPid, tid: topic.tid, content, at, edited: 0, deleted: false };
    topic.posts.push(post);
    lastPostTime = at.getTime();
    return post;
  };

  const summary = (post: StoredPost) => {
    const topic = topics.find(({ tid }) => tid === post.tid);
    return {
      pid: post.pid,
      tid: post.tid,
      uid: UID,
      toPid: null,
      url: `/post/${post.pid}`,
      content: `<p dir="auto">${escapeHtml(post.content)}</p>`,
      timestamp: post.at.getTime(),
      timestampISO: post.at.toISOString(),
      deleted: post.deleted,
      ...{ upvotes: 0, downvotes: 0, votes: 0, replies: 0 },
      isMainPost: topic?.posts[0] === post,
      user: { uid: UID, username: NAME, displayname: NAME, userslug: NAME, status: "online" },
      topic: { ...topicFields(topic), titleRaw: topic?.title, postcount: topic?.posts.length },
      category: { cid: topic?.cid ?? 0, name: CATEGORIES[topic?.cid ?? 0]?.name ?? "" },
    };
  };

  const publish = (act: () => unknown, queuedStatus: number): Answer => {
    if (!moderating) return answered(200, act());
    queue.push(act);
    return answered(queuedStatus, {
      ...{ id: `topic-${clock.now().getTime()}`, type: "topic", queued: true },
      message: "Dein Beitrag wird freigeschaltet.",
    });
  };

  /** What stands against this text, in the installation's language; null where nothing does. */
  const objection = (content: string): string | null => {
    const length = content.replace(/<[^>]*>/g, "").trim().length;
    if (length < LIMITS.content[0]) return `Bitte gib mindestens ${LIMITS.content[0]} Zeichen ein.`;
    if (length > LIMITS.content[1]) return `Bitte gib höchstens ${LIMITS.content[1]} Zeichen ein.`;
    if (options.quotas && clock.now().getTime() - lastPostTime < POST_DELAY_MS)
      return `Du musst ${POST_DELAY_MS / 1000} Sekunden zwischen Beiträgen warten.`;
    return null;
  };

  const open = (fields: Fields): Answer => {
    const { cid, title, content, tags = [] } = fields;
    const place = CATEGORIES[Number(cid)];
    if (typeof title !== "string" || typeof content !== "string") return bad("Ungültige Daten");
    if (place === undefined) return missing("Kategorie existiert nicht");
    if (!place.mayPost) return forbidden();
    if (title.trim().length < LIMITS.title[0] || title.length > LIMITS.title[1])
      return bad("Der Titel ist zu kurz oder zu lang.");
    if (!Array.isArray(tags) || tags.length > LIMITS.tags) return bad("Zu viele Schlagworte");
    const flaw = objection(content);
    if (flaw !== null) return bad(flaw);
    const act = () => {
      lastTid += 1;
      const at = clock.now();
      const topic: StoredTopic = {
        ...{ tid: lastTid, cid: Number(cid), title, at, posts: [] },
        tags: tags.map(String),
      };
      topics.push(topic);
      const post = add(topic, content);
      return { ...topicFields(topic), mainPid: post.pid, postcount: 1, mainPost: summary(post) };
    };
    return publish(act, 202);
  };

  const reply = (topic: StoredTopic | undefined, { content }: Fields): Answer => {
    if (topic === undefined) return missing("Thema existiert nicht");
    if (typeof content !== "string") return bad("Ungültige Daten");
    const flaw = objection(content);
    if (flaw !== null) return bad(flaw);
    // A queued reply is answered with 200.
    return publish(() => ({ ...summary(add(topic, content)), index: topic.posts.length - 1 }), 200);
  };

  const onPost = (call: Call, post: StoredPost | undefined, what: string | undefined): Answer => {
    if (post === undefined) return missing("Beitrag existiert nicht");
    if (call.method === "GET" && what === "raw") return answered(200, { content: post.content });
    if (call.method === "GET" && what === undefined)
      return answered(200, {
        ...{ pid: post.pid, tid: post.tid, uid: UID, content: post.content },
        ...{
          timestamp: post.at.getTime(),
          timestampISO: post.at.toISOString(),
          deleted: Number(post.deleted),
        },
        ...{ upvotes: 0, downvotes: 0, votes: 0, replies: 0, edited: post.edited },
      });
    if (call.method === "DELETE" && what === "state") {
      if (post.deleted) return bad("Dieser Beitrag ist bereits gelöscht.");
      post.deleted = true;
      return answered(200, {});
    }
    if (call.method !== "PUT" || what !== undefined) return missing("nicht gefunden");
    const { content } = readBody(call) ?? {};
    if (typeof content !== "string" || content.trim().length < LIMITS.content[0])
      return bad("Inhalt zu kurz");
    post.content = content;
    post.edited = clock.now().getTime();
    return answered(200, { ...summary(post), edited: post.edited });
  };

  const read = (call: Call): Answer => {
    if (call.path === "/api/self")
      return json(200, {
        ...{ uid: UID, username: NAME, userslug: NAME, displayname: NAME, isLocal: true, banned: false },
        ...{ reputation: 10, postcount: posts().length, lastposttime: lastPostTime },
        ...{ isAdmin: false, isGlobalModerator: false, isModerator: false },
      });
    if (call.path === `/api/user/${NAME}/posts`) {
      const page = Number(call.query.get("page") ?? "1");
      const all = posts().reverse();
      const pageCount = Math.max(1, Math.ceil(all.length / PAGE));
      return json(200, {
        posts: all.slice((page - 1) * PAGE, page * PAGE).map(summary),
        nextStart: page * PAGE,
        pagination: { currentPage: page, pageCount, pages: [] },
      });
    }
    const cid = Number(/^\/api\/v3\/categories\/(\d+)$/.exec(call.path)?.[1]);
    const category = CATEGORIES[cid];
    if (category === undefined) return missing("nicht gefunden");
    return answered(200, {
      ...{ cid, name: category.name, slug: `${cid}/${slugOf(category.name)}`, disabled: 0 },
      ...descriptionOf(options.profile?.text ?? ""),
      postQueue: Number(moderating),
    });
  };

  const answer = (call: Call): Answer => {
    if (call.headers.authorization !== `Bearer ${TOKEN}`) return unauthorised();
    const fields = readBody(call);
    if (fields === null) return bad("Ungültige Daten");
    const [, tid] = /^\/api\/v3\/topics\/(\d*)$/.exec(call.path) ?? [];
    if (call.method === "POST" && tid === "") return open(fields);
    if (call.method === "POST" && tid !== undefined)
      return reply(
        topics.find((topic) => String(topic.tid) === tid),
        fields,
      );
    const [, pid, what] = /^\/api\/v3\/posts\/(\d+)(?:\/(raw|state))?$/.exec(call.path) ?? [];
    if (pid !== undefined)
      return onPost(
        call,
        posts().find((post) => String(post.pid) === pid),
        what,
      );
    return call.method === "GET" ? read(call) : missing("nicht gefunden");
  };

  return {
    http: { imitation: "nodebb", prefix: "/nodebb", answer, answerFault },
    settings: { token: TOKEN, category: 2 },
    moderate(on) {
      moderating = on;
    },
    approveQueued() {
      for (const act of queue.splice(0)) act();
    },
    topics: () =>
      topics.map(({ tid, cid, title, tags, posts }) => ({
        ...{ tid, cid, title, tags },
        posts: posts
          .filter(({ deleted }) => !deleted)
          .map(({ pid, content, at }) => ({ pid, username: NAME, content, at })),
      })),
  };
}

function topicFields(topic: StoredTopic | undefined) {
  const { tid = 0, cid = 0, title = "", at = new Date(0) } = topic ?? {};
  return {
    ...{ tid, cid, uid: UID, title: escapeHtml(title), slug: `${tid}/${slugOf(title)}`, deleted: 0 },
    ...{ scheduled: false, timestamp: at.getTime(), timestampISO: at.toISOString() },
    tags: (topic?.tags ?? []).map((value) => ({ value })),
  };
}

function answered(status: number, response: unknown): Answer {
  return json(status, { status: { code: "ok", message: "OK" }, response });
}

function failed(status: number, code: string, message: string): Answer {
  return json(status, { status: { code, message }, response: {} });
}

const bad = (message: string) => failed(400, "bad-request", message);
const missing = (message: string) => failed(404, "not-found", message);
const forbidden = () => failed(403, "forbidden", "Du bist nicht berechtigt, das zu tun.");
const unauthorised = () => failed(401, "not-authorised", "Eine gültige Anmeldung wurde nicht gefunden.");

function answerFault(fault: Parameters<HttpImitation["answerFault"]>[0]): Answer {
  if (fault === "unauthorized") return unauthorised();
  if (fault === "refuse") return forbidden();
  // Too many posts look like any other fault.
  if (fault === "rate-limit")
    return bad(`Du musst ${POST_DELAY_MS / 1000} Sekunden zwischen Beiträgen warten.`);
  return failed(500, "internal-server-error", "Ein Fehler ist aufgetreten");
}

function descriptionOf(text: string) {
  return { description: text, descriptionParsed: text === "" ? "" : `<p>${text}</p>` };
}
