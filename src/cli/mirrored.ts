import { existsSync } from "node:fs";
import { sayTime } from "../base/zone.ts";
import type { Ledger } from "../broadcast/ledger.ts";
import { type Config, isAddress } from "../config/load.ts";
import type { Database } from "../store/database.ts";
import { LedgerStore } from "../store/ledger-store.ts";
import type { MergeConflict, Merged } from "../store/merge.ts";
import { mirrorPath } from "./mirror-path.ts";
import { oneLine } from "./output/printable.ts";

interface Here {
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  readonly scrub: (text: string) => string;
  readonly now: Date;
  /** One line for whoever is at the terminal. */
  say(line: string): void;
}

/**
 * The ledger over the configured store. One that is shared is mirrored on this machine, and what was said here without it is
 * brought home first. A mirror that cannot be used is told of, and stops nothing.
 */
export async function openMirrored(shared: Database, here: Here): Promise<Ledger> {
  const { config, env, scrub, now, say } = here;
  const path = mirrorPath(config, env);
  // A file is its own mirror, unless somebody has spoken without it.
  if (!isAddress(config.store) && !existsSync(path)) return new LedgerStore(shared, scrub);
  const cannot = (error: unknown) =>
    say(`The mirror for --offline cannot be kept: ${oneLine(scrub((error as Error).message))}`);
  try {
    const [{ openMirror }, { MirroredLedger }] = await Promise.all([
      import("../store/mirror.ts"),
      import("../store/mirrored-ledger.ts"),
    ]);
    const mirror = await openMirror(path, scrub);
    const merged = await mirror.bringHome(shared, now);
    if (merged !== null) for (const line of homecoming(merged)) say(line);
    return new MirroredLedger(shared, mirror, scrub, cannot);
  } catch (error) {
    cannot(error);
    return new LedgerStore(shared, scrub);
  }
}

/** This machine's mirror as the ledger; says first what that means. */
export async function openOffline({ config, env, scrub, say }: Here): Promise<Ledger> {
  const [{ openMirror }, { ApartLedger }] = await Promise.all([
    import("../store/mirror.ts"),
    import("../store/mirrored-ledger.ts"),
  ]);
  const mirror = await openMirror(mirrorPath(config, env), scrub);
  const { asOf, apartSince } = await mirror.state();
  const time = (at: Date) => sayTime(at, config.property.timeZone, true);
  say(
    asOf === null && apartSince === null
      ? "Offline: this machine has no copy of the ledger, so nothing is known of what was said before."
      : `Offline: working from this machine's copy of the ledger${asOf === null ? "" : `, as of ${time(asOf)}`}${apartSince === null ? "" : `, on its own since ${time(apartSince)}`}.`,
  );
  say("Others are not seen, and do not see this: two who speak offline can say the same twice.");
  return new ApartLedger(mirror, scrub);
}

function homecoming({ updates, deliveries, conflicts }: Merged): string[] {
  const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;
  const lines = [
    `Brought home what was said offline: ${count(updates.length, "update")}, ${count(deliveries, "post")}. Nothing was sent.`,
  ];
  for (const conflict of conflicts) lines.push(`! ${oneLine(wordsOf(conflict))}`);
  return lines;
}

function wordsOf({ why, incidentId, what }: MergeConflict): string {
  switch (why) {
    case "opened-twice":
      return `${incidentId} was announced on both sides: look at what is public, status show ${incidentId}`;
    case "key-twice":
      return `${incidentId}: both sides spoke under the key ${what}`;
    case "promise-twice":
      return `${incidentId}: both sides gave the update that was promised in update ${what}`;
    case "posted-twice":
      return `${incidentId}: ${what} has the same post twice`;
    case "ended-and-spoken":
      return `${incidentId} was ended on one side and spoken of later on the other: it is open again`;
  }
}
