import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { setupError } from "../base/errors.ts";
import { randomId } from "../base/ids.ts";
import { oneLine } from "../base/printable.ts";
import { sayTime } from "../base/zone.ts";
import type { Ledger } from "../broadcast/ledger.ts";
import { type Config, isAddress } from "../config/load.ts";
import type { Database } from "../store/database.ts";
import { LedgerStore } from "../store/ledger-store.ts";
import type { MergeConflict, Merged } from "../store/merge.ts";
import type { Mirror } from "../store/mirror.ts";
import { isPrivate, mirrorPaths, mirrorsThere } from "./mirror-path.ts";

interface Here {
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  readonly scrub: (text: string) => string;
  readonly now: Date;
  /** A rehearsal leaves nothing behind. */
  readonly rehearsing: boolean;
  /** One line for whoever is at the terminal. */
  say(line: string): void;
}

/** What a broadcast may need in the copy: more than its texts on every channel, twice. */
const ROOM_BYTES = 1024 * 1024;

/**
 * The ledger over the configured store, mirrored on this machine. What was said here without it is brought home first; a file
 * that is new begins with what the mirror knows. A mirror that cannot be used is told of, and stops nothing.
 */
export async function openMirrored(shared: Database, here: Here): Promise<Ledger> {
  const { config, env, scrub, now, say } = here;
  if (here.rehearsing) return new LedgerStore(shared, scrub);
  const { home } = mirrorPaths(config, env);
  // Who keeps a file has not asked for a mirror: where there never was one, nothing is amiss.
  const silent = !isAddress(config.store) && !existsSync(home);
  const cannot = (error: unknown) => {
    if (!silent) say(`The mirror for --offline cannot be kept: ${reasonOf(error, here)}`);
  };
  const [{ openMirror }, { MirroredLedger }] = await Promise.all([
    import("../store/mirror.ts"),
    import("../store/mirrored-ledger.ts"),
  ]);
  let mirror: Mirror | null = null;
  try {
    mirror = await openMirror(home, scrub);
    tellHome(await mirror.bringHome(shared, now), say);
    if (!isAddress(config.store)) await restore(mirror, shared, here);
  } catch (error) {
    mirror = null;
    cannot(error);
  }
  for (const path of mirrorsThere(config, env).filter((path) => path !== home))
    try {
      const passing = await openMirror(path, scrub);
      tellHome(await passing.bringHome(shared, now), say);
      await passing.apart.close();
    } catch (error) {
      say(`What was said offline is still in ${path}: ${reasonOf(error, here)}`);
    }
  return mirror === null ? new LedgerStore(shared, scrub) : new MirroredLedger(shared, mirror, scrub, cannot);
}

/** A file that is new begins with what the mirror knows. A database is not filled: an empty one may be another one. */
async function restore(mirror: Mirror, shared: Database, { config, env, say }: Here): Promise<void> {
  const { asOf } = await mirror.state();
  const restored = await mirror.restore(shared);
  if (restored === null) return;
  const known = `${count(restored.updates.length, "update")}, ${count(restored.deliveries, "post")}`;
  say(
    `The ledger ${config.store} is new: it begins with what this machine's copy knows${asOf === null ? "" : `, as of ${time(asOf, config)}`}: ${known}. Nothing was sent. What ended long ago is not in it. The copy: ${mirrorPaths(config, env).home}`,
  );
}

/**
 * This machine's mirror as the ledger; says first what that means. Where the mirror cannot be written, a copy of it in a
 * folder for temporary files takes its place. Throws setupError OFFLINE_NOWHERE where there is no such folder either.
 */
