import { StatusError } from "../base/errors.ts";
import { sayTime } from "../base/zone.ts";
import { broadcast } from "../broadcast/broadcast.ts";
import type { BroadcastContext } from "../broadcast/context.ts";
import type { Delivery, Ledger } from "../broadcast/ledger.ts";
import { outcomeOf, reportChannels } from "../broadcast/report.ts";
import { verify } from "../broadcast/verify.ts";
import { LIST_PART } from "../channels/contract.ts";
import { type Incident, isOpen, type Update } from "../incident/incident.ts";
import type { App } from "./app.ts";
import { EXIT, EXIT_OF_OUTCOME } from "./exit-codes.ts";
import { parseTimeout, type SpeakFlags } from "./flags.ts";
import { broadcastDocument } from "./output/json.ts";
import { oneLine } from "./output/printable.ts";
import { Progress } from "./output/progress.ts";
import { mayRedraw, styleFor } from "./output/style.ts";
import { closing, coverageTable, heading } from "./output/table.ts";

/** After an attempt, how long until a fruitless search counts. */
const SETTLE_MS = 5000;

/**
 * Takes recorded deliveries as far as they can go, and tells what became of them: first of all channels that speak at once,
 * then of lists, which take their time.
 */
export async function carryOut(
  app: App,
  updateId: string,
  deliveries: readonly Delivery[],
  flags: SpeakFlags,
  { resumed, resendUnknown = [] }: { resumed: boolean; resendUnknown?: readonly string[] },
): Promise<number> {
  const { surroundings } = app;
  const { stdout } = surroundings;
  const ledger = await app.ledger();
  const meant = deliveries.filter(({ state }) => state !== "skipped" && state !== "superseded");
  const unfinished = new Set(
    deliveries.some(({ part }) => part === LIST_PART) ? await ledger.mailings?.unfinished() : [],
  );
  const nothingToDo =
    resumed &&
    meant.every(
      ({ id, state, verification }) => state === "sent" && verification !== "missing" && !unfinished.has(id),
    );
  const context = await contextFor(app, flags, resendUnknown);
  if (!nothingToDo) await broadcast(deliveries, context);
  app.live.show([]);

  const reread = async (rows: readonly Delivery[]) =>
    (await Promise.all(rows.map(({ id }) => ledger.delivery(id)))).filter((row) => row !== null);
  const incident = (await ledger.incident(deliveries[0]!.incidentId))!;
  const update = (await ledger.updates(incident.id)).find(({ id }) => id === updateId)!;
  let rows = await reread(deliveries);
  const lists =
    flags.wait === false
      ? []
      : rows.filter(
          ({ id, part, state }) =>
            part === LIST_PART && (state === "waiting" || (state === "sent" && unfinished.has(id))),
        );
  const isList = (row: Delivery) => lists.some(({ id }) => id === row.id);
  const quick = rows.filter((row) => !isList(row));
  const style = styleFor(stdout, surroundings, flags.plain === true);
  const { timeZone } = app.config.property;
  const table = (told: readonly Delivery[]) => {
    if (flags.json !== true) stdout.write(coverageTable(reportChannels(told), style, timeZone));
  };
  const close = async (told: readonly Delivery[]) => {
    if (flags.json === true) return;
    const reports = reportChannels(told);
    const outcome = nothingToDo ? "nothing-to-do" : outcomeOf(reports);
    const overtaken = (await ledger.deliveries({ incidentId: incident.id })).filter(
      ({ state }) => state === "superseded",
    );
    stdout.write(closing(outcome, incident, reports, surroundings.clock.now(), timeZone, style, overtaken));
    stdout.write(afterwards(app, incident, update, deliveries));
  };
  if (flags.json !== true) stdout.write(heading(incident, update, style));
  if (quick.length > 0) table(quick);
  if (lists.length === 0) await close(quick);
  if (flags.verify !== false && !nothingToDo && !surroundings.stopping.aborted) {
    await verify(quick, context).catch((error: unknown) => {
      if (!(error instanceof StatusError)) throw error;
      // What is sent is sent: nobody is to type it again for this.
      surroundings.stderr.write(`What was read back is not recorded: ${oneLine(error.message)}\n`);
    });
    rows = await reread(deliveries);
    if (flags.json !== true) stdout.write(readBack(rows.filter((row) => !isList(row))));
  }
  if (lists.length > 0) {
    const { carryMailings } = await import("./mailings.ts");
    if (flags.json !== true && quick.length > 0) stdout.write("\n");
    const notDue = flags.json === true ? [] : await notDueYet(lists, ledger, timeZone);
    await carryMailings(app, lists, flags);
    rows = await reread(deliveries);
    table(rows.filter((row) => isList(row)));
    if (notDue.length > 0) stdout.write(`\n${notDue.join("\n")}\n`);
    await close(rows);
  }
  const reports = reportChannels(rows);
  const outcome = nothingToDo ? "nothing-to-do" : outcomeOf(reports);
  if (flags.json === true)
    stdout.write(`${JSON.stringify(broadcastDocument(outcome, incident, update, reports))}\n`);
  if (surroundings.stopping.aborted && outcome !== "delivered" && outcome !== "nothing-to-do")
    return EXIT.interrupted.code;
  return EXIT_OF_OUTCOME[outcome];
}

