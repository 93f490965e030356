import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { digest } from "../../src/base/ids.ts";
import { Secret } from "../../src/base/secret.ts";
import {
  type Channel,
  ChannelError,
  type ComposeContext,
  type Place,
  type Post,
  type Receipt,
  TooLong,
} from "../../src/channels/contract.ts";
import { statuspage } from "../../src/channels/statuspage/index.ts";
import type { Component } from "../../src/incident/components.ts";
import type { Phase, Verb } from "../../src/incident/incident.ts";
import type { Message } from "../../src/render/document.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import type { Sandbox } from "../../src/sandbox/world.ts";
import { kitFor } from "./loopback.ts";

const API_KEY = "0123456789abcdef-page-key";
const NOW = new Date("2010-06-29T19:40:00Z");
const NOBODY: Place = { root: null, previous: null };
const MAPPED = { storefront: "cmp1", search: "cmp1", kindle: "cmp2" };

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

describe("the settings of a Statuspage channel", () => {
  const good = { kind: "statuspage", pageId: "abc", apiKey: "env:KEY" };

  it("default to the vendor, no components, and silence towards subscribers", () => {
    expect(statuspage.settings.parse(good)).toEqual({
      ...good,
      baseUrl: "https://api.statuspage.io",
      components: {},
      notifySubscribers: false,
    });
  });

  it("refuse what the hosted page does not know", () => {
    const accepted = (change: object) => statuspage.settings.safeParse({ ...good, ...change }).success;
    expect(accepted({ components: { storefront: "cmp1" } })).toBe(true);
    expect(accepted({ pageId: "a/../b" })).toBe(false);
    expect(accepted({ components: { storefront: "" } })).toBe(false);
    expect(accepted({ notifySubscribers: "yes" })).toBe(false);
    expect(accepted({ apiKey: undefined })).toBe(false);
  });
});

describe("composing for a hosted page", () => {
  it("says all that the vendor may be told", () => {
    const channel = connect("http://127.0.0.1:1");
    const posts = channel.compose(message(), context());
    expect(incidentOf(posts[0])).toMatchObject({
      name: "Checkout is unavailable",
      status: "investigating",
      body: "We look into it.",
      impact_override: "critical",
      components: { cmp1: "major_outage", cmp2: "degraded_performance" },
      component_ids: ["cmp1", "cmp2"],
      deliver_notifications: false,
      metadata: {
        status_cli: {
          key: keyOf("1"),
          incident: "2010-06-29-checkout",
          update: "u1",
        },
      },
      reminder_intervals: "[]",
    });
  });

  it("names nothing that would make the vendor speak by itself", () => {
    const incident = incidentOf(connect("http://127.0.0.1:1").compose(message(), context())[0]);
    const automatic = Object.entries(incident).filter(([name]) =>
      /^(auto_|scheduled_auto|scheduled_remind)/.test(name),
    );
    expect(automatic.length).toBeGreaterThan(8);
    expect(automatic.every(([, value]) => value === false)).toBe(true);
  });

  it("gives a component that two of ours stand for the worse of both states, and tells of unmapped ones", () => {
    const channel = connect("http://127.0.0.1:1");
    const components = [
      { id: "storefront", state: "partial_outage" },
      { id: "search", state: "operational" },
      { id: "music", state: "major_outage" },
      { id: "constructor", state: "major_outage" },
    ] as const;
    const [post] = channel.compose(message(), context({ components }));
    expect(incidentOf(post).components).toEqual({ cmp1: "partial_outage" });
    expect(post?.notes).toEqual([
      "Music is not on the hosted page: add it to the channel's components",
      "constructor is not on the hosted page: add it to the channel's components",
    ]);
  });

  it("lets a notice change no state", () => {
    const [post] = connect("http://127.0.0.1:1").compose(message(), context({ type: "notice" }));
    expect(incidentOf(post)).toMatchObject({
      status: "resolved",
      impact_override: "none",
      components: {},
      component_ids: [],
    });
  });

  it("says of planned work its phase and its times", () => {
    expect(incidentOf(planned({ phase: "verifying" }))).toMatchObject({
      status: "verifying",
      impact_override: "maintenance",
      scheduled_for: WORK.startedAt.toISOString(),
      scheduled_until: WORK.endsAt.toISOString(),
    });
    expect(incidentOf(planned({}))).not.toHaveProperty("reminder_intervals");
    expect(incidentOf(planned({ endsAt: null }))).not.toHaveProperty("scheduled_until");
    expect(incidentOf(planned({ endsAt: WORK.startedAt }))).not.toHaveProperty("scheduled_until");
  });

  it("names the components of planned work at once, and changes their states from its beginning on", () => {
    const named = ["cmp1", "cmp2"];
    const states = (phase: Phase, verb?: Verb) => {
      const { components, component_ids } = incidentOf(planned({ phase }, verb));
      expect(component_ids).toEqual(named);
      return Object.keys(components as object);
    };
    expect(states("scheduled", "maintenance schedule")).toEqual([]);
    expect(states("in_progress", "maintenance start")).toEqual(named);
    expect(states("verifying")).toEqual(named);
    expect(states("completed", "maintenance complete")).toEqual(named);
    expect(states("completed", "maintenance cancel")).toEqual([]);
  });

  it("never notifies subscribers of a notice", () => {
    const channel = connect("http://127.0.0.1:1", { notifySubscribers: true });
    const [notice] = channel.compose(message(), context({ type: "notice" }));
    expect(incidentOf(notice).deliver_notifications).toBe(false);
    expect(notice?.notes).toEqual([]);
    const [incident] = channel.compose(message(), context());
    expect(incidentOf(incident).deliver_notifications).toBe(true);
  });

  it("gives up on more than 25,000 characters", () => {
    const channel = connect("http://127.0.0.1:1");
    expect(() => channel.compose(message({}, "x".repeat(25_001)), context())).toThrow(TooLong);
  });
});

