import type { ChannelKind } from "./contract.ts";

/** Kind → its definition, loaded only when the configuration uses it. A new channel is one line here. */
export const KINDS: Readonly<Record<string, () => Promise<ChannelKind>>> = {};
