import http from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import { ApiResponseError, TwitterApi } from "twitter-api-v2";
import { deadline } from "../../base/deadline.ts";
import { fromHttpError } from "../answer.ts";
import { ChannelError, type ChannelKit } from "../contract.ts";
import { HttpError, type HttpResponse, isLoopback, sayFailure } from "../http.ts";
import { SECRETS, type TwitterSettings } from "./settings.ts";

type XRequest =
  | {
      readonly method: "POST";
      readonly path: "tweets";
      readonly body: Record<string, unknown>;
    }
  | {
      readonly method: "GET";
      readonly path: string;
      readonly query: Record<string, string | number>;
    }
  | { readonly method: "DELETE"; readonly path: string };

/** What X answered; the library hands over text only. */
export type Answer = Omit<HttpResponse, "bytes">;

/**
 * Makes one signed request to X API v2 and returns the answer, whatever its status.
 * Throws ChannelError where no answer came.
 */
export async function callX(
  request: XRequest,
  { settings, kit, signal }: { settings: TwitterSettings; kit: ChannelKit; signal: AbortSignal },
): Promise<Answer> {
  const base = new URL(settings.baseUrl);
  if (kit.loopbackOnly && !isLoopback(base.hostname))
    throw fromHttpError(
      new HttpError("NOT_LOOPBACK", false, `a drill reaches loopback only, not ${base.host}`),
      "X",
    );
  // The library throws for some empty keys and posts without an account for others.
  if (SECRETS.some((name) => settings[name].reveal() === ""))
    throw new ChannelError("refused", "X_EMPTY_KEY", "one of the four keys is empty", {
      hint: `fill in ${SECRETS.join(", ")}`,
    });
  const secure = base.protocol === "https:";
  const limit = deadline(kit.timeoutMs, signal);
  let connected = false;
  // The library keeps the number of a success or a redirect to itself.
  let status = 0;
  let failure: NodeJS.ErrnoException | null = null;
  // The library's own time-out is silence between two bytes; a deadline ends a slow trickle as well.
  const api = new TwitterApi(
    {
      appKey: settings.appKey.reveal(),
      appSecret: settings.appSecret.reveal(),
      accessToken: settings.accessToken.reveal(),
      accessSecret: settings.accessSecret.reveal(),
    },
    {
      // An agent of the right protocol lets the library, which always calls https.request, speak http too.
      httpAgent: secure ? new https.Agent() : new http.Agent(),
      compression: "identity",
      plugins: [
        {
          // The library has no setting for the address. The signature stays that of X's own address,
          // which is what X checks behind a proxy.
          onBeforeRequest({ params, computedParams, requestOptions }) {
            const { pathname, search } = computedParams.url;
            computedParams.url = new URL(`${settings.baseUrl}${pathname}${search}`);
            requestOptions.signal = limit.signal;
            params.requestEventDebugHandler = (event, data: LibraryEvent | undefined) => {
              if (event === "response") status = data?.res?.statusCode ?? 0;
              if (event === "socket-error") failure ??= data?.error ?? null;
              if (event !== "socket") return;
              data?.socket?.once(secure ? "secureConnect" : "connect", () => {
                connected = true;
              });
            };
          },
        },
      ],
    },
  );
  const options = { fullResponse: true, forceParseMode: "text" } as const;
  try {
    const { data, headers } =
      request.method === "POST"
        ? await api.v2.post<string>(request.path, request.body, options)
        : request.method === "GET"
          ? await api.v2.get<string>(request.path, request.query, options)
          : await api.v2.delete<string>(request.path, undefined, options);
    return { status, headers: flat(headers), body: data };
  } catch (error) {
    if (error instanceof ApiResponseError)
      return {
        status: error.code,
        headers: flat(error.headers),
        body: String(error.data ?? ""),
      };
    // The library's own error holds the whole request, signature included; it goes no further.
    throw fromHttpError(noAnswer(base.host, connected, signal, limit.signal, failure), "X");
  } finally {
    limit.end();
  }
}

/** What the library tells of a socket and of a response. */
interface LibraryEvent {
  readonly res?: http.IncomingMessage;
  readonly socket?: Socket;
  readonly error?: NodeJS.ErrnoException;
}

function noAnswer(
  host: string,
  connected: boolean,
  signal: AbortSignal,
  limit: AbortSignal,
  failure: NodeJS.ErrnoException | null,
): HttpError {
  if (signal.aborted) return new HttpError("ABORTED", connected, `stopped while waiting for ${host}`);
  if (limit.aborted) return new HttpError("TIMEOUT", connected, `no answer from ${host} in time`);
  const words = failure === null ? `${host}: the connection was closed` : sayFailure(host, failure);
  return new HttpError(failure?.code ?? "NETWORK", connected, words);
}

function flat(headers: http.IncomingHttpHeaders | Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(", ") : String(value ?? ""),
    ]),
  );
}
