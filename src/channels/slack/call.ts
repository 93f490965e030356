import { type FetchFunction, type Logger, LogLevel, WebClient } from "@slack/web-api";
import { ChannelError, type ChannelKit } from "../contract.ts";
import { HttpError, type HttpResponse } from "../http.ts";
import { readAnswer, type SlackAnswer } from "./errors.ts";
import type { SlackSettings } from "./settings.ts";

/** Slack's library prints by itself; here only the caller speaks. */
const silent: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};

/**
 * Calls one Web API method with one request. Throws ChannelError only; its fate is read from the answer itself,
 * because the library turns a page of HTML into the same error as a refusal.
 */
export async function callSlack(
  method: string,
  fields: Record<string, unknown>,
  { settings, kit, signal, timeoutMs }: Call,
): Promise<SlackAnswer> {
  let answer: HttpResponse | HttpError | null = null;
  const fetch: FetchFunction = async (url, init) => {
    try {
      const response = await kit.http.request({
        method: "POST",
        url: String(url),
        headers: init?.headers ?? {},
        body: typeof init?.body === "string" ? init.body : "",
        timeoutMs,
        signal,
      });
      answer = response;
      return asFetchResponse(String(url), response);
    } catch (error) {
      if (error instanceof HttpError) answer = error;
      throw error;
    }
  };
  const client = new WebClient(settings.token.reveal(), {
    slackApiUrl: `${settings.baseUrl}/api/`,
    fetch,
    logger: silent,
    // The library would post again after every lost answer, up to ten times.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
  });
  try {
    await client.apiCall(method, fields);
  } catch {
    // What happened stands in `answer`.
  }
  if (answer === null)
    throw new ChannelError("refused", "SLACK_BAD_REQUEST", `the request for ${method} could not be made`, {
      hint: "check the token: it must be one line without spaces",
    });
  const read = readAnswer(answer, method, settings.token, kit.clock.now());
  if (read instanceof ChannelError) throw read;
  return read;
}

/** Makes one Web API call with the channel's own token and time-out. */
export type Caller = (method: string, fields: Record<string, unknown>) => Promise<SlackAnswer>;

interface Call {
  readonly settings: SlackSettings;
  readonly kit: ChannelKit;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** What Slack's library reads of a fetch response. */
function asFetchResponse(url: string, response: HttpResponse): Awaited<ReturnType<FetchFunction>> {
  return {
    ok: response.status >= 200 && response.status < 300,
    status: response.status,
    statusText: "",
    url,
    headers: {
      get: (name) => response.headers[name.toLowerCase()] ?? null,
      entries: () => Object.entries(response.headers),
    },
    text: async () => response.body,
    json: async () => JSON.parse(response.body) as unknown,
    arrayBuffer: async () => new TextEncoder().encode(response.body).buffer,
  };
}
