import { type Clock, ScriptedClock } from "../base/clock.ts";
import { Secret } from "../base/secret.ts";
import type { ChannelKind, ChannelKit, ComposeContext, Post } from "../channels/contract.ts";
import { type DamagingProxy, startProxy } from "./damaging-proxy.ts";
import { NOW } from "./loopback.ts";
import { type HttpManners, overHttp, type Provocation, type Settings, type Trouble } from "./provocations.ts";

/** A post as its audience has it; posts of one incident share a thread. */
export interface Heard {
  readonly thread: string | number;
}

/** Where one channel speaks while the suite listens. */
export interface Ground {
  /** Healthy settings, secrets in the open. */
  readonly settings: Settings;
  /** Every form in which a secret must not appear. */
  readonly secrets: readonly string[];
  /** What time it is where the posts land; the channel's own clock stands still. */
  readonly clock: ScriptedClock;
  /** The way to the vendor, where it can be damaged. */
  readonly proxy: DamagingProxy | null;
  readonly kit?: Partial<ChannelKit>;
  readonly provocations: Partial<Record<Trouble, Provocation>>;
  /** Makes the next attempt wait for ever once it has left; absent where there is nothing to wait for. */
  readonly hang?: () => Promise<{
    readonly settings: Settings;
    reached(): Promise<void>;
    lift(): void;
  }>;
  /** Everything that the audience has got. */
  heard(): readonly Heard[];
  /** What stands in the ledger before a post is published. */
  plan?(post: Post, context: ComposeContext): void;
  close(): Promise<void>;
}

/** A real HTTP server on loopback that behaves as the vendor does. */
export interface Imitation {
  /** As the channel's `baseUrl` has it. */
  readonly baseUrl: string;
  /** The channel's other settings, secrets in the open. */
  readonly settings: Settings;
  /** Everything that its audience has got, oldest first. */
  heard(): readonly Heard[];
  close(): Promise<void>;
}

const USUAL_MANNERS: HttpManners = { tooMany: { status: 429, body: "Too Many Requests", wait: null } };

/**
 * A channel over HTTP, on an imitation behind a proxy that does damage. The channel has a setting `baseUrl`; the imitation
 * takes its time from `clock`.
 */
export function onImitation<Server extends Imitation>(
  kind: Pick<ChannelKind, "secrets">,
  start: (clock: Clock) => Promise<Server>,
  manners: HttpManners = USUAL_MANNERS,
): () => Promise<Ground & { readonly imitation: Server }> {
  return async () => {
    const clock = new ScriptedClock(NOW);
    const imitation = await start(clock);
    const direct = new URL(imitation.baseUrl);
    const proxy = await startProxy(direct.origin);
    const path = direct.pathname === "/" ? "" : direct.pathname;
    const settings = { ...imitation.settings, baseUrl: `${proxy.url}${path}` };
    const secrets = kind.secrets
      .map((name) => String(imitation.settings[name]))
      .flatMap((secret) => [secret, encodeURIComponent(secret)]);
    return {
      imitation,
      settings,
      secrets,
      clock,
      proxy,
      provocations: overHttp(proxy, settings, secrets, manners),
      async hang() {
        proxy.damage("hang");
        return { settings: {}, reached: () => proxy.reached(), lift: () => proxy.damage("none") };
      },
      heard: () => imitation.heard(),
      async close() {
        await proxy.close();
        await imitation.close();
      },
    };
  };
}

/** Settings as a channel gets them: read by the kind's own schema, secrets wrapped. */
export function readSettings(kind: ChannelKind, settings: Settings): unknown {
  const read = kind.settings.parse(settings) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(read).map(([name, value]) => [
      name,
      !kind.secrets.includes(name) || value === undefined
        ? value
        : Array.isArray(value)
          ? value.map((secret) => new Secret(String(secret)))
          : new Secret(String(value)),
    ]),
  );
}
