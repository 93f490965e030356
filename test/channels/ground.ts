import { ScriptedClock } from "../../src/base/clock.ts";
import { Secret } from "../../src/base/secret.ts";
import type { ChannelKind, ChannelKit, ComposeContext, Post } from "../../src/channels/contract.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import type { Imitation, Sandbox, World } from "../../src/sandbox/world.ts";
import { type DamagingProxy, startProxy } from "./damaging-proxy.ts";
import { NOW } from "./loopback.ts";
import {
  type HttpManners,
  overHttp,
  overSmtp,
  type Provocation,
  type Settings,
  type Trouble,
} from "./provocations.ts";
import { startScript } from "./scripted-smtp.ts";

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
  readonly sandbox: Sandbox | null;
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

/** A channel over HTTP, on its imitation, through a proxy that does damage. */
export function onSandbox(
  imitation: Imitation,
  kind: Pick<ChannelKind, "secrets">,
  heard: (world: World) => readonly Heard[],
  manners: HttpManners,
): () => Promise<Ground> {
  return async () => {
    const clock = new ScriptedClock(NOW);
    const sandbox = await startSandbox({ clock, quotas: false });
    const own = sandbox.channels[imitation];
    const direct = new URL(String(own.baseUrl));
    const proxy = await startProxy(direct.origin);
    const settings = { ...own, baseUrl: `${proxy.url}${direct.pathname}` };
    const secrets = kind.secrets
      .map((name) => String(own[name]))
      .flatMap((secret) => [secret, encodeURIComponent(secret)]);
    return {
      settings,
      secrets,
      sandbox,
      clock,
      proxy,
      provocations: overHttp(proxy, settings, secrets, manners),
      async hang() {
        proxy.damage("hang");
        return { settings: {}, reached: () => proxy.reached(), lift: () => proxy.damage("none") };
      },
      heard: () => heard(sandbox.world()),
      async close() {
        await proxy.close();
        await sandbox.close();
      },
    };
  };
}

/** Mail, on the sandbox's server with a login, and on scripted servers that misbehave. */
export function onMailServer(heard: (world: World) => readonly Heard[]): () => Promise<Ground> {
  return async () => {
    const auth = { user: "mailer", password: "correct horse/battery+1" };
    const clock = new ScriptedClock(NOW);
    const sandbox = await startSandbox({ clock, auth });
    const settings = sandbox.channels.email;
    const smtp = String(settings.smtp);
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const secrets = [
      smtp,
      auth.password,
      encodeURIComponent(auth.password),
      base64(auth.password),
      base64(`\0${auth.user}\0${auth.password}`),
    ];
    return {
      settings,
      secrets,
      sandbox,
      clock,
      proxy: null,
      provocations: overSmtp(sandbox, settings, secrets),
      async hang() {
        const server = await startScript({ silentAt: "." });
        return {
          settings: { smtp: server.url },
          reached: () => server.reached("."),
          lift: server.close,
        };
      },
      heard: () => heard(sandbox.world()),
      close: () => sandbox.close(),
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
