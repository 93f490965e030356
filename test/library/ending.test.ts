import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import type { ShowDocument } from "../../src/index.ts";
import { setStage } from "../support/stage.ts";
import { CHECKOUT, codeOf, open } from "./open.ts";

describe("close()", () => {
  it("waits for what runs: what is out by then is on record, and a retry says the rest", async () => {
    const stage = await setStage();
    let closed: Promise<void> | null = null;
    const status = await open(stage, {
      onEvent({ type }) {
        if (type === "sending") closed ??= status.close();
      },
    });
    const said = await status.announce(CHECKOUT);
    await closed;
    const out = said.deliveries.filter(({ remoteId }) => remoteId !== null).map(({ channel }) => channel);
    expect(out.length).toBeGreaterThan(0);
    const { updates } = (await stage.run(["show", "--json"])).json() as unknown as ShowDocument;
    const known = updates[0]!.deliveries.filter(({ remoteId }) => remoteId !== null);
    expect(known.map(({ channel }) => channel)).toEqual(out);
    await stage.run(["retry", "--yes"]);
    expect(stage.heard()).toEqual({ x: 1, mail: 1, forum: 1, slack: 1, hosted: 1 });
  });

  it("stops what runs as an aborted signal would", async () => {
    const stage = await setStage();
    stage.sandbox.fault("twitter", "rate-limit");
    let closed: Promise<void> | null = null;
    const status = await open(stage, {
      onEvent(event) {
        if (event.type === "waiting" && event.channel === "x") closed ??= status.close();
      },
    });
    const said = await status.announce({ ...CHECKOUT, timeout: "1h" });
    await closed;
    expect(said).toMatchObject({ outcome: "partial", silent: ["x"] });
  });

  it("lets nothing new begin, and does nothing the second time", async () => {
    const stage = await setStage();
    const status = await open(stage);
    await status.list();
    await Promise.all([status.close(), status.close()]);
    await status.close();
    await status[Symbol.asyncDispose]();
    for (const work of [
      () => status.announce(CHECKOUT),
      () => status.preview.announce(CHECKOUT),
      () => status.retry(),
      () => status.list(),
      () => status.doctor(),
      () => status.maintenance.start(),
    ])
      expect(await codeOf(work())).toBe("STATUS_CLOSED");
    expect(stage.heard().x).toBe(0);
  });

  it("is what await using does", async () => {
    const stage = await setStage();
    const status = await open(stage);
    const said = status.announce(CHECKOUT);
    await status[Symbol.asyncDispose]();
    expect(await codeOf(status.list())).toBe("STATUS_CLOSED");
    expect(await codeOf(said)).toBe("STATUS_STOPPED");
    expect((await stage.run(["list", "--json"])).json().incidents).toEqual([]);
  });
});

describe("an AbortSignal", () => {
  it("that is aborted already lets nothing be sent or recorded", async () => {
    const stage = await setStage();
    const status = await open(stage, { signal: AbortSignal.abort() });
    expect(await codeOf(status.announce(CHECKOUT))).toBe("STATUS_STOPPED");
    expect(await codeOf(status.preview.announce(CHECKOUT))).toBe("STATUS_STOPPED");
    expect(stage.heard().x).toBe(0);
    expect((await stage.run(["list", "--all", "--json"])).json().incidents).toEqual([]);
  });

  it("that is aborted before the words are on record lets nothing be recorded", async () => {
    const stage = await setStage();
    const ending = new AbortController();
    const status = await open(stage, { signal: ending.signal });
    const saying = status.announce(CHECKOUT);
    ending.abort();
    expect(await codeOf(saying)).toBe("STATUS_STOPPED");
    expect((await stage.run(["list", "--all", "--json"])).json().incidents).toEqual([]);
  });

  it("that is aborted afterwards lets what is recorded be retried", async () => {
    const stage = await setStage();
    const ending = new AbortController();
    const status = await open(stage, {
      signal: ending.signal,
      onEvent: ({ type }) => void (type === "planned" && ending.abort()),
    });
    expect((await status.announce(CHECKOUT)).outcome).toBe("silent");
    expect(stage.heard().x).toBe(0);
    expect((await stage.run(["retry", "--json"])).json().outcome).toBe("delivered");
  });

  it("is not listened to by what has ended, however many share it", async () => {
    const stage = await setStage();
    const { signal } = new AbortController();
    for (let count = 0; count < 50; count++) {
      const status = await open(stage, { signal });
      await Promise.all([status.list(), status.preview.announce(CHECKOUT)]);
      await codeOf(status.show());
    }
    expect(getEventListeners(signal, "abort")).toEqual([]);
    const status = await open(stage, { signal });
    const working = status.list();
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    await working;
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });
});