export async function openOffline(here: Here): Promise<Ledger> {
  const { config, env, say } = here;
  const { home, passing } = mirrorPaths(config, env);
  let why: unknown = null;
  for (const path of [home, ...passing])
    try {
      makeRoom(path);
      if (path !== home && !isPrivate(path)) throw new Error(`${dirname(path)} is open to others`);
      const mirror = await openWithOthers(path, here);
      await sayOffline(mirror, here);
      if (path !== home) {
        say(`! The copy in ${home} cannot be written: ${reasonOf(why, here)}`);
        say(
          `! What you say now is kept in ${path} until a command reaches the ledger; it is lost if this machine restarts before.`,
        );
      }
      return mirror.apart;
    } catch (error) {
      why ??= error;
    }
  throw setupError(
    "OFFLINE_NOWHERE",
    `There is no place on this machine to keep what is said: ${reasonOf(why, here)}. Nothing was sent.`,
    "Free some space, or name a folder that can be written: TMPDIR=/a/folder status …",
    why instanceof Error ? why : undefined,
  );
}

/** The mirror at `path`, with what those in other places know. */
async function openWithOthers(path: string, { config, env, scrub, now }: Here): Promise<Mirror> {
  const { openMirror } = await import("../store/mirror.ts");
  const { home } = mirrorPaths(config, env);
  const mirror = await openMirror(path, scrub);
  for (const other of mirrorsThere(config, env).filter((other) => other !== path)) {
    // One that cannot be written can be read elsewhere.
    const read = other === home ? `${path}.from-${randomId()}` : other;
    try {
      if (read !== other)
        for (const part of ["", "-wal"])
          if (existsSync(`${other}${part}`)) copyFileSync(`${other}${part}`, `${read}${part}`);
      const source = await openMirror(read, scrub);
      try {
        if (read === other) await source.bringHome(mirror.database, now);
        else await mirror.refresh(source.database, (await source.state()).asOf ?? now);
      } finally {
        await source.apart.close();
      }
    } catch {
      // Then nothing is known of what it holds; to speak is still better than not to.
    } finally {
      if (read !== other) for (const part of ["", "-wal", "-shm"]) rmSync(`${read}${part}`, { force: true });
    }
  }
  return mirror;
}

/** Throws where a broadcast would find no room in the middle. */
function makeRoom(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const probe = `${path}.room-${randomId()}`;
  const file = openSync(probe, "wx", 0o600);
  try {
    writeSync(file, Buffer.alloc(ROOM_BYTES));
    fsyncSync(file);
  } finally {
    closeSync(file);
    rmSync(probe, { force: true });
  }
}

async function sayOffline(mirror: Mirror, { config, say }: Here): Promise<void> {
  const { asOf, apartSince } = await mirror.state();
  say(
    asOf === null && apartSince === null
      ? "Offline: this machine has no copy of the ledger, so nothing is known of what was said before."
      : `Offline: working from this machine's copy of the ledger${asOf === null ? "" : `, as of ${time(asOf, config)}`}${apartSince === null ? "" : `, on its own since ${time(apartSince, config)}`}.`,
  );
  say("Others are not seen, and do not see this: two who speak offline can say the same twice.");
}

function tellHome(merged: Merged | null, say: (line: string) => void): void {
  if (merged === null) return;
  const { updates, deliveries, open, conflicts } = merged;
  if (updates.length + deliveries + conflicts.length === 0) return;
  say(
    `Brought home what was said offline: ${count(updates.length, "update")}, ${count(deliveries, "post")}. Nothing was sent.`,
  );
  for (const id of new Set(open.map(({ incidentId }) => incidentId))) {
    const channels = open.filter(({ incidentId }) => incidentId === id).map(({ channel }) => channel);
    say(
      oneLine(
        `! ${id}: not known whether it is out on ${[...new Set(channels)].join(", ")}. status retry ${id} looks, wherever the vendor can be asked, before it says anything.`,
      ),
    );
  }
  for (const conflict of conflicts) say(`! ${oneLine(wordsOf(conflict))}`);
}

function time(at: Date, { property }: Config): string {
  return sayTime(at, property.timeZone, true);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

function reasonOf(error: unknown, { scrub }: Here): string {
  return oneLine(scrub(error instanceof Error ? error.message : String(error))).replace(/\.$/, "");
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
