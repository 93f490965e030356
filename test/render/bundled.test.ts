import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { Message } from "../../src/render/document.ts";
import { toPlainText } from "../../src/render/formats/plain.ts";
import { listTemplates, loadTemplateSet } from "../../src/render/template.ts";
import { tweetLength } from "../../src/render/tweet.ts";
import { request } from "./facts.ts";

const places = {
  projectDirectory: null,
  bundledDirectory: fileURLToPath(new URL("../../templates", import.meta.url)),
};

const sets = await Promise.all(
  (await listTemplates(places)).map(({ name }) => loadTemplateSet({ ...places, name })),
);
const named = (name: string) => {
  const set = sets.find((each) => each.name === name);
  if (set === undefined) throw new Error(`no bundled template ${name}`);
  return set;
};
const mail = (name: string, ...of: Parameters<typeof request>) => {
  const { subject, body } = named(name).render(request(...of));
  return `${subject}\n\n${toPlainText(body)}`;
};
const tweetOf = ({ short, keep, link }: Message) =>
  [short, keep, link].filter((part) => part !== null).join("\n");
const tweet = (name: string, facts: Parameters<typeof request>[0] = {}) =>
  tweetOf(named(name).render(request(facts, { kind: "twitter", channel: "x" })));

describe("the bundled templates", () => {
  it("are these", () => {
    expect(sets.map(({ name, type, phase }) => [name, type, phase])).toEqual([
      ["acknowledge", "incident", "investigating"],
      ["correction", "incident", null],
      ["deploy", "notice", null],
      ["holding", "incident", null],
      ["identified", "incident", "identified"],
      ["investigating", "incident", "investigating"],
      ["monitoring", "incident", "monitoring"],
      ["resolved", "incident", "resolved"],
      ["retraction", "incident", null],
    ]);
  });

  it("acknowledge with nothing but a title", () => {
    expect(mail("acknowledge", { components: [] })).toBe(`[Investigating] Amazon.com is unavailable

We know about this and are working on it. We do not know the cause yet, and will tell you here what we find.

Since: 09:40 PDT (16:40 UTC)

Next update: 10:10 PDT (17:10 UTC), or sooner if we know more.`);
  });

  it("keep the facts beside the author's own words", () => {
    expect(
      mail("identified", { message: "A *database* refuses writes." }),
    ).toBe(`[Identified] Amazon.com is unavailable

A database refuses writes.

Affected: Storefront (major outage), Kindle downloads (partial outage)

Since: 09:40 PDT (16:40 UTC)

Next update: 10:10 PDT (17:10 UTC), or sooner if we know more.`);
  });

  it("say in a resolution from when to when", () => {
    expect(mail("resolved", { resolvedAt: new Date("2010-06-29T19:45:00Z") })).toContain(
      "From 09:40 PDT (16:40 UTC) to 12:45 PDT (19:45 UTC)",
    );
  });

  it("hold in the phase that the incident is in", () => {
    expect(mail("holding", { phase: "monitoring" })).toMatch(/^\[Monitoring\] /);
  });

  it("fit a post on X with their own words, title, promise and link", () => {
    for (const { name } of sets) {
      const text = tweet(name);
      expect(tweetLength(text), text).toBeLessThanOrEqual(280);
      expect(text).toContain("Amazon.com is unavailable");
    }
    expect(tweet("acknowledge")).toBe(`Amazon.com is unavailable

We know about this and are working on it. Affected: Storefront, Kindle downloads. Since 09:40 PDT (16:40 UTC).
Next update: 10:10 PDT (17:10 UTC).
https://status.example.org`);
  });

  it("promise the next update in every text that is not the last word", () => {
    for (const { name, type } of sets) {
      const promises = type !== "notice" && name !== "resolved";
      expect(mail(name).includes("10:10 PDT"), name).toBe(promises);
      expect(tweet(name).includes("Next update: 10:10 PDT"), name).toBe(promises);
      expect(mail(name, { nextUpdateAt: null })).not.toContain("Next update");
    }
  });

  it("carry the author's message everywhere", () => {
    for (const { name } of sets) {
      expect(mail(name, { message: "Our very own words." })).toContain("Our very own words.");
      expect(tweet(name, { message: "Our very own words." })).toContain("Our very own words.");
    }
  });

  it("differ from update to update, so that X takes each", () => {
    for (const name of ["investigating", "identified", "monitoring", "holding", "correction"])
      expect(tweet(name, { updateNumber: 2, nextUpdateAt: null })).not.toBe(
        tweet(name, { updateNumber: 3, nextUpdateAt: null }),
      );
  });

  it("tell of a deploy without a title, a version or a component", () => {
    const nothing = {
      title: "",
      components: [],
      type: "notice" as const,
      nextUpdateAt: null,
    };
    expect(mail("deploy", nothing)).toMatch(
      /^A new version of Amazon\.com is live\n\nA new version is live\./,
    );
    expect(mail("deploy", { ...nothing, set: { version: "4.2" } })).toMatch(/^Amazon\.com 4\.2 is live\n\n/);
    expect(tweet("deploy", { ...nothing, set: { version: "4.2" } })).toContain("Amazon.com 4.2 is live.");
  });

  it("apologise for no inconvenience and promise no recovery", () => {
    for (const { name } of sets)
      expect(mail(name)).not.toMatch(
        /inconvenience|apologi|shortly|soon as possible|will be fixed|should be/i,
      );
  });
});
