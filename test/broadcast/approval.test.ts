import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Approvable,
  type ApprovalPolicy,
  type ApprovalRule,
  closedChannels,
  isSealed,
  mayApprove,
  type Need,
  needOf,
  sayNeed,
  standingOf,
} from "../../src/broadcast/approval.ts";
import type { JournalEntry } from "../../src/broadcast/journal.ts";

const rule = (more: Partial<ApprovalRule> = {}): ApprovalRule => ({
  ...{ channels: [], audience: null, impact: [], types: [], needs: 1, from: [], signed: false },
  ...more,
});
const policy = (...rules: ApprovalRule[]): ApprovalPolicy => ({
  rules,
  security: null,
  allowedSigners: null,
});
const X = { name: "x", audience: "public" } as const;
const OPS = { name: "ops", audience: "internal" } as const;
const plan = (more: Partial<Approvable> = {}): Approvable => ({
  ...{ verb: "update", type: "incident", impact: "major", security: false, template: "identified" },
  ...{ ownWords: true, channels: [X, OPS] },
  ...more,
});
const approvalBy = (by: string, more: Partial<JournalEntry> = {}): JournalEntry => ({
  ...{ id: `${by}-${Math.random()}`, at: new Date(0), by, act: "approved", incidentId: null, updateId: null },
  ...{ plan: "abc", what: null, reason: null, proof: null },
  ...more,
});
const need = (...asks: Partial<Need["asks"][number]>[]): Need => {
  const [first, ...rest] = asks.map((ask) => ({ needs: 1, from: [], signed: false, ...ask }));
  return { asks: [first!, ...rest] };
};

describe("what the policy asks", () => {
  it("asks nothing where there is no rule", () => {
    expect(needOf(policy(), plan())).toBeNull();
  });

  it("asks by impact, by type, by channel and by audience", () => {
    const asks = (given: Partial<ApprovalRule>, of: Partial<Approvable>) =>
      needOf(policy(rule(given)), plan(of)) !== null;
    expect(asks({ impact: ["critical"] }, { impact: "major" })).toBe(false);
    expect(asks({ impact: ["critical"] }, { impact: "critical" })).toBe(true);
    expect(asks({ types: ["maintenance"] }, { type: "incident" })).toBe(false);
    expect(asks({ types: ["maintenance"] }, { type: "maintenance" })).toBe(true);
    expect(asks({ channels: ["x"] }, { channels: [OPS] })).toBe(false);
    expect(asks({ channels: ["x"] }, { channels: [X, OPS] })).toBe(true);
    expect(asks({ audience: "public" }, { channels: [OPS] })).toBe(false);
    expect(asks({ audience: "public" }, { channels: [X] })).toBe(true);
    expect(asks({ channels: ["ops"], audience: "public" }, { channels: [X, OPS] })).toBe(false);
  });

  it("asks nothing for a plan that speaks nowhere", () => {
    expect(needOf(policy(rule()), plan({ channels: [] }))).toBeNull();
  });

  it("never asks for the templated acknowledgement, however strict it is", () => {
    const strict = policy(rule({ needs: 10, signed: true }));
    const acknowledgement = { verb: "announce", template: "acknowledge" } as const;
    expect(needOf(strict, plan({ ...acknowledgement, ownWords: false }))).toBeNull();
    expect(needOf(strict, plan({ ...acknowledgement, ownWords: true }))).not.toBeNull();
    expect(
      needOf(strict, plan({ ...acknowledgement, template: "identified", ownWords: false })),
    ).not.toBeNull();
    expect(needOf(strict, plan({ ...acknowledgement, verb: "update", ownWords: false }))).not.toBeNull();
  });

  it("never asks for what the clock says in a template's own words", () => {
    expect(
      needOf(policy(rule()), plan({ verb: "follow-up", template: "holding", ownWords: false })),
    ).toBeNull();
    expect(needOf(policy(rule()), plan({ verb: "follow-up", ownWords: true }))).not.toBeNull();
  });

  it("asks all that every rule that matches asks, and nothing twice", () => {
    const asked = needOf(
      policy(
        rule({ needs: 2 }),
        rule({ from: ["legal@example.com"] }),
        rule({ from: ["Legal@example.com"] }),
        rule({ needs: 1 }),
        rule({ impact: ["none"], needs: 9 }),
      ),
      plan(),
    );
    expect(asked?.asks).toEqual([
      { needs: 2, from: [], signed: false },
      { needs: 1, from: ["legal@example.com"], signed: false },
    ]);
  });

  it("lets a signed rule stand for the unsigned one beside it, and not the other way round", () => {
    expect(needOf(policy(rule(), rule({ signed: true })), plan())?.asks).toEqual([
      { needs: 1, from: [], signed: true },
    ]);
    expect(needOf(policy(rule({ needs: 2 }), rule({ signed: true })), plan())?.asks).toHaveLength(2);
  });

  it("drops no request: whoever meets what is left has met every rule", () => {
    const who = fc.constantFrom("a@example.com", "b@example.com", "c@example.com");
    const asks = fc.record({
      needs: fc.integer({ min: 1, max: 3 }),
      from: fc.uniqueArray(who, { maxLength: 3 }),
      signed: fc.boolean(),
    });
    const given = fc.array(fc.tuple(who, fc.boolean()), { maxLength: 5 });
    fc.assert(
      fc.property(fc.array(asks, { minLength: 1, maxLength: 4 }), given, (rules, approvals) => {
        const entries = approvals.map(([by, signed]) => approvalBy(by, { proof: signed ? "s" : null }));
        const missing = (need: Need) => standingOf(need, "author@example.com", entries).missing;
        const merged = needOf(policy(...rules.map(rule)), plan())!;
        expect(missing(merged)).toBe(Math.max(...rules.map((ask) => missing({ asks: [ask] }))));
      }),
    );
  });

  it("is said in words", () => {
    expect(sayNeed(need({}))).toBe("1 approval by somebody else than the author");
    expect(sayNeed(need({ needs: 2, from: ["a@example.com", "b@example.com"], signed: true }, {}))).toBe(
      "2 approvals by a@example.com and b@example.com, signed; and 1 approval by somebody else than the author",
    );
    expect(sayNeed(need({ from: ["a@example.com", "b@example.com"] }))).toBe(
      "1 approval by a@example.com or b@example.com",
    );
    expect(sayNeed(need({ needs: 2, from: ["a@example.com", "b@example.com", "c@example.com"] }))).toBe(
      "2 approvals by a@example.com, b@example.com or c@example.com",
    );
    expect(sayNeed(need({ needs: 2 }))).toBe("2 approvals by people other than the author");
  });
});

