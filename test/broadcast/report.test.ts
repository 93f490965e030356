import { describe, expect, it } from "vitest";
import type { Delivery, DeliveryState, Verification } from "../../src/broadcast/ledger.ts";
import { outcomeOf, reportChannels, silentChannels } from "../../src/broadcast/report.ts";

function row(channel: string, state: DeliveryState, more: Partial<Delivery> = {}): Delivery {
  return {
    id: `${channel}-${more.part ?? "1"}`,
    incidentId: "i",
    updateId: "u",
    updateNumber: 1,
    channel,
    kind: "slack",
    required: true,
    audience: "public",
    part: "1",
    effect: "post",
    target: null,
    state,
    reason: null,
    post: null,
    subject: "",
    receipt: null,
    verification: null,
    error: null,
    attempts: 0,
    firstAttemptAt: null,
    lastAttemptAt: null,
    sentAt: null,
    elapsedMs: null,
    owner: null,
    leaseUntil: null,
    ...more,
  };
}

const outcome = (...rows: Delivery[]) => outcomeOf(reportChannels(rows));

describe("the outcome of a broadcast", () => {
  it("is delivered when every required channel has spoken", () => {
    expect(outcome(row("a", "sent"), row("b", "sent", { verification: "seen" }))).toBe("delivered");
    expect(outcome(row("a", "sent"), row("b", "refused", { required: false }))).toBe("delivered");
    expect(outcome(row("a", "sent"), row("b", "skipped"), row("c", "superseded"))).toBe("delivered");
  });

  it("is partial, silent, or unknown, and unknown wins", () => {
    expect(outcome(row("a", "sent"), row("b", "waiting"))).toBe("partial");
    expect(outcome(row("a", "refused"), row("b", "planned"))).toBe("silent");
    expect(outcome(row("a", "refused"), row("b", "unknown"))).toBe("unknown");
    expect(outcome(row("a", "pending"), row("b", "sent"))).toBe("partial");
  });

  it("is judged by all channels where none is required", () => {
    expect(outcome(row("a", "refused", { required: false }), row("b", "sent", { required: false }))).toBe(
      "partial",
    );
  });

  it.each<[Verification, string]>([
    ["seen", "delivered"],
    ["not-yet", "delivered"],
    ["cannot", "delivered"],
    ["altered", "delivered"],
    ["missing", "silent"],
  ])("takes a post that is %s as %s", (verification, expected) => {
    expect(outcome(row("a", "sent", { verification }))).toBe(expected);
  });

  it("names the silent channels, optional ones too, and no unknown one", () => {
    const reports = reportChannels([
      row("a", "refused", { required: false }),
      row("b", "unknown"),
      row("c", "sent"),
      row("d", "planned"),
    ]);
    expect(silentChannels(reports)).toEqual(["a", "d"]);
  });

  it("shows for several addresses the one that needs attention most", () => {
    const [report] = reportChannels([
      row("a", "sent", { part: "one@example.com", attempts: 1 }),
      row("a", "refused", { part: "two@example.com", attempts: 1 }),
    ]);
    expect(report).toMatchObject({ state: "refused", attempts: 2 });
    expect(report?.parts.map(({ part, state }) => [part, state])).toEqual([
      ["one@example.com", "sent"],
      ["two@example.com", "refused"],
    ]);
  });

  it("never calls a row that nobody has tried sent", () => {
    expect(reportChannels([row("a", "planned")])[0]).toMatchObject({
      state: "waiting",
      reason: "not tried yet",
    });
    expect(reportChannels([row("a", "sending")])[0]).toMatchObject({ state: "waiting" });
  });
});
