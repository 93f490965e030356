import { Cancelled, unlessStopped } from "../../base/cancelled.ts";
import { deadline } from "../../base/deadline.ts";
import { StatusError } from "../../base/errors.ts";
import type { Scrubber } from "../../base/scrubber.ts";
import type { Secret } from "../../base/secret.ts";
import {
  type BoardSource,
  ChannelError,
  type ChannelKind,
  type ChannelKit,
  type Finding,
  type Property,
  type SecretReference,
} from "../../channels/contract.ts";
import type { Choices, Need } from "../../channels/guide.ts";
import { createHttp } from "../../channels/http.ts";
import type { ChannelConfig } from "../../config/load.ts";
import { resolveSecret } from "../../config/secrets.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Offer } from "./detect.ts";

/** Where secrets come from, and who is told of them. */
export interface Keys {
  /** What was typed and is not yet written: reference → secret. */
  readonly typed: ReadonlyMap<string, Secret>;
  readonly folder: string;
  readonly surroundings: Surroundings;
  readonly scrubber: Scrubber;
}

/** Has the channel prove its credential as `status doctor` would; posts nothing. Throws Cancelled only. */
export async function checkCredential(
  channel: ChannelConfig,
  property: Property,
  keys: Keys,
): Promise<readonly Finding[]> {
  const { kind, common } = channel;
  try {
    const settings = await withSecrets(kind, channel.settings, keys);
    const connected = kind.connect(settings, kitOf(channel, property, keys));
    try {
      return await within(common.timeout * 2, keys.surroundings, (signal) => connected.check(signal));
    } finally {
      await connected.close?.();
    }
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Cancelled) throw error;
    const hint = error instanceof StatusError || error instanceof ChannelError ? error.hint : null;
    return [{ name: "credential", level: "fail", message: error.message, hint }];
  }
}

/** Long enough for a slow vendor, short enough for somebody who waits. */
const CHOICES_MS = 5000;

/** What the vendor says may be answered; empty where it says nothing, for whatever reason. Throws Cancelled only. */
export async function listChoices(
  { kind, guide }: Offer,
  { choices }: Need,
  settings: Readonly<Record<string, unknown>>,
  property: Property,
  keys: Keys,
): Promise<Awaited<ReturnType<Choices>>> {
  if (choices === undefined) return [];
  try {
    const known = await withSecrets(kind, settings, keys);
    const kit = kitOf({ name: guide.name, common: { timeout: CHOICES_MS } }, property, keys);
    return await within(CHOICES_MS, keys.surroundings, (signal) => choices(known, kit, signal));
  } catch (error) {
    // The check that follows says what is wrong.
    if (error instanceof Cancelled) throw error;
    return [];
  }
}

async function within<T>(
  ms: number,
  { stopping }: Surroundings,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = deadline(ms, stopping);
  const late = new Promise<never>((_, reject) => {
    limit.signal.addEventListener("abort", () => reject(new Error(`no answer within ${ms / 1000} s`)));
  });
  late.catch(() => {});
  try {
    return await unlessStopped(Promise.race([ask(limit.signal), late]), stopping);
  } finally {
    limit.end();
  }
}

/** The settings with each secret in place of its reference. */
async function withSecrets(
  kind: ChannelKind,
  given: Readonly<Record<string, unknown>>,
  { typed, folder, surroundings, scrubber }: Keys,
): Promise<Readonly<Record<string, unknown>>> {
  const settings: Record<string, unknown> = { ...given };
  for (const field of kind.secrets) {
    const value = settings[field] as SecretReference | readonly SecretReference[] | undefined;
    if (value === undefined) continue;
    const list = isList(value);
    const secrets: Secret[] = [];
    for (const reference of list ? value : [value]) {
      const secret =
        (typeof reference === "string" ? typed.get(reference) : undefined) ??
        (await resolveSecret(reference, `${kind.kind}.${field}`, folder, surroundings.env, true));
      scrubber.learn(secret.reveal());
      secrets.push(secret);
    }
    settings[field] = list ? secrets : secrets[0];
  }
  return settings;
}

function isList(given: SecretReference | readonly SecretReference[]): given is readonly SecretReference[] {
  return Array.isArray(given);
}

/** There is no ledger yet, and nothing was said. */
const NOTHING_SAID: BoardSource = {
  entries: async () => [],
  updates: async () => new Map(),
  actions: async () => [],
  readings: async () => [],
  exclusively: async (_channel, write) => write(1, () => {}),
};

/** What a channel is given to work with while there is no ledger. */
function kitOf(
  {
    name,
    common,
  }: {
    readonly name: string;
    readonly common: { readonly timeout: number; readonly locale?: string | undefined };
  },
  property: Property,
  { folder, surroundings }: Keys,
): ChannelKit {
  const loopbackOnly = surroundings.drill !== null;
  return {
    name,
    folder,
    property,
    http: createHttp({ loopbackOnly, userAgent: "status-cli" }),
    clock: surroundings.clock,
    timeoutMs: common.timeout,
    loopbackOnly,
    locale: common.locale ?? property.locale,
    board: NOTHING_SAID,
    tell() {},
  };
}
