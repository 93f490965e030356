import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "../../src/channel.ts";
import { type Channel, ChannelError, type ComposeContext, TooLong } from "../../src/channels/contract.ts";
import { defineChannel, type OwnChannel, type OwnKit, readOwnKind } from "../../src/channels/own.ts";
import { secretReference } from "../../src/channels/settings.ts";
import type { Message } from "../../src/render/document.ts";
import { contextFor, kitFor, messageOf, NOW, NOWHERE } from "./loopback.ts";

const NEVER = new AbortController().signal;
const POST = { part: "1", key: "k", payload: null, text: "", length: null, notes: [] };
const RECEIPT = { remoteId: "1", url: null, extra: null };

/** A channel all of whose methods do the same. */
function channelThat(does: () => unknown): Channel {
  const method = does as never;
  const own: OwnChannel = {
    ...{ compose: method, publish: method, find: method, verify: method, amend: method, remove: method },
    check: method,
  };
  const kind = defineChannel({
    ...{ kind: "own", title: "Own", settings: z.strictObject({ token: secretReference }) },
    secrets: ["token"],
    connect: () => own,
  });
  return readOwnKind(kind, "./own.mjs").connect({}, kitFor());
}

describe("a guarded channel", () => {
  it("gives the engine what the contract says, whatever the module returns or throws", async () => {
    const anything = fc.anything({
      withDate: true,
      withMap: true,
      withObjectString: true,
      withNullPrototype: true,
    });
    const outcomes = fc.tuple(fc.boolean(), anything).map(([throws, value]) => () => {
      if (throws) throw value;
      return value;
    });
    await fc.assert(
      fc.asyncProperty(outcomes, async (does) => {
        const channel = channelThat(does);
        for (const call of [
          () => channel.publish(POST, NOWHERE, NEVER),
          () => channel.amend?.(RECEIPT, POST, NEVER),
        ]) {
          const end = await Promise.resolve(call()).catch((error: unknown) => error);
          if (end instanceof ChannelError) expect(end.fate).toBe("unknown");
          else expect(end).toMatchObject({ remoteId: expect.any(String) });
        }
        expect(await channel.find?.(POST, NOWHERE, new Date(), NEVER)).toHaveProperty("found");
        expect(await channel.verify?.(RECEIPT, POST, NOWHERE, NEVER)).toMatchObject({
          state: expect.stringMatching(/^(seen|missing|altered|not-yet|cannot)$/),
        });
        expect(Array.isArray(await channel.check(NEVER))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("never takes nonsense for a post that is surely not out", async () => {
    for (const does of [
      () => undefined,
      () => ({ found: null }),
      () => ({ found: null, conclusive: "yes" }),
    ]) {
      const search = await channelThat(does).find?.(POST, NOWHERE, new Date(), NEVER);
      expect(search).toMatchObject({
        found: null,
        conclusive: false,
        reason: expect.stringContaining("./own.mjs"),
      });
    }
  });

  const trap = () => {
    throw trapped;
  };
  const trapped = new Proxy({}, { get: trap, getPrototypeOf: trap });
  const hostile = (field: string) => Object.defineProperty({}, field, { get: trap, enumerable: true });
  const throwing = (error: unknown) => () => {
    throw error;
  };
  it.each([
    ["throws what throws when it is read", throwing(hostile("name"))],
    ["throws a Proxy that refuses everything", throwing(trapped)],
    ["throws an error whose message is no text", throwing(Object.assign(new Error(), { message: Symbol() }))],
    ["throws an error whose name throws", throwing(named())],
    [
      "returns what throws when it is read",
      () => ({
        ...RECEIPT,
        get extra(): never {
          return trap();
        },
      }),
    ],
    ["returns a Proxy that refuses everything", () => trapped],
  ])("takes it for a fault of its own where the module %s", async (_, does) => {
    const channel = channelThat(does);
    const code = "OWN_KIND_BROKEN";
    const fault = expect.objectContaining({ fate: "unknown", code, cause: expect.any(Error) });
    await expect(channel.publish(POST, NOWHERE, NEVER)).rejects.toEqual(fault);
    await expect(channel.amend?.(RECEIPT, POST, NEVER)).rejects.toEqual(fault);
    expect(() => channel.compose(messageOf("Down."), contextFor())).toThrow(
      expect.objectContaining({ code }),
    );
    expect(await channel.find?.(POST, NOWHERE, new Date(), NEVER)).toMatchObject({ conclusive: false });
    expect(await channel.verify?.(RECEIPT, POST, NOWHERE, NEVER)).toMatchObject({ state: "cannot" });
    expect(await channel.check(NEVER)).toMatchObject([{ level: "fail" }]);
  });
  function named(): Error {
    return Object.defineProperty(new Error("x"), "name", { get: trap });
  }

  it("takes it for a fault of its own where a method throws when it is looked up", () => {
    const own = Object.defineProperty({ compose: trap, publish: trap, check: trap }, "find", { get: trap });
    const kind = { kind: "own", title: "Own", settings: z.strictObject({}), secrets: [] };
    const connecting = () =>
      readOwnKind(defineChannel({ ...kind, connect: () => own as never }), "./own.mjs").connect({}, kitFor());
    expect(connecting).toThrow(expect.objectContaining({ code: "OWN_KIND_BROKEN" }));
  });

  it("keeps fate, code, hint and time of an error that another copy of the package has thrown", async () => {
    const at = new Date("2026-11-23T04:00:00Z");
    const more = { fate: "not-sent", code: "OWN_LATER", hint: "wait", retryAt: at, standAlone: false };
    const foreign = Object.assign(new Error("later"), { name: "ChannelError", ...more });
    const channel = channelThat(() => {
      throw foreign;
    });
    await expect(channel.publish(POST, NOWHERE, NEVER)).rejects.toBeInstanceOf(ChannelError);
    await expect(channel.publish(POST, NOWHERE, NEVER)).rejects.toMatchObject({ message: "later", ...more });
  });

  it("lets nothing into the ledger that would swell it, and says how much is taken", async () => {
    const long = "x".repeat(5_000_000);
    const receipt = (more: object) => channelThat(() => ({ ...RECEIPT, ...more }));
    for (const [more, place] of [
      [{ extra: { all: long } }, "(extra): 5000010 characters as JSON, and the ledger takes 16000 of it"],
      [{ remoteId: long }, "(remoteId)"],
      [{ url: `https://www.example.com/${long}` }, "(url)"],
    ] as const) {
      const fault = { fate: "unknown", message: expect.stringContaining(place) };
      await expect(receipt(more).publish(POST, NOWHERE, NEVER)).rejects.toMatchObject(fault);
      await expect(receipt(more).amend?.(RECEIPT, POST, NEVER)).rejects.toMatchObject(fault);
      expect(
        await channelThat(() => ({ found: { ...RECEIPT, ...more } })).find?.(
          ...([POST, NOWHERE, new Date(), NEVER] as const),
        ),
      ).toMatchObject({ found: null, conclusive: false });
    }
    const kept = receipt({ extra: { all: "x".repeat(15_000) } });
    expect((await kept.publish(POST, NOWHERE, NEVER)).extra).toMatchObject({ all: expect.any(String) });
    for (const more of [{ payload: long }, { standAlone: long }, { text: long }])
      expect(() =>
        channelThat(() => [{ ...POST, ...more }]).compose(messageOf("Down."), contextFor()),
      ).toThrow(expect.objectContaining({ code: "OWN_KIND_BROKEN" }));
    const wordy = { name: "ChannelError", fate: "refused", code: "OWN_NO", hint: long };
    const foreign = Object.assign(new Error(long), { ...wordy, retryAt: null, standAlone: false });
    for (const error of [foreign, new ChannelError("refused", "OWN_NO", long, { hint: long })]) {
      const thrown = await channelThat(() => {
        throw error;
      })
        .publish(POST, NOWHERE, NEVER)
        .catch((caught: ChannelError) => caught);
      expect(thrown).toMatchObject({ fate: "refused", code: "OWN_NO" });
      expect(JSON.stringify(thrown).length + (thrown as ChannelError).message.length).toBeLessThan(5000);
    }
    const verdict = await channelThat(() => ({ state: "altered", note: long })).verify?.(
      ...([RECEIPT, POST, NOWHERE, NEVER] as const),
    );
    expect(verdict?.note?.length).toBeLessThan(3000);
  });

  it("passes on that a text is too long, and stops at any other fault in compose", () => {
    const composing = (does: () => unknown) => () =>
      channelThat(does).compose(messageOf("Down."), contextFor());
    const tooLong = Object.assign(new Error("by far"), { name: "TooLong" });
    const throwing = (error: unknown) => () => {
      throw error;
    };
    expect(composing(throwing(tooLong))).toThrow(TooLong);
    const fault = expect.objectContaining({
      code: "OWN_KIND_BROKEN",
      hint: expect.stringContaining("--except test"),
    });
    for (const does of [throwing(new TypeError("x")), () => [], () => [POST, POST], async () => [POST]])
      expect(composing(does)).toThrow(fault);
    expect(composing(() => [POST])()).toEqual([POST]);
  });
});

describe("what an own channel is given", () => {
  const connected = (connect: (kit: OwnKit) => OwnChannel, kit = kitFor()) =>
    readOwnKind(
      defineChannel({
        ...{ kind: "own", title: "Own", settings: z.strictObject({}) },
        connect: (_, given) => connect(given),
      }),
      "./own.mjs",
    ).connect({}, kit);
  const idle = { publish: async () => RECEIPT, check: async () => [] };

  it("is its own: what it does to the kit changes nothing for other channels", () => {
    const kit = kitFor({ components: [{ id: "storefront", name: "Storefront", components: [] }] });
    const { request } = kit.http;
    const asBefore = structuredClone(kit.property);
    const changes: readonly ((kit: { -readonly [Name in keyof OwnKit]: OwnKit[Name] }) => unknown)[] = [
      (given) => Object.assign(given.property, { name: "Mine" }),
      (given) => Object.assign(given.property.components[0]!, { name: "Mine" }),
      (given) => (given.property.components as unknown[]).push("mine"),
      (given) => Object.assign(given.http, { request: async () => ({ status: 200 }) }),
      (given) => Object.assign(given.clock, { now: () => new Date(0) }),
      (given) => Object.assign(given, { loopbackOnly: false }),
    ];
    for (const change of changes)
      expect(() =>
        connected((given) => {
          change(given);
          return { compose: () => [POST], ...idle };
        }, kit),
      ).toThrow(expect.objectContaining({ code: "OWN_KIND_BROKEN" }));
    connected((given) => {
      given.clock.now().setTime(0);
      expect(Object.keys(given)).not.toContain("board");
      return { compose: () => [POST], ...idle };
    }, kit);
    expect(kit.property).toEqual(asBefore);
    expect(kit.http.request).toBe(request);
    expect(kit.clock.now()).toEqual(NOW);
  });

  it("is its own: what compose does to the words and facts changes nothing for other channels", () => {
    const message = messageOf("Down.");
    const elsewhere = new Map([["storefront", "major_outage" as const]]);
    const context = { ...contextFor(), elsewhere };
    const asBefore = structuredClone({ message, incident: context.incident, elsewhere });
    const composing = (change: (given: Message, about: ComposeContext) => unknown) => () =>
      connected(() => ({
        compose: (given, about) => {
          change(given, about);
          return [{ ...POST, key: about.keyOf("1") }];
        },
        ...idle,
      })).compose(message, context);
    for (const change of [
      (given: Message) => Object.assign(given, { short: "mine" }),
      (given: Message) => (given.body as unknown[]).pop(),
      (_: Message, { incident }: ComposeContext) => Object.assign(incident, { title: "mine" }),
      (_: Message, { incident }: ComposeContext) => (incident.components as unknown[]).push("mine"),
    ])
      expect(composing(change)).toThrow(expect.objectContaining({ code: "OWN_KIND_BROKEN" }));
    const untroubled = composing((_, about) => {
      about.incident.startedAt.setTime(0);
      (about.elsewhere as Map<string, string>).clear();
    });
    expect(untroubled()).toMatchObject([{ key: context.keyOf("1") }]);
    expect({ message, incident: context.incident, elsewhere }).toEqual(asBefore);
  });
});
