import { z } from "zod";
import { excerpt, isRecord, retryAfter } from "../answer.ts";
import { ChannelError, type ChannelKit } from "../contract.ts";
import type { HttpRequest } from "../http.ts";
import { type Answer, connectJsonApi } from "../json-api.ts";
import type { NodebbSettings } from "./settings.ts";

const SECOND_MS = 1000;
/** NodeBB, src/user/posts.js and install/data/defaults.json, read 2026-11. */
const FLOOD = { delay: 10 * SECOND_MS, newcomerDelay: 120 * SECOND_MS, newcomerBelow: 3 };

const envelope = z.object({ response: z.unknown(), status: z.object({ message: z.string() }).optional() });
const account = z.object({
  uid: z.int().positive(),
  username: z.string(),
  userslug: z.string(),
  reputation: z.number().catch(0),
  lastposttime: z.number().catch(0),
  isAdmin: z.boolean().catch(false),
  isGlobalModerator: z.boolean().catch(false),
});
export type Account = z.output<typeof account>;

export interface Nodebb {
  readonly baseUrl: string;
  /** One call; the answer as it came. Throws ChannelError when none came. */
  call(method: HttpRequest["method"], path: string, signal: AbortSignal, body?: object): Promise<Answer>;
  /** What an answer without success means for a post. */
  refusal(answer: Answer): ChannelError;
  /** The same for a post that was handed in, where the forum gives one answer to flood and to fault. */
  refusalOfPost(answer: Answer, signal: AbortSignal): Promise<ChannelError>;
  /** Who speaks; null where the forum does not say. */
  self(signal: AbortSignal): Promise<Account | null>;
}

/** What the write API answers within its envelope; undefined where it is no success. */
export function responseIn(answer: Answer): unknown {
  return answer.status >= 200 && answer.status < 300
    ? envelope.safeParse(answer.json).data?.response
    : undefined;
}

export function connectNodebb(settings: NodebbSettings, kit: ChannelKit): Nodebb {
  const { baseUrl, token, uid } = settings;
  const json = connectJsonApi(kit, {
    base: baseUrl,
    credentials: () => ({ authorization: `Bearer ${token.reveal()}` }),
    secret: token,
    prefix: "NODEBB",
  });
  const call: Nodebb["call"] = (method, path, signal, body) => {
    const speaker = uid === undefined ? "" : `${path.includes("?") ? "&" : "?"}_uid=${uid}`;
    return json(method, `${path}${speaker}`, signal, body);
  };
  const self = async (signal: AbortSignal) => {
    const answer = await call("GET", "/api/self", signal);
    return answer.status === 200 ? (account.safeParse(answer.json).data ?? null) : null;
  };
  const refusal = (answer: Answer) => refusalOf(answer, kit.clock.now());
  return {
    baseUrl,
    call,
    refusal,
    self,
    async refusalOfPost(answer, signal) {
      const refused = refusal(answer);
      if (answer.status !== 400) return refused;
      const speaker = await self(signal).catch(asUnseen);
      const until = speaker === null ? null : paceOf(speaker);
      if (until === null || until <= kit.clock.now().getTime()) return refused;
      return new ChannelError(
        "not-sent",
        "NODEBB_TOO_SOON",
        `${refused.message} (too soon after the last post)`,
        {
          retryAt: new Date(until),
          hint: "the forum asks to wait between posts; then type: status retry",
        },
      );
    },
  };
}

/** When the account may post again; null for one that may at any time. */
function paceOf({ isAdmin, isGlobalModerator, reputation, lastposttime }: Account): number | null {
  if (isAdmin || isGlobalModerator) return null;
  return lastposttime + (reputation < FLOOD.newcomerBelow ? FLOOD.newcomerDelay : FLOOD.delay);
}

function refusalOf(answer: Answer, now: Date): ChannelError {
  const status = isRecord(answer.json) && isRecord(answer.json.status) ? answer.json.status.message : null;
  const said = excerpt(typeof status === "string" ? status : answer.text);
  const message =
    said === "" ? `the forum answers ${answer.status}` : `the forum answers ${answer.status}: ${said}`;
  const refused = (code: string, hint: string) => new ChannelError("refused", code, message, { hint });
  if (answer.status === 429)
    return new ChannelError("not-sent", "NODEBB_RATE_LIMITED", message, {
      retryAt: retryAfter(answer.headers, now),
      hint: "the forum asks to wait; then type: status retry",
    });
  if (answer.status >= 500 || answer.status < 300 || answer.status === 408)
    return new ChannelError("unknown", "NODEBB_NO_CLEAR_ANSWER", message, {
      hint: "the post may be out: look before posting again",
    });
  if (answer.status < 400)
    return refused("NODEBB_REDIRECTED", "the address redirects: set baseUrl to where the forum lives");
  if (answer.status === 401)
    return refused(
      "NODEBB_LOGIN_REFUSED",
      "check the token (and uid, for a master token), then: status doctor",
    );
  if (answer.status === 403)
    return refused("NODEBB_FORBIDDEN", "let the account post in the category, then: status doctor");
  if (answer.status === 404)
    return refused("NODEBB_NOT_FOUND", "check baseUrl and category; a topic may have been removed");
  return refused("NODEBB_REFUSED", "the forum's own words say why");
}

function asUnseen(error: unknown): null {
  if (error instanceof ChannelError) return null;
  throw error;
}
