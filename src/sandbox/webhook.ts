import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import { isObject, parseJson } from "./fields.ts";
import { type Answer, type AnsweredFault, type Call, type HttpImitation, json } from "./http-server.ts";
import type { WebhookEvent } from "./world.ts";

const SECRET = "whsec_c2FuZGJveCByZWNlaXZlcidzIHNlY3JldCE=";
const TOLERANCE_MS = 5 * 60_000;

export interface WebhookImitation {
  readonly http: HttpImitation;
  readonly settings: { readonly secret: string };
  events(): WebhookEvent[];
}

/**
 * A receiver as Standard Webhooks 1.0 asks for one (read 2026-11): it proves the signature and the age of a request,
 * and does nothing for an id that it knows. `old` requests are taken where nobody is to look at their age.
 */
export function imitateWebhook(options: { clock: Clock; old: boolean }): WebhookImitation {
  const { clock } = options;
  const events: WebhookEvent[] = [];

  const answer = (call: Call): Answer => {
    if (call.method !== "POST") return json(405, { error: "POST only" });
    const id = call.headers["webhook-id"] ?? "";
    const timestamp = call.headers["webhook-timestamp"] ?? "";
    if (!/^[^\s.]+$/.test(id) || !/^\d+$/.test(timestamp)) return json(400, { error: "missing headers" });
    const signed = (call.headers["webhook-signature"] ?? "").split(" ").some((entry) => {
      const [version, signature = ""] = entry.split(",");
      return version === "v1" && isSame(signature, signatureOf(`${id}.${timestamp}.${call.body}`));
    });
    if (!signed) return json(401, { error: "no matching signature" });
    if (!options.old && Math.abs(Number(timestamp) * 1000 - clock.now().getTime()) > TOLERANCE_MS)
      return json(401, { error: "too old, or too new" });
    const body = parseJson(call.body);
    if (!isObject(body) || typeof body.type !== "string") return json(400, { error: "no event" });
    if (events.every((event) => event.id !== id))
      events.push({ id, path: call.path, type: body.type, data: body.data, at: clock.now() });
    return json(200, { received: true });
  };

  return {
    http: { imitation: "webhook", prefix: "/webhook", answer, answerFault },
    settings: { secret: SECRET },
    events: () => structuredClone(events),
  };
}

function answerFault(fault: AnsweredFault): Answer {
  switch (fault) {
    case "unauthorized":
      return json(401, { error: "no matching signature" });
    case "refuse":
      return json(422, { error: "not wanted here" });
    case "rate-limit":
      return json(429, { error: "too many requests" }, { "retry-after": "30" });
    case "server-error":
      return json(500, { error: "broken" });
  }
}

function signatureOf(content: string): string {
  const key = Buffer.from(SECRET.replace(/^whsec_/, ""), "base64");
  return createHmac("sha256", key).update(content).digest("base64");
}

function isSame(given: string, own: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(own)];
  return a.length === b.length && timingSafeEqual(a, b);
}
