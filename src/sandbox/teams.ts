import type { Clock } from "../base/clock.ts";
import { type Fields, isObject, parseJson } from "./fields.ts";
import { type Answer, type AnsweredFault, type Call, type HttpImitation, json } from "./http-server.ts";
import { Quota } from "./quota.ts";
import type { TeamsCard } from "./world.ts";

const PATH = "/powerautomate/automations/direct/workflows/5a4db0x/triggers/manual/paths/invoke";
const SIGNATURE = "sandbox-Flow_signature-0123456789";
const QUERY = `api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=${SIGNATURE}`;
const MOST_BYTES = 28 * 1024;

export interface TeamsImitation {
  readonly http: HttpImitation;
  readonly settings: { readonly webhook: string };
  cards(): TeamsCard[];
}

/**
 * A workflow that posts what it receives into a channel (Teams, read 2026-11). It answers 202 as soon as it has started;
 * a card that Teams then refuses is lost without a word.
 */
export function imitateTeams(options: { clock: Clock; quotas: boolean }): TeamsImitation {
  const { clock } = options;
  const starting = new Quota(clock, 4, 1000);
  const cards: TeamsCard[] = [];
  let runs = 0;

  const answer = (call: Call): Answer => {
    if (call.path !== PATH) return no(404, "WorkflowNotFound", "The workflow could not be found.");
    if (call.method !== "POST") return no(405, "MethodNotAllowed", "The trigger takes POST.");
    if (call.query.get("sig") !== SIGNATURE)
      return no(401, "DirectApiAuthorizationRequired", "The request's signature is not valid.");
    const wait = options.quotas ? starting.take() : null;
    if (wait !== null) return tooMany(wait);
    const body = parseJson(call.body);
    if (body === undefined) return no(400, "InvalidRequestContent", "The request's content is no JSON.");
    runs += 1;
    const run = `0858${String(runs).padStart(16, "0")}CU00`;
    const card = cardIn(body);
    if (card !== null && Buffer.byteLength(call.body) <= MOST_BYTES)
      cards.push({ run, card, text: wordsIn(card.body).join("\n"), at: clock.now() });
    return { status: 202, headers: { "x-ms-workflow-run-id": run }, body: "" };
  };

  return {
    http: { imitation: "teams", prefix: "/teams", answer, answerFault },
    settings: { webhook: `https://flows.example.com${PATH}?${QUERY}` },
    cards: () => structuredClone(cards),
  };
}

function answerFault(fault: AnsweredFault): Answer {
  switch (fault) {
    case "unauthorized":
      return no(401, "DirectApiAuthorizationRequired", "The request's signature is not valid.");
    case "refuse":
      return no(400, "TriggerInputSchemaMismatch", "The input does not match the trigger's schema.");
    case "rate-limit":
      return tooMany(30);
    case "server-error":
      return no(500, "InternalServerError", "Encountered internal server error.");
  }
}

function tooMany(seconds: number): Answer {
  const { status, body } = no(429, "TooManyRequests", "Rate limit is exceeded.");
  return { status, body, headers: { "content-type": "application/json", "retry-after": String(seconds) } };
}

function no(status: number, code: string, message: string): Answer {
  return json(status, { error: { code, message } });
}

/** The card, where Teams would show it. */
function cardIn(body: unknown): Fields | null {
  const [attachment] = isObject(body) && Array.isArray(body.attachments) ? body.attachments : [];
  if (!isObject(attachment) || attachment.contentType !== "application/vnd.microsoft.card.adaptive")
    return null;
  const card = attachment.content;
  if (!isObject(card) || card.type !== "AdaptiveCard") return null;
  const minor = /^1\.([0-5])$/.exec(String(card.version));
  return minor !== null && areElements(card.body) ? card : null;
}

function areElements(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((element) => {
      if (!isObject(element)) return false;
      if (element.type === "Container") return areElements(element.items);
      if (element.type === "TextBlock") return typeof element.text === "string";
      return (
        element.type === "RichTextBlock" &&
        Array.isArray(element.inlines) &&
        element.inlines.length > 0 &&
        element.inlines.every(
          (run) => isObject(run) && run.type === "TextRun" && typeof run.text === "string",
        )
      );
    })
  );
}

/** What a reader sees, a line for each block. */
function wordsIn(elements: unknown): string[] {
  if (!Array.isArray(elements)) return [];
  return elements.filter(isObject).flatMap((element) => {
    if (element.type === "Container") return wordsIn(element.items);
    if (!Array.isArray(element.inlines)) return [String(element.text)];
    return [element.inlines.map((run) => (isObject(run) ? String(run.text) : "")).join("")];
  });
}
