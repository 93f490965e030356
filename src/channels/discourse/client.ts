import { z } from "zod";
import { excerpt, fromHttpError, notBeyondADay, retryAfter } from "../answer.ts";
import { ChannelError, type ChannelKit } from "../contract.ts";
import { HttpError, type HttpRequest, type HttpResponse } from "../http.ts";
import type { DiscourseSettings } from "./settings.ts";

export interface Forum {
  readonly username: string;
  readonly baseUrl: string;
  /** Any answer that arrived; throws ChannelError when none did. */
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

export function connectForum(settings: DiscourseSettings, kit: ChannelKit): Forum {
  return {
    username: settings.username,
    baseUrl: settings.baseUrl,
    async call(method, path, signal, body) {
      try {
        const response = await kit.http.request({
          method,
          url: `${settings.baseUrl}${path}`,
          headers: {
            "api-key": settings.apiKey.reveal(),
            "api-username": settings.username,
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
        if (error instanceof HttpError) throw fromHttpError(error, "DISCOURSE");
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

const complaint = z.object({
  errors: z.array(z.string()).optional(),
  extras: z.object({ wait_seconds: z.number().optional() }).optional(),
});

function refusalOf(answer: Answer, now: Date): ChannelError {
  const { errors, extras } = complaint.safeParse(answer.json).data ?? {};
  const said = excerpt(errors?.join(" ") ?? answer.text);
  const message =
    said === "" ? `the forum answers ${answer.status}` : `the forum answers ${answer.status}: ${said}`;
  const refused = (code: string, hint: string) => new ChannelError("refused", code, message, { hint });
  if (answer.status === 429) {
    const waitSeconds = extras?.wait_seconds;
    const stated = waitSeconds === undefined ? null : notBeyondADay(now.getTime() + waitSeconds * 1000, now);
    return new ChannelError("not-sent", "DISCOURSE_RATE_LIMITED", message, {
      retryAt: retryAfter(answer.headers, now) ?? stated,
      hint: "the forum asks to wait; then type: status retry",
    });
  }
  if (answer.status >= 500 || answer.status < 300 || answer.status === 408)
    return new ChannelError("unknown", "DISCOURSE_NO_CLEAR_ANSWER", message, {
      hint: "the post may be out: look before posting again",
    });
  if (answer.status < 400)
    return refused("DISCOURSE_REDIRECTED", "the address redirects: set baseUrl to where the forum lives");
  if (answer.status === 401)
    return refused("DISCOURSE_LOGIN_REFUSED", "check apiKey and username, then: status doctor");
  if (answer.status === 403)
    return refused(
      "DISCOURSE_FORBIDDEN",
      "check that apiKey is valid for username, and that this account may post in the category, then: status doctor",
    );
  if (answer.status === 404)
    return refused("DISCOURSE_NOT_FOUND", "check baseUrl and category; a topic may have been removed");
  if (answer.status === 422)
    return refused(
      "DISCOURSE_REFUSED",
      "the forum's rules refuse this: change title or text, or make the account staff (exempt from limits on replies in a row)",
    );
  return refused("DISCOURSE_REFUSED", "the forum's own words say why");
}
