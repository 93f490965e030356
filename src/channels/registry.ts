import type { ChannelKind } from "./contract.ts";

/** Kind → its definition, loaded only when the configuration uses it. A new channel is one line here. */
export const KINDS: Readonly<Record<string, () => Promise<ChannelKind>>> = {
  twitter: async () => (await import("./twitter/index.ts")).twitter,
  email: async () => (await import("./email/index.ts")).email,
  discourse: async () => (await import("./discourse/index.ts")).discourse,
  slack: async () => (await import("./slack/index.ts")).slack,
  statuspage: async () => (await import("./statuspage/index.ts")).statuspage,
  page: async () => (await import("./page/index.ts")).page,
};
