/** Nobody here is staff. The key is one for all users, so that a request may speak as any of them. */
export const USERS: Readonly<Record<string, number>> = {
  status: 11,
  seller: 12,
};

/** So many posts come with a topic; the rest is asked for. */
export const PAGE = 20;

export interface Post {
  readonly id: number;
  readonly topicId: number;
  readonly number: number;
  readonly username: string;
  raw: string;
  readonly at: Date;
  updatedAt: Date;
  version: number;
}

export interface StoredTopic {
  readonly id: number;
  title: string;
  category: number;
  readonly externalId: string | null;
  closed: boolean;
  readonly posts: Post[];
}

/** A post as the forum returns it; `base` is the address of the forum. */
export function showPost(post: Post, title: string, base: string, raw: boolean): Record<string, unknown> {
  const slug = slugOf(title);
  return {
    id: post.id,
    username: post.username,
    created_at: post.at.toISOString(),
    updated_at: post.updatedAt.toISOString(),
    cooked: `<p>${escapeHtml(post.raw)}</p>`,
    ...(raw ? { raw: post.raw } : {}),
    post_number: post.number,
    post_type: 1,
    topic_id: post.topicId,
    topic_slug: slug,
    version: post.version,
    hidden: false,
    staff: false,
    user_id: USERS[post.username],
    deleted_at: null,
    post_url: `${new URL(base).pathname}/t/${slug}/${post.topicId}/${post.number}`,
  };
}

/** A topic with its first posts and the ids of all. */
export function showTopic(topic: StoredTopic, base: string, raw: boolean): Record<string, unknown> {
  return {
    post_stream: {
      posts: topic.posts.slice(0, PAGE).map((post) => showPost(post, topic.title, base, raw)),
      stream: topic.posts.map((post) => post.id),
    },
    id: topic.id,
    title: topic.title,
    fancy_title: escapeHtml(topic.title),
    slug: slugOf(topic.title),
    posts_count: topic.posts.length,
    created_at: topic.posts[0]?.at.toISOString(),
    category_id: topic.category,
    closed: topic.closed,
    archived: false,
    visible: true,
    external_id: topic.externalId,
  };
}

export function slugOf(title: string): string {
  return (
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "") || "topic"
  );
}

export function escapeHtml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
