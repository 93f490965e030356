import { lookup, resolveNs } from "node:dns/promises";
import { type Clock, systemClock } from "../base/clock.ts";

/** Questions to the domain name system; a failed one gives an empty list. */
export interface Names {
  addresses(host: string): Promise<readonly string[]>;
  nameServers(host: string): Promise<readonly string[]>;
}

/** All that an operation knows of the world; tests and drills hand in their own. */
export interface Circumstances {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly clock: Clock;
  /** Aborted when whoever called wants it to end: nothing new is started. */
  readonly stopping: AbortSignal;
  /** Aborted a moment later: what is in flight is given up. */
  readonly stopped: AbortSignal;
  readonly names: Names;
  /** Set in a drill: loopback only, no `cmd:` and no `publish:`; with `marked`, every text says DRILL. */
  readonly drill: { readonly marked: boolean } | null;
  /** Called before a channel's own code is loaded. */
  readonly beforeOwnCode?: () => void;
}

/** From the first wish to end until what is in flight is given up. */
export const GRACE_MS = 3000;

/** Those of this process. Installs no handlers. */
export function processCircumstances({
  stopping,
  stopped,
}: Pick<Circumstances, "stopping" | "stopped">): Circumstances {
  return {
    env: process.env,
    cwd: process.cwd(),
    clock: systemClock,
    ...{ stopping, stopped },
    names: systemNames,
    drill: null,
  };
}

const systemNames: Names = {
  async addresses(host) {
    return lookup(host, { all: true }).then(
      (found) => found.map(({ address }) => address),
      () => [],
    );
  },
  async nameServers(host) {
    // A zone's servers are recorded at its top: the first parent that has any.
    for (let zone = host; zone.includes("."); zone = zone.slice(zone.indexOf(".") + 1)) {
      const found = await resolveNs(zone).catch(() => []);
      if (found.length > 0) return found;
    }
    return [];
  },
};