/** Of lists on which all who are left must wait: until when. */
async function notDueYet(lists: readonly Delivery[], ledger: Ledger, timeZone: string): Promise<string[]> {
  const lines: string[] = [];
  for (const { id, channel } of lists) {
    const progress = (await ledger.mailings?.progress(id)) ?? null;
    if (progress === null || !progress.collected || progress.underWay > 0) continue;
    const { counts, againAt } = progress;
    if (counts.planned > 0 || againAt === null || againAt.getTime() <= ledger.now()) continue;
    const [who, wait] = [counts.waiting.toLocaleString("en-US"), counts.waiting === 1 ? "waits" : "wait"];
    lines.push(
      `${who} of ${oneLine(channel)}'s list ${wait} until ${sayTime(againAt, timeZone)}; nobody is due before.`,
    );
  }
  return lines;
}

async function contextFor(
  app: App,
  flags: SpeakFlags,
  resendUnknown: readonly string[],
): Promise<BroadcastContext> {
  const { surroundings } = app;
  const { stderr } = surroundings;
  const style = styleFor(stderr, surroundings, flags.plain === true);
  const redraw = mayRedraw(stderr, surroundings, flags.plain === true);
  const progress = new Progress(app.live, style, redraw);
  const started = Date.now();
  return {
    ledger: await app.ledger(),
    speakers: new Map((await app.speakers(true)).map((speaker) => [speaker.name, speaker])),
    clock: surroundings.clock,
    owner: app.owner,
    deadline: started + (flags.timeout === undefined ? 60_000 : parseTimeout(flags.timeout)),
    stopping: surroundings.stopping,
    stopped: surroundings.stopped,
    settleMs: SETTLE_MS,
    resendUnknown: new Set([...(flags.resendUnknown ?? []), ...resendUnknown]),
    lookFirst: flags.key !== undefined,
    watch(event) {
      if (flags.debug === true)
        stderr.write(
          `debug ${Date.now() - started} ms ${event.type} ${event.delivery.channel} ${event.delivery.state} attempt ${event.delivery.attempts}\n`,
        );
      progress.watch(event);
    },
  };
}

/** What is owed, or still stands, after the last word or a withdrawn one; and how the public hears of what it was not told. */
function afterwards(
  { config }: App,
  incident: Incident,
  { verb, number }: Update,
  rows: readonly Delivery[],
): string {
  if (incident.security && rows.some(({ state, audience }) => state === "skipped" && audience === "public"))
    return config.approval.security === null
      ? `\nThe public was not told of update ${number}: this is an incident of security. In an emergency: --break-glass REASON\n`
      : `\nThe public was not told of update ${number}: this is an incident of security. To tell it: the command with --dry-run, then status approve.\n`;
  const { id, impact, type, resolvedAt } = incident;
  if (verb === "retract" && isOpen(incident))
    return `\nThe incident is still open, and its components stand as they were. If it never was one:\n  status resolve ${id} --message "This was announced by mistake; nothing was affected."\n`;
  const { postmortemFor, postmortemWithin } = config.cadence;
  if (verb !== "resolve" || type !== "incident" || resolvedAt === null || !postmortemFor.includes(impact))
    return "";
  const by = sayTime(new Date(resolvedAt.getTime() + postmortemWithin), config.property.timeZone, true);
  return `\nA postmortem is owed by ${by}:\n  status postmortem draft ${id}\n`;
}

/** What was seen of it afterwards. */
function readBack(rows: readonly Delivery[]): string {
  const reports = reportChannels(rows);
  const lines: string[] = [];
  const of = (verification: string) =>
    reports.filter((report) => report.verification === verification).map((report) => report.channel);
  const seen = of("seen");
  if (seen.length > 0) lines.push(`Read back: ${seen.join(", ")}.`);
  const cannot = of("cannot");
  if (cannot.length > 0) lines.push(`Sent, but cannot be read back: ${cannot.join(", ")}.`);
  const later = of("not-yet");
  if (later.length > 0) lines.push(`Not visible yet: ${later.join(", ")}. Look again: status verify`);
  for (const [word, names] of [
    ["missing", of("missing")],
    ["altered", of("altered")],
  ] as const)
    if (names.length > 0) lines.push(`Sent, but now ${word}: ${oneLine(names.join(", "))}.`);
  return lines.length > 0 ? `\n${lines.join("\n")}\n` : "";
}
