import { hasSpoken } from "../broadcast/report.ts";
import type { ChannelCoverage } from "../status/coverage.ts";

/** `3 of 6 channels`, and the names of those that are silent, that may have heard it, and that were left out. */
export function sayCoverage(coverage: readonly ChannelCoverage[]): string {
  const heard = coverage.filter((channel) => hasSpoken(channel) === true);
  const unknown = coverage.filter(({ state }) => state === "unknown");
  const silent = coverage.filter((channel) => hasSpoken(channel) === false && !unknown.includes(channel));
  return [
    `${heard.length} of ${coverage.length} channels`,
    ...named("silent", silent),
    ...named("unknown", unknown),
    ...sayLeftOut(coverage),
  ].join("; ");
}

/** `left out of update 2: x, mail`; nothing where no channel was. */
export function sayLeftOut(coverage: readonly ChannelCoverage[]): string[] {
  const leftOut = coverage.filter((channel) => hasSpoken(channel) === null);
  return named(`left out of update ${leftOut[0]?.updateNumber}`, leftOut);
}

function named(word: string, channels: readonly ChannelCoverage[]): string[] {
  return channels.length === 0 ? [] : [`${word}: ${channels.map(({ channel }) => channel).join(", ")}`];
}
