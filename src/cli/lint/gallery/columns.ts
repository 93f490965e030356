import type { ChannelConfig } from "../../../config/load.ts";
import { isFault, type Trial } from "../../../status/lint/rehearse.ts";

/** Places that show the same: one channel, or several of a kind whose texts do not differ. */
export interface Column {
  readonly channels: readonly ChannelConfig[];
}

/** Channels of one kind and audience are one column where every text is the same on them. */
export function columnsOf(channels: readonly ChannelConfig[], trials: readonly Trial[]): Column[] {
  const texts = new Map<string, string[]>();
  for (const { channel, outcome } of trials) {
    const text = isFault(outcome) ? outcome.message : JSON.stringify(outcome.message);
    texts.set(channel, [...(texts.get(channel) ?? []), text]);
  }
  const columns = new Map<string, ChannelConfig[]>();
  for (const channel of channels) {
    const key = JSON.stringify([channel.kind.kind, channel.common.audience, texts.get(channel.name) ?? []]);
    columns.set(key, [...(columns.get(key) ?? []), channel]);
  }
  return [...columns.values()].map((same) => ({ channels: same }));
}
