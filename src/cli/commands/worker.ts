import { parseDuration } from "../../base/duration.ts";
import { setupError, usageError } from "../../base/errors.ts";
import { isAddress } from "../../config/load.ts";
import { loadTemplateSet } from "../../render/template.ts";
import { internalChannels } from "../../status/remind.ts";
import { openJobs } from "../../store/jobs.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import type { Surroundings } from "../surroundings.ts";
import { type Answers, openDoor, parseListen } from "../worker/door.ts";
import { Loop } from "../worker/loop.ts";
import { Counters } from "../worker/metrics.ts";
import { declareCounters, exposed } from "../worker/report.ts";
import { Voice } from "../worker/voice.ts";

export interface WorkerFlags {
  readonly followUps?: boolean;
  readonly remind?: boolean;
  readonly listen?: string;
  readonly expose?: boolean;
  readonly grace?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

const GRACE = "20s";
/** Without a turn for so long it is not well. */
const HEALTHY_MS = 30_000;

/**
 * `status worker`: background work for a team, until SIGTERM or Ctrl-C. Any number of them share one ledger on a server; what
 * one says no other says again. Says nothing publicly but the steps of automatic work, unless `--follow-ups` asks it to.
 * `open` wires an App for one thing to be said. Returns 0 where all was finished when it ended, else 130.
 */
export async function worker(
  app: App,
  flags: WorkerFlags,
  version: string,
  open: (surroundings: Surroundings) => Promise<App>,
): Promise<number> {
  const { surroundings, config } = app;
  if (surroundings.drill !== null)
    throw usageError(
      "WORKER_IN_DRILL",
      "In a rehearsal time stands still while a command runs.",
      "Type: list",
    );
  const graceMs = parseDuration(flags.grace ?? GRACE);
  if (graceMs === null || graceMs < 1000)
    throw usageError(
      "GRACE_UNREADABLE",
      `--grace ${flags.grace} is no duration of a second or more.`,
      "Say 20s; less than what kills the worker after that.",
    );
  const listenOn = flags.listen === undefined ? null : parseListen(flags.listen, flags.expose === true);
  if (!isAddress(config.store))
    throw setupError(
      "WORKER_NEEDS_SERVER",
      "Workers share a ledger in PostgreSQL, and this one is a file.",
      "On one machine: status follow-up --every 30m --yes, status watch, and status retry. For a team: store: env:DATABASE_URL (docs/team-ledger.md).",
    );
  const duties = { followUps: flags.followUps === true, remind: flags.remind !== false };
  await refuseUnready(app, duties);
  let ahead = () => 0;
  const clock = { now: () => new Date(surroundings.clock.now().getTime() + ahead()) };
  const voice = new Voice({ surroundings: { ...surroundings, clock }, config }, flags);
  const jobs = await openJobs(await app.openStore(), (why) => voice.debug(`queue: ${why.message}`));
  ahead = jobs.ahead;
  const counters = declareCounters(new Counters());
  try {
    const own = await open({ ...surroundings, clock });
    const loop = new Loop(own, { surroundings, clock, jobs, duties, voice, counters, graceMs, open });
    const answers: Answers = {
      unhealthy: () => whyUnhealthy(loop, clock.now()),
      metrics: () => exposed(loop, counters, clock.now(), version, config.cadence),
    };
    const door = listenOn === null ? null : await openDoor(listenOn, answers);
    try {
      const url = door === null ? {} : { url: door.url };
      voice.tell({
        event: "started",
        text: `worker started: ${saysWhat(app, duties)}${door === null ? "" : `; ${door.url}/healthz`}`,
        document: { ...duties, ...url, pid: process.pid },
      });
      const drained = await loop.run();
      voice.tell({
        event: "ended",
        text: drained ? "worker ended" : "worker ended before all was out; others take it from here",
        document: { drained },
      });
      return drained ? EXIT.ok.code : EXIT.interrupted.code;
    } finally {
      await door?.close();
    }
  } finally {
    await jobs.close();
  }
}

/** What would fail at 3 a.m. fails now. */
async function refuseUnready(
  app: App,
  { followUps, remind }: { followUps: boolean; remind: boolean },
): Promise<void> {
  for (const name of [...(followUps ? ["holding"] : []), ...(remind ? ["reminder"] : [])])
    await loadTemplateSet({ name, ...app.templates });
  const aside = (await app.speakers(true)).flatMap(({ name, setAside }) =>
    setAside === null ? [] : [`${name}: ${setAside.message}`],
  );
  if (aside.length > 0)
    throw setupError(
      "WORKER_NOT_READY",
      `A worker speaks when nobody is there, and not every channel can: ${aside.join(" ")}`,
      "Give it every secret that the configuration refers to; status doctor proves them. Nothing was begun.",
    );
}

function saysWhat(app: App, { followUps, remind }: { followUps: boolean; remind: boolean }): string {
  const internal = internalChannels(app);
  return [
    followUps ? "says follow-ups and automatic work" : "says automatic work, no follow-ups",
    !remind
      ? "reminds nobody"
      : internal.length === 0
        ? "has nobody to remind"
        : `reminds ${internal.join(", ")}`,
  ].join(", ");
}

function whyUnhealthy(loop: Loop, now: Date): string | null {
  if (loop.trouble !== null) return loop.trouble;
  const age = now.getTime() - loop.turnedAt.getTime();
  return age <= HEALTHY_MS ? null : `no turn was finished for ${Math.round(age / 1000)} s`;
}
