import { z } from "zod";
import { Secret } from "../../base/secret.ts";
import { ChannelError, type ChannelKit } from "../contract.ts";
import type { HttpRequest } from "../http.ts";
import { type Answer, connectJsonApi } from "../json-api.ts";
import { refusalOf } from "./errors.ts";
import type { BlueskySettings } from "./settings.ts";

export interface Session {
  readonly did: string;
  readonly handle: string;
  /** False where the server has put the account out of use. */
  readonly active: boolean;
  readonly token: Secret;
}

export interface Repository {
  /** Logs in, or goes on with a session of less than an hour. Throws ChannelError: nothing was published by then. */
  session(signal: AbortSignal): Promise<Session>;
  /** One method below `/xrpc/`; an object is sent as JSON. Throws ChannelError where no answer came. */
  call(
    session: Session,
    method: HttpRequest["method"],
    path: string,
    signal: AbortSignal,
    body?: object,
  ): Promise<Answer>;
  /** The answer's JSON. Throws the ChannelError that an answer without success stands for. */
  accept(answer: Answer): unknown;
}

/** A session's token lives for two hours (PDS, read 2026-11). */
const SESSION_MS = 60 * 60_000;

const opened = z.object({
  did: z.string().startsWith("did:"),
  handle: z.string(),
  accessJwt: z.string().min(1),
  active: z.boolean().optional(),
});

export function connectRepository(settings: BlueskySettings, kit: ChannelKit): Repository {
  const base = `${settings.baseUrl}/xrpc`;
  let held: { readonly session: Session; readonly until: number } | null = null;
  const callAs = (secret: Secret, credentials: Readonly<Record<string, string>>) =>
    connectJsonApi(kit, { base, credentials: () => credentials, secret, prefix: "BLUESKY" });

  // Each call blots out its own credential; the password must not come back out of any answer.
  const refusal = (answer: Answer) => refusalOf(answer, kit.clock.now(), [settings.appPassword]);

  const logIn = async (signal: AbortSignal): Promise<Session> => {
    const call = callAs(settings.appPassword, {});
    const password = settings.appPassword.reveal();
    const body = { identifier: settings.identifier, password };
    const answer = await call("POST", "/com.atproto.server.createSession", signal, body);
    if (answer.status < 200 || answer.status > 299) throw refusal(answer);
    const read = opened.safeParse(answer.json).data;
    if (read === undefined)
      throw new ChannelError("not-sent", "BLUESKY_NO_SESSION", "the server's answer opens no session", {
        hint: "check the channel's baseUrl, then type: status retry",
      });
    const { did, handle, accessJwt, active } = read;
    return { did, handle, active: active !== false, token: new Secret(accessJwt) };
  };

  return {
    async session(signal) {
      const now = kit.clock.now().getTime();
      if (held !== null && now < held.until) return held.session;
      try {
        const session = await logIn(signal);
        held = { session, until: now + SESSION_MS };
        return session;
      } catch (error) {
        throw error instanceof ChannelError ? beforePublishing(error) : error;
      }
    },
    call(session, method, path, signal, body) {
      const authorization = `Bearer ${session.token.reveal()}`;
      return callAs(session.token, { authorization })(method, path, signal, body);
    },
    accept(answer) {
      if (answer.status >= 200 && answer.status < 300 && answer.json !== undefined) return answer.json;
      const error = refusal(answer);
      // The next attempt logs in again.
      if (error.code === "BLUESKY_TOKEN_REFUSED" || error.code === "BLUESKY_TOKEN_EXPIRED") held = null;
      throw error;
    },
  };
}

/** A log-in puts nothing before an audience, however it ends. */
function beforePublishing(error: ChannelError): ChannelError {
  if (error.fate !== "unknown") return error;
  return new ChannelError("not-sent", error.code, `the log-in failed: ${error.message}`, {
    hint: "type: status retry",
    cause: error,
  });
}