describe("posting on a hosted page", () => {
  it("opens one incident, then updates it, with one request for each", async () => {
    const { sandbox, channel } = await startPage();
    const root = await publish(channel, "first", NOBODY);
    const resolved = {
      phase: "resolved",
      components: [{ id: "storefront", state: "operational" }],
    } as const;
    const [second] = channel.compose(message({}, "It works again."), {
      ...context(resolved),
      keyOf: () => keyOf("2"),
    });
    const receipt = await channel.publish(second as Post, { root, previous: root }, signal());
    const [incident, ...others] = sandbox.world().hostedIncidents;
    expect(others).toEqual([]);
    expect(incident).toMatchObject({
      name: "Checkout is unavailable",
      status: "resolved",
      impact: "critical",
    });
    expect(incident?.updates.map(({ status, body, notified }) => [status, body, notified])).toEqual([
      ["investigating", "We look into it.", false],
      ["resolved", "It works again.", false],
    ]);
    expect(sandbox.world().hostedComponents).toEqual({
      cmp1: "operational",
      cmp2: "degraded_performance",
    });
    expect(root).toEqual({
      remoteId: incident?.id,
      url: `https://stspg.example/${incident?.id}`,
      extra: { incidentId: incident?.id, updateId: expect.any(String) },
    });
    expect(receipt.remoteId).not.toBe(root.remoteId);
    expect(sandbox.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /v1/pages/sandboxpage1/incidents",
      `PATCH /v1/pages/sandboxpage1/incidents/${incident?.id}`,
    ]);
    expect(Object.keys(JSON.parse(sandbox.requests[1]?.body ?? "{}").incident).sort()).toEqual([
      "body",
      "component_ids",
      "components",
      "deliver_notifications",
      "impact_override",
      "status",
    ]);
  });

  it("leads planned work through its phases, moves its end, and lets nothing be said by itself", async () => {
    const { sandbox, channel, clock } = await startPage();
    let place = NOBODY;
    const say = async (words: string, change: Partial<ComposeContext["incident"]>, verb: Verb) => {
      const [post] = channel.compose(message({}, words), {
        ...workContext(change, verb),
        keyOf: () => keyOf(words),
      });
      const receipt = await channel.publish(post as Post, place, signal());
      expect((await channel.verify?.(receipt, post as Post, place, signal()))?.state).toBe("seen");
      place = { root: place.root ?? receipt, previous: receipt };
    };
    const hosted = () => sandbox.world().hostedIncidents[0];
    await say("Planned.", {}, "maintenance schedule");
    expect(hosted()).toMatchObject({ scheduledFor: WORK.startedAt, scheduledUntil: WORK.endsAt });
    expect(sandbox.world().hostedComponents).toEqual({ cmp1: "operational", cmp2: "operational" });
    clock.advance(WORK.endsAt.getTime() - NOW.getTime());
    expect(hosted()).toMatchObject({ status: "scheduled", updates: [{ status: "scheduled" }] });

    await say("Begun.", { phase: "in_progress" }, "maintenance start");
    expect(sandbox.world().hostedComponents).toEqual({
      cmp1: "under_maintenance",
      cmp2: "under_maintenance",
    });
    const endsAt = new Date(WORK.endsAt.getTime() + 3_600_000);
    await say("Longer.", { phase: "in_progress", endsAt }, "maintenance extend");
    expect(hosted()).toMatchObject({ status: "in_progress", scheduledUntil: endsAt });
    clock.advance(2 * 3_600_000);
    const over = WORK.components.map(({ id }) => ({ id, state: "operational" as const }));
    await say("Done.", { phase: "completed", endsAt, components: over }, "maintenance complete");
    expect(hosted()?.updates.map(({ status }) => status)).toEqual([
      "scheduled",
      "in_progress",
      "in_progress",
      "completed",
    ]);
    expect(sandbox.world().hostedComponents).toEqual({ cmp1: "operational", cmp2: "operational" });
  });

  it("notifies subscribers only when told to", async () => {
    const { sandbox, channel } = await startPage({ notifySubscribers: true });
    await publish(channel, "first", NOBODY);
    expect(sandbox.world().hostedIncidents[0]?.updates[0]?.notified).toBe(true);
  });

  it("opens no second incident when the first one's receipt is of no use", async () => {
    const { sandbox, channel } = await startPage();
    const root: Receipt = {
      remoteId: "x",
      url: null,
      pending: true,
      extra: null,
    };
    await expect(publish(channel, "second", { root, previous: root })).rejects.toMatchObject({
      fate: "refused",
    });
    expect(sandbox.requests).toEqual([]);
  });
});

