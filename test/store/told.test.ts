import { describe, expect, it, onTestFinished } from "vitest";
import type { NewDelivery } from "../../src/broadcast/ledger.ts";
import { type Incident, isClosed, type Phase, type Update } from "../../src/incident/incident.ts";
import { LedgerStore } from "../../src/store/ledger-store.ts";
import { type Engine, engines } from "../support/engines.ts";

const NOW = new Date("2026-11-23T03:10:00Z");
const ID = "2026-11-22-checkout";

/** A ledger in which one incident is spoken of. */
async function openTelling(engine: Engine) {
  const ledger = new LedgerStore(await engine.open(await engine.place()));
  onTestFinished(() => ledger.close());
  let number = 0;
  const say = async (phase: Phase, change: Partial<NewDelivery>, template = "update") => {
    number += 1;
    const standing: Update["standing"] = {
      ...{ title: "Checkout is failing", phase, impact: "major", startedAt: NOW, endsAt: null },
      components: [{ id: "checkout", state: isClosed(phase) ? "operational" : "partial_outage" }],
      ...{ automatic: false, long: false, security: false, nextUpdateAt: null },
    };
    const incident: Incident = {
      ...{ id: ID, type: "incident", ...standing, acknowledgedAt: null },
      resolvedAt: isClosed(phase) ? NOW : null,
    };
    const update: Update = {
      ...{ id: `u${number}`, incidentId: ID, number, verb: number === 1 ? "announce" : "update", template },
      ...{ key: null, author: "commander@laptop", at: NOW, keeps: null, standing },
    };
    const delivery: NewDelivery = {
      ...{ channel: "page", kind: "page", required: true, audience: "public", part: "1", effect: "post" },
      ...{ target: null, state: "planned", reason: null, subject: "Checkout" },
      post: { part: "1", key: "k", payload: { subject: "", blocks: [] }, text: "x", length: null, notes: [] },
      ...change,
    };
    const deliveries = [delivery];
    const recorded = { incident, opens: number === 1, update, inputs: {}, deliveries };
    expect(await ledger.record(recorded)).toBe("recorded");
  };
  const postOf = async (update: number) => (await ledger.deliveries({ updateId: `u${update}` }))[0]!.id;
  return {
    ledger,
    post: (phase: Phase, template?: string) => say(phase, {}, template),
    skip: (phase: Phase) => say(phase, { state: "skipped", post: null }),
    remove: async (phase: Phase, update: number) =>
      say(phase, { effect: "remove", target: await postOf(update) }, "retraction"),
    amend: async (phase: Phase, update: number) =>
      say(phase, { effect: "amend", target: await postOf(update) }, "correction"),
    entry: async () => (await ledger.toldEntries("page"))[0],
    numbers: async () =>
      (await ledger.told("page", [ID])).flatMap(({ updates }) => updates.map((each) => each.number)),
  };
}

describe.each(engines())("what a page has told, on $name", (engine) => {
  it("goes back to no older state when the newest words are taken away", async () => {
    const page = await openTelling(engine);
    await page.post("investigating");
    await page.post("identified");
    await page.remove("identified", 2);
    expect(await page.entry()).toMatchObject({
      standing: { phase: "identified" },
      resolvedAt: null,
      told: 3,
    });
    expect(await page.numbers()).toEqual([1]);
  });

  it("says that an incident is over although the words for it were taken away", async () => {
    const page = await openTelling(engine);
    await page.post("investigating");
    await page.post("resolved");
    await page.remove("resolved", 2);
    expect(await page.entry()).toMatchObject({ standing: { phase: "resolved" }, resolvedAt: NOW });
  });

  it("goes on telling of an open incident of which no word is left", async () => {
    const page = await openTelling(engine);
    await page.post("investigating");
    await page.remove("investigating", 1);
    expect(await page.entry()).toMatchObject({ standing: { phase: "investigating" } });
    expect(await page.numbers()).toEqual([]);
  });

  it("tells nothing of what has ended when no word is left", async () => {
    const page = await openTelling(engine);
    await page.post("investigating");
    await page.post("resolved");
    await page.remove("resolved", 1);
    expect(await page.entry()).toBeDefined();
    await page.remove("resolved", 2);
    expect(await page.entry()).toBeUndefined();
  });

  it("leaves out what was not meant for the page", async () => {
    const page = await openTelling(engine);
    await page.post("investigating");
    await page.skip("resolved");
    expect(await page.entry()).toMatchObject({ standing: { phase: "investigating" }, resolvedAt: null });
  });

  it("takes other words for a telling of how it stands now", async () => {
    const page = await openTelling(engine);
    await page.post("investigating");
    await page.skip("resolved");
    await page.amend("resolved", 1);
    expect(await page.entry()).toMatchObject({ standing: { phase: "resolved" }, resolvedAt: NOW });
    expect(await page.numbers()).toEqual([1]);
  });

  it("counts an incident as explained while a postmortem of it stands", async () => {
    const page = await openTelling(engine);
    await page.post("investigating");
    await page.post("resolved");
    expect(await page.entry()).toMatchObject({ explained: false });
    await page.post("resolved", "postmortem");
    await page.post("resolved", "postmortem");
    await page.remove("resolved", 3);
    expect(await page.entry()).toMatchObject({ explained: true });
    await page.remove("resolved", 4);
    expect(await page.entry()).toMatchObject({ explained: false });
  });
});
