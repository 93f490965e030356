import { ScriptedClock } from "../../src/base/clock.ts";
import type { ChannelKind } from "../../src/channels/contract.ts";
import { type Heard, onImitation, type Ground as Shared } from "../../src/conformance/ground.ts";
import { NOW } from "../../src/conformance/loopback.ts";
import type { HttpManners } from "../../src/conformance/provocations.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import type { Imitation, Sandbox, World } from "../../src/sandbox/world.ts";
import { overSmtp } from "./provocations.ts";
import { startScript } from "./scripted-smtp.ts";

export { type Heard, readSettings } from "../../src/conformance/ground.ts";

/** Where a built-in kind speaks while the suite listens. */
export interface Ground extends Shared {
  readonly sandbox: Sandbox | null;
}

/** A channel over HTTP, on its imitation, through a proxy that does damage. */
export function onSandbox(
  imitation: Imitation,
  kind: Pick<ChannelKind, "secrets">,
  heard: (world: World) => readonly Heard[],
  manners: HttpManners,
): () => Promise<Ground> {
  const open = onImitation(
    kind,
    async (clock) => {
      const sandbox = await startSandbox({ clock, quotas: false });
      const { baseUrl, ...settings } = sandbox.channels[imitation];
      return {
        baseUrl: String(baseUrl),
        settings,
        sandbox,
        heard: () => heard(sandbox.world()),
        close: () => sandbox.close(),
      };
    },
    manners,
  );
  return async () => {
    const ground = await open();
    return { ...ground, sandbox: ground.imitation.sandbox };
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