describe("a hosted update that does not go out", () => {
  it("is told apart by the vendor's answer", async () => {
    for (const [answer, fate, code] of [
      [{ status: 400, body: '{"error":"bad"}' }, "refused", "STATUSPAGE_INVALID"],
      [{ status: 403, body: "{}" }, "refused", "STATUSPAGE_FORBIDDEN"],
      [{ status: 301, body: "", headers: { location: "https://x" } }, "refused", "STATUSPAGE_REDIRECTED"],
      [{ status: 500, body: "" }, "unknown", "STATUSPAGE_NO_CLEAR_ANSWER"],
    ] as const) {
      const server = await serve((_request, response) => reply(response, answer));
      const error = await failure(connect(server.url));
      expect({ answer, fate: error.fate, code: error.code }).toEqual({
        answer,
        fate,
        code,
      });
      expect(error.hint).not.toBeNull();
      expect(server.requests).toHaveLength(1);
    }
  });
});

describe("looking for a hosted update", () => {
  it("finds an update by its words since the attempt, and takes no earlier one for it", async () => {
    const { sandbox, channel } = await startPage();
    const root = await publish(channel, "first", NOBODY);
    const same = composed(channel, "second");
    const place = { root, previous: root };
    expect(await channel.find?.(same, place, NOW, signal())).toMatchObject({
      found: null,
      conclusive: true,
    });
    sandbox.fault("statuspage", "lost-answer");
    await channel.publish(same, place, signal()).catch(() => undefined);
    sandbox.fault("statuspage", null);
    const search = await channel.find?.(same, place, NOW, signal());
    expect(search?.found?.extra).toMatchObject({ incidentId: root.remoteId });
    expect(search?.found?.remoteId).not.toBe((root.extra as { updateId: string }).updateId);
    const muchLater = new Date(NOW.getTime() + 3_600_000);
    expect(await channel.find?.(same, place, muchLater, signal())).toMatchObject({
      found: null,
      conclusive: true,
    });
  });

  it("reads on while the incidents of a page are as new as the attempt, and says where it gave up", async () => {
    const many = (created_at: string) =>
      Array.from({ length: 100 }, (_, number) => ({
        id: `i${number}`,
        created_at,
        incident_updates: [],
      }));
    const at = (created_at: string) =>
      serve((_request, response) =>
        reply(response, {
          status: 200,
          body: JSON.stringify(many(created_at)),
        }),
      );
    const fresh = await at(NOW.toISOString());
    const post = composed(connect(fresh.url), "first");
    const tired = await connect(fresh.url).find?.(post, NOBODY, NOW, signal());
    expect(tired).toMatchObject({ found: null, conclusive: false });
    expect(fresh.requests.slice(0, 2)).toEqual([
      "GET /v1/pages/abc/incidents?limit=100&page=1",
      "GET /v1/pages/abc/incidents?limit=100&page=2",
    ]);
    const old = await at("2010-06-01T00:00:00Z");
    const sure = await connect(old.url).find?.(post, NOBODY, NOW, signal());
    expect(sure).toMatchObject({ found: null, conclusive: true });
    expect(old.requests).toHaveLength(1);
  });
});

