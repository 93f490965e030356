import type { Secret } from "../base/secret.ts";
import { fromHttpError } from "./answer.ts";
import type { ChannelKit } from "./contract.ts";
import { HttpError, type HttpRequest, type HttpResponse } from "./http.ts";

/** An answer that arrived, whatever its status. */
export interface Answer {
  readonly status: number;
  readonly headers: HttpResponse["headers"];
  readonly text: string;
  /** Undefined where the body is no JSON. */
  readonly json: unknown;
}

/** One call to a JSON API. Throws ChannelError when no answer came. */
export type CallJson = (
  method: HttpRequest["method"],
  path: string,
  signal: AbortSignal,
  body?: object,
) => Promise<Answer>;

/** A caller below `base` that sends `credentials` with each request; its error codes begin with `prefix`. */
export function connectJsonApi(
  kit: Pick<ChannelKit, "http" | "timeoutMs">,
  api: { base: string; credentials: () => Readonly<Record<string, string>>; secret: Secret; prefix: string },
): CallJson {
  return async (method, path, signal, body) => {
    const sent = body === undefined ? null : JSON.stringify(body);
    try {
      const response = await kit.http.request({
        method,
        url: `${api.base}${path}`,
        headers: { ...api.credentials(), ...(sent === null ? {} : { "content-type": "application/json" }) },
        ...(sent === null ? {} : { body: sent }),
        timeoutMs: kit.timeoutMs,
        signal,
      });
      // A server may repeat what it was told; the credential must not come back out of an answer.
      const text = response.body.replaceAll(api.secret.reveal(), "[secret]");
      return { status: response.status, headers: response.headers, text, json: parse(text) };
    } catch (error) {
      if (error instanceof HttpError) throw fromHttpError(error, api.prefix);
      throw error;
    }
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
