import { excerpt, isRecord, notBeyondADay, retryAfter } from "../answer.ts";
import { ChannelError, type ChannelKit } from "../contract.ts";
import { type Answer, type CallJson, connectJsonApi } from "../json-api.ts";
import type { MastodonSettings } from "./settings.ts";

export interface Server {
  readonly call: CallJson;
  /** As `call`, for the one request that must not be carried out twice. */
  callOnce(key: string): CallJson;
  /** The answer's JSON. Throws the ChannelError that an answer without success stands for. */
  accept(answer: Answer, asked?: { readonly asReply: boolean }): unknown;
}

export function connectServer(settings: MastodonSettings, kit: ChannelKit): Server {
  const { baseUrl, accessToken } = settings;
  const connect = (more: Readonly<Record<string, string>>) =>
    connectJsonApi(kit, {
      base: baseUrl,
      credentials: () => ({ authorization: `Bearer ${accessToken.reveal()}`, ...more }),
      secret: accessToken,
      prefix: "MASTODON",
    });
  return {
    call: connect({}),
    callOnce: (key) => connect({ "idempotency-key": key }),
    accept(answer, { asReply } = { asReply: false }) {
      if (answer.status >= 200 && answer.status < 300 && answer.json !== undefined) return answer.json;
      throw refusalOf(answer, asReply, kit.clock.now());
    },
  };
}

/** Mastodon's words in any language for a record that is not there; a missing place it tells in the account's own. */
const NO_RECORD = "Record not found";

function refusalOf(answer: Answer, asReply: boolean, now: Date): ChannelError {
  const { status, headers } = answer;
  const words = isRecord(answer.json) && typeof answer.json.error === "string" ? answer.json.error : null;
  const said = excerpt(words ?? answer.text);
  const message = said === "" ? `the server answers ${status}` : `the server answers ${status}: ${said}`;
  const refused = (code: string, hint: string, standAlone = false) =>
    new ChannelError("refused", code, message, { hint, standAlone });
  if (status === 429)
    return new ChannelError("not-sent", "MASTODON_RATE_LIMITED", message, {
      retryAt: retryAfter(headers, now) ?? resetAt(headers, now),
      hint: "the server asks to wait; then type: status retry",
    });
  // 302 and 303 may follow something that was done; the others say that it was not done here.
  if ([301, 307, 308].includes(status))
    return refused("MASTODON_MOVED", "the address redirects: set baseUrl to where the server lives");
  if (status >= 500 || status < 400 || status === 408)
    return new ChannelError("unknown", "MASTODON_NO_CLEAR_ANSWER", message, {
      hint: "the post may be out: look at the account before posting again",
    });
  if (status === 401)
    return refused(
      "MASTODON_TOKEN_REFUSED",
      "make a new access token and put it in place, then: status doctor",
    );
  if (status === 403)
    return refused(
      "MASTODON_FORBIDDEN",
      "give the application read:accounts, read:statuses and write:statuses, and check that the account is in good standing",
    );
  if (status === 404 && asReply && words !== NO_RECORD)
    return refused("MASTODON_THREAD_GONE", "the first post is gone: post it on its own", true);
  if (status === 404)
    return refused(
      "MASTODON_NOT_FOUND",
      "check baseUrl; a post that was deleted can be said again after an hour",
    );
  if (status === 422)
    return refused("MASTODON_REFUSED", "change the text, or lower the channel's characters");
  return refused("MASTODON_REFUSED", "the server's own words say why");
}

/** Mastodon tells when its window ends as an ISO date. */
function resetAt(headers: Answer["headers"], now: Date): Date | null {
  const value = headers["x-ratelimit-reset"] ?? "";
  return /^\d{4}-\d\d-\d\dT/.test(value) ? notBeyondADay(Date.parse(value), now) : null;
}
