import type { ChannelKind } from "./contract.ts";

/** Kind → its definition, loaded only when the configuration uses it. A new channel is one line here. */
export const KINDS: Readonly<Record<string, () => Promise<ChannelKind>>> = {
  twitter: async () => (await import("./twitter/index.ts")).twitter,
  email: async () => (await import("./email/index.ts")).email,
  discourse: async () => (await import("./discourse/index.ts")).discourse,
  slack: async () => (await import("./slack/index.ts")).slack,
  statuspage: async () => (await import("./statuspage/index.ts")).statuspage,
  webhook: async () => (await import("./webhook/index.ts")).webhook,
  teams: async () => (await import("./teams/index.ts")).teams,
  discord: async () => (await import("./discord/index.ts")).discord,
  mastodon: async () => (await import("./mastodon/index.ts")).mastodon,
  bluesky: async () => (await import("./bluesky/index.ts")).bluesky,
  page: async () => (await import("./page/index.ts")).page,
  nodebb: async () => (await import("./nodebb/index.ts")).nodebb,
  apprise: async () => (await import("./apprise/index.ts")).apprise,
  command: async () => (await import("./command/index.ts")).command,
};
