import { z } from "zod";
import { Secret } from "../../base/secret.ts";
import { excerpt, failing, retryAfter } from "../answer.ts";
import { ChannelError, type ChannelKit, type Finding } from "../contract.ts";
import { type Answer, connectJsonApi } from "../json-api.ts";
import type { ApprisePayload } from "./compose.ts";
import { judgeLog } from "./log.ts";
import { failureFromLog } from "./program.ts";
import type { AppriseSettings } from "./settings.ts";

/** Apprise API, swagger.yaml 1.4.0, LogResponse. */
const logResponse = z.object({
  error: z.string().nullable(),
  details: z.array(z.tuple([z.string(), z.string(), z.string()])).catch([]),
});
const health = z.object({ status: z.object({}) });
const kept = z.object({ urls: z.array(z.object({})) });

/** Carries posts with an Apprise API server. */
export class AppriseServer {
  readonly #settings: AppriseSettings;
  readonly #kit: ChannelKit;

  constructor(settings: AppriseSettings, kit: ChannelKit) {
    this.#settings = settings;
    this.#kit = kit;
  }

  /** Returns when each service has confirmed to the server. Throws ChannelError for all else. */
  async notify({ target, ...post }: ApprisePayload, signal: AbortSignal): Promise<void> {
    const { key, urls = [], tag } = this.#settings;
    const url = target === null ? undefined : urls[target];
    const secret = url ?? key ?? new Secret("");
    const body = {
      ...(url === undefined ? {} : { urls: [url.reveal()] }),
      ...post,
      ...(url === undefined && tag !== undefined ? { tag } : {}),
    };
    const path = url === undefined ? `/notify/${encodeURIComponent(secret.reveal())}` : "/notify";
    const answer = await this.#call(secret)("POST", path, signal, body);
    const failure = this.#failureIn(answer);
    if (failure !== null) throw failure;
  }

  /** Asks for the server's health, and for the addresses that it keeps; sends nothing. */
  async check(signal: AbortSignal): Promise<readonly Finding[]> {
    const { key, urls = [] } = this.#settings;
    try {
      if (key === undefined) {
        const answer = await this.#call(urls[0] ?? new Secret(""))("GET", "/status", signal);
        if (answer.status !== 200 || !health.safeParse(answer.json).success)
          return [this.#wrong("server", answer)];
        const message = `the server is well; it reads the ${urls.length} address(es) only when it speaks`;
        return [{ name: "server", level: "ok", message, hint: null }];
      }
      const path = `/json/urls/${encodeURIComponent(key.reveal())}?privacy=1`;
      const answer = await this.#call(key)("GET", path, signal);
      const count = kept.safeParse(answer.json).data?.urls.length ?? 0;
      if (answer.status !== 200 || count === 0) return [this.#wrong("target", answer)];
      return [{ name: "target", level: "ok", message: `the server keeps ${count} address(es)`, hint: null }];
    } catch (error) {
      return [failing("server", error)];
    }
  }

  #call(secret: Secret) {
    return connectJsonApi(this.#kit, {
      base: this.#settings.baseUrl ?? "",
      // Its log tells a refusal from an outcome that nobody knows.
      credentials: () => ({ "x-apprise-log-level": "INFO" }),
      secret,
      prefix: "APPRISE",
    });
  }

  #wrong(name: string, { status }: Answer): Finding {
    const message =
      status === 200 || status === 204
        ? "the server keeps no address under this key, or is no Apprise API"
        : `the server answers ${status}`;
    return { name, level: "fail", message, hint: "check the channel's baseUrl and key" };
  }

  #failureIn({ status, headers, json, text }: Answer): ChannelError | null {
    const read = logResponse.safeParse(json).data;
    if (status === 200 && read?.error === null) return null;
    if (status === 424) {
      const { fate, why } = judgeLog(
        (read?.details ?? []).map(([level, , message]) => ({ level, message: excerpt(message) })),
        this.#settings.key === undefined ? 1 : null,
      );
      return failureFromLog(fate, why);
    }
    const message = `the Apprise server answers ${status}`;
    if (status === 204)
      return new ChannelError("refused", "APPRISE_NO_ADDRESS", "the Apprise server has no address to tell", {
        hint: "check the channel's key, tag or urls, then: status doctor",
      });
    if (status === 429)
      return new ChannelError("not-sent", "APPRISE_RATE_LIMITED", message, {
        hint: "type: status retry",
        retryAt: retryAfter(headers, this.#kit.clock.now()),
      });
    if (status >= 500 || status < 300 || [302, 303, 408].includes(status))
      return new ChannelError("unknown", "APPRISE_NO_CLEAR_ANSWER", message, {
        hint: "it may be out: look at the service before posting again",
      });
    const said = status === 400 && text.length < 200 ? `: ${excerpt(text)}` : "";
    return new ChannelError("refused", "APPRISE_SERVER_REFUSED", `${message}${said}`, {
      hint:
        status < 400
          ? "the address redirects: set baseUrl to where the server lives"
          : "check the channel's baseUrl, and what stands before the server, then: status doctor",
    });
  }
}
