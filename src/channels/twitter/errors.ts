import type { Secret } from "../../base/secret.ts";
import { excerpt, type Fields, isRecord, notBeyondADay, readFields, retryAfter } from "../answer.ts";
import { ChannelError } from "../contract.ts";
import type { Answer } from "./call.ts";

const LOOK_FIRST = "the post may be out; look at the account before posting again";

/**
 * The fields of a successful answer, else the ChannelError that tells what became of the request.
 * `asReply` says that the request was a reply, so that a refusal of the place can be told from one of the words.
 */
export function readAnswer(
  answer: Answer,
  { secrets, now, asReply = false }: { secrets: readonly Secret[]; now: Date; asReply?: boolean },
): Fields | ChannelError {
  const { status, headers } = answer;
  const fields = readFields(answer.body);
  // 302 and 303 may follow something that was done; the others say that it was not done here.
  if ([301, 307, 308].includes(status))
    return new ChannelError("refused", "X_MOVED", `X answered ${status}`, {
      hint: "correct the channel's baseUrl",
    });
  if (status < 400) {
    if (fields !== null && status < 300) return fields;
    return new ChannelError("unknown", "X_UNREADABLE_ANSWER", "X's answer cannot be read", {
      hint: LOOK_FIRST,
    });
  }
  const detail = detailOf(fields);
  const seen = `X answered ${status}: ${excerpt(detail ?? answer.body, secrets)}`;
  if (status === 429)
    return new ChannelError("not-sent", "X_RATE_LIMITED", seen, {
      hint: "type: status retry",
      retryAt: resetAt(headers, now),
    });
  if (status >= 500 || status === 408)
    return new ChannelError("unknown", "X_SERVER_ERROR", seen, {
      hint: LOOK_FIRST,
    });
  const refused = (code: string, hint: string, standAlone = false) =>
    new ChannelError("refused", code, seen, { hint, standAlone });
  if (status === 401)
    return refused("X_UNAUTHORIZED", "check the four keys, and that this machine's clock is right");
  if (status === 402) return refused("X_PAYMENT_REQUIRED", "add credits or raise the spending limit at X");
  // X, replies are limited to conversations that one was drawn into (changelog, 2026-02-23).
  if (asReply && /reply to this conversation is not allowed|engaged by the author/i.test(detail ?? ""))
    return refused("X_REPLY_NOT_ALLOWED", "post it on its own", true);
  if (asReply && /reply to a (tweet|post) that is deleted or not visible/i.test(detail ?? ""))
    return refused("X_ROOT_NOT_VISIBLE", "the first post is gone; post it on its own", true);
  if (/duplicate content/i.test(detail ?? ""))
    return refused("X_DUPLICATE_TEXT", "vary the words: X takes no text twice");
  if (status === 403)
    return refused("X_FORBIDDEN", "give the app read and write permission, then make new access tokens");
  if (status === 404) return refused("X_NOT_FOUND", "correct the channel's baseUrl");
  return refused("X_REFUSED", "X's own words say why");
}

/** When X says that requests are welcome again: the window that is used up, else Retry-After. */
function resetAt(headers: Answer["headers"], now: Date): Date | null {
  const windows = ["x-user-limit-24hour", "x-app-limit-24hour"].filter(
    (window) => headers[`${window}-remaining`] === "0",
  );
  const resets = ["x-rate-limit", ...windows]
    .map((window) => headers[`${window}-reset`]?.trim() ?? "")
    .filter((value) => /^\d+$/.test(value))
    .map((seconds) => Number(seconds) * 1000);
  return resets.length > 0 ? notBeyondADay(Math.max(...resets), now) : retryAfter(headers, now);
}

/** X's prose, from a problem document or from the older list of errors. */
function detailOf(fields: Fields | null): string | null {
  if (fields === null) return null;
  const first: unknown = Array.isArray(fields.errors) ? fields.errors[0] : null;
  const candidates = [fields.detail, ...(isRecord(first) ? [first.detail, first.message] : []), fields.title];
  return candidates.find((text): text is string => typeof text === "string" && text !== "") ?? null;
}
