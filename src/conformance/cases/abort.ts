import { expect } from "vitest";
import { ChannelError } from "../../channels/contract.ts";
import { type Ground, readSettings } from "../ground.ts";
import { kitFor, NOWHERE } from "../loopback.ts";
import type { Fact, Scene } from "../scene.ts";

/** Being stopped. */
export function abortCases<Where extends Ground>(fact: Fact, scene: Scene<Where>): void {
  const { kind, connect, heard, say, judged } = scene;

  fact("before it begins, nothing is sent", async () => {
    const channel = connect();
    const { post } = say(channel);
    const before = heard();
    const error = await judged(channel.publish(post, NOWHERE, AbortSignal.abort()));
    expect(error.fate).toBe("not-sent");
    expect(heard()).toBe(before);
  });

  fact("while it waits, it ends at once and says that the outcome is unknown", async () => {
    const hanging = await scene.ground.hang?.();
    if (hanging === undefined) throw new Error("nothing to wait for: exempt the channel with a reason");
    const patient = kitFor({ timeoutMs: 10_000, loopbackOnly: true });
    const channel = kind.connect(
      readSettings(kind, { ...scene.ground.settings, ...hanging.settings }),
      patient,
    );
    const { root, post } = { root: null, ...say(channel) };
    const calls: readonly ((signal: AbortSignal) => Promise<unknown> | undefined)[] = [
      (signal) => channel.publish(post, { root, previous: null }, signal),
      (signal) => channel.find?.(post, NOWHERE, scene.since, signal),
    ];
    try {
      for (const [index, call] of calls.entries()) {
        const stop = new AbortController();
        const reached = hanging.reached();
        const ended = call(stop.signal)?.then(
          (value) => value,
          (error: unknown) => error,
        );
        if (ended === undefined) continue;
        await reached;
        const stopped = performance.now();
        stop.abort();
        const end = await ended;
        expect(performance.now() - stopped).toBeLessThan(500);
        if (index === 0) {
          expect(end).toBeInstanceOf(ChannelError);
          expect(end).toMatchObject({ fate: "unknown" });
        } else expect(end).toMatchObject({ found: null, conclusive: false });
      }
    } finally {
      hanging.lift();
    }
  });
}
