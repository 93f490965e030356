import type { ChannelConfig } from "../config/load.ts";

/** What tells one place of a kind from another. */
const PLACE: Readonly<Record<string, readonly string[]>> = {
  twitter: ["accessToken"],
  discourse: ["baseUrl", "category"],
  nodebb: ["baseUrl", "category"],
  slack: ["channel", "baseUrl"],
  statuspage: ["pageId", "baseUrl"],
  discord: ["webhook", "thread"],
  teams: ["webhook"],
  webhook: ["url", "baseUrl"],
  mastodon: ["baseUrl", "accessToken"],
  bluesky: ["identifier"],
  apprise: ["urls", "key", "baseUrl"],
  page: ["directory"],
};

/** Why people would hear one update twice. */
export interface ToldTwice {
  /** The channel that could be silent instead. */
  readonly channel: string;
  readonly message: string;
  readonly hint: string;
}

/** Pairs of channels that reach the same people with the same words. Two languages in one place are meant so. */
export function toldTwice(channels: readonly ChannelConfig[]): ToldTwice[] {
  const pairs = channels.flatMap((one, index) =>
    channels.slice(index + 1).map((other) => [one, other] as const),
  );
  return [
    ...pairs.filter(([one, other]) => sameLanguage(one, other)).flatMap(samePlace),
    ...[...pairs, ...pairs.map(([one, other]) => [other, one] as const)].flatMap(twoLists),
  ];
}

function sameLanguage(one: ChannelConfig, other: ChannelConfig): boolean {
  return one.common.locale === other.common.locale;
}

function samePlace([one, other]: readonly [ChannelConfig, ChannelConfig]): ToldTwice[] {
  const { kind } = one.kind;
  if (kind !== other.kind.kind) return [];
  const hint = `Leave one of the two out, or give ${other.name} another place.`;
  if (kind === "email") {
    const both = addresses(one).filter((address) => addresses(other).includes(address));
    return both.length === 0
      ? []
      : [{ channel: other.name, message: `${one.name} writes to ${both.join(", ")} as well`, hint }];
  }
  const fields = PLACE[kind];
  const same = fields?.every((field) => is(one, field) === is(other, field)) === true;
  const named = fields?.some((field) => one.settings[field] !== undefined) === true;
  return same && named ? [{ channel: other.name, message: `${one.name} posts in the same place`, hint }] : [];
}

/** Whoever follows a hosted page by mail is often on the property's own list too. */
function twoLists([mail, page]: readonly [ChannelConfig, ChannelConfig]): ToldTwice[] {
  if (mail.kind.kind !== "email" || mail.common.audience !== "public") return [];
  if (page.kind.kind !== "statuspage" || page.settings.notifySubscribers !== true) return [];
  return [
    {
      channel: page.name,
      message: `writes to the page's subscribers, and ${mail.name} to a list: whoever is on both is told twice`,
      hint: `Keep one of the two: set notifySubscribers: false for ${page.name}, or leave ${mail.name} out.`,
    },
  ];
}

function is({ settings }: ChannelConfig, field: string): string {
  return JSON.stringify(settings[field] ?? null);
}

/** Mailboxes; lists are read by the mail channel alone. */
function addresses({ settings }: ChannelConfig): string[] {
  const to = Array.isArray(settings.to) ? settings.to : [settings.to];
  return to
    .filter((entry) => typeof entry === "string")
    .map((entry) => (/<([^<>]+)>\s*$/.exec(entry)?.[1] ?? entry).trim().toLowerCase());
}
