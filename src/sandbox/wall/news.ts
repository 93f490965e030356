import type { HostedIncident, Mail, SlackMessage, Topic, Tweet, World } from "../world.ts";

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
    readonly post: Topic["posts"][number];
  }[];
  readonly slackMessages: readonly SlackMessage[];
  readonly hostedUpdates: readonly {
    readonly incident: HostedIncident;
    readonly update: HostedIncident["updates"][number];
  }[];
  /** The status page, where it changed. */
  readonly pageHtml: string | null;
}

interface Moment {
  readonly world: World;
  readonly pageHtml: string | null;
}

/** Worlds only grow, so what is new is what stands after the things already there. */
export function newsOf(now: Moment, before: Moment | null): News {
  const old = before?.world;
  const known = new Map(old?.topics.map((topic) => [topic.id, topic.posts.length]));
  const said = new Map(old?.hostedIncidents.map((incident) => [incident.id, incident.updates.length]));
  return {
    tweets: now.world.tweets.slice(old?.tweets.length ?? 0),
    letters: letters(now.world.mails.slice(old?.mails.length ?? 0)),
    forumPosts: now.world.topics.flatMap((topic) =>
      topic.posts.slice(known.get(topic.id) ?? 0).map((post) => ({ topic, post })),
    ),
    slackMessages: now.world.slackMessages.slice(old?.slackMessages.length ?? 0),
    hostedUpdates: now.world.hostedIncidents.flatMap((incident) =>
      incident.updates.slice(said.get(incident.id) ?? 0).map((update) => ({ incident, update })),
    ),
    pageHtml: now.pageHtml === before?.pageHtml ? null : now.pageHtml,
  };
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
