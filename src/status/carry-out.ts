import { StatusError } from "../base/errors.ts";
import { oneLine } from "../base/printable.ts";
import { broadcast } from "../broadcast/broadcast.ts";
import type { BroadcastContext } from "../broadcast/context.ts";
import type { Delivery, Ledger } from "../broadcast/ledger.ts";
import { outcomeOf, reportChannels } from "../broadcast/report.ts";
import { verify } from "../broadcast/verify.ts";
import { LIST_PART } from "../channels/contract.ts";
import type { Desk } from "./desk.ts";
import { deliveryEvent, type ListWait, type Spoken } from "./events.ts";
import { parseTimeout, type SpeakOptions } from "./options.ts";

/** After an attempt, how long until a fruitless search counts. */
const SETTLE_MS = 5000;

/** Of what is given to an operation that speaks, what concerns the sending. */
export type Carrying = Pick<SpeakOptions, "timeout" | "wait" | "verify" | "resendUnknown" | "key">;

/** What was said, and what became of it everywhere. */
export interface Said extends Spoken {
  /** Whether it was stopped before all was out. */
  readonly interrupted: boolean;
}

/**
 * Takes recorded deliveries as far as they can go, and tells what becomes of them: first of all channels that speak at once,
 * then of lists, which take their time.
 */
export async function carryOut(
  desk: Desk,
  updateId: string,
  deliveries: readonly Delivery[],
  options: Carrying,
  { resumed, resendUnknown = [] }: { resumed: boolean; resendUnknown?: readonly string[] },
): Promise<Said> {
  const { stopping } = desk.surroundings;
  const ledger = await desk.ledger();
  const meant = deliveries.filter(({ state }) => state !== "skipped" && state !== "superseded");
  const unfinished = new Set(
    deliveries.some(({ part }) => part === LIST_PART) ? await ledger.mailings?.unfinished() : [],
  );
  const nothingToDo =
    resumed &&
    meant.every(
      ({ id, state, verification }) => state === "sent" && verification !== "missing" && !unfinished.has(id),
    );
  const context = await contextFor(desk, options, resendUnknown);
  if (!nothingToDo) await broadcast(deliveries, context);

  const incident = (await ledger.incident(deliveries[0]!.incidentId))!;
  const update = (await ledger.updates(incident.id)).find(({ id }) => id === updateId)!;
  const carried = new Set(deliveries.map(({ id }) => id));
  const reread = async () => {
    const told = await ledger.deliveries({ incidentId: incident.id });
    return {
      rows: told.filter(({ id }) => carried.has(id)),
      overtaken: told.filter(({ state }) => state === "superseded"),
    };
  };
  let { rows, overtaken } = await reread();
  const lists =
    options.wait === false
      ? []
      : rows.filter(
          ({ id, part, state }) =>
            part === LIST_PART && (state === "waiting" || (state === "sent" && unfinished.has(id))),
        );
  const isList = (row: Delivery) => lists.some(({ id }) => id === row.id);
  const quick = rows.filter((row) => !isList(row));
  const standing = (told: readonly Delivery[]): Spoken => {
    const reports = reportChannels(told);
    const outcome = nothingToDo ? "nothing-to-do" : outcomeOf(reports);
    return { outcome, incident, update, reports };
  };
  const goesOn = lists.length > 0;
  desk.tell({
    ...standing(quick),
    ...{ type: "spoken", goesOn, overtaken: goesOn ? [] : overtaken },
  });
  if (options.verify !== false && !nothingToDo && !stopping.aborted) {
    await verify(quick, context).catch((error: unknown) => {
      if (!(error instanceof StatusError)) throw error;
      // What is sent is sent: nobody is to type it again for this.
      desk.remark(`What was read back is not recorded: ${oneLine(error.message)}`);
    });
    ({ rows } = await reread());
    desk.tell({ type: "read-back", reports: reportChannels(rows.filter((row) => !isList(row))) });
  }
  if (goesOn) {
    const { carryMailings } = await import("./mailings.ts");
    const waits = await notDueYet(lists, ledger);
    await carryMailings(desk, lists, options);
    ({ rows, overtaken } = await reread());
    desk.tell({
      ...standing(rows),
      ...{ type: "mailed", overtaken, waits },
      lists: reportChannels(rows.filter((row) => isList(row))),
    });
  }
  const said = standing(rows);
  const { outcome } = said;
  return { ...said, interrupted: stopping.aborted && outcome !== "delivered" && outcome !== "nothing-to-do" };
}

/** Of lists on which all who are left must wait: until when. */
async function notDueYet(lists: readonly Delivery[], ledger: Ledger): Promise<ListWait[]> {
  const waits: ListWait[] = [];
  for (const { id, channel } of lists) {
    const progress = (await ledger.mailings?.progress(id)) ?? null;
    if (progress === null || !progress.collected || progress.underWay > 0) continue;
    const { counts, againAt } = progress;
    if (counts.planned > 0 || againAt === null || againAt.getTime() <= ledger.now()) continue;
    waits.push({ channel, recipients: counts.waiting, until: againAt });
  }
  return waits;
}

async function contextFor(
  desk: Desk,
  options: Carrying,
  resendUnknown: readonly string[],
): Promise<BroadcastContext> {
  const { clock, stopping, stopped } = desk.surroundings;
  return {
    ledger: await desk.ledger(),
    speakers: new Map((await desk.speakers(true)).map((speaker) => [speaker.name, speaker])),
    ...{ clock, stopping, stopped, owner: desk.owner },
    deadline: Date.now() + (options.timeout === undefined ? 60_000 : parseTimeout(options.timeout)),
    settleMs: SETTLE_MS,
    resendUnknown: new Set([...(options.resendUnknown ?? []), ...resendUnknown]),
    lookFirst: options.key !== undefined,
    watch: (event) => desk.tell(deliveryEvent(event)),
  };
}
