import { ScriptedClock } from "../../src/base/clock.ts";
import type { ChannelKind, Place, Receipt } from "../../src/channels/contract.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import type { Fault, Imitation, Sandbox } from "../../src/sandbox/world.ts";
import { type Exchange, startProxy } from "../channels/damaging-proxy.ts";
import { readSettings } from "../channels/ground.ts";
import { contextFor, kitFor, messageOf, NOW, NOWHERE } from "../channels/loopback.ts";
import type { Settings } from "../channels/provocations.ts";

const NEVER = new AbortController().signal;
const ANSWERED: readonly Fault[] = ["unauthorized", "refuse", "rate-limit", "server-error"];

/** What a step besides the channel's own calls is given. */
export interface Besides {
  readonly sandbox: Sandbox;
  /** Lead through the recorder. */
  readonly settings: Settings;
  readonly receipts: readonly Receipt[];
}

/**
 * A whole incident through one adapter: announced, updated, resolved; each post looked for and read back; the
 * channel checked; then what the imitation answers in each of its faults. Returns every exchange.
 */
export async function runIncident(
  imitation: Imitation,
  kind: ChannelKind,
  more: Settings = {},
  besides: (step: Besides) => Promise<void> = async () => undefined,
): Promise<readonly Exchange[]> {
  const clock = new ScriptedClock(NOW);
  const sandbox = await startSandbox({ clock, hostedComponents: ["cmp1", "cmp2"] });
  const own = sandbox.channels[imitation];
  const direct = new URL(String(own.baseUrl));
  const proxy = await startProxy(direct.origin);
  try {
    const settings = { ...own, baseUrl: `${proxy.url}${direct.pathname}`, ...more };
    const channel = kind.connect(readSettings(kind, settings), kitFor({ clock, loopbackOnly: true }));
    const receipts: Receipt[] = [];
    let place: Place = NOWHERE;
    for (const [index, phase] of (["investigating", "identified", "resolved"] as const).entries()) {
      const rootSubject = index === 0 ? null : "Amazon.com unavailable";
      const told = contextFor({ key: `${index}`.padStart(30, "0"), phase, rootSubject });
      const context = {
        ...told,
        incident: { ...told.incident, components: [{ id: "storefront", state: "major_outage" as const }] },
      };
      for (const post of channel.compose(
        messageOf(`Orders fail, note ${index}: see https://example.com.`),
        context,
      )) {
        const receipt = await channel.publish(post, place, NEVER);
        await channel.find?.(post, place, NOW, NEVER);
        await channel.verify?.(receipt, post, place, NEVER);
        receipts.push(receipt);
        place = { root: place.root ?? receipt, previous: receipt };
      }
      clock.advance(20 * 60_000);
    }
    await channel.check(NEVER);
    const [lost] = channel.compose(messageOf("Never said."), contextFor({ key: "9".repeat(30) }));
    await channel.find?.(lost!, NOWHERE, NOW, NEVER);
    await channel.find?.(lost!, place, NOW, NEVER);
    await besides({ sandbox, settings, receipts });
    for (const fault of ANSWERED) {
      sandbox.fault(imitation, fault);
      await channel.publish(lost!, NOWHERE, NEVER).catch(() => undefined);
      await channel.check(NEVER);
    }
    return proxy.exchanges;
  } finally {
    await proxy.close();
    await sandbox.close();
  }
}
