import { deadline } from "../../base/deadline.ts";
import { StatusError } from "../../base/errors.ts";
import type { Scrubber } from "../../base/scrubber.ts";
import type { Secret } from "../../base/secret.ts";
import {
  type BoardSource,
  ChannelError,
  type ChannelKit,
  type Finding,
  type SecretReference,
} from "../../channels/contract.ts";
import { createHttp } from "../../channels/http.ts";
import type { ChannelConfig, Config } from "../../config/load.ts";
import { resolveSecret } from "../../config/secrets.ts";
import { Cancelled, unlessStopped } from "../cancelled.ts";
import type { Surroundings } from "../surroundings.ts";

/** What was typed and is not yet written: reference → secret. */
export type Typed = ReadonlyMap<string, Secret>;

/** Has the channel prove its credential as `status doctor` would; posts nothing. */
export async function checkCredential(
  channel: ChannelConfig,
  config: Config,
  typed: Typed,
  surroundings: Surroundings,
  scrubber: Scrubber,
): Promise<readonly Finding[]> {
  const { kind, name, common } = channel;
  const settings: Record<string, unknown> = { ...channel.settings };
  const limit = deadline(common.timeout * 2, surroundings.stopping);
  try {
    for (const field of kind.secrets) {
      const given = settings[field] as SecretReference | readonly SecretReference[] | undefined;
      if (given === undefined) continue;
      const list = isList(given);
      const secrets: Secret[] = [];
      for (const reference of list ? given : [given]) {
        const secret =
          (typeof reference === "string" ? typed.get(reference) : undefined) ??
          (await resolveSecret(
            reference,
            `channels.${name}.${field}`,
            config.folder,
            surroundings.env,
            true,
          ));
        scrubber.learn(secret.reveal());
        secrets.push(secret);
      }
      settings[field] = list ? secrets : secrets[0];
    }
    const connected = kind.connect(settings, kitOf(channel, config, surroundings));
    const late = new Promise<never>((_, reject) => {
      limit.signal.addEventListener("abort", () =>
        reject(new Error(`no answer within ${(common.timeout * 2) / 1000} s`)),
      );
    });
    late.catch(() => {});
    try {
      return await unlessStopped(Promise.race([connected.check(limit.signal), late]), surroundings.stopping);
    } finally {
      await connected.close?.();
    }
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Cancelled) throw error;
    const hint = error instanceof StatusError || error instanceof ChannelError ? error.hint : null;
    return [{ name: "credential", level: "fail", message: error.message, hint }];
  } finally {
    limit.end();
  }
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

function kitOf({ name, common }: ChannelConfig, config: Config, surroundings: Surroundings): ChannelKit {
  const loopbackOnly = surroundings.drill !== null;
  return {
    name,
    folder: config.folder,
    property: config.property,
    http: createHttp({ loopbackOnly, userAgent: "status-cli" }),
    clock: surroundings.clock,
    timeoutMs: common.timeout,
    loopbackOnly,
    locale: common.locale ?? config.property.locale,
    board: NOTHING_SAID,
    tell() {},
  };
}