describe("reading a hosted update back", () => {
  it("tells missing and altered updates apart from ones it cannot read", async () => {
    const receipt: Receipt = {
      remoteId: "i1",
      url: null,
      extra: { incidentId: "i1", updateId: "u1" },
    };
    const update = {
      id: "u1",
      status: "investigating",
      body: "We look into it.",
      created_at: NOW.toISOString(),
    };
    for (const [status, body, state] of [
      [404, {}, "missing"],
      [200, { id: "i1", incident_updates: [] }, "missing"],
      [200, { id: "i1", incident_updates: [{ ...update, body: "All fine." }] }, "altered"],
      [200, { id: "i1", incident_updates: [{ ...update, status: "resolved" }] }, "altered"],
      [
        200,
        {
          id: "i1",
          incident_updates: [{ ...update, body: "We look into it.\r\n" }],
        },
        "seen",
      ],
      [403, {}, "cannot"],
      [429, {}, "cannot"],
      [200, [], "cannot"],
    ] as const) {
      const server = await serve((_request, response) =>
        reply(response, { status, body: JSON.stringify(body) }),
      );
      const channel = connect(server.url);
      const verdict = await channel.verify?.(receipt, composed(channel, "first"), NOBODY, signal());
      expect(verdict?.state).toBe(state);
    }
  });
});

describe("checking a Statuspage channel", () => {
  it("reads page and components", async () => {
    const { channel } = await startPage();
    const findings = await channel.check(signal());
    expect(findings.map(({ name, level }) => `${name} ${level}`)).toEqual([
      "credential ok",
      "target ok",
      "components ok",
    ]);
  });

  it("names mapped components that the page or the property does not have", async () => {
    const { sandbox } = await startPage();
    const { baseUrl, apiKey, pageId } = sandbox.channels.statuspage;
    const channel = connect(String(baseUrl), {
      apiKey: String(apiKey),
      pageId: String(pageId),
      components: { storefront: "cmp1", kindle: "cmp9", fridge: "cmp2" },
    });
    const findings = await channel.check(signal());
    expect(findings.filter(({ level }) => level !== "ok")).toMatchObject([
      {
        name: "components",
        level: "fail",
        message: "not on the hosted page: kindle (cmp9)",
      },
      {
        name: "components",
        level: "warn",
        message: "mapped, but no component of the property: fridge",
      },
    ]);
  });

  it("tells a wrong key from a wrong page", async () => {
    const { sandbox } = await startPage();
    const url = String(sandbox.channels.statuspage.baseUrl);
    const apiKey = String(sandbox.channels.statuspage.apiKey);
    const failed = async (channel: Channel) =>
      (await channel.check(signal())).map(({ name, level }) => `${name} ${level}`);
    expect(await failed(connect(url, { apiKey: "wrong", pageId: "sandboxpage1" }))).toEqual([
      "credential fail",
    ]);
    expect(await failed(connect(url, { apiKey, pageId: "another" }))).toEqual(["target fail"]);
  });
});

// —— the pieces ——

interface Change {
  readonly apiKey?: string;
  readonly pageId?: string;
  readonly components?: Readonly<Record<string, string>>;
  readonly notifySubscribers?: boolean;
}

