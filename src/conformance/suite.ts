import { inspect } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type Channel,
  ChannelError,
  type ChannelKind,
  type ComposeContext,
  type Place,
  type Post,
  type Receipt,
  TooLong,
} from "../channels/contract.ts";
import { type OwnKind, readOwnKind } from "../channels/own.ts";
import type { Message } from "../render/document.ts";
import { type Ground, readSettings } from "./ground.ts";
import { contextFor, failureOf, kitFor, messageOf, messages, NOW, NOWHERE } from "./loopback.ts";
import { type Arranged, type Settings, TROUBLES, type Trouble } from "./provocations.ts";

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

const TIMEOUT_MS = 400;
/** For a busy machine; far less than a drip takes to its end. */
const SLACK_MS = 1_500;
const WORD = "Kingfisher";
const NEVER = new AbortController().signal;

/** The life of planned work that was made longer. */
const PLANNED = [
  ["scheduled", "maintenance schedule"],
  ["scheduled", "follow-up"],
  ["in_progress", "maintenance start"],
  ["in_progress", "maintenance extend"],
  ["completed", "maintenance complete"],
] as const;

/** Troubles in which nothing can be read. */
const BLINDING: readonly Trouble[] = [
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

/**
 * Proves what every channel promises, over real servers on loopback: a block of vitest's. A kind of your own is tried as
 * `status` itself will use it.
 */
export function describeChannel<Where extends Ground>(conformance: Conformance<Where>): void {
  const { exempt } = conformance;
  const kind =
    "contract" in conformance.kind ? readOwnKind(conformance.kind, conformance.kind.kind) : conformance.kind;
  const known = new Set<string>();
  const exemption = (group: string, name: string) =>
    exempt.find((one) => one.case === name || one.case === group)?.reason;
  const inGroup = (
    group: string,
    cases: (fact: (name: string, run: () => Promise<void>) => void) => void,
  ) => {
    known.add(group);
    const whole = exempt.find((one) => one.case === group)?.reason;
    if (whole !== undefined) tell(kind.kind, group, whole);
    describe(group, () =>
      cases((name, run) => {
        known.add(name);
        const reason = exemption(group, name);
        if (reason === undefined) return it(name, run);
        if (whole === undefined) tell(kind.kind, name, reason);
        it(name, (context) => context.skip(reason));
      }),
    );
  };

  describe(`a ${kind.kind} channel`, () => {
    let ground: Where;
    beforeAll(async () => {
      ground = await conformance.ground();
    });
    afterAll(() => ground.close());
    /** When the case began: earlier posts are out of a search's sight. */
    let since = NOW;
    beforeEach(() => {
      ground.clock.advance(10 * 60_000);
      since = ground.clock.now();
    });

    const connect = (more: Settings = {}, loopbackOnly = true): Channel =>
      kind.connect(readSettings(kind, { ...ground.settings, ...more }), {
        ...kitFor({ timeoutMs: TIMEOUT_MS, loopbackOnly }),
        ...ground.kit,
      });
    const heard = () => ground.heard().length;

    let said = 0;
    /** New words under a new key. */
    const say = (
      channel: Channel,
      more: { rootSubject?: string } = {},
    ): { post: Post; posts: readonly Post[] } => {
      said += 1;
      const context = contextFor({ key: `${said}`.padStart(30, "0"), title: `Trouble ${said}`, ...more });
      const posts = channel.compose(messageOf(`${WORD} orders fail since noon, note ${said}.`), context);
      for (const post of posts) ground.plan?.(post, context);
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
      for (const secret of ground.secrets) expect(shown).not.toContain(secret);
    };
    /** The error that an attempt ends with, after all that holds for every one of them. */
    const judged = async (attempt: Promise<unknown>): Promise<ChannelError> => {
      const started = performance.now();
      const error = await failureOf(attempt, ground.secrets);
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
    const provoked = async (
      trouble: Trouble,
      run: (channel: Channel, arranged: Arranged) => Promise<void>,
    ) => {
      const provocation = ground.provocations[trouble];
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

    inGroup("settings", (fact) => {
      fact("are taken as they stand, and refused with an unknown key or a key misspelt", async () => {
        const accepts = (settings: Settings) => kind.settings.safeParse(settings).success;
        expect(accepts(ground.settings)).toBe(true);
        expect(accepts({ ...ground.settings, colour: "red" })).toBe(false);
        for (const [name, value] of Object.entries(ground.settings)) {
          const { [name]: _, ...others } = ground.settings;
          expect(accepts({ ...others, [`${name}x`]: value })).toBe(false);
        }
      });

      fact("are refused without a secret that the kind names", async () => {
        // A secret that the healthy settings do without is one that only some settings need.
        for (const name of kind.secrets.filter((secret) => secret in ground.settings)) {
          const { [name]: _, ...others } = ground.settings;
          expect(kind.settings.safeParse(others).success).toBe(false);
          expect(kind.settings.safeParse({ ...others, [name]: { cmd: ["pass", "show", "x"] } }).success).toBe(
            true,
          );
        }
      });
    });

    inGroup("compose", (fact) => {
      const updates = fc.record({
        message: messages,
        title: fc
          .oneof(fc.lorem({ maxCount: 60 }), fc.string({ unit: "grapheme", maxLength: 300 }))
          .filter((title) => title.trim() !== ""),
        rootSubject: fc.option(fc.lorem({ maxCount: 5 })),
        ...{
          phase: fc.constantFrom("investigating", "resolved", "scheduled", "in_progress", "completed"),
          verb: fc.constantFrom("announce", "update", "maintenance schedule", "maintenance cancel"),
        },
      });
      /** The posts, or null where the channel says that the words are too long. */
      const composed = (message: Message, context: ComposeContext) => {
        try {
          return connect().compose(message, context);
        } catch (error) {
          expect(error).toBeInstanceOf(TooLong);
          return null;
        }
      };
      const always = (judge: (posts: readonly Post[]) => void) =>
        fc.assert(
          fc.property(updates, ({ message, ...more }) => {
            const posts = composed(message, contextFor(more));
            if (posts !== null) judge(posts);
          }),
          { numRuns: 40 },
        );

      fact("gives the same posts every time, each of them plain JSON with a part of its own", async () => {
        fc.assert(
          fc.property(updates, ({ message, ...more }) => {
            const posts = composed(message, contextFor(more));
            expect(composed(message, contextFor(more))).toEqual(posts);
            expect(JSON.parse(JSON.stringify(posts))).toEqual(posts);
            if (posts !== null) expect(new Set(posts.map(({ part }) => part)).size).toBe(posts.length);
          }),
          { numRuns: 40 },
        );
        expect(composed(messageOf("Down."), contextFor())?.length).toBeGreaterThan(0);
      });

      fact("stays within the vendor's limits", async () => {
        expect(conformance.limits).toBeDefined();
        always((posts) => {
          for (const post of posts) {
            if (post.length !== null) expect(post.length.used).toBeLessThanOrEqual(post.length.limit);
            conformance.limits?.(post);
          }
        });
      });

      fact("puts no secret into a post", async () => {
        always(silentAbout);
      });

      fact("composes nothing that the vendor refuses", async () => {
        let count = 0;
        await fc.assert(
          fc.asyncProperty(
            messages,
            fc.string({ unit: "grapheme", maxLength: 80 }),
            async (message, title) => {
              count += 1;
              const context = contextFor({
                key: `any${count}`.padStart(30, "0"),
                title: `${title} ${count}`,
              });
              // No vendor takes the same words twice, and the renderer makes no empty message.
              const words = messageOf(`Note ${count}.`, { subject: `${message.subject} ${count}` });
              const unlike = {
                ...message,
                subject: words.subject,
                short: `${count}: ${message.short}`,
                body: [...words.body, ...message.body],
              };
              const posts = composed(unlike, context);
              for (const post of posts ?? []) {
                ground.plan?.(post, context);
                await connect().publish(post, NOWHERE, NEVER);
              }
            },
          ),
          { numRuns: 15 },
        );
      });
    });

    inGroup("publish", (fact) => {
      fact("has one effect for each post", async () => {
        const channel = connect();
        const { posts } = say(channel);
        const before = heard();
        for (const [index, post] of posts.entries()) {
          await channel.publish(post, NOWHERE, NEVER);
          expect(heard()).toBe(before + index + 1);
        }
      });

      fact("gives a receipt that survives JSON and tells no secret", async () => {
        const { root } = await openThread(connect());
        expect(JSON.parse(JSON.stringify(root))).toEqual(root);
        expect(root.remoteId).not.toBe("");
        expect(root.pending ?? false).toBe(false);
        if (root.url !== null) expect(root.url).toMatch(/^https?:\/\/\S+$/);
        silentAbout(root);
      });

      fact("puts follow-ups into the thread of the first post, and a new incident into another", async () => {
        const channel = connect();
        const before = heard();
        const { root: first } = await openThread(channel);
        const root = JSON.parse(JSON.stringify(first)) as Receipt;
        let previous = root;
        for (let number = 2; number <= 4; number++)
          previous = await channel.publish(followUp(channel), { root, previous }, NEVER);
        const told = ground.heard().slice(before);
        expect(told).toHaveLength(4);
        expect(new Set(told.map(({ thread }) => thread)).size).toBe(1);
        await openThread(channel);
        expect(ground.heard().at(-1)?.thread).not.toBe(told[0]?.thread);
      });

      fact("takes planned work from its announcement to its end, in one thread", async () => {
        const channel = connect();
        const before = heard();
        let place: Place = NOWHERE;
        for (const [phase, verb] of PLANNED) {
          said += 1;
          const context = contextFor({
            ...{ key: `${said}`.padStart(30, "0"), title: "New disks", phase, verb },
            rootSubject: place.root === null ? null : "New disks",
          });
          const [post] = channel.compose(messageOf(`New disks, note ${said}.`), context);
          ground.plan?.(post!, context);
          const receipt = await channel.publish(JSON.parse(JSON.stringify(post)) as Post, place, NEVER);
          place = { root: place.root ?? receipt, previous: receipt };
        }
        const told = ground.heard().slice(before);
        expect(told).toHaveLength(PLANNED.length);
        expect(new Set(told.map(({ thread }) => thread)).size).toBe(1);
      });

      fact("calls a post that waits for a moderator pending, and not yet seen", async () => {
        const { moderate } = conformance;
        if (moderate === undefined)
          throw new Error("nothing moderates here: exempt the channel with a reason");
        const channel = connect();
        const before = heard();
        const { post } = say(channel);
        moderate(ground, true);
        try {
          const receipt = await channel.publish(post, NOWHERE, NEVER);
          expect(receipt).toMatchObject({ pending: true });
          expect(await channel.verify!(receipt, post, NOWHERE, NEVER)).toMatchObject({ state: "not-yet" });
          expect(await channel.find!(post, NOWHERE, since, NEVER)).toMatchObject({
            found: null,
            conclusive: false,
          });
          const error = await judged(
            channel.publish(followUp(channel), { root: receipt, previous: receipt }, NEVER),
          );
          expect(error.fate).toBe("not-sent");
          expect(heard()).toBe(before);
        } finally {
          moderate(ground, false);
        }
      });

      fact("gives each of several addressees its own fate", async () => {
        expect(conformance.partly).toBeDefined();
        const channel = connect(conformance.partly);
        const before = heard();
        const { posts } = say(channel);
        const ends: string[] = [];
        for (const post of posts) {
          const attempt = channel.publish(post, NOWHERE, NEVER);
          ends.push(
            await attempt.then(
              () => "sent",
              async () => (await judged(attempt)).fate,
            ),
          );
        }
        expect([...ends].sort()).toEqual(["refused", "sent"]);
        expect(heard()).toBe(before + 1);
      });
    });

    inGroup("fates", (fact) => {
      for (const trouble of TROUBLES)
        fact(trouble, async () => {
          const before = heard();
          const healthy = connect();
          const { post } = say(healthy);
          const provocation = await provoked(trouble, async (channel, arranged) => {
            const error = await judged(channel.publish(post, NOWHERE, NEVER));
            expect([ground.provocations[trouble]?.fate].flat()).toContain(error.fate);
            expect(arranged.arrivals()).toBeLessThanOrEqual(1);
            const wait = ground.provocations[trouble]?.wait;
            if (wait !== undefined)
              expect(error.retryAt).toEqual(wait === null ? null : new Date(NOW.getTime() + wait * 1000));
          });
          expect(heard()).toBe(before + provocation.heard);
          if (healthy.find === undefined) return;
          const search = await healthy.find(post, NOWHERE, since, NEVER);
          if (provocation.heard === 1) expect(search.found).not.toBeNull();
          else expect(search).toMatchObject({ found: null, conclusive: true });
        });

      fact("an accepted follow-up whose answer is lost", async () => {
        const healthy = connect();
        const { root } = await openThread(healthy);
        const place: Place = { root, previous: root };
        const post = followUp(healthy);
        const before = heard();
        await provoked("an accepted post whose answer is lost", async (channel) => {
          expect((await judged(channel.publish(post, place, NEVER))).fate).toBe("unknown");
        });
        expect(heard()).toBe(before + 1);
        if (healthy.find !== undefined)
          expect((await healthy.find(post, place, since, NEVER)).found).not.toBeNull();
      });
    });

    inGroup("find", (fact) => {
      fact("sees what publish made, in the thread and at its head, and not its neighbour", async () => {
        const channel = connect();
        const { root, post: first } = await openThread(channel);
        const place: Place = { root, previous: root };
        const second = followUp(channel);
        const reply = await channel.publish(second, place, NEVER);
        expect(await channel.find!(first, NOWHERE, since, NEVER)).toEqual({ found: root });
        expect(await channel.find!(second, place, since, NEVER)).toEqual({ found: reply });
        const nothing = { found: null, conclusive: true };
        expect(await channel.find!(say(channel).post, NOWHERE, since, NEVER)).toMatchObject(nothing);
        expect(await channel.find!(followUp(channel), place, since, NEVER)).toMatchObject(nothing);
      });

      fact("is not sure where it cannot look", async () => {
        const healthy = connect();
        const { root, post: first } = await openThread(healthy);
        const place: Place = { root, previous: root };
        const second = followUp(healthy);
        await healthy.publish(second, place, NEVER);
        for (const trouble of BLINDING)
          await provoked(trouble, async (channel) => {
            for (const [post, where] of [
              [first, NOWHERE],
              [second, place],
            ] as const) {
              const search = await channel.find!(post, where, since, NEVER);
              expect({ trouble, ...search }).toMatchObject({ trouble, found: null, conclusive: false });
              silentAbout(search);
            }
          });
      });
    });

    inGroup("verify", (fact) => {
      fact("sees a post that stands, at the head of its thread and below", async () => {
        const channel = connect();
        const { root, post: first } = await openThread(channel);
        const place: Place = { root, previous: root };
        const second = followUp(channel);
        const reply = await channel.publish(second, place, NEVER);
        const seen = { state: "seen", note: null };
        expect(await channel.verify!(root, first, NOWHERE, NEVER)).toEqual(seen);
        expect(await channel.verify!(reply, second, place, NEVER)).toEqual(seen);
      });

      fact("tells of a post that is missing", async () => {
        expect(conformance.remove).toBeDefined();
        const channel = connect();
        const { root, post } = await openThread(channel);
        await conformance.remove?.(root, ground);
        expect(await channel.verify!(root, post, NOWHERE, NEVER)).toMatchObject({
          state: "missing",
          note: expect.stringMatching(/./),
        });
      });

      fact("tells of a post that was altered", async () => {
        const channel = connect();
        const { root, post } = await openThread(channel);
        ground.proxy?.damage({ rewrite: (text) => text.replaceAll(WORD, "Cormorant") });
        try {
          expect(await channel.verify!(root, post, NOWHERE, NEVER)).toMatchObject({
            state: "altered",
            note: expect.stringMatching(/./),
          });
        } finally {
          ground.proxy?.damage("none");
        }
      });

      fact("takes trouble for nothing but trouble", async () => {
        const { root, post } = await openThread(connect());
        // A vendor that knows no such post says so with 404.
        for (const trouble of BLINDING.filter((name) => name !== "404"))
          await provoked(trouble, async (channel) => {
            const verdict = await channel.verify!(root, post, NOWHERE, NEVER);
            expect({ trouble, kind: ["cannot", "not-yet"].includes(verdict.state) }).toEqual({
              trouble,
              kind: true,
            });
            expect(verdict.note ?? "").not.toBe("");
            silentAbout(verdict);
          });
      });
    });

    inGroup("check", (fact) => {
      fact("finds nothing to fail in healthy settings, and publishes nothing", async () => {
        const before = heard();
        const findings = await connect().check(NEVER);
        expect(findings.filter(({ level }) => level === "fail")).toEqual([]);
        expect(findings.length).toBeGreaterThan(0);
        expect(heard()).toBe(before);
        silentAbout(findings);
      });

      fact("fails with a hint where the settings are wrong", async () => {
        const failed = (await connect(conformance.wrong).check(NEVER)).filter(
          ({ level }) => level === "fail",
        );
        expect(failed.length).toBeGreaterThan(0);
        for (const { hint } of failed) expect(hint ?? "").not.toBe("");
      });

      fact("fails with a hint, and never throws, where the vendor cannot be asked", async () => {
        for (const trouble of BLINDING.filter((name) => ground.provocations[name] !== undefined))
          await provoked(trouble, async (channel) => {
            const findings = await channel.check(NEVER);
            silentAbout(findings);
            const failed = findings.filter(({ level }) => level === "fail");
            // A mail server is asked for no more than the login.
            if (ground.proxy === null && failed.length === 0) return;
            expect({ trouble, hints: failed.map(({ hint }) => hint) }).toEqual({
              trouble,
              hints: failed.map(() => expect.stringMatching(/./)),
            });
            expect({ trouble, failed: failed.length > 0 }).toEqual({ trouble, failed: true });
          });
      });
    });

    inGroup("abort", (fact) => {
      fact("before it begins, nothing is sent", async () => {
        const channel = connect();
        const { post } = say(channel);
        const before = heard();
        const error = await judged(channel.publish(post, NOWHERE, AbortSignal.abort()));
        expect(error.fate).toBe("not-sent");
        expect(heard()).toBe(before);
      });

      fact("while it waits, it ends at once and says that the outcome is unknown", async () => {
        const hanging = await ground.hang?.();
        if (hanging === undefined) throw new Error("nothing to wait for: exempt the channel with a reason");
        const patient = kitFor({ timeoutMs: 10_000, loopbackOnly: true });
        const channel = kind.connect(
          readSettings(kind, { ...ground.settings, ...hanging.settings }),
          patient,
        );
        const { root, post } = { root: null, ...say(channel) };
        const calls: readonly ((signal: AbortSignal) => Promise<unknown> | undefined)[] = [
          (signal) => channel.publish(post, { root, previous: null }, signal),
          (signal) => channel.find?.(post, NOWHERE, since, signal),
        ];
        try {
          for (const [index, call] of calls.entries()) {
            const stop = new AbortController();
            const reached = hanging.reached();
            const ended = call(stop.signal)?.then(
              (value) => value,
              (error: unknown) => error,
            );
            if (ended === undefined) continue;
            await reached;
            const stopped = performance.now();
            stop.abort();
            const end = await ended;
            expect(performance.now() - stopped).toBeLessThan(500);
            if (index === 0) {
              expect(end).toBeInstanceOf(ChannelError);
              expect(end).toMatchObject({ fate: "unknown" });
            } else expect(end).toMatchObject({ found: null, conclusive: false });
          }
        } finally {
          hanging.lift();
        }
      });
    });

    it("is exempt from real cases only", () => {
      expect(exempt.map((one) => one.case).filter((name) => !known.has(name))).toEqual([]);
    });
  });
}

function tell(kind: string, name: string, reason: string): void {
  process.stdout.write(`${kind} is exempt from "${name}": ${reason}\n`);
}
