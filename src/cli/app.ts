import type { Scrubber } from "../base/scrubber.ts";
import { type Desk, openDesk } from "../status/desk.ts";
import { LiveSink } from "./output/live-sink.ts";
import { tellRemark } from "./output/remark.ts";
import { outliveOwnCode } from "./own-code.ts";
import { type Surroundings, withParts } from "./surroundings.ts";

export interface OpenFlags {
  /** This file instead of the nearest one. */
  readonly config?: string | null;
  /** From this machine's mirror of the ledger. */
  readonly offline?: boolean;
  readonly dryRun?: boolean;
  /** Whether the command only shows what stands in the ledger. */
  readonly looking?: boolean;
}

/** Everything a command works with, wired once: the desk, and the terminal before it. */
export interface App extends Desk {
  readonly surroundings: Surroundings;
  /** stderr with the lines on it that are redrawn while a broadcast is under way. */
  readonly live: LiveSink;
}

export async function openApp(
  given: Surroundings,
  scrubber: Scrubber,
  { config = null, offline = false, dryRun = false, looking = dryRun }: OpenFlags,
): Promise<App> {
  const live = new LiveSink(given.stderr);
  const surroundings = withParts(given, {
    stderr: live,
    ...(given.ownsProcess === true ? { beforeOwnCode: () => outliveOwnCode(live) } : {}),
  });
  const desk = await openDesk(surroundings, scrubber, { config, offline, looking }, (happening) =>
    tellRemark(happening, live),
  );
  return {
    ...desk,
    // Its channels change when their own kinds are loaded.
    get config() {
      return desk.config;
    },
    surroundings,
    live,
  };
}
