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

/** After these nothing more is owed. */
const LAST_WORDS = ["resolved", "postmortem", "maintenance-completed", "maintenance-cancelled"];

/** Said more than once of one piece of work. */
const AGAIN = ["reminder", "started", "verifying", "overrun"].map((name) => `maintenance-${name}`);

/** Planned work as customers hear of it, a week before. */
const WORK = {
  title: "Database upgrade",
  type: "maintenance",
  phase: "scheduled",
  startedAt: new Date("2010-07-06T09:00:00Z"),
  endsAt: new Date("2010-07-06T11:00:00Z"),
  nextUpdateAt: new Date("2010-07-05T09:00:00Z"),
  set: { works: "Reading works.", todo: "Save your drafts." },
} as const;
const WORKING = sets.filter(({ type }) => type === "maintenance");

describe("the bundled templates", () => {
  it("are these", () => {
    expect(sets.map(({ name, type, phase }) => [name, type, phase])).toEqual([
      ["acknowledge", "incident", "investigating"],
      ["correction", "incident", null],
      ["deploy", "notice", null],
      ["deploying", "notice", null],
      ["holding", "incident", null],
      ["identified", "incident", "identified"],
      ["investigating", "incident", "investigating"],
      ["maintenance-cancelled", "maintenance", "completed"],
      ["maintenance-completed", "maintenance", "completed"],
      ["maintenance-overrun", "maintenance", "in_progress"],
      ["maintenance-reminder", "maintenance", "scheduled"],
      ["maintenance-scheduled", "maintenance", "scheduled"],
      ["maintenance-started", "maintenance", "in_progress"],
      ["maintenance-verifying", "maintenance", "verifying"],
      ["monitoring", "incident", "monitoring"],
      ["postmortem", "incident", null],
      ["reminder", "incident", null],
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
      const promises = type !== "notice" && !LAST_WORDS.includes(name);
      expect(mail(name).includes("10:10 PDT"), name).toBe(promises);
      expect(tweet(name).includes("Next update: 10:10 PDT"), name).toBe(promises);
      expect(mail(name, { nextUpdateAt: null })).not.toContain("Next update");
    }
  });

  it("carry the author's message everywhere", () => {
    for (const { name } of sets) {
      expect(mail(name, { message: "Our very own words." })).toContain("Our very own words.");
      // The document is too long for a post, which says where it stands.
      if (name !== "postmortem")
        expect(tweet(name, { message: "Our very own words." })).toContain("Our very own words.");
    }
  });

  it("differ from update to update, so that X takes each", () => {
    for (const name of ["investigating", "identified", "monitoring", "holding", "correction", ...AGAIN])
      expect(tweet(name, { updateNumber: 2, nextUpdateAt: null })).not.toBe(
        tweet(name, { updateNumber: 3, nextUpdateAt: null }),
      );
  });

  it("say of planned work what is affected, from when to when, what works and what to do", () => {
    expect(mail("maintenance-scheduled", WORK)).toBe(`[Planned] Database upgrade

We are going to do planned work.

Affected: Storefront, Kindle downloads

From July 6, 02:00 PDT (09:00 UTC) to July 6, 04:00 PDT (11:00 UTC)

What still works: Reading works.

What you need to do: Save your drafts.

Next update: July 5, 02:00 PDT (09:00 UTC), or sooner if the plan changes.`);
    expect(tweet("maintenance-scheduled", WORK)).toBe(`Database upgrade

Planned work. From July 6, 02:00 PDT (09:00 UTC) to 04:00 PDT. Affected: Storefront, Kindle downloads.

What to do: Save your drafts.

Still works: Reading works.
Next update: July 5, 02:00 PDT (09:00 UTC).
https://status.example.org`);
    const overnight = { ...WORK, endsAt: new Date("2010-07-07T09:00:00Z") };
    expect(tweet("maintenance-scheduled", overnight)).toContain("to July 7, 02:00 PDT");
  });

  it("say the new end of work that overruns, and that cancelled work will not come", () => {
    expect(mail("maintenance-overrun", WORK)).toContain("New end: July 6, 04:00 PDT (11:00 UTC)");
    expect(tweet("maintenance-overrun", WORK)).toContain("New end: July 6, 04:00 PDT (11:00 UTC).");
    expect(mail("maintenance-cancelled", WORK)).toMatch(
      /will not take place.*Was planned: from July 6, 02:00/s,
    );
  });

  it("say nothing of an end, of what works or of what to do where nothing is known of it", () => {
    for (const { name } of WORKING) {
      const bare = { ...WORK, endsAt: null, components: [], nextUpdateAt: null, set: {} };
      expect(mail(name, bare), name).not.toMatch(
        / to \*?\*?$|What still|What you|ffected:|Next update|New end:|null/m,
      );
      expect(tweet(name, bare), name).not.toMatch(/ to \.|ffected:|Next update|New end:|null| {2}/);
    }
  });

  it("fit a post on X with a usual title and both times on other days, and carry the longest title", () => {
    const long = {
      ...WORK,
      title: "A".repeat(100),
      endsAt: new Date("2010-07-07T11:00:00Z"),
      updateNumber: 12,
    };
    for (const { name } of WORKING) {
      const usual = { ...long, title: "Database upgrade", set: {} };
      expect(tweetLength(tweet(name, usual)), name).toBeLessThanOrEqual(280);
      expect(tweet(name, long), name).toContain("A".repeat(100));
    }
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
