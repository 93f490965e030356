import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DiscordPayload } from "../../src/channels/discord/compose.ts";
import type { MailPayload } from "../../src/channels/email/compose.ts";
import type { Block, Inline } from "../../src/render/document.ts";
import type { Facts } from "../../src/render/facts.ts";
import { toPlainText } from "../../src/render/formats/plain.ts";
import { literal } from "../../src/render/literal.ts";
import { listTemplates, loadTemplateSet, type TemplateSet } from "../../src/render/template.ts";
import { KIND_NAMES, type Kind, postOf } from "./as-read.ts";
import { hostileText } from "./hostile.ts";
import { BUNDLED } from "./project.ts";
import { LOCALES, type Locale, sampleOf } from "./samples.ts";

const places = { projectDirectory: null, bundledDirectory: BUNDLED };
const sets = await Promise.all(
  (await listTemplates(places)).map(({ name }) => loadTemplateSet({ ...places, name })),
);

const place = fc.record({
  set: fc.constantFrom(...sets),
  locale: fc.constantFrom(...LOCALES),
  kind: fc.constantFrom(...KIND_NAMES),
});
/** Data that leaves a trace; what vanishes whole is an empty value. */
const data = hostileText.filter((text) => literal(text) !== "" && literal(text) !== "DRILL");
const WORD = "Kingfisher";
const RUNS = { numRuns: 300 };
/** Between as many backticks as at its beginning, which nothing escapes. */
const CODE = /(?<![\\`])(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g;
/** As X and Mastodon take one for an address (twitter-text's valid characters of paths and queries). */
const ADDRESS = /https?:\/\/[a-z0-9.-]+\.[a-z]{2,}(?:[/?][\w!*';:=+,.$/%#[\]~@|&()?-]*)?/gi;

function rendered(set: TemplateSet, locale: Locale, kind: Kind, value: string, more: Partial<Facts> = {}) {
  const { facts, property } = sampleOf(set, locale, "everything said");
  return set.render({
    ...{ channel: kind, kind, locale, timeZone: property.timeZone },
    audience: kind === "slack" ? "internal" : "public",
    facts: {
      ...facts,
      title: value,
      components: facts.components.map((component) => ({ ...component, name: value })),
      set: Object.fromEntries(
        Object.entries(facts.set).map(([key, was]) => [
          key,
          (set.ask[key]?.choices.length ?? 0) > 0 ? was : value,
        ]),
      ),
      ...more,
    },
  });
}

describe("the bundled templates, in every language, on every channel", () => {
  it("hold a value as text: nothing in it makes another block, link or emphasis", () => {
    fc.assert(
      fc.property(place, data, ({ set, locale, kind }, value) => {
        const message = rendered(set, locale, kind, value);
        const benign = rendered(set, locale, kind, WORD);
        expect(message.body.map(shapeOf)).toEqual(benign.body.map(shapeOf));
        expect(message.subject).toBe(literal(benign.subject.replaceAll(WORD, () => literal(value))));
        expect(toPlainText(message.body)).toBe(
          toPlainText(JSON.parse(JSON.stringify(benign.body), (_key, text) => filled(text, value))),
        );
      }),
      RUNS,
    );
  });

  it("hold the author's words as the author's: none of ours is lost or changed by them", () => {
    fc.assert(
      fc.property(place, data, ({ set, locale, kind }, value) => {
        // A post's words stand in the middle of ours.
        fc.pre(!["twitter", "mastodon", "bluesky"].includes(kind));
        const message = `${WORD}\n\n${value.replaceAll("![", "[")}\n\n${WORD}`;
        const { body, subject } = rendered(set, locale, kind, WORD, { message, internal: message });
        const benign = rendered(set, locale, kind, WORD, { message: WORD, internal: WORD });
        expect(subject).toBe(benign.subject);
        const ours = benign.body.map((block) => toPlainText([block])).filter((text) => text !== WORD);
        const said = body.map((block) => toPlainText([block]));
        for (const text of ours) expect(said).toContain(text);
      }),
      RUNS,
    );
  });

  it("give nothing that a vendor, a mail program or a terminal would obey", () => {
    fc.assert(
      fc.property(place, data, ({ set, locale, kind }, value) => {
        const { property, context } = sampleOf(set, locale, "everything said");
        const message = rendered(set, locale, kind, value);
        const post = postOf(
          kind,
          message,
          { ...context, incident: { ...context.incident, title: value } },
          property,
          locale,
        );
        const all = JSON.stringify(post.payload);
        expect(all).not.toMatch(/\\u001b|\\u0007|[\u202a-\u202e\ufdd0\ufdd1]/);
        // What an address holds is the address's.
        const besides = post.text.replace(ADDRESS, "");
        if (kind === "twitter") expect(besides).not.toMatch(/(?<![a-z0-9_])@[a-z0-9_]/i);
        if (kind === "mastodon") expect(besides).not.toMatch(/(?<![\p{L}\p{N}_/=])[@#][a-z0-9_]/iu);
        if (kind === "apprise") expect(post.text).not.toMatch(/@(?:everyone|here)\b/);
        if (kind === "discord")
          // Nothing in code is obeyed.
          expect((post.payload as DiscordPayload).content.replace(CODE, "")).not.toMatch(
            /(?<!\\)(?:@(?:everyone|here)\b|<[@#!])/,
          );
        if (kind === "slack") expect((post.payload as { text: string }).text).not.toMatch(/<[!@#h]/);
        if (kind === "email") {
          const { html, subject } = post.payload as MailPayload;
          expect(subject).not.toMatch(/[\r\n]/);
          expect(html).not.toMatch(/<(?:script|img|svg|iframe|b>|i>)|javascript:[^<]*"/i);
        }
        if (kind === "statuspage")
          expect((post.payload as { incident: { body: string } }).incident.body).not.toMatch(/[<>]/);
      }),
      RUNS,
    );
  });

  it("never say on a public channel what is for colleagues", () => {
    fc.assert(
      fc.property(place, ({ set, locale, kind }) => {
        const secret = { internal: "Secret **words**.", brokenGlass: "Secret reason" };
        const message = rendered(set, locale, kind, WORD, secret);
        expect(JSON.stringify(message).includes("Secret")).toBe(kind === "slack");
      }),
      { numRuns: 100 },
    );
  });
});

function filled(text: unknown, value: string): unknown {
  return typeof text === "string" ? text.replaceAll(WORD, () => literal(value)) : text;
}

/** The tree without its texts. */
function shapeOf(node: Block | Inline): unknown {
  const children = "children" in node ? (node.children as readonly (Block | Inline)[]).map(shapeOf) : [];
  const items = node.type === "list" ? node.items.map((item) => item.map(shapeOf)) : [];
  return { type: node.type, href: "href" in node ? node.href : null, children, items };
}
