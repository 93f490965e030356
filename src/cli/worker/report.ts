import type { CadencePolicy } from "../../cadence/policy.ts";
import type { Loop } from "./loop.ts";
import { type Counters, exposition, gauge, gauges } from "./metrics.ts";

export function declareCounters(counters: Counters): Counters {
  counters.declare("status_worker_updates_said_total", "Updates said by this worker, by outcome.");
  counters.declare("status_worker_retries_total", "Tries to bring out words that were left, by outcome.");
  counters.declare("status_worker_posts_total", "Posts of those, by channel and what became of them.");
  counters.declare("status_worker_reminders_total", "Notes to colleagues, by outcome.");
  counters.declare("status_worker_faults_total", "Faults that were told, by code.");
  return counters;
}

/** Everything that Prometheus is told. No words, titles or addresses: whoever may read figures may not read those. */
export function exposed(
  loop: Pick<Loop, "owed" | "open" | "depth" | "mailing" | "turnedAt" | "trouble">,
  counters: Counters,
  now: Date,
  version: string,
  { remindBefore }: Pick<CadencePolicy, "remindBefore">,
): string {
  const dues = loop.owed.map(({ dueAt }) => dueAt.getTime());
  const overdue = dues.filter((at) => at <= now.getTime()).length;
  const soon = dues.filter((at) => at > now.getTime() && at <= now.getTime() + remindBefore).length;
  const first = dues.length === 0 ? null : Math.min(...dues) / 1000;
  const { user, system } = process.cpuUsage();
  return exposition([
    gauge("status_build_info", "Always 1; the version as a label.", 1, {
      version,
      node: process.versions.node,
    }),
    gauge("status_open_incidents", "Incidents and planned work that have not ended.", loop.open),
    gauges("status_promises", "Words owed on open incidents, by when they are due.", "state", {
      overdue,
      soon,
      later: dues.length - overdue - soon,
    }),
    gauge("status_next_promise_timestamp_seconds", "When the first of them is, or was, due.", first),
    gauges(
      "status_queue_jobs",
      "Pointers in the queue that all workers share, as of a minute ago at most.",
      "state",
      loop.depth === null ? {} : { ...loop.depth },
    ),
    gauges(
      "status_mailing_recipients",
      "Recipients of the mailings that this worker has had a hand in, by where they stand.",
      "state",
      recipients(loop.mailing),
    ),
    gauge(
      "status_worker_ledger_up",
      "Whether the ledger answered when it was last asked.",
      loop.trouble === null ? 1 : 0,
    ),
    gauge(
      "status_worker_last_turn_timestamp_seconds",
      "When the worker last looked whether there is anything to do.",
      loop.turnedAt.getTime() / 1000,
    ),
    ...counters.families(),
    gauge("process_resident_memory_bytes", "Resident memory size in bytes.", process.memoryUsage.rss()),
    {
      ...{ name: "process_cpu_seconds_total", type: "counter" as const },
      help: "Total user and system CPU time spent in seconds.",
      samples: [{ labels: {}, value: (user + system) / 1e6 }],
    },
  ]);
}

function recipients({ progress }: Loop["mailing"]): Record<string, number> {
  const sums: Record<string, number> = { sent: 0, refused: 0, unknown: 0, waiting: 0, planned: 0 };
  for (const { counts } of progress.values())
    for (const [state, count] of Object.entries(counts)) sums[state] = (sums[state] ?? 0) + count;
  return sums;
}
