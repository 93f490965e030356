import type {
  BlueskyPost,
  DiscordMessage,
  HostedIncident,
  Mail,
  NodebbTopic,
  Notification,
  SlackMessage,
  TeamsCard,
  Toot,
  Topic,
  Tweet,
  WebhookEvent,
  World,
} from "../world.ts";

/** What appeared between two steps. */
export interface News {
  readonly tweets: readonly Tweet[];
  /** One per message, with everyone who got it. */
  readonly letters: readonly {
    readonly mail: Mail;
    readonly to: readonly string[];
  }[];
  readonly forumPosts: readonly {
    readonly topic: Topic;
    readonly post: Fresh<Topic["posts"][number]>;
  }[];
  readonly slackMessages: readonly Fresh<SlackMessage>[];
  readonly toots: readonly Fresh<Toot>[];
  readonly blueskyPosts: readonly BlueskyPost[];
  readonly discordMessages: readonly Fresh<DiscordMessage>[];
  readonly teamsCards: readonly TeamsCard[];
  readonly boardPosts: readonly {
    readonly topic: NodebbTopic;
    readonly post: Fresh<NodebbTopic["posts"][number]>;
    /** Whether it is the topic's first. */
    readonly opens: boolean;
  }[];
  readonly notifications: readonly Notification[];
  readonly webhookEvents: readonly WebhookEvent[];
  readonly hostedUpdates: readonly {
    readonly incident: HostedIncident;
    readonly update: Fresh<HostedIncident["updates"][number]>;
  }[];
  /** The status page, where it changed. */
  readonly pageHtml: string | null;
}

export function isQuiet(news: News): boolean {
  return Object.values(news).every((seen) => seen === null || seen.length === 0);
}

/** `changed`: it was there before, in other words. */
type Fresh<T> = T & { readonly changed: boolean };

interface Moment {
  readonly world: World;
  readonly pageHtml: string | null;
}

/**
 * Places that only grow: what is new stands after the things already there. Where posts are changed or go, their ids tell.
 */
export function newsOf(now: Moment, before: Moment | null): News {
  const old = before?.world;
  const oldForum = old?.topics.flatMap((topic) => topic.posts) ?? [];
  const oldHosted = new Map(old?.hostedIncidents.map(({ id, updates }) => [id, updates]));
  const oldBoard = old?.nodebbTopics.flatMap((topic) => topic.posts) ?? [];
  return {
    tweets: now.world.tweets.slice(old?.tweets.length ?? 0),
    letters: letters(now.world.mails.slice(old?.mails.length ?? 0)),
    forumPosts: now.world.topics.flatMap((topic) =>
      fresh(topic.posts, oldForum, { idOf: ({ id }) => id, wordsOf: ({ raw }) => raw }).map((post) => ({
        topic,
        post,
      })),
    ),
    slackMessages: fresh(now.world.slackMessages, old?.slackMessages ?? [], {
      idOf: ({ channel, ts }) => `${channel} ${ts}`,
      wordsOf: ({ text, blocks }) => JSON.stringify([text, blocks]),
    }),
    toots: fresh(now.world.toots, old?.toots ?? [], {
      idOf: ({ id }) => id,
      wordsOf: ({ text }) => text,
    }),
    blueskyPosts: now.world.blueskyPosts.filter(({ uri }) =>
      (old?.blueskyPosts ?? []).every((post) => post.uri !== uri),
    ),
    discordMessages: fresh(now.world.discordMessages, old?.discordMessages ?? [], {
      idOf: ({ id }) => id,
      wordsOf: ({ content }) => content,
    }),
    teamsCards: now.world.teamsCards.slice(old?.teamsCards.length ?? 0),
    boardPosts: now.world.nodebbTopics.flatMap((topic) =>
      fresh(topic.posts, oldBoard, { idOf: ({ pid }) => pid, wordsOf: ({ content }) => content }).map(
        (post) => ({ topic, post, opens: post.pid === topic.posts[0]?.pid }),
      ),
    ),
    notifications: now.world.notifications.slice(old?.notifications.length ?? 0),
    webhookEvents: now.world.webhookEvents.slice(old?.webhookEvents.length ?? 0),
    hostedUpdates: now.world.hostedIncidents.flatMap((incident) =>
      incident.updates.flatMap((update, index) => {
        const was = oldHosted.get(incident.id)?.[index];
        return was?.body === update.body
          ? []
          : [{ incident, update: { ...update, changed: was !== undefined } }];
      }),
    ),
    pageHtml: now.pageHtml === before?.pageHtml ? null : now.pageHtml,
  };
}

function fresh<T extends object>(
  now: readonly T[],
  before: readonly T[],
  { idOf, wordsOf }: { readonly idOf: (one: T) => unknown; readonly wordsOf: (one: T) => string },
): Fresh<T>[] {
  const known = new Map(before.map((one) => [idOf(one), wordsOf(one)]));
  return now
    .filter((one) => known.get(idOf(one)) !== wordsOf(one))
    .map((one) => ({ ...one, changed: known.has(idOf(one)) }));
}

function letters(mails: readonly Mail[]): News["letters"] {
  const byMessage = new Map<string, { mail: Mail; to: string[] }>();
  for (const mail of mails) {
    const letter = byMessage.get(mail.messageId);
    if (letter === undefined) byMessage.set(mail.messageId, { mail, to: [mail.to] });
    else letter.to.push(mail.to);
  }
  return [...byMessage.values()];
}
