import { z } from "zod";
import { excerpt, notBeyondADay, retryAfter } from "../answer.ts";
import { ChannelError, type ChannelKit } from "../contract.ts";
import { type Answer, type CallJson, connectJsonApi } from "../json-api.ts";
import type { DiscourseSettings } from "./settings.ts";

export interface Forum {
  readonly username: string;
  readonly baseUrl: string;
  readonly call: CallJson;
  /** What an answer without success means for a post. */
  refusal(answer: Answer): ChannelError;
}

export function connectForum(settings: DiscourseSettings, kit: ChannelKit): Forum {
  const { baseUrl, username, apiKey } = settings;
  return {
    username,
    baseUrl,
    call: connectJsonApi(kit, {
      base: baseUrl,
      credentials: () => ({ "api-key": apiKey.reveal(), "api-username": username }),
      secret: apiKey,
      prefix: "DISCOURSE",
    }),
    refusal: (answer) => refusalOf(answer, kit.clock.now()),
  };
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
