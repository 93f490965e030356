import fc from "fast-check";
import type { Block, Inline } from "../../src/render/document.ts";
import { hostileText } from "./hostile.ts";

const href = fc.constantFrom(
  "https://example.com",
  "https://example.com/a_(b)?x=1&copy=2",
  "http://example.com/*x*",
  "mailto:status@example.com",
);

/** Inline text never breaks the line by itself; that is what a break is for. */
const line = hostileText.map((text) => text.replace(/[\s\u0085]+/g, " "));

const trees = fc.letrec<{ inline: Inline; inlines: Inline[]; block: Block }>((tie) => ({
  inline: fc.oneof(
    { maxDepth: 3, depthIdentifier: "inline" },
    fc.record({ type: fc.constant("text" as const), text: line }),
    fc.record({ type: fc.constant("code" as const), text: line }),
    fc.record({ type: fc.constant("break" as const) }),
    fc.record({
      type: fc.constant("strong" as const),
      children: tie("inlines"),
    }),
    fc.record({
      type: fc.constant("emphasis" as const),
      children: tie("inlines"),
    }),
    fc.record({
      type: fc.constant("link" as const),
      href,
      children: fc.array(fc.record({ type: fc.constant("text" as const), text: line }), {
        maxLength: 2,
      }),
    }),
  ),
  inlines: fc.array(tie("inline"), {
    minLength: 1,
    maxLength: 4,
    depthIdentifier: "inline",
  }),
  block: fc.oneof(
    { maxDepth: 3, depthIdentifier: "block" },
    fc.record({
      type: fc.constant("paragraph" as const),
      children: tie("inlines"),
    }),
    fc.record({
      type: fc.constant("heading" as const),
      level: fc.constantFrom(1 as const, 3 as const),
      children: tie("inlines"),
    }),
    fc.record({ type: fc.constant("code" as const), text: hostileText }),
    fc.record({ type: fc.constant("rule" as const) }),
    fc.record({
      type: fc.constant("quote" as const),
      children: fc.array(tie("block"), {
        minLength: 1,
        maxLength: 3,
        depthIdentifier: "block",
      }),
    }),
    fc.record({
      type: fc.constant("list" as const),
      ordered: fc.boolean(),
      start: fc.integer({ min: 0, max: 999 }),
      items: fc.array(
        fc.array(tie("block"), {
          minLength: 1,
          maxLength: 2,
          depthIdentifier: "block",
        }),
        {
          minLength: 1,
          maxLength: 3,
          depthIdentifier: "block",
        },
      ),
    }),
  ),
}));

/** Any document, with hostile words at every place. */
export const anyBlocks: fc.Arbitrary<Block[]> = fc.array(trees.block, {
  maxLength: 4,
});
