import { describe, expect, it, onTestFinished } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { setupError } from "../../src/base/errors.ts";
import { processIdentity } from "../../src/base/process-identity.ts";
import { broadcast } from "../../src/broadcast/broadcast.ts";
import type { BroadcastContext, Speaker } from "../../src/broadcast/context.ts";
import type { Ledger } from "../../src/broadcast/ledger.ts";
import { type Channel, ChannelError, type Receipt } from "../../src/channels/contract.ts";
import { LedgerStore } from "../../src/store/ledger-store.ts";
import { type Engine, engines } from "../support/engines.ts";

const NOW = new Date("2026-11-23T03:10:00Z");
const RECEIPT: Receipt = { remoteId: "r", url: null, extra: {} };

async function openOn(
  engine: Engine,
  channels: readonly string[],
  audience: "public" | "internal" = "public",
): Promise<Ledger> {
  const ledger = new LedgerStore(await engine.open(await engine.place()));
  onTestFinished(() => ledger.close());
  const standing = {
    title: "Checkout is failing",
    phase: "investigating" as const,
    impact: "major" as const,
    ...{
      components: [],
      startedAt: NOW,
      endsAt: null,
      automatic: false,
      long: false,
      security: false,
      nextUpdateAt: null,
    },
  };
  await ledger.record({
    incident: { id: "i", type: "incident", ...standing, acknowledgedAt: null, resolvedAt: null },
    opens: true,
    update: {
      ...{ id: "u", incidentId: "i", number: 1, verb: "announce", template: "acknowledge", key: null },
      ...{ author: "commander@laptop", at: NOW, keeps: null, standing },
    },
    inputs: {},
    deliveries: channels.map((channel) => ({
      ...{ channel, kind: "slack", required: true, audience, part: "1", state: "planned" },
      ...{ effect: "post", target: null, reason: null, subject: "Checkout is failing" },
      post: { part: "1", key: "k", payload: { text: "x" }, text: "x", length: null, notes: [] },
    })),
  });
  return ledger;
}

function speaker(name: string, channel: Partial<Channel>): Speaker {
  return {
    ...{
      name,
      kind: "slack",
      required: true,
      audience: "public",
      locale: null,
      timeoutMs: 1000,
      setAside: null,
    },
    channel: { compose: () => [], publish: async () => RECEIPT, check: async () => [], ...channel },
  };
}

function contextOf(ledger: Ledger, speakers: readonly Speaker[], more: Partial<BroadcastContext> = {}) {
  return {
    ledger,
    speakers: new Map(speakers.map((each) => [each.name, each])),
    clock: new ScriptedClock(NOW),
    owner: processIdentity(),
    deadline: Date.now() + 3000,
    stopping: new AbortController().signal,
    stopped: new AbortController().signal,
    settleMs: 50,
    resendUnknown: new Set<string>(),
    lookFirst: false,
    watch() {},
    ...more,
  } satisfies BroadcastContext;
}

/** The ledger with some of its methods replaced. */
function changed(ledger: Ledger, methods: Partial<Ledger>): Ledger {
  return new Proxy(ledger, {
    get(target, name) {
      const method: unknown = Reflect.get(methods, name) ?? Reflect.get(target, name);
      return typeof method === "function" ? method.bind(target) : method;
    },
  });
}

