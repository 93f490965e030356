import type { Clock } from "../base/clock.ts";
import { type Fields, isObject, readBody, textOf } from "./fields.ts";
import { type Answer, type AnsweredFault, type Call, type HttpImitation, json } from "./http-server.ts";
import { Quota } from "./quota.ts";
import { flawsOf, IMPACTS, idsOf, SCHEDULED, type Schedule, STATES, scheduleOf } from "./statuspage-rules.ts";
import type { HostedIncident } from "./world.ts";

const STATUSPAGE_KEY = "sandbox-statuspage-key";
const STATUSPAGE_PAGE = "sandboxpage1";
const PAGE = {
  id: STATUSPAGE_PAGE,
  name: "Sandbox",
  subdomain: "sandbox",
  domain: null,
  url: null,
  time_zone: "UTC",
};

const QUOTA = { requests: 60, ms: 60_000 };

interface StoredUpdate {
  readonly id: string;
  status: string;
  body: string;
  readonly notified: boolean;
  readonly at: Date;
  updatedAt: Date;
}

interface StoredIncident {
  readonly id: string;
  name: string;
  status: string;
  impactOverride: string | null;
  readonly components: Set<string>;
  worst: string;
  metadata: Readonly<Record<string, unknown>>;
  reminders: unknown;
  schedule: Schedule | null;
  readonly createdAt: Date;
  updatedAt: Date;
  monitoringAt: Date | null;
  resolvedAt: Date | null;
  /** Oldest first. */
  readonly updates: StoredUpdate[];
}

export interface StatuspageImitation {
  readonly http: HttpImitation;
  readonly settings: {
    readonly pageId: string;
    readonly apiKey: string;
    readonly components: Readonly<Record<string, string>>;
  };
  world(): {
    hostedIncidents: HostedIncident[];
    hostedComponents: Record<string, string>;
  };
}

