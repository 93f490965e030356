import { inspect } from "node:util";
import { expect } from "vitest";
import type { Channel, ChannelError, ChannelKind, Post, Receipt } from "../channels/contract.ts";
import type { OwnKind } from "../channels/own.ts";
import { type Ground, readSettings } from "./ground.ts";
import { contextFor, failureOf, kitFor, messageOf, NOW, NOWHERE } from "./loopback.ts";
import type { Arranged, Provocation, Settings, Trouble } from "./provocations.ts";

/** A channel for the suite. Every case holds, or stands in `exempt` with the reason. */
export interface Conformance<Where extends Ground = Ground> {
  readonly kind: ChannelKind | OwnKind;
  readonly ground: () => Promise<Where>;
  /** Expects the vendor's own limits of one composed post. */
  readonly limits?: (post: Post) => void;
  /** Takes a post away as its owner or a moderator would, past the channel. */
  readonly remove?: (receipt: Receipt, ground: Where) => Promise<unknown>;
  /** Lets new posts wait for a moderator; off again, whatever waited is published. */
  readonly moderate?: (ground: Where, on: boolean) => void;
  /** Settings with which one post is accepted and one refused. */
  readonly partly?: Settings;
  /** Settings that a check must find fault with. */
  readonly wrong: Settings;
  readonly exempt: readonly Exemption[];
}

export interface Exemption {
  /** A case, or the group of cases. */
  readonly case: string;
  readonly reason: string;
}

/** One case, by its name. */
export type Fact = (name: string, run: () => Promise<void>) => void;

/** One channel on its ground, and how the cases make it speak and judge what comes of it. */
export interface Scene<Where extends Ground = Ground> {
  readonly conformance: Conformance<Where>;
  readonly kind: ChannelKind;
  /** There from `begin` on. */
  readonly ground: Where;
  /** When the case began: earlier posts are out of a search's sight. */
  readonly since: Date;
  begin(): Promise<void>;
  /** Ten minutes later. */
  nextCase(): void;
  end(): Promise<void>;
  connect(more?: Settings, loopbackOnly?: boolean): Channel;
  /** How many posts the audience has got. */
  heard(): number;
  /** Another with every call, for words and keys that were never used. */
  nextNumber(): number;
  /** New words under a new key. */
  say(channel: Channel, more?: { rootSubject?: string }): { post: Post; posts: readonly Post[] };
  followUp(channel: Channel): Post;
  openThread(channel: Channel): Promise<{ root: Receipt; post: Post }>;
  /** Expects no secret in it. */
  silentAbout(value: unknown): void;
  /** The error that an attempt ends with, after all that holds for every one of them. */
  judged(attempt: Promise<unknown>): Promise<ChannelError>;
  /** Runs it in that trouble; throws where nothing provokes it. */
  provoked(
    trouble: Trouble,
    run: (channel: Channel, arranged: Arranged) => Promise<void>,
  ): Promise<Provocation>;
}

const TIMEOUT_MS = 400;
/** For a busy machine; far less than a drip takes to its end. */
const SLACK_MS = 1_500;
export const WORD = "Kingfisher";
export const NEVER: AbortSignal = new AbortController().signal;

/** Troubles in which nothing can be read. */
export const BLINDING: readonly Trouble[] = [
  "a refused connection",
  "a TLS handshake that fails",
  "a connection cut after the body was read",
  "no answer at all",
  "an answer that breaks off",
  "half an answer",
  "401",
  "403",
  "404",
  "429 without a word on when",
  "the vendor's own sign of too many requests",
  "500",
  "502 with a page of HTML",
  "200 with an error in it",
  "a redirect to another origin (302)",
  "a redirect to another origin (307)",
];

export function setScene<Where extends Ground>(
  conformance: Conformance<Where>,
  kind: ChannelKind,
): Scene<Where> {
  let laid: Where | null = null;
  let since = NOW;
  const ground = (): Where => {
    if (laid === null) throw new Error("the scene has not begun");
    return laid;
  };

  const connect = (more: Settings = {}, loopbackOnly = true): Channel =>
    kind.connect(readSettings(kind, { ...ground().settings, ...more }), {
      ...kitFor({ timeoutMs: TIMEOUT_MS, loopbackOnly }),
      ...ground().kit,
    });
  const heard = () => ground().heard().length;

  let said = 0;
  const nextNumber = () => {
    said += 1;
    return said;
  };
  const say = (
    channel: Channel,
    more: { rootSubject?: string } = {},
  ): { post: Post; posts: readonly Post[] } => {
    const number = nextNumber();
    const context = contextFor({ key: `${number}`.padStart(30, "0"), title: `Trouble ${number}`, ...more });
    const posts = channel.compose(messageOf(`${WORD} orders fail since noon, note ${number}.`), context);
    for (const post of posts) ground().plan?.(post, context);
    // The ledger gives back what JSON kept.
    const kept = JSON.parse(JSON.stringify(posts)) as readonly Post[];
    return { post: kept[0]!, posts: kept };
  };
  const followUp = (channel: Channel) => say(channel, { rootSubject: "Amazon.com unavailable" }).post;
  const openThread = async (channel: Channel): Promise<{ root: Receipt; post: Post }> => {
    const { post } = say(channel);
    return { root: await channel.publish(post, NOWHERE, NEVER), post };
  };
  const silentAbout = (value: unknown) => {
    const shown = `${inspect(value, { depth: 12, showHidden: true })} ${JSON.stringify(value)}`;
    for (const secret of ground().secrets) expect(shown).not.toContain(secret);
  };
  const judged = async (attempt: Promise<unknown>): Promise<ChannelError> => {
    const started = performance.now();
    const error = await failureOf(attempt, ground().secrets);
    expect(performance.now() - started).toBeLessThan(TIMEOUT_MS + SLACK_MS);
    silentAbout(error);
    silentAbout({ ...error, message: error.message, stack: error.stack });
    expect(error.code).toMatch(/^[A-Z]+(_[A-Z]+)+$/);
    expect(error.message).not.toBe("");
    expect(error.message).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    if (error.fate === "refused") expect(error.hint ?? "").not.toBe("");
    if (error.fate !== "not-sent") expect(error.retryAt).toBeNull();
    return error;
  };
  const provoked = async (trouble: Trouble, run: (channel: Channel, arranged: Arranged) => Promise<void>) => {
    const provocation = ground().provocations[trouble];
    if (provocation === undefined)
      throw new Error("nothing provokes this: do, or exempt the channel with a reason");
    const arranged = await provocation.arrange();
    try {
      await run(connect(arranged.settings, arranged.loopbackOnly), arranged);
      arranged.judge?.();
    } finally {
      await arranged.lift();
    }
    return provocation;
  };
  return {
    ...{ conformance, kind, connect, heard, nextNumber, say, followUp, openThread },
    ...{ silentAbout, judged, provoked },
    get ground() {
      return ground();
    },
    get since() {
      return since;
    },
    async begin() {
      laid = await conformance.ground();
    },
    nextCase() {
      ground().clock.advance(10 * 60_000);
      since = ground().clock.now();
    },
    end: () => ground().close(),
  };
}
