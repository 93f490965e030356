import type { Secret } from "../base/secret.ts";
import { ChannelError, type Finding } from "./contract.ts";
import type { HttpError } from "./http.ts";

const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;
const EXCERPT_LENGTH = 200;

/**
 * What a missing answer means: `PREFIX_UNREACHABLE` (not-sent) when the request surely never left,
 * else `PREFIX_NO_ANSWER` (unknown).
 */
export function fromHttpError(error: HttpError, prefix: string): ChannelError {
  const message = excerpt(error.message);
  if (!error.reached)
    return new ChannelError("not-sent", `${prefix}_UNREACHABLE`, message, {
      hint: hintFor(error.reason),
    });
  return new ChannelError("unknown", `${prefix}_NO_ANSWER`, message, {
    hint: "the request may have been carried out; look before posting again",
  });
}

function hintFor(reason: string): string {
  if (reason === "NOT_LOOPBACK")
    return "a drill reaches local imitations only: give the channel a loopback baseUrl";
  if (reason === "BAD_URL") return "correct the channel's baseUrl";
  return "check the network, DNS, and the channel's baseUrl, then type: status retry";
}

/**
 * When the `retry-after` header (seconds or an HTTP date) says to come back, at most 24 hours from `now`;
 * null when it is missing or makes no sense.
 */
export function retryAfter(headers: Readonly<Record<string, string>>, now: Date): Date | null {
  const value = headers["retry-after"]?.trim();
  if (value === undefined) return null;
  if (/^\d+(\.\d+)?$/.test(value)) return notBeyondADay(now.getTime() + Number(value) * 1000, now);
  if (!/^[A-Z][a-z]{2,8},? /.test(value)) return null;
  return notBeyondADay(Date.parse(value), now);
}

/** The instant, moved into the 24 hours from `now`; null when it is no number. */
export function notBeyondADay(instantMs: number, now: Date): Date | null {
  if (Number.isNaN(instantMs)) return null;
  const earliest = now.getTime();
  return new Date(Math.min(Math.max(instantMs, earliest), earliest + LONGEST_WAIT_MS));
}

/** What a check says of a question that failed. Whatever is no ChannelError is a fault of ours, and thrown on. */
export function failing(name: string, error: unknown): Finding {
  if (!(error instanceof ChannelError)) throw error;
  return { name, level: "fail", message: error.message, hint: error.hint };
}

/** The first 200 printable characters of a vendor's answer on one line, with `secrets` blotted out. */
export function excerpt(text: string, secrets: readonly Secret[] = []): string {
  let safe = text;
  for (const secret of secrets)
    for (const form of [secret.reveal(), encodeURIComponent(secret.reveal())])
      if (form !== "") safe = safe.replaceAll(form, "[secret]");
  const printable = safe
    .slice(0, 4 * EXCERPT_LENGTH)
    .replace(/[\p{C}\s]+/gu, " ")
    .trim();
  return [...printable].slice(0, EXCERPT_LENGTH).join("");
}

/** The fields of a JSON object, as a vendor named them. */
export type Fields = Readonly<Record<string, unknown>>;

/** A body as a JSON object; null when it is anything else. */
export function readFields(body: string): Fields | null {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

export function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