describe("who has agreed", () => {
  const AUTHOR = "author@example.com";
  const standing = (asked: Need, ...entries: JournalEntry[]) => {
    const { by, missing } = standingOf(asked, AUTHOR, entries);
    return { by, missing };
  };
  const open = (asked: Need, ...entries: JournalEntry[]) => standingOf(asked, AUTHOR, entries).open;

  it("does not count the author, in whatever letters", () => {
    expect(standing(need({}), approvalBy("Author@Example.com "))).toEqual({ by: [], missing: 1 });
  });

  it("counts one person once", () => {
    const twice = [approvalBy("a@example.com"), approvalBy("A@EXAMPLE.COM")];
    expect(standing(need({ needs: 2 }), ...twice)).toEqual({ by: ["a@example.com"], missing: 1 });
  });

  it("counts only those who are named", () => {
    const asked = need({ from: ["legal@example.com"] });
    expect(standing(asked, approvalBy("a@example.com"))).toEqual({ by: [], missing: 1 });
    expect(standing(asked, approvalBy("LEGAL@example.com")).missing).toBe(0);
    expect(mayApprove(asked.asks, "a@example.com", true)).toBe(false);
  });

  it("counts only signatures where they are asked for", () => {
    const asked = need({ signed: true });
    expect(standing(asked, approvalBy("a@example.com"))).toEqual({ by: [], missing: 1 });
    expect(standing(asked, approvalBy("a@example.com", { proof: "s" })).missing).toBe(0);
    expect(mayApprove(asked.asks, "a@example.com", false)).toBe(false);
  });

  it("counts no other entry of the record", () => {
    expect(standing(need({}), approvalBy("a@example.com", { act: "planned" })).missing).toBe(1);
  });

  it("lets one person count towards several requests, and tells the most that is missing", () => {
    const asked = need({ needs: 3 }, { from: ["legal@example.com"] });
    expect(standing(asked, approvalBy("legal@example.com"))).toEqual({
      by: ["legal@example.com"],
      missing: 2,
    });
  });

  it("tells which requests are open, and what is left of each", () => {
    const asked = need({ needs: 3 }, { from: ["legal@example.com"], signed: true });
    expect(open(asked)).toEqual(asked.asks);
    expect(open(asked, approvalBy("legal@example.com"))).toEqual([
      { needs: 2, from: [], signed: false },
      { needs: 1, from: ["legal@example.com"], signed: true },
    ]);
    const signed = approvalBy("legal@example.com", { proof: "s" });
    expect(open(asked, signed)).toEqual([{ needs: 2, from: [], signed: false }]);
    expect(open(asked, signed, approvalBy("a@example.com"), approvalBy("b@example.com"))).toEqual([]);
  });

  it("names of an open request those who can still meet it: neither the author nor who has agreed", () => {
    const from = ["a@example.com", "b@example.com", "c@example.com", AUTHOR];
    expect(open(need({ needs: 2, from }), approvalBy("A@example.com"))).toEqual([
      { needs: 1, from: ["b@example.com", "c@example.com"], signed: false },
    ]);
    // That nobody is left must not read as anybody.
    expect(open(need({ needs: 2, from: ["a@example.com"] }), approvalBy("a@example.com"))).toEqual([
      { needs: 1, from: ["a@example.com"], signed: false },
    ]);
  });
});

