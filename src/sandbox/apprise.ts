import type { Clock } from "../base/clock.ts";
import { readBody } from "./fields.ts";
import { type Answer, type Call, type HttpImitation, json } from "./http-server.ts";
import type { Notification } from "./world.ts";

const KEY = "sandbox-apprise-key";
/** What the server keeps under the key. */
const KEPT: readonly { readonly url: string; readonly tags: readonly string[] }[] = [
  { url: "json://127.0.0.1/team", tags: ["team"] },
];
const TYPES = ["info", "success", "warning", "failure"];

export interface AppriseImitation {
  readonly http: HttpImitation;
  readonly settings: { readonly key: string };
  notifications(): Notification[];
}

/**
 * An Apprise API server whose services live inside it (swagger.yaml 1.4.0 and views.py, read 2026-11).
 * An address whose path names a status, such as `json://host/403`, belongs to a service that answers so.
 */
export function imitateApprise(options: { clock: Clock }): AppriseImitation {
  const heard: Notification[] = [];

  const notify = (call: Call, urls: readonly string[]): Answer => {
    const fields = readBody(call);
    if (fields === null) return json(400, { error: "Invalid JSON Payload provided" });
    const { body, title = "", type = "info", format = "text" } = fields;
    if (typeof body !== "string" || (body === "" && title === ""))
      return json(400, { error: "Payload lacks minimum requirements" });
    if (typeof title !== "string" || !TYPES.includes(String(type)) || format !== "text")
      return json(400, { error: "An invalid format or type was specified" });
    if (urls.length === 0) return { status: 204, body: "" };
    const log = [line("INFO", `Notifying ${urls.length} service(s) asynchronously.`)];
    for (const url of urls) {
      const status = /\/([45]\d\d)$/.exec(url)?.[1];
      if (status !== undefined) {
        log.push(line("WARNING", `Failed to send JSON POST notification: error=${status}.`));
        continue;
      }
      heard.push({ target: url, title, body, type: String(type), at: options.clock.now() });
      log.push(line("INFO", "Sent JSON POST notification."));
    }
    return log.some(([level]) => level === "WARNING")
      ? failed(log)
      : json(200, { error: null, details: log });
  };

  const line = (level: string, message: string): readonly [string, string, string] => [
    level,
    options.clock.now().toISOString(),
    message,
  ];
  const failed = (details: readonly unknown[]) =>
    json(424, { error: "One or more notifications could not be sent", details });

  const answer = (call: Call): Answer => {
    const [, action = "", key] = /^\/(notify|status|json\/urls)\/?(.*)$/.exec(call.path) ?? [];
    if (action === "status" && call.method === "GET")
      return json(200, { config_lock: false, status: { persistent_storage: true, details: ["OK"] } });
    if (action === "json/urls" && call.method === "GET")
      return key === KEY ? json(200, { tags: ["team"], urls: KEPT }) : { status: 204, body: "" };
    if (action !== "notify" || call.method !== "POST") return json(404, { error: "not found" });
    if (key !== "") return notify(call, key === KEY ? KEPT.map(({ url }) => url) : []);
    const { urls } = readBody(call) ?? {};
    return notify(
      call,
      Array.isArray(urls) ? urls.filter((url) => /^[a-z]{2,9}:\/\/./.test(String(url))) : [],
    );
  };

  return {
    http: {
      imitation: "apprise",
      prefix: "/apprise",
      answer,
      answerFault(fault) {
        if (fault === "unauthorized") return json(401, { error: "Unauthorized" });
        if (fault === "server-error") return json(500, { error: "There was an internal error" });
        const status = fault === "rate-limit" ? 429 : 403;
        return failed([
          line("INFO", "Notifying 1 service(s) asynchronously."),
          line("WARNING", `Failed to send JSON POST notification: error=${status}.`),
        ]);
      },
    },
    settings: { key: KEY },
    notifications: () => [...heard],
  };
}