describe.each(engines())("on $name", (engine) => {
  const open = (channels: readonly string[]) => openOn(engine, channels);

  describe("a channel that has become public", () => {
    it("is not sent what was composed for colleagues", async () => {
      const ledger = await openOn(engine, ["ops"], "internal");
      let posts = 0;
      const ops = speaker("ops", {
        publish: async () => {
          posts++;
          return RECEIPT;
        },
      });
      await broadcast(await ledger.deliveries({ incidentId: "i" }), contextOf(ledger, [ops]));
      const [row] = await ledger.deliveries({ incidentId: "i" });
      expect(posts).toBe(0);
      expect([row?.state, row?.error?.code]).toEqual(["refused", "AUDIENCE_WIDER"]);
    });
  });

  describe("a clock that goes back", () => {
    it("makes the look for a lost post reach far enough, and wait no longer than a call and its settle time", async () => {
      const ledger = await open(["ops"]);
      const clock = new ScriptedClock(NOW);
      const looked: Date[] = [];
      let posts = 0;
      const ops = speaker("ops", {
        publish: async () => {
          posts++;
          throw new ChannelError("unknown", "LOST", "the answer was lost");
        },
        find: async (_post, _place, since) => {
          looked.push(since);
          // The vendor's clock was right all along.
          return since.getTime() <= NOW.getTime() - 1_800_000
            ? { found: RECEIPT }
            : { found: null, conclusive: true, reason: "nothing since then" };
        },
      });
      const [row] = await ledger.deliveries({ incidentId: "i" });
      await ledger.claim(row!.id, ["planned"], {
        ...{ owner: "elsewhere/boot/1/1", place: { root: null, previous: null }, at: NOW },
        leaseUntil: new Date(Date.now() - 1),
      });
      // The attempt ended, by a clock that was half an hour ahead.
      const endedAt = new Date(Date.now() + 1_800_000);
      await ledger.move(row!.id, "sending", { state: "unknown", endedAt }, NOW);
      clock.advance(-1_800_000);
      await broadcast([row!], contextOf(ledger, [ops], { clock }));
      expect(await ledger.delivery(row!.id)).toMatchObject({ state: "sent", receipt: RECEIPT });
      expect(posts).toBe(0);
      expect(looked).toHaveLength(1);
    });
  });

  describe("a row that was taken over while its owner was still at work", () => {
    it.each(["unknown", "waiting"] as const)(
      "keeps the owner's receipt when it is %s by then",
      async (state) => {
        const ledger = await open(["ops"]);
        const [row] = await ledger.deliveries({ incidentId: "i" });
        const ops = speaker("ops", {
          publish: async () => {
            await ledger.move(row!.id, "sending", { state: "unknown" }, NOW);
            if (state === "waiting") await ledger.move(row!.id, "unknown", { state }, NOW);
            return RECEIPT;
          },
        });
        await broadcast([row!], contextOf(ledger, [ops]));
        expect(await ledger.delivery(row!.id)).toMatchObject({ state: "sent", receipt: RECEIPT });
      },
    );
  });

  describe("a ledger that fails in the middle of a broadcast", () => {
    const broken = () => setupError("LEDGER_DISK_FULL", "The disk is full.");

    it("holds no other channel up, and is told with what is known of each", async () => {
      const ledger = await open(["ops", "sellers", "hosted"]);
      const rows = await ledger.deliveries({ incidentId: "i" });
      const idOf = (channel: string) => rows.find((row) => row.channel === channel)!.id;
      // Ctrl-C ends the tries to record an outcome; it comes when one is at work and another has failed.
      const stopping = new AbortController();
      let seen = 0;
      const see = () => {
        if (++seen === 2) stopping.abort();
      };
      const failing: Ledger = changed(ledger, {
        settle: async (...asked) => {
          if (asked[0] !== idOf("sellers")) return ledger.settle(...asked);
          see();
          throw broken();
        },
        claim: async (...asked) => {
          if (asked[0] === idOf("hosted")) throw broken();
          return ledger.claim(...asked);
        },
      });
      const slow = speaker("ops", {
        publish: () => {
          see();
          return new Promise((resolve) => setTimeout(() => resolve(RECEIPT), 200));
        },
      });
      const speakers = [slow, speaker("sellers", {}), speaker("hosted", {})];
      const stopped = stopping.signal;
      await expect(broadcast(rows, contextOf(failing, speakers, { stopped }))).rejects.toMatchObject({
        code: "LEDGER_DISK_FULL",
        message:
          "The disk is full. Sent: ops. May be out, without a record of it: sellers. Not sent: hosted.",
      });
      expect(await ledger.delivery(idOf("ops"))).toMatchObject({ state: "sent" });
    });

    it("is tried again for a moment: an outcome stands nowhere else", async () => {
      const ledger = await open(["ops"]);
      const rows = await ledger.deliveries({ incidentId: "i" });
      let failures = 2;
      const failing: Ledger = changed(ledger, {
        settle: async (...asked) => {
          if (failures-- > 0) throw broken();
          return ledger.settle(...asked);
        },
      });
      const [row] = await broadcast(rows, contextOf(failing, [speaker("ops", {})]));
      expect(row).toMatchObject({ state: "sent", receipt: RECEIPT });
    });
  });
});
