/** What the audiences of the sandbox see: everything that the imitated vendors have accepted, oldest first. */
export interface World {
  readonly tweets: readonly Tweet[];
  readonly mails: readonly Mail[];
  readonly topics: readonly Topic[];
  readonly slackMessages: readonly SlackMessage[];
  readonly discordMessages: readonly DiscordMessage[];
  readonly webhookEvents: readonly WebhookEvent[];
  readonly teamsCards: readonly TeamsCard[];
  readonly toots: readonly Toot[];
  readonly nodebbTopics: readonly NodebbTopic[];
  readonly notifications: readonly Notification[];
  readonly blueskyPosts: readonly BlueskyPost[];
  readonly hostedIncidents: readonly HostedIncident[];
  /** Component id of the hosted page → its state. */
  readonly hostedComponents: Readonly<Record<string, string>>;
}

export interface Tweet {
  readonly id: string;
  readonly text: string;
  readonly author: string;
  readonly replyTo: string | null;
  readonly at: Date;
}

/** A mail as one envelope recipient received it, parsed from the bytes on the wire. */
export interface Mail {
  readonly to: string;
  readonly headerTo: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly inReplyTo: string | null;
  readonly references: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly at: Date;
}

export interface Topic {
  readonly id: number;
  readonly title: string;
  readonly category: number | null;
  readonly externalId: string | null;
  readonly posts: readonly {
    readonly id: number;
    readonly number: number;
    readonly username: string;
    readonly raw: string;
    readonly at: Date;
  }[];
}

export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | null;
  /** A reply that is shown in the channel as well. */
  readonly broadcast: boolean;
  readonly text: string;
  readonly blocks: readonly unknown[];
  readonly metadata: unknown;
  readonly at: Date;
}

export interface DiscordMessage {
  readonly id: string;
  readonly author: string;
  readonly channel: string;
  readonly thread: string | null;
  /** On the message that opened a forum's thread. */
  readonly threadName: string | null;
  readonly content: string;
  /** Whom the words called: `@everyone`, `<@1>`. */
  readonly pinged: readonly string[];
  readonly at: Date;
}

/** What a receiver took, once for each id. */
export interface WebhookEvent {
  readonly id: string;
  readonly path: string;
  readonly type: string;
  readonly data: unknown;
  readonly at: Date;
}

/** What a workflow has posted in a channel. */
export interface TeamsCard {
  readonly run: string;
  readonly card: Readonly<Record<string, unknown>>;
  readonly text: string;
  readonly at: Date;
}

/** A status on Mastodon as its readers see it. */
export interface Toot {
  readonly id: string;
  readonly author: string;
  readonly text: string;
  readonly replyTo: string | null;
  readonly visibility: string;
  readonly language: string | null;
  /** Whoever was notified by it. */
  readonly mentions: readonly string[];
  readonly hashtags: readonly string[];
  readonly at: Date;
  readonly editedAt: Date | null;
}

/** A record of the account's repository. */
export interface BlueskyPost {
  readonly uri: string;
  readonly cid: string;
  readonly author: string;
  readonly text: string;
  /** What the words make live: addresses, and who or what they name. */
  readonly links: readonly string[];
  readonly live: readonly string[];
  readonly root: string | null;
  readonly at: Date;
}

/** A topic of a NodeBB forum, with the posts that its readers see. */
export interface NodebbTopic {
  readonly tid: number;
  readonly cid: number;
  readonly title: string;
  readonly tags: readonly string[];
  readonly posts: readonly {
    readonly pid: number;
    readonly username: string;
    readonly content: string;
    readonly at: Date;
  }[];
}

/** What an Apprise server has told one of its services. */
export interface Notification {
  readonly target: string;
  readonly title: string;
  readonly body: string;
  readonly type: string;
  readonly at: Date;
}

export interface HostedIncident {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly impact: string;
  /** Of planned work only. */
  readonly scheduledFor?: Date;
  readonly scheduledUntil?: Date | null;
  /** Whether subscribers were notified by each update. Newest last. */
  readonly updates: readonly {
    readonly status: string;
    readonly body: string;
    readonly notified: boolean;
    readonly at: Date;
  }[];
}

/** What an imitation can be made to do wrong; it stays until it is lifted. */
export type Fault =
  /** The connection is refused outright. */
  | "down"
  /** The credential is refused. */
  | "unauthorized"
  /** The vendor refuses what is said (403, 422, an error in the answer, 550). */
  | "refuse"
  /** Too many requests, with the vendor's own signal. */
  | "rate-limit"
  /** The request is read and never answered; nothing happens. */
  | "hang"
  /** The request takes effect and the connection is cut before the answer. */
  | "lost-answer"
  /** The request takes effect and the answer never comes. */
  | "slow-answer"
  /** 500 without effect (SMTP: 451). */
  | "server-error";

export const FAULTS: readonly Fault[] = [
  "down",
  "unauthorized",
  "refuse",
  "rate-limit",
  "hang",
  "lost-answer",
  "slow-answer",
  "server-error",
];

export type Imitation =
  | "twitter"
  | "email"
  | "discourse"
  | "slack"
  | "statuspage"
  | "discord"
  | "webhook"
  | "teams"
  | "mastodon"
  | "bluesky"
  | "apprise"
  | "nodebb";

/** What the accounts' profiles, the chat's topic, and the forums' categories and pinned topics say. */
export interface Profile {
  readonly text: string;
}

/** Real HTTP and SMTP servers on loopback that behave as the vendors do. */
export interface Sandbox {
  /** The channel settings that reach it, one per imitation, with literal secrets (allowed on loopback only). */
  readonly channels: Readonly<Record<Imitation, Readonly<Record<string, unknown>>>>;
  world(): World;
  /**
   * Applies to publishing and reading alike; null lifts it.
   * SMTP has nothing to read: there `refuse`, `hang`, `lost-answer`, `slow-answer` and `server-error` strike at the
   * end of DATA, `rate-limit` at MAIL FROM, and `unauthorized` at AUTH (at MAIL FROM for a client that skips AUTH).
   */
  fault(imitation: Imitation, fault: Fault | null): void;
  /** X: every reply, also to our own posts, is answered with the 403 of 2026-02-23. */
  refuseReplies(on: boolean): void;
  /** What readers find on the accounts' profiles, in the chat's topic, and on top of the forums; nothing at first. */
  profile(text: string): void;
  /** The forums: new topics and replies wait for a moderator; Discourse answers 200 `{"action":"enqueued"}`, NodeBB `queued`. */
  moderate(on: boolean): void;
  /** The forums: a moderator publishes everything that waits, in order. */
  approveQueued(): void;
  /** Every request that arrived, for counting effects: oldest first. */
  readonly requests: readonly SandboxRequest[];
  /** Keeps a hung request from keeping the process alive; ends all servers. */
  close(): Promise<void>;
}

/**
 * HTTP: one per request whose body arrived whole. SMTP: one per message that ended (`DATA`) and one per command that
 * was refused before (`AUTH`, `MAIL`, `RCPT`).
 */
export interface SandboxRequest {
  readonly imitation: Imitation;
  readonly method: string;
  /** The vendor's own path and query, without the sandbox's prefix: `/2/tweets`. SMTP: the recipients, joined by `, `. */
  readonly path: string;
  /** Header names in lower case. SMTP: those of the message. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** HTTP status or SMTP reply code of the answer; null where none was given. */
  readonly status: number | null;
}
