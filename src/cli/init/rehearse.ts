import { ScriptedClock } from "../../base/clock.ts";
import { ownProperty } from "../commands/drill.ts";
import { Rehearsal } from "../rehearsal.ts";
import type { Surroundings } from "../surroundings.ts";

/** What became of a rehearsal, for `--json` as well. */
export interface Rehearsed {
  /** The worst exit code of its commands. */
  readonly exitCode: number;
  readonly channels: readonly {
    readonly channel: string;
    readonly spoken: number;
    readonly of: number;
    readonly error: string | null;
  }[];
  /** A file that shows what each audience saw. */
  readonly wall: string;
}

interface Document {
  readonly deliveries?: readonly {
    readonly channel: string;
    readonly state: string;
    readonly error: { readonly message: string } | null;
  }[];
  readonly error?: { readonly message: string };
}

const STEPS: readonly (readonly [label: string, ...argv: string[]])[] = [
  ["The first word", "announce", "--title", "A rehearsal of the new configuration"],
  ["What is known", "update", "--phase", "identified"],
  ["The end", "resolve"],
];

/** Plays an incident from its first word to its end, with the configuration's own channels, on imitations of the vendors. */
export async function rehearseConfig(
  surroundings: Surroundings,
  config: string,
  tell: (label: string) => void,
): Promise<Rehearsed> {
  const clock = new ScriptedClock(surroundings.clock.now());
  const startedAt = clock.now();
  const about = await ownProperty(surroundings, { config });
  const rehearsal = await Rehearsal.open(about, clock);
  let exitCode = 0;
  const tally = new Map(
    Object.keys(about.channels).map((channel) => [
      channel,
      { spoken: 0, of: 0, error: null as string | null },
    ]),
  );
  try {
    for (const [label, ...argv] of STEPS) {
      if (surroundings.stopping.aborted) break;
      tell(label);
      let printed = "";
      const silent = { ...surroundings.stdout, isTerminal: false };
      const { code } = await rehearsal.run(
        [...argv, "--yes", "--json"],
        label,
        {
          ...surroundings,
          stdout: {
            ...silent,
            write(text) {
              printed += text;
            },
          },
          stderr: { ...silent, write() {} },
        },
        true,
      );
      exitCode = Math.max(exitCode, code);
      const { deliveries = [], error } = JSON.parse(printed) as Document;
      for (const [channel, count] of tally) {
        const delivery = deliveries.find((delivery) => delivery.channel === channel);
        count.of++;
        if (delivery !== undefined && /^(?:sent|verified)$/.test(delivery.state)) count.spoken++;
        else
          count.error ??= delivery?.error?.message ?? error?.message ?? delivery?.state ?? "was not planned";
      }
      clock.advance(10 * 60_000);
    }
    const { path: wall } = rehearsal.writeWall(null, { title: "A rehearsal", startedAt, history: null });
    return {
      exitCode,
      channels: [...tally].map(([channel, count]) => ({ channel, ...count })),
      wall,
    };
  } finally {
    await rehearsal.close();
  }
}
