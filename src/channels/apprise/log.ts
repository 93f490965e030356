import type { Fate } from "../contract.ts";

/** A line of Apprise's log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
}

/** What the program prints with `-vv`: `2026-11-23 18:39:40,636 - WARNING - …`. */
export function readLog(text: string): readonly LogLine[] {
  return [...text.matchAll(/^[\d: ,.-]+ - ([A-Z]+) - (.*)$/gm)].map(([, level = "", message = ""]) => ({
    level,
    message,
  }));
}

/**
 * Apprise says of a failure no more than that some service did not confirm: by itself that is unknown. Its log proves more
 * where each service is seen to have answered 4xx and nothing is seen to have gone out. Newer versions do not say how many
 * services there are where there is one: `services` is what the caller knows (Apprise 1.2, and its newest cli.py, read 2026-11).
 */
export function judgeLog(
  log: readonly LogLine[],
  services: number | null = null,
): { readonly fate: Fate; readonly why: string } {
  const about = log.filter(({ message }) => !/^(?:Loaded|Notifying) \d+ /.test(message));
  const counts = log.map(({ message }) => Number(/^Notifying (\d+) service/.exec(message)?.[1] ?? 0));
  const notified = services ?? counts.reduce((sum, count) => sum + count, 0);
  const codes = about.map(({ message }) => Number(/\berror=(\d{3})\b/.exec(message)?.[1] ?? 0));
  const answers = [...new Set(codes.filter((code) => code > 0))].join(", ");
  const why = answers === "" ? "a service did not confirm" : `a service answers ${answers}`;
  const all = notified > 0 && codes.length >= notified;
  if (all && codes.every((code) => code === 429)) return { fate: "not-sent", why };
  if (all && codes.every((code) => code >= 400 && code < 500 && code !== 408 && code !== 429))
    return { fate: "refused", why };
  return { fate: "unknown", why };
}
