import { z } from "zod";
import { excerpt, retryAfter } from "../answer.ts";
import { ChannelError, type ChannelKit } from "../contract.ts";
import { type Answer, type CallJson, connectJsonApi } from "../json-api.ts";
import type { StatuspageSettings } from "./settings.ts";

export interface HostedPage {
  /** For a path below the page: `/incidents`. */
  readonly call: CallJson;
  /** What an answer without success means for a post. */
  refusal(answer: Answer): ChannelError;
}

/** Statuspage, manage API v1, Rate Limiting, read 2026-11: a rolling minute; no Retry-After is documented. */
const RATE_WINDOW_MS = 60_000;

export function connectHostedPage(settings: StatuspageSettings, kit: ChannelKit): HostedPage {
  const { baseUrl, pageId, apiKey } = settings;
  return {
    call: connectJsonApi(kit, {
      base: `${baseUrl}/v1/pages/${pageId}`,
      credentials: () => ({ authorization: `OAuth ${apiKey.reveal()}` }),
      secret: apiKey,
      prefix: "STATUSPAGE",
    }),
    refusal: (answer) => refusalOf(answer, kit.clock.now()),
  };
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