/** Atlassian Statuspage, manage API v1 (the vendor's description, read 2026-11). */
export function imitateStatuspage(options: {
  clock: Clock;
  quotas: boolean;
  /** Null takes any component id. */
  components: readonly string[] | null;
}): StatuspageImitation {
  const { clock } = options;
  const incidents: StoredIncident[] = [];
  const states = new Map((options.components ?? []).map((id) => [id, "operational"]));
  const calls = new Quota(clock, QUOTA.requests, QUOTA.ms);
  let lastId = 0;

  const newId = (letter: string) => {
    lastId += 1;
    return `${letter}${String(lastId).padStart(11, "0")}`;
  };

  const component = (id: string) => ({
    id,
    page_id: STATUSPAGE_PAGE,
    group_id: null,
    group: false,
    name: id,
    description: null,
    position: [...states.keys()].indexOf(id) + 1,
    status: states.get(id) ?? "operational",
    showcase: true,
    only_show_if_degraded: false,
  });

  const exists = (id: string) => options.components === null || states.has(id);

  const impactOf = (incident: StoredIncident) => incident.impactOverride ?? incident.worst;

  const shownUpdate = (incident: StoredIncident, update: StoredUpdate) => ({
    id: update.id,
    incident_id: incident.id,
    status: update.status,
    body: update.body,
    created_at: update.at.toISOString(),
    updated_at: update.updatedAt.toISOString(),
    display_at: update.at.toISOString(),
    deliver_notifications: update.notified,
    affected_components: [...incident.components].map((id) => ({
      code: id,
      name: id,
    })),
    custom_tweet: null,
    tweet_id: null,
    wants_twitter_update: false,
  });

  const shown = (incident: StoredIncident) => ({
    id: incident.id,
    page_id: STATUSPAGE_PAGE,
    name: incident.name,
    status: incident.status,
    impact: impactOf(incident),
    impact_override: incident.impactOverride,
    components: [...incident.components].map(component),
    created_at: incident.createdAt.toISOString(),
    updated_at: incident.updatedAt.toISOString(),
    monitoring_at: incident.monitoringAt?.toISOString() ?? null,
    resolved_at: incident.resolvedAt?.toISOString() ?? null,
    shortlink: `https://stspg.example/${incident.id}`,
    metadata: incident.metadata,
    reminder_intervals: incident.reminders,
    ...(incident.schedule === null ? {} : shownSchedule(incident.schedule)),
    incident_updates: [...incident.updates].reverse().map((update) => shownUpdate(incident, update)),
  });

  const apply = (incident: StoredIncident, given: Fields) => {
    const now = clock.now();
    if (typeof given.name === "string") incident.name = given.name;
    if (given.impact_override !== undefined) incident.impactOverride = textOf(given.impact_override) ?? null;
    if (isObject(given.metadata)) incident.metadata = given.metadata;
    incident.schedule = scheduleOf(given, incident.schedule);
    if (given.reminder_intervals !== undefined) incident.reminders = given.reminder_intervals;
    for (const id of idsOf(given.component_ids)) incident.components.add(id);
    for (const [id, state] of Object.entries(isObject(given.components) ? given.components : {})) {
      incident.components.add(id);
      if (typeof state === "string" && state !== "") states.set(id, state);
      const impact = STATES[String(state)] ?? "none";
      if (IMPACTS.indexOf(impact) > IMPACTS.indexOf(incident.worst)) incident.worst = impact;
    }
    for (const id of incident.components) if (!states.has(id)) states.set(id, "operational");
    if (typeof given.status === "string") incident.status = given.status;
    if (incident.status === "monitoring") incident.monitoringAt ??= now;
    incident.resolvedAt = ["resolved", "completed"].includes(incident.status)
      ? (incident.resolvedAt ?? now)
      : null;
    incident.updatedAt = now;
    if (given.status !== undefined || given.body !== undefined)
      incident.updates.push({
        id: newId("u"),
        status: incident.status,
        body: textOf(given.body) ?? "",
        // Subscribers are told unless the caller says no.
        notified: given.deliver_notifications !== false,
        at: now,
        updatedAt: now,
      });
  };

  /** What the page says by itself, because somebody asked it to. */
  const keepSchedules = () => {
    const now = clock.now();
    for (const incident of incidents) {
      const { schedule } = incident;
      if (schedule === null) continue;
      if (incident.status === "scheduled" && schedule.startsItself && schedule.from <= now)
        apply(incident, { status: "in_progress" });
      const over = schedule.until !== null && schedule.until <= now;
      if (["in_progress", "verifying"].includes(incident.status) && schedule.completesItself && over)
        apply(incident, { status: "completed" });
    }
  };

  const create = (given: Fields): Answer => {
    const flaws = flawsOf(given, null, null, exists);
    if (flaws.length > 0) return json(422, { error: flaws });
    const now = clock.now();
    const incident: StoredIncident = {
      id: newId("i"),
      name: "",
      status: "investigating",
      impactOverride: null,
      components: new Set(),
      worst: "none",
      metadata: {},
      reminders: "[3, 6, 12, 24]",
      schedule: null,
      createdAt: now,
      updatedAt: now,
      monitoringAt: null,
      resolvedAt: null,
      updates: [],
    };
    apply(incident, { status: "investigating", ...given });
    incidents.push(incident);
    return json(201, shown(incident));
  };

  const list = (call: Call, which: readonly StoredIncident[]): Answer => {
    const limit = Math.min(Number(call.query.get("limit") ?? "100") || 100, 100);
    const page = Math.max(Number(call.query.get("page") ?? "1") || 1, 1);
    const q = (call.query.get("q") ?? "").toLowerCase();
    const matching = which.filter(
      (each) =>
        q === "" ||
        [each.name, each.status, ...each.updates.map((update) => update.body)].some((text) =>
          text.toLowerCase().includes(q),
        ),
    );
    return json(
      200,
      [...matching]
        .reverse()
        .slice((page - 1) * limit, page * limit)
        .map(shown),
    );
  };

  const route = (call: Call, rest: string): Answer => {
    const { method } = call;
    if (rest === "" && method === "GET") return json(200, PAGE);
    if (rest === "/components" && method === "GET") return json(200, [...states.keys()].map(component));
    const open = (each: StoredIncident) => !["resolved", "completed"].includes(each.status);
    if (rest === "/incidents/unresolved" && method === "GET")
      return list(
        call,
        incidents.filter((each) => open(each) && each.status !== "scheduled"),
      );
    if (rest === "/incidents/scheduled" && method === "GET")
      return list(
        call,
        incidents.filter((each) => SCHEDULED.includes(each.status)),
      );
    if (rest === "/incidents/upcoming" && method === "GET")
      return list(
        call,
        incidents.filter((each) => each.status === "scheduled"),
      );
    if (rest === "/incidents/active_maintenance" && method === "GET")
      return list(
        call,
        incidents.filter((each) => ["in_progress", "verifying"].includes(each.status)),
      );
    if (rest === "/incidents" && method === "GET") return list(call, incidents);
    const body = readBody(call);
    if (body === null) return json(400, { error: "Bad request: the body is not valid JSON" });
    if (rest === "/incidents" && method === "POST")
      return isObject(body.incident) ? create(body.incident) : json(400, { error: "incident is missing" });

    const [, id, updateId] = /^\/incidents\/(\w+)(?:\/incident_updates\/(\w+))?$/.exec(rest) ?? [];
    const incident = incidents.find((each) => each.id === id);
    if (incident === undefined) return notFound();
    if (updateId !== undefined) {
      const update = incident.updates.find((each) => each.id === updateId);
      if (update === undefined || !["PATCH", "PUT"].includes(method)) return notFound();
      const given = isObject(body.incident_update) ? body.incident_update : {};
      update.body = textOf(given.body) ?? update.body;
      update.updatedAt = clock.now();
      return json(200, shownUpdate(incident, update));
    }
    switch (method) {
      case "GET":
        return json(200, shown(incident));
      case "PATCH":
      case "PUT": {
        const given = isObject(body.incident) ? body.incident : {};
        const flaws = flawsOf(given, incident.status, incident.schedule, exists);
        if (flaws.length > 0) return json(422, { error: flaws });
        apply(incident, given);
        return json(200, shown(incident));
      }
      case "DELETE":
        incidents.splice(incidents.indexOf(incident), 1);
        return json(200, shown(incident));
      default:
        return notFound();
    }
  };

  const answer = (call: Call): Answer => {
    if (call.headers.authorization !== `OAuth ${STATUSPAGE_KEY}`) return unauthorized();
    if (options.quotas && calls.take() !== null) return tooMany();
    keepSchedules();
    const root = `/v1/pages/${STATUSPAGE_PAGE}`;
    // The vendor takes every path with and without `.json`.
    const path = call.path.replace(/\.json$/, "");
    if (path === "/v1/pages" && call.method === "GET") return json(200, [PAGE]);
    if (path !== root && !path.startsWith(`${root}/`)) return notFound();
    return route(call, path.slice(root.length));
  };

  return {
    http: {
      imitation: "statuspage",
      prefix: "/statuspage",
      answer,
      answerFault,
    },
    settings: {
      pageId: STATUSPAGE_PAGE,
      apiKey: STATUSPAGE_KEY,
      components: Object.fromEntries((options.components ?? []).map((id) => [id, id])),
    },
    world: () => {
      keepSchedules();
      return {
        hostedIncidents: incidents.map((incident) => ({
          id: incident.id,
          name: incident.name,
          status: incident.status,
          impact: impactOf(incident),
          ...(incident.schedule === null
            ? {}
            : { scheduledFor: incident.schedule.from, scheduledUntil: incident.schedule.until }),
          updates: incident.updates.map(({ status, body, notified, at }) => ({
            status,
            body,
            notified,
            at,
          })),
        })),
        hostedComponents: Object.fromEntries(states),
      };
    },
  };
}

function shownSchedule({ from, until, startsItself, completesItself }: Schedule) {
  return {
    scheduled_for: from.toISOString(),
    ...(until === null ? {} : { scheduled_until: until.toISOString() }),
    scheduled_auto_in_progress: startsItself,
    scheduled_auto_completed: completesItself,
    scheduled_remind_prior: false,
  };
}

function answerFault(fault: AnsweredFault, call: Call): Answer {
  switch (fault) {
    case "unauthorized":
      return unauthorized();
    case "refuse":
      // What is only read cannot be invalid.
      return call.method === "GET"
        ? json(403, { error: "Not allowed" })
        : json(422, { error: ["The page does not take this"] });
    case "rate-limit":
      return tooMany();
    case "server-error":
      return {
        status: 500,
        headers: { "content-type": "text/html" },
        body: "<html>Server Error</html>",
      };
  }
}

function unauthorized(): Answer {
  return json(401, { error: "Could not authenticate" });
}

function notFound(): Answer {
  return json(404, { error: "Not found" });
}

/** 420 and no Retry-After, as the vendor's description says. */
function tooMany(): Answer {
  return json(420, { error: "Too many requests" });
}