async function startPage(
  change: Change = {},
  options: { timeoutMs?: number } = {},
): Promise<{ sandbox: Sandbox; channel: Channel; clock: ScriptedClock }> {
  const clock = new ScriptedClock(NOW);
  const sandbox = await startSandbox({
    clock,
    hostedComponents: ["cmp1", "cmp2"],
  });
  cleanups.push(() => sandbox.close());
  const { baseUrl, apiKey, pageId } = sandbox.channels.statuspage;
  const reached = { apiKey: String(apiKey), pageId: String(pageId), ...change };
  return { sandbox, clock, channel: connect(String(baseUrl), reached, options) };
}

function connect(baseUrl: string, change: Change = {}, options: { timeoutMs?: number } = {}): Channel {
  return statuspage.connect(
    {
      kind: "statuspage",
      baseUrl,
      pageId: change.pageId ?? "abc",
      components: { ...(change.components ?? MAPPED) },
      notifySubscribers: change.notifySubscribers ?? false,
      apiKey: new Secret(change.apiKey ?? API_KEY),
    },
    kitFor({
      clock: new ScriptedClock(NOW),
      timeoutMs: options.timeoutMs ?? 2000,
      loopbackOnly: true,
      components: [leaf("storefront"), leaf("search"), leaf("kindle"), leaf("music", "Music")],
    }),
  );
}

function leaf(id: string, name = id): Component {
  return { id, name, components: [] };
}

function message(change: Partial<Message> = {}, text = "We look into it."): Message {
  return {
    subject: "Checkout is unavailable",
    body: [{ type: "paragraph", children: [{ type: "text", text }] }],
    short: "We look into it.",
    keep: null,
    link: "https://status.example.org/",
    ...change,
  };
}

function keyOf(part: string): string {
  return digest("property", "hosted", part);
}

function context(change: Partial<ComposeContext["incident"]> = {}, update = "1"): ComposeContext {
  return {
    keyOf: (part) => keyOf(update === "1" ? part : update),
    incident: {
      id: "2010-06-29-checkout",
      type: "incident",
      title: "Checkout is unavailable",
      phase: "investigating",
      impact: "critical",
      components: [
        { id: "storefront", state: "major_outage" },
        { id: "kindle", state: "degraded_performance" },
      ],
      startedAt: NOW,
      endsAt: null,
      nextUpdateAt: null,
      ...change,
    },
    update: { id: "u1", number: 1, verb: "announce", at: NOW },
    rootSubject: null,
  };
}

/** Planned work, a day ahead. */
const WORK = {
  type: "maintenance",
  phase: "scheduled",
  components: [
    { id: "storefront", state: "under_maintenance" },
    { id: "kindle", state: "under_maintenance" },
  ],
  startedAt: new Date("2010-06-30T09:00:00Z"),
  endsAt: new Date("2010-06-30T10:30:00Z"),
} as const;

function workContext(change: Partial<ComposeContext["incident"]>, verb: Verb): ComposeContext {
  const base = context({ ...WORK, ...change });
  return { ...base, update: { ...base.update, verb } };
}

function planned(change: Partial<ComposeContext["incident"]>, verb: Verb = "update"): Post | undefined {
  return connect("http://127.0.0.1:1").compose(message(), workContext(change, verb))[0];
}

function composed(channel: Channel, update: string): Post {
  const [post] = channel.compose(message(), context({}, update));
  if (post === undefined) throw new Error("nothing was composed");
  return post;
}

function incidentOf(post: Post | undefined): Readonly<Record<string, unknown>> {
  return (post?.payload as { incident: Record<string, unknown> } | undefined)?.incident ?? {};
}

function publish(channel: Channel, update: string, place: Place): Promise<Receipt> {
  return channel.publish(composed(channel, update), place, signal());
}

async function failure(channel: Channel): Promise<ChannelError> {
  const outcome = await publish(channel, "first", NOBODY).catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(ChannelError);
  expect(inspect(outcome, { depth: null })).not.toContain(API_KEY);
  return outcome as ChannelError;
}

function signal(): AbortSignal {
  return new AbortController().signal;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function reply(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  response.writeHead(status, {
    "content-type": "application/json",
    ...headers,
  });
  response.end(body);
}

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<{ url: string; requests: string[] }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      requests.push(`${request.method} ${request.url}`);
      answer(request, response, Buffer.concat(chunks).toString("utf8"));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
  };
}
