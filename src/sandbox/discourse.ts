import type { Clock } from "../base/clock.ts";
import { digest } from "../base/ids.ts";
import {
  answerFault,
  badKey,
  forbidden,
  notFound,
  refused,
  tooMany,
  tooManyCalls,
} from "./discourse-answers.ts";
import {
  escapeHtml,
  PAGE,
  type Post,
  type StoredTopic,
  showPost,
  showTopic,
  slugOf,
  USERS,
} from "./discourse-posts.ts";
import { cleanTitle, refusalOfRaw, refusalOfTitle } from "./discourse-rules.ts";
import { type Fields, isObject, isTrue, readBody, readForm, textOf } from "./fields.ts";
import { type Answer, type Call, type HttpImitation, json } from "./http-server.ts";
import { Quota } from "./quota.ts";
import type { Profile, Topic } from "./world.ts";

const DISCOURSE_KEY = "sandbox-discourse-key";

const CATEGORIES: Readonly<Record<number, { name: string; slug: string; mayPost: boolean }>> = {
  1: { name: "Uncategorized", slug: "uncategorized", mayPost: true },
  7: { name: "Announcements", slug: "announcements", mayPost: true },
  8: { name: "Archive", slug: "archive", mayPost: false },
};
const MEMO_MS = 120_000;
const UNIQUE_MS = 5 * 60_000;
const MAX_CONSECUTIVE = 3;
const EDITS_PER_DAY = 30;
/** UserActionsController, read 2026-11. */
const ACTIONS_SHOWN = 30;

export interface DiscourseImitation {
  readonly http: HttpImitation;
  readonly settings: {
    readonly apiKey: string;
    readonly username: string;
    readonly category: number;
  };
  moderate(on: boolean): void;
  approveQueued(): void;
  topics(): Topic[];
}

