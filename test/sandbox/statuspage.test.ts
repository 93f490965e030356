import { describe, expect, it } from "vitest";
import type { SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { type Arena, enter } from "./arena.ts";
import { ask, dig, type Reply } from "./ask.ts";

function caller(arena: Arena) {
  const page = `${arena.setting("statuspage", "baseUrl")}/v1/pages/${arena.setting("statuspage", "pageId")}`;
  return (method: string, path: string, body?: unknown): Promise<Reply> =>
    ask(page + path, {
      method,
      body,
      headers: {
        authorization: `OAuth ${arena.setting("statuspage", "apiKey")}`,
      },
    });
}

async function begin(options: Omit<SandboxOptions, "clock"> = {}) {
  const arena = await enter(options);
  const call = caller(arena);
  const create = (incident: Record<string, unknown> = {}) =>
    call("POST", "/incidents", {
      incident: {
        name: "Storefront is down",
        body: "We are looking.",
        ...incident,
      },
    });
  return { arena, call, create };
}

describe("the imitation of Statuspage", () => {
  it("opens an incident with 201 and adds an update for each PATCH, newest first", async () => {
    const { arena, call, create } = await begin();
    const metadata = { status_cli: { key: "k1" } };
    const made = await create({
      status: "investigating",
      impact_override: "critical",
      components: { storefront: "major_outage" },
      component_ids: ["storefront"],
      deliver_notifications: false,
      metadata,
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      id: expect.any(String),
      status: "investigating",
      impact: "critical",
      metadata,
      created_at: arena.clock.now().toISOString(),
      components: [{ id: "storefront", status: "major_outage" }],
      incident_updates: [
        {
          body: "We are looking.",
          status: "investigating",
          deliver_notifications: false,
        },
      ],
    });
    arena.clock.advance(60_000);
    const updated = await call("PATCH", `/incidents/${made.body.id}`, {
      incident: {
        status: "resolved",
        body: "All is well.",
        components: { storefront: "operational" },
      },
    });
    expect(updated.status).toBe(200);
    expect(updated.body).toMatchObject({
      status: "resolved",
      metadata,
      resolved_at: arena.clock.now().toISOString(),
      incident_updates: [
        {
          body: "All is well.",
          status: "resolved",
          deliver_notifications: true,
        },
        { body: "We are looking." },
      ],
    });
    expect(arena.sandbox.world()).toMatchObject({
      hostedIncidents: [
        {
          name: "Storefront is down",
          status: "resolved",
          impact: "critical",
          updates: [
            { body: "We are looking.", notified: false },
            { body: "All is well.", notified: true },
          ],
        },
      ],
      hostedComponents: { storefront: "operational" },
    });
  });

  it("adds a second update when the same PATCH comes twice", async () => {
    const { arena, call, create } = await begin();
    const { id } = (await create()).body;
    for (let count = 0; count < 2; count++)
      await call("PATCH", `/incidents/${id}`, {
        incident: { status: "identified", body: "Found." },
      });
    expect(arena.sandbox.world().hostedIncidents[0]?.updates).toHaveLength(3);
  });

  it("reads back by id, by list, unresolved and by search", async () => {
    const { arena, call, create } = await begin();
    const first = (await create({ metadata: { status_cli: { key: "k1" } } })).body;
    arena.clock.advance(1000);
    const second = (await create({ name: "Kindle is slow" })).body;
    await call("PATCH", `/incidents/${first.id}`, {
      incident: { status: "resolved" },
    });
    const ids = async (path: string) =>
      ((await call("GET", path)).body as unknown as { id: string }[]).map((incident) => incident.id);
    expect((await call("GET", `/incidents/${first.id}`)).body.metadata).toEqual({
      status_cli: { key: "k1" },
    });
    expect(await ids("/incidents")).toEqual([second.id, first.id]);
    expect(await ids("/incidents/unresolved")).toEqual([second.id]);
    expect(await ids("/incidents?q=kindle")).toEqual([second.id]);
    expect(await ids("/incidents?limit=1&page=2")).toEqual([first.id]);
    expect((await call("GET", "/incidents/nothere")).status).toBe(404);
  });

  it.each([
    [{ name: "" }, "Name can't be blank"],
    [{ name: "x".repeat(256) }, "Name is too long (maximum is 255 characters)"],
    [{ body: "x".repeat(25_001) }, "Incident updates body is too long (maximum is 25000 characters)"],
    [{ status: "postmortem" }, "Status is not included in the list"],
    [{ impact_override: "huge" }, "Impact override is not included in the list"],
    [{ metadata: { key: "k" } }, "Metadata must be an object whose values are objects"],
    [{ metadata: ["k"] }, "Metadata must be an object whose values are objects"],
    [{ components: { storefront: "down" } }, "Component status is not valid"],
    [{ backfilled: true, component_ids: ["storefront"] }, "Components cannot be set when backfilled"],
  ])("refuses %j", async (incident, message) => {
    const { arena, create } = await begin();
    const reply = await create(incident);
    expect([reply.status, reply.body]).toEqual([422, { error: [message] }]);
    expect(arena.sandbox.world()).toMatchObject({
      hostedIncidents: [],
      hostedComponents: {},
    });
  });

  it("takes a name and a body up to the very limits", async () => {
    const { create } = await begin();
    expect((await create({ name: "x".repeat(255), body: "x".repeat(25_000) })).status).toBe(201);
  });

  it("computes the impact from the worst component it has seen, unless told", async () => {
    const { call, create } = await begin();
    const made = await create({
      components: { a: "degraded_performance", b: "partial_outage" },
    });
    expect(made.body.impact).toBe("major");
    const better = await call("PATCH", `/incidents/${made.body.id}`, {
      incident: { components: { b: "operational" } },
    });
    expect(better.body.impact).toBe("major");
    const told = await call("PATCH", `/incidents/${made.body.id}`, {
      incident: { impact_override: "minor" },
    });
    expect(told.body.impact).toBe("minor");
  });

  it("leaves a component alone whose new state is empty, and adds no update without words or status", async () => {
    const { arena, call, create } = await begin({ hostedComponents: ["a"] });
    const { id } = (await create({ components: { a: "major_outage" } })).body;
    await call("PATCH", `/incidents/${id}`, {
      incident: { name: "New name", components: { a: "" } },
    });
    expect(arena.sandbox.world()).toMatchObject({
      hostedComponents: { a: "major_outage" },
      hostedIncidents: [{ name: "New name", updates: [{ status: "investigating" }] }],
    });
  });

  it("does not turn an incident into a maintenance", async () => {
    const { call, create } = await begin();
    const { id } = (await create()).body;
    const reply = await call("PATCH", `/incidents/${id}`, {
      incident: { status: "completed" },
    });
    expect(reply.status).toBe(422);
  });

  it("knows only the components it was given", async () => {
    const { arena, call, create } = await begin({
      hostedComponents: ["storefront", "aws"],
    });
    expect(arena.sandbox.channels.statuspage.components).toEqual({
      storefront: "storefront",
      aws: "aws",
    });
    const listed = (await call("GET", "/components")).body as unknown as {
      id: string;
      status: string;
    }[];
    expect(listed.map(({ id, status }) => [id, status])).toEqual([
      ["storefront", "operational"],
      ["aws", "operational"],
    ]);
    expect((await create({ components: { kindle: "major_outage" } })).status).toBe(422);
    expect((await create({ components: { aws: "major_outage" } })).status).toBe(201);
  });

  it("corrects one update in place", async () => {
    const { arena, call, create } = await begin();
    const made = await create();
    const updateId = dig(made.body, "incident_updates", 0, "id");
    const reply = await call("PATCH", `/incidents/${made.body.id}/incident_updates/${updateId}`, {
      incident_update: { body: "We were wrong." },
    });
    expect(reply.body.body).toBe("We were wrong.");
    expect(arena.sandbox.world().hostedIncidents[0]?.updates.map((update) => update.body)).toEqual([
      "We were wrong.",
    ]);
  });

  it("forbids reading where it refuses writing", async () => {
    const arena = await enter();
    arena.sandbox.fault("statuspage", "refuse");
    const headers = { authorization: `OAuth ${arena.setting("statuspage", "apiKey")}` };
    const page = `${arena.setting("statuspage", "baseUrl")}/v1/pages/${arena.setting("statuspage", "pageId")}`;
    expect((await ask(page, { headers })).status).toBe(403);
    expect((await ask(`${page}/incidents`, { headers, body: {} })).status).toBe(422);
  });

  it("refuses a missing, wrong or differently worded key, and another page", async () => {
    const arena = await enter();
    const base = `${arena.setting("statuspage", "baseUrl")}/v1/pages`;
    const key = arena.setting("statuspage", "apiKey");
    for (const headers of [{}, { authorization: "OAuth wrong" }, { authorization: `Bearer ${key}` }])
      expect(
        (
          await ask(`${base}/sandboxpage1`, {
            headers: headers as Record<string, string>,
          })
        ).status,
      ).toBe(401);
    expect((await ask(`${base}/sandboxpage1?api_key=${key}`)).status).toBe(401);
    const authorization = `OAuth ${key}`;
    expect((await ask(`${base}/other`, { headers: { authorization } })).status).toBe(404);
    expect((await ask(`${base}/sandboxpage1`, { headers: { authorization } })).body.id).toBe("sandboxpage1");
  });

  it("answers 420 beyond sixty requests in a rolling minute of its clock", async () => {
    const { arena, call } = await begin();
    const ask60 = async () => {
      const statuses: number[] = [];
      for (let count = 0; count < 60; count++) statuses.push((await call("GET", "/components")).status);
      return new Set(statuses);
    };
    expect(await ask60()).toEqual(new Set([200]));
    const over = await call("GET", "/components");
    expect([over.status, over.headers["retry-after"]]).toEqual([420, undefined]);
    arena.clock.advance(60_000);
    expect(await ask60()).toEqual(new Set([200]));
  });

  it("sets no quota when it is told so", async () => {
    const { call } = await begin({ quotas: false });
    for (let count = 0; count < 61; count++) expect((await call("GET", "/components")).status).toBe(200);
  });
});

describe("planned work on the imitation of Statuspage", () => {
  const times = { scheduled_for: "2026-12-01T10:00:00.000Z", scheduled_until: "2026-12-01T11:00:00.000Z" };
  const plan = { status: "scheduled", ...times };

  it("keeps its times, and lists it while it is to come, then while it is under way", async () => {
    const { arena, call, create } = await begin();
    const made = await create(plan);
    expect(made.body).toMatchObject(plan);
    const id = String(dig(made.body, "id"));
    const lists = async () =>
      Promise.all(
        ["scheduled", "upcoming", "active_maintenance", "unresolved"].map(
          async (list) => ((await call("GET", `/incidents/${list}`)).body as unknown as unknown[]).length,
        ),
      );
    expect(await lists()).toEqual([1, 1, 0, 0]);
    const scheduled_until = "2026-12-01T12:00:00.000Z";
    const moved = await call("PATCH", `/incidents/${id}`, {
      incident: { status: "in_progress", scheduled_until },
    });
    expect(moved.body).toMatchObject({
      status: "in_progress",
      scheduled_for: times.scheduled_for,
      scheduled_until,
    });
    expect(await lists()).toEqual([1, 0, 1, 1]);
    expect(arena.sandbox.world().hostedIncidents).toMatchObject([
      { scheduledUntil: new Date(scheduled_until) },
    ]);
  });

  it("refuses times that cannot be, and the phases of the other sort", async () => {
    const { call, create } = await begin();
    const { scheduled_for: from, scheduled_until: to } = times;
    const refused = async (reply: Promise<Reply>) => {
      const { status, body } = await reply;
      expect(status).toBe(422);
      return dig(body, "error");
    };
    expect(await refused(create({ ...plan, scheduled_for: to, scheduled_until: from }))).toEqual([
      "Scheduled until must be after scheduled for",
    ]);
    expect(await refused(create({ ...plan, scheduled_until: from }))).toHaveLength(1);
    expect(await refused(create({ status: "scheduled" }))).toEqual(["Scheduled for can't be blank"]);
    expect(await refused(create({ ...plan, scheduled_for: "soon" }))).toContain(
      "Scheduled for is not a time",
    );
    expect(await refused(create({ ...times, status: "investigating" }))).toEqual([
      "Status is not included in the list",
    ]);
    const id = String(dig((await create(plan)).body, "id"));
    const patch = (incident: object) => call("PATCH", `/incidents/${id}`, { incident });
    expect(await refused(patch({ status: "resolved" }))).toContain("Status is not included in the list");
    expect(await refused(patch({ scheduled_until: "2026-12-01T09:00:00Z" }))).toHaveLength(1);
  });

  it("begins and ends by itself only where it was told to, and tells the subscribers of it", async () => {
    const { arena, create } = await begin();
    await create({ ...plan, name: "Silent" });
    await create({ ...plan, name: "Loud", scheduled_auto_in_progress: true, scheduled_auto_completed: true });
    const statuses = () =>
      arena.sandbox.world().hostedIncidents.map(({ updates }) => updates.map(({ status }) => status));
    arena.clock.advance(Date.parse(times.scheduled_for) - arena.clock.now().getTime());
    expect(statuses()).toEqual([["scheduled"], ["scheduled", "in_progress"]]);
    arena.clock.advance(3_600_000);
    expect(statuses()).toEqual([["scheduled"], ["scheduled", "in_progress", "completed"]]);
    expect(arena.sandbox.world().hostedIncidents[1]?.updates.at(-1)?.notified).toBe(true);
  });
});
