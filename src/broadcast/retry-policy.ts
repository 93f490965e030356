import type { ChannelError } from "../channels/contract.ts";

/** How often one post is tried in one broadcast, as long as each attempt surely published nothing. */
const MAX_ATTEMPTS = 4;

/**
 * How long to wait before a `not-sent` attempt may be repeated, in milliseconds; null to leave it for `retry`.
 * The vendor's stated time is kept; without one the pause doubles from half a second, with jitter.
 * `now` is the domain's time, in which `retryAt` is stated; `leftMs` what remains until the deadline; `random` is in [0, 1).
 */
export function pauseBefore(
  attempt: number,
  error: Pick<ChannelError, "fate" | "retryAt">,
  now: Date,
  leftMs: number,
  random: number,
): number | null {
  if (error.fate !== "not-sent" || attempt >= MAX_ATTEMPTS) return null;
  const pause =
    error.retryAt === null
      ? 250 * 2 ** attempt * (0.5 + random / 2)
      : Math.max(0, error.retryAt.getTime() - now.getTime());
  return pause < leftMs ? pause : null;
}