describe("an incident of security", () => {
  const secure = (security: ApprovalPolicy["security"], ...rules: ApprovalRule[]) => ({
    ...policy(...rules),
    security,
  });
  const TWO = { needs: 2, from: [], signed: true };
  const closed = (
    given: Partial<Parameters<typeof closedChannels>[1]>,
    security: typeof TWO | null = TWO,
  ) => [
    ...closedChannels(secure(security), {
      ...{ verb: "update", security: true, ownWords: true, channels: [X, OPS] },
      ...{ frozen: false, brokenGlass: false, heard: new Set<string>() },
      ...given,
    }).keys(),
  ];

  it("keeps public channels closed, and internal ones open", () => {
    expect(closed({})).toEqual(["x"]);
    expect(closed({ security: false })).toEqual([]);
  });

  it("opens them to a plan only where the policy says who may agree to it", () => {
    expect(closed({ frozen: true })).toEqual([]);
    expect(closed({ frozen: true }, null)).toEqual(["x"]);
    expect(needOf(secure(TWO), plan({ security: true }))?.asks).toEqual([TWO]);
  });

  it("opens them to whoever breaks the glass", () => {
    expect(closed({ brokenGlass: true }, null)).toEqual([]);
  });

  it("is sealed in public where the policy names nobody: then no approval would do", () => {
    expect(isSealed(secure(null), plan({ security: true }))).toBe(true);
    expect(isSealed(secure(TWO), plan({ security: true }))).toBe(false);
    expect(isSealed(secure(null), plan({ security: false }))).toBe(false);
    expect(isSealed(secure(null), plan({ security: true, channels: [OPS] }))).toBe(false);
  });

  it("asks for a public acknowledgement as well, and for nothing on internal channels", () => {
    const acknowledgement = {
      verb: "announce",
      template: "acknowledge",
      ownWords: false,
      security: true,
    } as const;
    expect(needOf(secure(TWO, rule()), plan(acknowledgement))?.asks).toEqual([TWO]);
    expect(needOf(secure(TWO, rule()), plan({ ...acknowledgement, channels: [OPS] }))).toBeNull();
  });

  it("lets the clock keep a promise where one was made in public, and speak nowhere first", () => {
    const script = { verb: "follow-up", ownWords: false } as const;
    expect(closed({ ...script, heard: new Set(["x"]) })).toEqual([]);
    expect(closed({ ...script, heard: new Set(["x"]) }, null)).toEqual([]);
    expect(closed(script)).toEqual(["x"]);
    expect(closed({ ...script, frozen: true })).toEqual(["x"]);
  });

  it("leaves no public channel out in silence that has heard of it: every later word waits for approval", () => {
    for (const verb of ["update", "resolve", "correct", "retract"] as const) {
      expect(closed({ verb, heard: new Set(["x"]) })).toEqual([]);
      expect(closed({ verb, heard: new Set(["mastodon"]) })).toEqual(["x"]);
      expect(needOf(secure(TWO), plan({ verb, security: true }))?.asks).toEqual([TWO]);
    }
    expect(closed({ verb: "follow-up", heard: new Set(["x"]) })).toEqual([]);
  });

  it("says why a channel that has heard of it is closed where the policy names nobody", () => {
    const reasons = (heard: readonly string[]) =>
      closedChannels(secure(null), {
        ...{ verb: "update", security: true, ownWords: true, channels: [X, OPS] },
        ...{ frozen: false, brokenGlass: false, heard: new Set(heard) },
      });
    expect(reasons(["x"])).toEqual(
      new Map([
        [
          "x",
          "closed: an incident of security that this channel has heard of; only --break-glass speaks here",
        ],
      ]),
    );
    expect(reasons([])).toEqual(new Map([["x", "closed: an incident of security"]]));
    expect(closed({ verb: "retract", heard: new Set(["x"]) }, null)).toEqual(["x"]);
  });
});
