import type { Secret } from "../../base/secret.ts";
import { excerpt, isRecord, notBeyondADay, retryAfter } from "../answer.ts";
import { ChannelError } from "../contract.ts";
import type { Answer } from "../json-api.ts";

const APP_PASSWORD =
  "make an app password in the account's settings and put it in place, then: status doctor";

/** What an answer without success stands for: `{error, message}` with a status (atproto, XRPC, read 2026-11). */
export function refusalOf(answer: Answer, now: Date, secrets: readonly Secret[]): ChannelError {
  const { status, headers } = answer;
  const fields = isRecord(answer.json) ? answer.json : {};
  const name = typeof fields.error === "string" ? fields.error : "";
  const words = typeof fields.message === "string" ? fields.message : "";
  const said = excerpt([name, words].filter((part) => part !== "").join(": ") || answer.text, secrets);
  const message = said === "" ? `the server answers ${status}` : `the server answers ${status}: ${said}`;
  const refused = (code: string, hint: string) => new ChannelError("refused", code, message, { hint });
  if (status === 429 || name === "RateLimitExceeded")
    return new ChannelError("not-sent", "BLUESKY_RATE_LIMITED", message, {
      retryAt: retryAfter(headers, now) ?? resetAt(headers, now),
      hint: "the server asks to wait; then type: status retry",
    });
  // 302 and 303 may follow something that was done; the others say that it was not done here.
  if ([301, 307, 308].includes(status))
    return refused("BLUESKY_MOVED", "the address redirects: set baseUrl to the account's server");
  if (status >= 500 || status < 400 || status === 408)
    return new ChannelError("unknown", "BLUESKY_NO_CLEAR_ANSWER", message, {
      hint: "the post may be out: look at the account before posting again",
    });
  // The key is taken by a record that differs: the post is out already, in other words.
  if (name === "InvalidSwap")
    return new ChannelError("unknown", "BLUESKY_KEY_TAKEN", message, {
      hint: "a post with this key is there, in other words: look at the account",
    });
  if (isNoRecord(answer)) return refused("BLUESKY_NOT_FOUND", "the post is not in the account any more");
  if (name === "ExpiredToken")
    return new ChannelError("not-sent", "BLUESKY_TOKEN_EXPIRED", message, { hint: "type: status retry" });
  if (name === "AuthFactorTokenRequired")
    return refused(
      "BLUESKY_CODE_ASKED",
      `the account's own password needs a code from a mail: ${APP_PASSWORD}`,
    );
  if (/^Account(Takedown|Suspended|Deactivated)$/.test(name))
    return refused("BLUESKY_ACCOUNT_CLOSED", "the server has put the account out of use: ask its operators");
  if (status === 401 || name === "InvalidToken") return refused("BLUESKY_TOKEN_REFUSED", APP_PASSWORD);
  if (status === 403)
    return refused("BLUESKY_FORBIDDEN", "check that the account may post, then: status doctor");
  if (status === 404) return refused("BLUESKY_NO_SERVER", "check the channel's baseUrl");
  return refused("BLUESKY_REFUSED", "the server's own words say why");
}

/** Servers say it in two ways: the newer has a name of its own. */
export function isNoRecord({ status, json }: Answer): boolean {
  if (status !== 400 || !isRecord(json)) return false;
  return json.error === "RecordNotFound" || /^Could not locate record/.test(String(json.message));
}

/** When the window ends, in seconds since 1970. */
function resetAt(headers: Answer["headers"], now: Date): Date | null {
  const value = headers["ratelimit-reset"]?.trim() ?? "";
  return /^\d{9,11}$/.test(value) ? notBeyondADay(Number(value) * 1000, now) : null;
}
