import { describe, expect, it } from "vitest";
import { checkWording, type Wording } from "../../../src/render/wording/check.ts";
import { RULES, type Rule, type WordingPolicy } from "../../../src/render/wording/policy.ts";
import { ENDED, OPEN, POLICY } from "./corpus.ts";

const post = (channel: string, text: string, more: Partial<Wording["posts"][number]> = {}) => ({
  ...{ channel, text, audience: "public" as const, locale: "en", live: true, before: null },
  ...more,
});
const typed = (text: string, place = "message", audience: "public" | "internal" = "public") => ({
  ...{ place, text, audience },
});
const check = (wording: Partial<Wording>, policy: Partial<WordingPolicy> = {}) =>
  checkWording({ written: [], posts: [], facts: OPEN, ...wording }, { ...POLICY, ...policy });

describe("a finding", () => {
  it("names the place where it was typed, and the channels that would show it", () => {
    const message = "Cards are refused.\nIt is probably the network.";
    expect(
      check({
        written: [typed(message)],
        posts: [post("x", "Cards are refused. It is probably…"), post("sellers", `Payments\n\n${message}`)],
      }),
    ).toMatchObject([
      { rule: "guess", place: "message, line 2, column 7", excerpt: "probably", channels: ["x", "sellers"] },
    ]);
  });

  it("reads through invisible letters and full-width ones", () => {
    for (const text of ["pass\u2063word=Xk9wq2tr0", "\uff50assword=Xk9wq2tr0", "pass\u034fword=Xk9wq2tr0"])
      expect(check({ written: [typed(text)] }).map(({ rule }) => rule)).toEqual(["secret"]);
  });

  it("counts columns as people do, whatever invisible characters and emoji are before it", () => {
    const [finding] = check({ written: [typed("🚧 Cards:\u200b prob\u00adably the network.")] });
    expect(finding).toMatchObject({ place: "message, line 1, column 10", excerpt: "probably" });
  });

  it("is given for each place where the words were typed", () => {
    expect(check({ written: [typed("Maybe."), typed("Maybe", "title")] }).map(({ place }) => place)).toEqual([
      "message, line 1, column 1",
      "title, line 1, column 1",
    ]);
  });

  it("of a template's own words names the channels, once for all that share the words", () => {
    expect(
      check({
        written: [typed("Cards are refused.")],
        posts: [post("x", "Since: {{ since }}"), post("sellers", "Cards are refused.\nSince: {{ since }}")],
      }),
    ).toMatchObject([{ rule: "unrendered", place: "the text on x and sellers", channels: ["x", "sellers"] }]);
  });

  it("about the whole names no channel", () => {
    expect(check({ facts: { ...OPEN, nextUpdateAt: null } })).toMatchObject([
      { rule: "no-next-update", place: "the whole update", channels: [] },
    ]);
  });

  it("shows at most 60 characters, on one line, harmless in a terminal", () => {
    const [finding] = check({
      written: [typed("sure", "internal", "internal")],
      posts: [
        post("x", `Payments\u001b[31m fail ${"and fail ".repeat(20)}`, {
          before: `Payments\u001b[31m fail ${"and fail ".repeat(20)}`,
        }),
      ],
    }).filter(({ rule }) => rule === "repetition");
    expect(finding?.excerpt).toMatch(/^Payments\[31m fail and fail [^\n\u001b]{20,60}…$/u);
    expect([...(finding?.excerpt ?? "")].length).toBeLessThanOrEqual(60);
  });

  it("that blocks comes before one that warns, then they go by place", () => {
    const places = check({
      written: [typed("We think so.\n\nProbably.\nIt is web-prod-03."), typed("OPS-12", "short")],
    }).map(({ level, place }) => `${level} ${place}`);
    expect(places).toEqual([
      "block message, line 4, column 7",
      "block short, line 1, column 1",
      "warn message, line 1, column 1",
      "warn message, line 3, column 1",
    ]);
  });
});

describe("a secret", () => {
  const SECRETS = [
    "ghp_a8Kd02LmZx93QpVn4RtYw71BcEu5HsJf6GkT",
    "AKIAZ7QX2M4NT5BWYE3K",
    "sk_live_9aZ8bY7cX6dW5eV4fU3g",
    "password=Xk9wq2tr0ub4dor3",
    "https://shop:Xk9wq2tr0ub4dor3@pay.internal/",
    "-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEA7bqXk9wq2tr0ub4dor3",
  ];

  it.each(SECRETS)("is in no finding of any rule: %s", (secret) => {
    // The words before and after give other rules something to quote around it.
    const text = `We think ${secret} is down. OPS-1 on web-prod-03`;
    const findings = check({
      written: [typed(text)],
      posts: [post("x", text, { before: text })],
    });
    expect(findings.map(({ rule }) => rule)).toContain("secret");
    const value = secret
      .split(/password=|shop:|KEY-----\n/)
      .at(-1)!
      .replace(/@.*/, "");
    for (const { excerpt } of findings) expect(excerpt).not.toContain(value.slice(0, 8));
  });

  it("is found on internal channels too", () => {
    const text = "password=Xk9wq2tr0ub4dor3";
    expect(check({ posts: [post("ops", text, { audience: "internal" })] })).toMatchObject([
      { rule: "secret", level: "block", place: "the text on ops", excerpt: "password Xk9…" },
    ]);
  });
});

describe("the policy", () => {
  it("changes a rule's level, or turns it off", () => {
    const written = [typed("Probably OPS-12.")];
    const rules = (policy: Partial<WordingPolicy>) =>
      check({ written }, policy).map(({ rule, level }) => `${rule} ${level}`);
    expect(rules({})).toEqual(["ticket block", "guess warn"]);
    expect(rules({ rules: { guess: "block", ticket: "off" } })).toEqual(["guess block"]);
  });

  it("alone says what is a ticket, a private domain, a vendor or a colleague", () => {
    const written = [typed("OPS-12: Jane Doe called Examplecloud about jobs.corp.example.com.")];
    expect(check({ written }).length).toBe(4);
    expect(check({ written }, { tickets: [], hosts: [], vendors: [], staff: [] })).toEqual([]);
  });

  it("takes names as they are, with signs that patterns give a meaning", () => {
    const policy = {
      vendors: ["A+ (Hosting)", "C.loud"],
      staff: ["^.*$"],
      tickets: ["OPS"],
      hosts: ["a.example"],
    };
    expect(check({ written: [typed("Cloud and axexample are words; OPS is a team.")] }, policy)).toEqual([]);
    expect(check({ written: [typed("Ask C.loud.")] }, policy)).toMatchObject([
      { rule: "vendor", excerpt: "C.loud" },
    ]);
  });
});

describe("audiences", () => {
  const inside = "web-prod-03 is full, OPS-12, probably Examplecloud";

  it("leave colleagues' words alone on internal channels", () => {
    expect(
      check({
        written: [typed("Cards are refused."), typed(inside, "internal", "internal")],
        posts: [
          post("x", "Cards are refused."),
          post("ops", `Cards are refused. ${inside}`, { audience: "internal" }),
        ],
      }),
    ).toEqual([]);
  });

  it("let an update that goes to colleagues only speak like one", () => {
    expect(
      check({ written: [typed(inside)], posts: [post("ops", inside, { audience: "internal" })] }),
    ).toEqual([]);
    expect(check({ written: [typed(inside)], posts: [post("x", inside)] }).length).toBe(4);
    expect(check({ written: [typed(inside)] }).length).toBe(4);
  });

  it("stop colleagues' words on a public channel, in whatever punctuation", () => {
    const internal = typed("Rolled back the cart change; owner asleep.", "internal", "internal");
    for (const text of [
      "**Rolled back** the cart change – owner ASLEEP",
      "Note: rolled\nback the cart change, owner asleep",
    ])
      expect(check({ written: [internal], posts: [post("x", text)] })).toMatchObject([
        { rule: "internal-text", level: "block", place: "the text on x" },
      ]);
  });

  it("stop a short text for colleagues only where all of it is public", () => {
    const internal = typed("disk full", "internal", "internal");
    expect(check({ written: [internal], posts: [post("x", "The disk is full.")] })).toEqual([]);
    expect(check({ written: [internal], posts: [post("x", "Disk full!")] })).toMatchObject([
      { rule: "internal-text" },
    ]);
  });
});

describe("a rehearsal", () => {
  it("may say that it is a test; live channels may not", () => {
    const text = "This is a test.";
    expect(check({ written: [typed(text)], posts: [post("x", text, { live: false })] })).toEqual([]);
    expect(check({ written: [typed(text)], posts: [post("x", text)] })).toMatchObject([
      { rule: "test-text" },
    ]);
  });
});

describe("the same text again", () => {
  it("is one finding for all channels, and is looked for in updates and resolutions only", () => {
    const again = (verb: string) =>
      check({
        facts: { ...OPEN, verb },
        posts: ["x", "sellers"].map((channel) =>
          post(channel, `${channel}: we look for the cause. Update 3, 10:30 UTC`, {
            before: `${channel}: we are still looking for the cause. Update 2, 10:00 UTC`,
          }),
        ),
      });
    // "we look" and "looking": what carries meaning is the same.
    expect(again("update")).toMatchObject([{ rule: "repetition", channels: ["x", "sellers"] }]);
    for (const verb of ["announce", "correct", "follow-up", "maintenance extend"])
      expect(again(verb)).toEqual([]);
  });
});

describe("the end of an incident", () => {
  it("needs a word on data from a person, a template or the facts, in any of the languages", () => {
    const facts = { ...ENDED, data: null };
    expect(check({ facts }).map(({ rule }) => rule)).toEqual(["no-data-sentence"]);
    expect(check({ facts: { ...facts, data: "unknown" } })).toEqual([]);
    for (const text of [
      "No data was lost.",
      "Ihre Daten sind sicher.",
      "No se perdió ningún dato. Sus datos están bien.",
    ])
      expect(check({ facts, posts: [post("x", text)] })).toEqual([]);
    expect(check({ facts, posts: [post("x", "Our data centre is fine.")] }).length).toBe(1);
  });

  it("says which part is not well", () => {
    const components = [{ id: "search", name: "Search", state: "partial_outage" as const }];
    expect(check({ facts: { ...ENDED, components } })).toMatchObject([
      {
        rule: "state-mismatch",
        excerpt: "Search: partial outage",
        better: expect.stringContaining("--component search="),
      },
    ]);
  });
});

describe("every finding", () => {
  it("has a reason and something better, each a sentence of its own", () => {
    const findings = check({
      facts: { ...OPEN, nextUpdateAt: null },
      written: [
        typed(
          "We think Jane Doe broke web-prod-03 (10.1.2.3), OPS-1, password=Xk9wq2tr0. Fixed by 14:00. It will be fixed by 14:00. Outage! {{ x }} Examplecloud. The problem is resolved. Sorry for any inconvenience. panic: runtime error\nThis is a test.",
        ),
      ],
    });
    const rules = new Set<Rule>(findings.map(({ rule }) => rule));
    expect(Object.keys(RULES).filter((rule) => !rules.has(rule as Rule))).toEqual([
      "internal-text",
      "repetition",
      "no-data-sentence",
    ]);
    for (const { reason, better } of findings) {
      expect(reason).toMatch(/^[A-Z“].{20,}\.$/);
      expect(better).toMatch(/^[A-Z].{10,}[.”]$/);
    }
  });
});
