import { z } from "zod";
import { ChannelError, type ChannelKit, type Finding } from "../contract.ts";
import { linkFindings } from "../status-link.ts";
import type { Forum } from "./client.ts";
import type { DiscourseSettings } from "./settings.ts";

const site = z.object({ title: z.string() });
const account = z.object({ user: z.object({ username: z.string() }) });
const category = z.object({
  category: z.object({
    name: z.string(),
    description: z.string().nullish(),
    read_restricted: z.boolean().optional(),
    permission: z.int().nullish(),
    minimum_required_tags: z.int().nullish(),
    category_setting: z.object({ require_topic_approval: z.boolean().nullish() }).nullish(),
  }),
});
/** Discourse, CategoryGroup.permission_types, read 2026-11: 1 is everything, 2 replies only, 3 reading only. */
export const MAY_OPEN_TOPICS = 1;

/** Reads the forum, the account and the category; posts nothing. */
export async function checkForum(
  forum: Forum,
  settings: DiscourseSettings,
  kit: Pick<ChannelKit, "property">,
  signal: AbortSignal,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const look = async (name: string, path: string, judge: (json: unknown) => Finding[] | null) => {
    try {
      const answer = await forum.call("GET", path, signal);
      const judged = answer.status === 200 ? judge(answer.json) : null;
      if (judged !== null) findings.push(...judged);
      else findings.push(failure(name, forum.refusal(answer)));
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      findings.push(failure(name, error));
    }
  };
  let description: string | null = null;
  await look("target", "/site/basic-info.json", (json) => {
    const title = site.safeParse(json).data?.title;
    return title === undefined ? null : [finding("target", "ok", `the forum ${title}`)];
  });
  await look("credential", `/u/${encodeURIComponent(settings.username)}.json`, (json) => {
    const name = account.safeParse(json).data?.user.username;
    return name === undefined ? null : [finding("credential", "ok", `speaks as ${name}`)];
  });
  await look("permission", `/c/${settings.category}/show.json`, (json) => {
    const found = category.safeParse(json).data?.category;
    if (found === undefined) return null;
    description = found.description ?? "";
    return judgeCategory(found, settings);
  });
  if (description === null || kit.property.statusUrl === null) return findings;
  const { words, unread } = await readPinned(forum, settings.category, signal);
  const where = "the category's description, or a pinned topic,";
  const link = linkFindings(kit, where, [description, ...words], pinIt);
  if (unread === null || link.every(({ level }) => level === "ok")) return [...findings, ...link];
  // The way may stand in what was not read.
  const message = `not checked whether a pinned topic shows the way to ${kit.property.statusUrl}: ${unread}`;
  return [...findings, finding("link", "ok", message)];
}

function pinIt(link: string): string {
  return `have a moderator pin a topic with ${link}, or put it into the category's description`;
}

const list = z.object({
  topic_list: z.object({
    topics: z.array(
      z.object({
        id: z.int(),
        pinned: z.boolean().optional(),
        pinned_globally: z.boolean().optional(),
        unpinned: z.boolean().nullish(),
        excerpt: z.string().nullish(),
      }),
    ),
  }),
});
const topic = z.object({ post_stream: z.object({ posts: z.array(z.object({ cooked: z.string() })) }) });
/** More than a reader would open. */
const MOST_PINNED = 3;

/** The words of the topics that stand on top, for everybody or in this category; why some could not be read, or null. */
async function readPinned(
  forum: Forum,
  category: number,
  signal: AbortSignal,
): Promise<{ words: string[]; unread: string | null }> {
  const words: string[] = [];
  let unread: string | null = null;
  const read = async <T>(path: string, shape: z.ZodType<T>): Promise<T | null> => {
    try {
      const answer = await forum.call("GET", path, signal);
      const found = answer.status === 200 ? shape.safeParse(answer.json) : null;
      if (found?.success === true) return found.data;
      unread = answer.status === 200 ? "the forum's answer is not understood" : forum.refusal(answer).message;
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      unread = error.message;
    }
    return null;
  };
  const topics = (await read(`/latest.json?category=${category}`, list))?.topic_list.topics ?? [];
  const pinned = topics.filter(
    ({ pinned, pinned_globally, unpinned }) =>
      pinned === true || pinned_globally === true || unpinned === true,
  );
  await Promise.all(
    pinned.slice(0, MOST_PINNED).map(async ({ id, excerpt }) => {
      const first = (await read(`/t/${id}.json`, topic))?.post_stream.posts[0]?.cooked;
      const text = first ?? excerpt;
      if (typeof text === "string") words.push(text);
    }),
  );
  return { words, unread };
}

function judgeCategory(found: z.infer<typeof category>["category"], settings: DiscourseSettings): Finding[] {
  if (typeof found.permission === "number" && found.permission !== MAY_OPEN_TOPICS)
    return [
      finding(
        "permission",
        "fail",
        `${settings.username} may not open topics in ${found.name}`,
        "give the account the right to create topics there",
      ),
    ];
  const findings = [finding("permission", "ok", `the category ${found.name}`)];
  if (found.read_restricted === true)
    findings.push(
      finding(
        "permission",
        "warn",
        `only some members can read ${found.name}`,
        "choose an open category, or set audience: internal",
      ),
    );
  if (found.category_setting?.require_topic_approval === true)
    findings.push(
      finding(
        "permission",
        "warn",
        `topics in ${found.name} wait for moderators`,
        "make the account a moderator of the category",
      ),
    );
  const least = found.minimum_required_tags ?? 0;
  if (least > (settings.tags ?? []).length)
    findings.push(
      finding(
        "permission",
        "warn",
        `${found.name} asks for ${least} tags or more`,
        "add them to the channel's tags",
      ),
    );
  return findings;
}

function finding(
  name: string,
  level: Finding["level"],
  message: string,
  hint: string | null = null,
): Finding {
  return { name, level, message, hint };
}

function failure(name: string, error: ChannelError): Finding {
  return { name, level: "fail", message: error.message, hint: error.hint };
}
