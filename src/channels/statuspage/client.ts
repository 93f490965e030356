import { z } from "zod";
import { excerpt, fromHttpError, retryAfter } from "../answer.ts";
import { ChannelError, type ChannelKit } from "../contract.ts";
import { HttpError, type HttpRequest, type HttpResponse } from "../http.ts";
import type { StatuspageSettings } from "./settings.ts";

export interface HostedPage {
  /** Any answer that arrived, for a path below the page (`/incidents`); throws ChannelError when none did. */
  call(method: HttpRequest["method"], path: string, signal: AbortSignal, body?: object): Promise<Answer>;
  /** What an answer without success means for a post. */
  refusal(answer: Answer): ChannelError;
}

export interface Answer {
  readonly status: number;
  readonly headers: HttpResponse["headers"];
  readonly text: string;
  /** Undefined where the body is no JSON. */
  readonly json: unknown;
}

/** Statuspage, manage API v1, Rate Limiting, read 2026-11: a rolling minute; no Retry-After is documented. */
const RATE_WINDOW_MS = 60_000;

export function connectHostedPage(settings: StatuspageSettings, kit: ChannelKit): HostedPage {
  return {
    async call(method, path, signal, body) {
      try {
        const response = await kit.http.request({
          method,
          url: `${settings.baseUrl}/v1/pages/${settings.pageId}${path}`,
          headers: {
            authorization: `OAuth ${settings.apiKey.reveal()}`,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          timeoutMs: kit.timeoutMs,
          signal,
        });
        // A server may repeat what it was told; the key must not come back out of an answer.
        const text = response.body.replaceAll(settings.apiKey.reveal(), "[secret]");
        return {
          status: response.status,
          headers: response.headers,
          text,
          json: parse(text),
        };
      } catch (error) {
        if (error instanceof HttpError) throw fromHttpError(error, "STATUSPAGE");
        throw error;
      }
    },
    refusal: (answer) => refusalOf(answer, kit.clock.now()),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The description says `message`; live answers also say `error`, once or as a list. */
const complaint = z.object({
  message: z.string().optional(),
  error: z.union([z.string(), z.array(z.string())]).optional(),
});

function refusalOf(answer: Answer, now: Date): ChannelError {
  const { message: sentence, error } = complaint.safeParse(answer.json).data ?? {};
  const said = excerpt(sentence ?? (Array.isArray(error) ? error.join(" ") : error) ?? answer.text);
  const message = `Statuspage answers ${answer.status}${said === "" ? "" : `: ${said}`}`;
  const refused = (code: string, hint: string) => new ChannelError("refused", code, message, { hint });
  if (answer.status === 420 || answer.status === 429)
    return new ChannelError("not-sent", "STATUSPAGE_RATE_LIMITED", message, {
      retryAt: retryAfter(answer.headers, now) ?? new Date(now.getTime() + RATE_WINDOW_MS),
      hint: "one request a second is allowed for each key; type: status retry",
    });
  if (answer.status >= 500 || answer.status < 300 || answer.status === 408)
    return new ChannelError("unknown", "STATUSPAGE_NO_CLEAR_ANSWER", message, {
      hint: "the update may be out: look before posting again",
    });
  if (answer.status < 400)
    return refused("STATUSPAGE_REDIRECTED", "the address redirects: correct baseUrl, or leave it out");
  if (answer.status === 401) return refused("STATUSPAGE_LOGIN_REFUSED", "check apiKey, then: status doctor");
  if (answer.status === 403)
    return refused("STATUSPAGE_FORBIDDEN", "use an API key of someone who may manage incidents on this page");
  if (answer.status === 404)
    return refused("STATUSPAGE_NOT_FOUND", "check pageId; the incident may have been deleted on the page");
  if (answer.status === 422 || answer.status === 400)
    return refused("STATUSPAGE_INVALID", "check the mapped component ids with: status doctor");
  return refused("STATUSPAGE_REFUSED", "the vendor's own words say why");
}
