import type { Secret } from "../../base/secret.ts";
import { excerpt, type Fields, fromHttpError, isRecord, readFields, retryAfter } from "../answer.ts";
import { ChannelError, type Fate } from "../contract.ts";
import { HttpError, type HttpResponse } from "../http.ts";

/** Slack documents these as possibly having taken effect (chat.postMessage, read 2026-11). */
const MAY_HAVE_WORKED = ["internal_error", "fatal_error", "request_timeout", "service_unavailable"];

/** Two spellings, for the workspace's limit and for the method's own; the last two are a workspace on the move. */
const TRY_LATER = ["ratelimited", "rate_limited", "team_added_to_org", "external_channel_migrating"];

/** The thread is the trouble, not the words: they may stand alone in the channel. */
const THREAD_REFUSED = ["cannot_reply_to_message", "restricted_action_thread_locked", "thread_not_found"];

const NEW_TOKEN = "install the app in the workspace again and put its new bot token in place";

const HINTS: Readonly<Record<string, string>> = {
  invalid_auth: `the token is wrong or belongs to another workspace: ${NEW_TOKEN}`,
  not_authed: "no token reached Slack: check the channel's token, and a proxy that may drop the header",
  account_inactive: `the app's user was removed: ${NEW_TOKEN}`,
  token_revoked: `the token was revoked: ${NEW_TOKEN}`,
  token_expired: `the token has expired: ${NEW_TOKEN}`,
  not_allowed_token_type: "use a bot token (xoxb-…)",
  channel_not_found: "check the channel's id; a private channel is visible to members only: /invite the app",
  not_in_channel: "type /invite and the app's name in the channel",
  is_archived: "unarchive the channel, or configure another one",
  missing_scope:
    "add the scope to the app (chat:write, channels:history, groups:history) and install it again",
  no_permission: "the workspace's owners must allow the app to post here",
  restricted_action: "the workspace's settings keep the app from posting here: ask an owner",
  restricted_action_read_only_channel: "the channel is read-only: let the app post, or configure another one",
  restricted_action_thread_only_channel: "the channel takes replies only: configure another one",
  restricted_action_non_threadable_channel: "the channel takes no threads: configure another one",
  message_limit_exceeded: "the workspace sends more messages than Slack allows: wait, or ask an owner",
  msg_too_long: "shorten the message",
  msg_blocks_too_long: "shorten the message",
  invalid_blocks: "Slack does not accept the message's form: shorten or simplify the message",
  invalid_blocks_format: "Slack does not accept the message's form: shorten or simplify the message",
  no_text: "say something: the message is empty",
};

/** A successful answer: its fields, and the headers of the response. */
export interface SlackAnswer {
  readonly fields: Fields;
  readonly headers: HttpResponse["headers"];
}

/** The answer if it says `ok:true`, else the ChannelError that tells what became of the call. */
export function readAnswer(
  answer: HttpResponse | HttpError,
  method: string,
  token: Secret,
  now: Date,
): SlackAnswer | ChannelError {
  if (answer instanceof HttpError) return fromHttpError(answer, "SLACK");
  const said = readFields(answer.body);
  const word = said !== null && typeof said.error === "string" ? said.error : null;
  const known = word !== null && /^[a-z][a-z0-9_]{1,80}$/.test(word) ? word : null;
  if (answer.status === 429 || (known !== null && TRY_LATER.includes(known)))
    return new ChannelError("not-sent", codeOf(known ?? "ratelimited"), `Slack asks to wait (${method})`, {
      hint: "type: status retry",
      retryAt: retryAfter(answer.headers, now),
    });
  const seen = `Slack answered ${method} with HTTP ${answer.status}: ${excerpt(answer.body, [token])}`;
  if (answer.status >= 500 || answer.status === 408)
    return new ChannelError("unknown", "SLACK_SERVER_ERROR", seen, {
      hint: LOOK_FIRST,
    });
  // 302 and 303 may follow something that was done; the others say that it was not done here.
  if ([301, 307, 308].includes(answer.status))
    return new ChannelError("refused", "SLACK_MOVED", seen, {
      hint: "correct the channel's baseUrl",
    });
  if (answer.status >= 400 && known === null)
    return new ChannelError("refused", "SLACK_REQUEST_REFUSED", seen, {
      hint: "something before Slack refuses the request: check the channel's baseUrl and any proxy",
    });
  if (said?.ok === true && answer.status < 300) return { fields: said, headers: answer.headers };
  if (said?.ok !== false || word === null)
    return new ChannelError("unknown", "SLACK_UNREADABLE_ANSWER", seen, {
      hint: LOOK_FIRST,
    });
  if (known === null) return new ChannelError("refused", "SLACK_REFUSED", seen, { hint: OWN_WORDS });
  const fate: Fate = MAY_HAVE_WORKED.includes(known) ? "unknown" : "refused";
  return new ChannelError(fate, codeOf(known), `Slack answered ${method}: ${known}${missing(said)}`, {
    hint: fate === "unknown" ? LOOK_FIRST : (HINTS[known] ?? OWN_WORDS),
    standAlone: THREAD_REFUSED.includes(known),
  });
}

const OWN_WORDS = "Slack's own words say why";
const LOOK_FIRST = "the message may have been posted; look before posting again";

/** `is_archived` becomes `SLACK_IS_ARCHIVED`. */
function codeOf(word: string): string {
  return `SLACK_${word.toUpperCase()}`;
}

/** Names the scope that Slack says is missing. */
function missing(said: Fields): string {
  const needed = said.needed;
  return typeof needed === "string" && /^[a-z:.,_-]{1,100}$/.test(needed) ? ` (needs ${needed})` : "";
}

/** The objects in a list field of an answer; an absent or odd list is empty. */
export function recordsOf(list: unknown): readonly Fields[] {
  return Array.isArray(list) ? list.filter(isRecord) : [];
}
