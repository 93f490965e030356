import type { Secret } from "../base/secret.ts";
import { excerpt, fromHttpError, retryAfter } from "./answer.ts";
import { ChannelError, type ChannelKit } from "./contract.ts";
import { HttpError, type HttpRequest, type HttpResponse } from "./http.ts";

/** How a place is spoken of. */
export interface Manners {
  /** What error codes begin with: `TEAMS`. */
  readonly prefix: string;
  /** How errors name the other side: `the flow`. */
  readonly who: string;
  /** What to do where it knows no such address, or refuses the credential. */
  readonly mend: string;
}

/** One request, less what the channel's kit knows. */
export interface Call extends Pick<HttpRequest, "method" | "url" | "headers" | "body"> {
  /** What an answer must not repeat. */
  readonly secrets: readonly Secret[];
  /** Other answers than those of success that the caller judges by itself: `[404]`. */
  readonly also?: readonly number[];
}

/**
 * Makes one call over HTTP. Returns answers of success, and those in `also`. Throws ChannelError for all else, with the fate
 * that the answer, or its absence, tells: `refused` for 4xx and a lasting redirection, `not-sent` for 429 and where nothing
 * left, `unknown` for 5xx, other redirections, and an answer that never came whole.
 */
export async function callPlace(
  call: Call,
  manners: Manners,
  kit: Pick<ChannelKit, "http" | "clock" | "timeoutMs">,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { secrets, also = [], ...request } = call;
  try {
    const answer = await kit.http.request({ ...request, timeoutMs: kit.timeoutMs, signal });
    if ((answer.status >= 200 && answer.status < 300) || also.includes(answer.status)) return answer;
    throw refusalOf(answer, secrets, manners, kit.clock.now());
  } catch (error) {
    if (error instanceof HttpError) throw fromHttpError(error, manners.prefix);
    throw error;
  }
}

function refusalOf(
  answer: HttpResponse,
  secrets: readonly Secret[],
  { prefix, who, mend }: Manners,
  now: Date,
): ChannelError {
  const { status } = answer;
  const words = excerpt(answer.body, secrets);
  const seen = `${who} answers ${status}${words === "" ? "" : `: ${words}`}`;
  if (status === 429)
    return new ChannelError("not-sent", `${prefix}_RATE_LIMITED`, seen, {
      retryAt: retryAfter(answer.headers, now),
      hint: `${who} asks to wait; then type: status retry`,
    });
  // These say that nothing was done here; other redirections may follow something that was.
  if ([301, 307, 308].includes(status))
    return new ChannelError("refused", `${prefix}_REDIRECTED`, seen, {
      hint: "the address redirects: put the one that it leads to in its place",
    });
  if (status >= 500 || status < 400 || status === 408)
    return new ChannelError("unknown", `${prefix}_NO_CLEAR_ANSWER`, seen, {
      hint: "the post may be out: look before posting again",
    });
  if (status === 413)
    return new ChannelError("refused", `${prefix}_TOO_LARGE`, seen, { hint: "shorten the message" });
  const lost = [401, 403, 404, 410].includes(status);
  return new ChannelError("refused", lost ? `${prefix}_NOT_OPEN` : `${prefix}_REFUSED`, seen, {
    hint: lost ? mend : `${who}'s own words say why`,
  });
}