/** A Discourse forum with its default settings (posts_controller and post_validator, read 2026-11). */
export function imitateDiscourse(options: {
  clock: Clock;
  quotas: boolean;
  profile?: Profile;
}): DiscourseImitation {
  const { clock } = options;
  // max_admin_api_reqs_per_minute
  const calls = new Quota(clock, 60, 60_000);
  const topics: StoredTopic[] = [];
  const memo = new Map<string, { at: number; answer: Answer }>();
  const queue: { readonly username: string; act(): void }[] = [];
  const recent: { username: string; raw: string; at: number }[] = [];
  const edits: { username: string; at: number }[] = [];
  let moderating = false;
  let lastTopic = 100;
  let lastPost = 1000;

  const posts = () => topics.flatMap((topic) => topic.posts);
  const topicOf = (id: string | undefined) => topics.find((topic) => String(topic.id) === id);

  const addPost = (topic: StoredTopic, username: string, raw: string): Post => {
    const at = clock.now();
    lastPost += 1;
    const number = (topic.posts.at(-1)?.number ?? 0) + 1;
    const post: Post = {
      id: lastPost,
      topicId: topic.id,
      number,
      username,
      raw,
      at,
      updatedAt: at,
      version: 1,
    };
    topic.posts.push(post);
    return post;
  };

  const shown = (post: Post, base: string, raw: boolean) =>
    showPost(post, topics.find((topic) => topic.id === post.topicId)?.title ?? "", base, raw);

  /** What stands against this post, or null. */
  const objection = (username: string, raw: string, topic: StoredTopic | null): string | null => {
    const flaw = refusalOfRaw(raw);
    if (flaw !== null) return flaw;
    const now = clock.now().getTime();
    if (recent.some((each) => each.username === username && each.raw === raw && now - each.at < UNIQUE_MS))
      return "Body is too similar to what you recently posted";
    if (topic === null || topic.posts[0]?.username === username) return null;
    const last = topic.posts.slice(-MAX_CONSECUTIVE);
    return last.length === MAX_CONSECUTIVE && last.every((post) => post.username === username)
      ? `No more than ${MAX_CONSECUTIVE} consecutive replies are allowed. Please edit your previous reply, or wait for someone to reply to you.`
      : null;
  };

  /** Publishes now, or puts it into the moderators' queue. */
  const publish = (username: string, raw: string, act: () => Post, base: string): Answer => {
    recent.push({ username, raw, at: clock.now().getTime() });
    if (!moderating) return json(200, shown(act(), base, true));
    queue.push({ username, act });
    return json(200, {
      action: "enqueued",
      success: true,
      pending_count: queue.length,
      pending_post: {
        id: 5000 + queue.length,
        raw,
        created_at: clock.now().toISOString(),
      },
    });
  };

  const create = (fields: Fields, username: string, base: string): Answer => {
    const raw = (textOf(fields.raw) ?? "").trim();
    const topicId = textOf(fields.topic_id);
    if (topicId !== undefined) {
      const topic = topicOf(topicId);
      if (topic === undefined) return notFound();
      if (topic.closed) return refused(["The topic is closed and no longer accepts new replies"]);
      const flaw = objection(username, raw, topic);
      if (flaw !== null) return refused([flaw]);
      return publish(username, raw, () => addPost(topic, username, raw), base);
    }
    const category = Number(textOf(fields.category) ?? "1");
    if (CATEGORIES[category] === undefined) return refused(["Category can't be found"]);
    if (CATEGORIES[category]?.mayPost === false) return forbidden();
    const title = cleanTitle(textOf(fields.title) ?? "");
    const externalId = textOf(fields.external_id) ?? null;
    const flaws = [refusalOfTitle(title), objection(username, raw, null)].filter((flaw) => flaw !== null);
    if (topics.some((topic) => topic.title.toLowerCase() === title.toLowerCase()))
      flaws.push("Title has already been used");
    if (externalId !== null && !/^[\w-]{1,50}$/.test(externalId)) flaws.push("External is invalid");
    if (externalId !== null && topics.some((topic) => topic.externalId === externalId))
      flaws.push("External has already been taken");
    if (flaws.length > 0) return refused(flaws);
    const open = () => {
      lastTopic += 1;
      const topic: StoredTopic = {
        id: lastTopic,
        title,
        category,
        externalId,
        closed: false,
        posts: [],
      };
      topics.push(topic);
      return addPost(topic, username, raw);
    };
    return publish(username, raw, open, base);
  };

  /** An identical call within two minutes gets the first answer again, a refusal included. */
  const createOnce = (fields: Fields, username: string, call: Call): Answer => {
    const now = clock.now().getTime();
    const sorted = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
    const signature = digest(username, JSON.stringify(sorted), call.headers["user-agent"] ?? "");
    const first = memo.get(signature);
    if (first !== undefined && now - first.at < MEMO_MS) return first.answer;
    const answer = create(fields, username, call.base);
    memo.set(signature, { at: now, answer });
    return answer;
  };

  const edit = (id: string, fields: Fields, username: string, base: string): Answer => {
    const post = posts().find((each) => String(each.id) === id);
    if (post === undefined) return notFound();
    if (post.username !== username) return forbidden();
    const raw = (textOf(isObject(fields.post) ? fields.post.raw : undefined) ?? "").trim();
    const flaw = refusalOfRaw(raw);
    if (flaw !== null) return json(422, { errors: [flaw] });
    const now = clock.now().getTime();
    const today = edits.filter((each) => each.username === username && now - each.at < 86_400_000);
    if (today.length >= EDITS_PER_DAY)
      return tooMany(Math.ceil((86_400_000 - (now - (today[0]?.at ?? now))) / 1000));
    edits.push({ username, at: now });
    post.raw = raw;
    post.version += 1;
    post.updatedAt = clock.now();
    return json(200, { post: shown(post, base, true) });
  };

  const showPosts = (topic: StoredTopic, call: Call): Answer => {
    const wanted = readForm(call.query).post_ids;
    const after = Number(call.query.get("post_number") ?? "0");
    const chosen = Array.isArray(wanted)
      ? topic.posts.filter((post) => wanted.includes(String(post.id)))
      : topic.posts.filter((post) => post.number > after).slice(0, PAGE);
    const raw = isTrue(call.query.get("include_raw"));
    return json(200, {
      post_stream: { posts: chosen.map((post) => shown(post, call.base, raw)) },
      id: topic.id,
    });
  };

  /** Newest first; of all that an account does, the sandbox remembers the topics it opened (4). */
  const actionsOf = (username: string, filter: string | null) =>
    topics
      .filter((topic) => filter === "4" && topic.posts[0]?.username === username)
      .reverse()
      .slice(0, ACTIONS_SHOWN)
      .map((topic) => ({
        action_type: 4,
        created_at: topic.posts[0]?.at.toISOString(),
        topic_id: topic.id,
        post_number: 1,
        post_id: null,
        title: topic.title,
        slug: slugOf(topic.title),
        username,
        user_id: USERS[username],
        acting_username: username,
        acting_user_id: USERS[username],
        target_username: username,
        target_user_id: USERS[username],
        category_id: topic.category,
        closed: topic.closed,
        archived: false,
        deleted: false,
        hidden: null,
      }));

  const read = (call: Call, username: string | null): Answer => {
    const { path } = call;
    if (path === "/site/basic-info.json")
      return json(200, {
        title: "Sandbox forum",
        description: "",
        login_required: false,
        locale: "en",
      });
    const external = /^\/t\/external_id\/([\w-]+)\.json$/.exec(path)?.[1];
    if (external !== undefined) {
      const topic = topics.find((each) => each.externalId === external);
      if (topic === undefined) return notFound();
      return {
        status: 301,
        headers: { location: `${call.base}/t/${topic.id}.json` },
        body: "",
      };
    }
    const pinned = options.profile?.text ?? "";
    if (path === "/latest.json") return json(200, { topic_list: { topics: latest(topics, pinned) } });
    if (path === `/t/${PINNED}.json` && pinned !== "")
      return json(200, {
        id: PINNED,
        title: "Where to look when something is wrong",
        post_stream: { posts: [{ id: PINNED, cooked: `<p>${escapeHtml(pinned)}</p>` }] },
      });
    const topic = topicOf(/^\/t\/(?:[\w-]+\/)?(\d+)\.json$/.exec(path)?.[1]);
    if (topic !== undefined)
      return json(200, showTopic(topic, call.base, isTrue(call.query.get("include_raw"))));
    const listed = topicOf(/^\/t\/(\d+)\/posts\.json$/.exec(path)?.[1]);
    if (listed !== undefined) return showPosts(listed, call);
    const postId = /^\/posts\/(\d+)\.json$/.exec(path)?.[1];
    const post = posts().find((each) => String(each.id) === postId);
    if (post !== undefined) return json(200, shown(post, call.base, true));
    const user = /^\/u\/([\w.-]+)\.json$/.exec(path)?.[1]?.toLowerCase();
    if (user !== undefined && USERS[user] !== undefined)
      return json(200, {
        user_badges: [],
        user: {
          id: USERS[user],
          username: user,
          name: user,
          trust_level: 2,
          admin: false,
          moderator: false,
          can_edit: user === username,
          ...(user === username
            ? { pending_posts_count: queue.filter((waiting) => waiting.username === user).length }
            : {}),
        },
      });
    const actor = call.query.get("username")?.toLowerCase() ?? "";
    if (path === "/user_actions.json" && USERS[actor] !== undefined)
      return json(200, { user_actions: actionsOf(actor, call.query.get("filter")) });
    const onWire = (id: number, { name, slug, mayPost }: (typeof CATEGORIES)[number]) => ({
      ...{ id, name, slug, description: "<p>What we have to say.</p>", read_restricted: false },
      permission: username !== null && mayPost ? 1 : null,
    });
    if (path === "/categories.json")
      return json(200, {
        category_list: {
          can_create_category: false,
          can_create_topic: true,
          categories: Object.entries(CATEGORIES).map(([id, category]) => onWire(Number(id), category)),
        },
      });
    const categoryId = Number(/^\/c\/(\d+)\/show\.json$/.exec(path)?.[1]);
    const category = CATEGORIES[categoryId];
    if (category !== undefined) return json(200, { category: onWire(categoryId, category) });
    return notFound();
  };

  const changeTopic = (path: string, fields: Fields, username: string): Answer => {
    const status = topicOf(/^\/t\/(\d+)\/status\.json$/.exec(path)?.[1]);
    const renamed = topicOf(/^\/t\/-\/(\d+)\.json$/.exec(path)?.[1]);
    // Closing is for staff; opening it does not help.
    if (status !== undefined) return forbidden();
    if (renamed === undefined) return notFound();
    if (renamed.posts[0]?.username !== username) return forbidden();
    const title = cleanTitle(textOf(fields.title) ?? renamed.title);
    const flaw = refusalOfTitle(title);
    if (flaw !== null) return json(422, { errors: [flaw] });
    renamed.title = title;
    return json(200, {
      basic_topic: {
        id: renamed.id,
        title,
        fancy_title: escapeHtml(title),
        slug: slugOf(title),
      },
    });
  };

  const remove = (id: string, username: string): Answer => {
    const topic = topics.find((each) => each.posts.some((post) => String(post.id) === id));
    const post = topic?.posts.find((each) => String(each.id) === id);
    if (topic === undefined || post === undefined) return notFound();
    if (post.username !== username) return forbidden();
    if (post === topic.posts[0]) topics.splice(topics.indexOf(topic), 1);
    else topic.posts.splice(topic.posts.indexOf(post), 1);
    return { status: 200, body: "" };
  };

  const answer = (call: Call): Answer => {
    const key = call.headers["api-key"];
    const username = call.headers["api-username"]?.toLowerCase() ?? null;
    if (key !== undefined && (key !== DISCOURSE_KEY || username === null || USERS[username] === undefined))
      return badKey();
    const wait = key !== undefined && options.quotas ? calls.take() : null;
    if (wait !== null) return tooManyCalls(wait);
    const speaker = key === undefined ? null : username;
    if (call.method === "GET") return read(call, speaker);
    // Without a key a request needs a browser's CSRF token.
    if (speaker === null) return json(403, ["BAD CSRF"]);
    const fields = readBody(call);
    if (fields === null) return json(400, { errors: ["The request body is malformed"] });
    if (call.method === "POST" && call.path === "/posts.json") return createOnce(fields, speaker, call);
    const postId = /^\/posts\/(\d+)(?:\.json)?$/.exec(call.path)?.[1];
    if (call.method === "PUT" && postId !== undefined) return edit(postId, fields, speaker, call.base);
    if (call.method === "DELETE" && postId !== undefined) return remove(postId, speaker);
    if (call.method === "PUT") return changeTopic(call.path, fields, speaker);
    return notFound();
  };

  return {
    http: { imitation: "discourse", prefix: "/discourse", answer, answerFault },
    settings: { apiKey: DISCOURSE_KEY, username: "status", category: 7 },
    moderate(on) {
      moderating = on;
    },
    approveQueued() {
      for (const { act } of queue.splice(0)) act();
    },
    topics: () =>
      topics.map((topic) => ({
        id: topic.id,
        title: topic.title,
        category: topic.category,
        externalId: topic.externalId,
        posts: topic.posts.map(({ id, number, username, raw, at }) => ({
          id,
          number,
          username,
          raw,
          at,
        })),
      })),
  };
}

/** The topic that moderators keep on top. */
const PINNED = 5;

/** What is pinned first, then the newest (topic_list_item_serializer, read 2026-11). */
function latest(topics: readonly StoredTopic[], pinned: string): object[] {
  const item = (id: number, title: string, stays: boolean) => ({
    ...{
      id,
      title,
      fancy_title: escapeHtml(title),
      slug: slugOf(title),
      pinned: stays,
      pinned_globally: stays,
    },
    ...(stays ? { excerpt: "…" } : {}),
  });
  return [
    ...(pinned === "" ? [] : [item(PINNED, "Where to look when something is wrong", true)]),
    ...[...topics].reverse().map(({ id, title }) => item(id, title, false)),
  ];
}
