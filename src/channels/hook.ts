import { Secret } from "../base/secret.ts";
import { excerpt, fromHttpError, retryAfter } from "./answer.ts";
import { ChannelError, type ChannelKit, type Finding } from "./contract.ts";
import { HttpError, type HttpResponse, isLoopback } from "./http.ts";

/** An address that takes posts, whoever answers there. */
export interface Hook {
  readonly url: URL;
  /** What an answer must not repeat. */
  readonly secrets: readonly Secret[];
}

/**
 * The hook at `address`, its origin replaced by `baseUrl` where that is given; or the one at `baseUrl` alone.
 * Null where that is no address, or one of its own over which a credential would travel in clear.
 */
export function hookAt(
  address: Secret | undefined,
  baseUrl: string | undefined,
  secrets: readonly Secret[] = [],
): Hook | null {
  const given = address?.reveal().trim() ?? null;
  if (given !== null && !URL.canParse(given)) return null;
  const own = given === null ? null : new URL(given);
  const path = own === null || (own.pathname === "/" && own.search === "") ? "" : own.pathname + own.search;
  const whole = baseUrl === undefined ? own?.href : `${baseUrl}${path}`;
  if (whole === undefined) return null;
  const url = new URL(whole);
  // What the configuration says in the open it is held to by itself.
  const secure = baseUrl !== undefined || url.protocol === "https:" || isLocal(url);
  return secure ? { url, secrets: [...secrets, ...partsOf(own, given)] } : null;
}

function isLocal({ protocol, hostname }: URL): boolean {
  return protocol === "http:" && isLoopback(hostname);
}

/** Every part of an address that opens the door by itself, longest first. */
function partsOf(url: URL | null, given: string | null): Secret[] {
  if (url === null || given === null) return [];
  const query = url.search
    .slice(1)
    .split("&")
    .map((pair) => pair.slice(pair.indexOf("=") + 1));
  const parts = [given, url.href, url.pathname + url.search, ...query, ...url.searchParams.values()];
  return parts.filter((part) => part.length >= 8).map((part) => new Secret(part));
}

export interface HookManners {
  /** What error codes begin with: `TEAMS`. */
  readonly prefix: string;
  /** How errors name the other side: `the flow`. */
  readonly who: string;
  /** What to do where the hook says that it knows no such address, or refuses the credential. */
  readonly mend: string;
}

/** Posts JSON to a hook. Returns answers of success only; throws ChannelError for all else. */
export async function postToHook(
  hook: Hook,
  body: string,
  headers: Readonly<Record<string, string>>,
  manners: HookManners,
  kit: ChannelKit,
  signal: AbortSignal,
): Promise<HttpResponse> {
  try {
    const answer = await kit.http.request({
      method: "POST",
      url: hook.url.href,
      headers: { "content-type": "application/json", ...headers },
      body,
      timeoutMs: kit.timeoutMs,
      signal,
    });
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw refusalOf(answer, hook, manners, kit.clock.now());
  } catch (error) {
    if (error instanceof HttpError) throw fromHttpError(error, manners.prefix);
    throw error;
  }
}

function refusalOf(answer: HttpResponse, hook: Hook, manners: HookManners, now: Date): ChannelError {
  const { prefix, who, mend } = manners;
  const { status } = answer;
  const words = excerpt(answer.body, hook.secrets);
  const seen = `${who} answers ${status}${words === "" ? "" : `: ${words}`}`;
  if (status === 429)
    return new ChannelError("not-sent", `${prefix}_RATE_LIMITED`, seen, {
      retryAt: retryAfter(answer.headers, now),
      hint: `${who} asks to wait; then type: status retry`,
    });
  // These say that nothing was done here; other redirections may follow something that was.
  if ([301, 307, 308].includes(status))
    return new ChannelError("refused", `${prefix}_REDIRECTED`, seen, {
      hint: "the address redirects: put the one that it leads to in its place",
    });
  if (status >= 500 || status < 400 || status === 408)
    return new ChannelError("unknown", `${prefix}_NO_CLEAR_ANSWER`, seen, {
      hint: "the post may be out: look before posting again",
    });
  if (status === 413)
    return new ChannelError("refused", `${prefix}_TOO_LARGE`, seen, { hint: "shorten the message" });
  const lost = [401, 403, 404, 410].includes(status);
  return new ChannelError("refused", lost ? `${prefix}_NOT_OPEN` : `${prefix}_REFUSED`, seen, {
    hint: lost ? mend : `${who}'s own words say why`,
  });
}

/**
 * Whether anybody answers at the hook's origin: a GET of its root, which tells nothing of the credential and has no effect.
 * The hook itself is not asked, for it would speak.
 */
export async function findHook(
  hook: Hook,
  manners: HookManners,
  kit: ChannelKit,
  signal: AbortSignal,
): Promise<Finding> {
  try {
    await kit.http.request({
      method: "GET",
      url: new URL("/", hook.url).href,
      timeoutMs: kit.timeoutMs,
      signal,
    });
    return {
      name: "target",
      level: "ok",
      message: `${hook.url.host} answers; that it takes a post shows only when one is sent`,
      hint: null,
    };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const { message, hint } = fromHttpError(error, manners.prefix);
    return { name: "target", level: "fail", message, hint };
  }
}
