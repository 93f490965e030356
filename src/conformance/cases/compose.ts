import fc from "fast-check";
import { expect } from "vitest";
import { type ComposeContext, type Post, TooLong } from "../../channels/contract.ts";
import type { Message } from "../../render/document.ts";
import type { Ground } from "../ground.ts";
import { contextFor, messageOf, messages, NOWHERE } from "../loopback.ts";
import { type Fact, NEVER, type Scene } from "../scene.ts";

/** What is said, from any words. */
export function composeCases<Where extends Ground>(fact: Fact, scene: Scene<Where>): void {
  const { connect, silentAbout, conformance } = scene;

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
      fc.asyncProperty(messages, fc.string({ unit: "grapheme", maxLength: 80 }), async (message, title) => {
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
          scene.ground.plan?.(post, context);
          await connect().publish(post, NOWHERE, NEVER);
        }
      }),
      { numRuns: 15 },
    );
  });
}
