import { Secret } from "../base/secret.ts";
import { fromHttpError } from "./answer.ts";
import { callPlace, type Manners } from "./call-place.ts";
import type { ChannelKit, Finding } from "./contract.ts";
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

/** Posts JSON to a hook. Returns answers of success only; throws ChannelError for all else. */
export function postToHook(
  hook: Hook,
  body: string,
  headers: Readonly<Record<string, string>>,
  manners: Manners,
  kit: ChannelKit,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const { url, secrets } = hook;
  return callPlace(
    {
      method: "POST",
      url: url.href,
      headers: { "content-type": "application/json", ...headers },
      body,
      secrets,
    },
    manners,
    kit,
    signal,
  );
}

/**
 * Whether anybody answers at the hook's origin: a GET of its root, which tells nothing of the credential and has no effect.
 * The hook itself is not asked, for it would speak.
 */
export async function findHook(
  hook: Hook,
  manners: Manners,
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
