import { setTimeout as sleep } from "node:timers/promises";
import { timeIsOver } from "../base/deadline.ts";
import { StatusError } from "../base/errors.ts";
import { isProvablyDead, isStopped } from "../base/process-identity.ts";
import { ChannelError, LIST_PART, type Place, type Post, type Receipt } from "../channels/contract.ts";
import type { BroadcastContext, Speaker } from "./context.ts";
import { leaveToMailing } from "./deliver-list.ts";
import type { Delivery, DeliveryError, DeliveryState, Settlement } from "./ledger.ts";
import { look } from "./look.ts";
import { UNCONFIGURED, wasBegun } from "./mailings.ts";
import { misfitOf } from "./misfit.ts";
import { pauseBefore } from "./retry-policy.ts";
import { placeOf } from "./thread.ts";

/** Beyond the call's own time-out: for the ledger and a busy machine. */
const LEASE_MARGIN_MS = 10_000;
const POLL_MS = 150;
const NOWHERE: Place = { root: null, previous: null };
/** How long an outcome is kept trying to reach a ledger that cannot take it: it is in no other place. */
const RECORD_WITHIN_MS = 5000;

/**
 * Takes one delivery as far as it can go before the deadline: looks where it may already be out,
 * waits for whoever holds it, publishes at most once per attempt, and records the outcome. Never throws for a channel's fault.
 */
export async function deliver(given: Delivery, context: BroadcastContext): Promise<Delivery> {
  let looked = false;
  // Whoever has been quicker with one that was just recorded keeps it from being claimed: it need not be read again.
  const fresh = given.state === "planned" && !context.lookFirst;
  for (
    let delivery = fresh ? given : await current(given, context);
    ;
    delivery = await current(given, context)
  ) {
    const speaker = context.speakers.get(delivery.channel);
    if (delivery.post === null) return delivery;
    if (speaker === undefined) return leaveUnconfigured(delivery, context);
    if (speaker.setAside !== null) return setAside(delivery, speaker.setAside, context);
    const misfit = misfitOf(delivery, speaker);
    if (misfit !== null && delivery.state !== "sending") return setAside(delivery, misfit, context);
    if (delivery.part === LIST_PART) return leaveToMailing(delivery, context);
    switch (delivery.state) {
      case "sent":
      case "skipped":
      case "superseded":
        return delivery;
      case "sending":
        if (!isAbandoned(delivery, context)) {
          if (!(await waitForOther(context))) return delivery;
          continue;
        }
        await giveUpFor(delivery, context);
        continue;
      case "pending":
      case "unknown":
        // To change a post once more changes nothing: there is nothing to look for.
        if (delivery.effect !== "post") break;
        if (!looked) {
          looked = true;
          await look(delivery, speaker, context);
          continue;
        }
        if (delivery.state === "pending" || !context.resendUnknown.has(delivery.channel)) return delivery;
        break;
    }
    if (context.stopping.aborted || Date.now() >= context.deadline) return delivery;
    const next = await attempt(delivery, speaker, context);
    if (next !== "again") return next;
  }
}

async function current({ id }: Delivery, { ledger }: BroadcastContext): Promise<Delivery> {
  const delivery = await ledger.delivery(id);
  if (delivery === null) throw new Error(`delivery ${id} is gone from the ledger`);
  return delivery;
}

async function setAside(
  delivery: Delivery,
  why: DeliveryError,
  context: BroadcastContext,
): Promise<Delivery> {
  if (delivery.state !== "planned" && delivery.state !== "waiting" && delivery.state !== "refused")
    return delivery;
  await context.ledger.move(
    delivery.id,
    delivery.state,
    { state: "refused", error: why },
    context.clock.now(),
  );
  const row = (await context.ledger.delivery(delivery.id)) ?? delivery;
  context.watch({ type: "settled", delivery: row });
  return row;
}

/** Stays as it is, since the channel may come back; but says why nothing is done. */
async function leaveUnconfigured(delivery: Delivery, context: BroadcastContext): Promise<Delivery> {
  const { id, state, part, reason, attempts } = delivery;
  if (state !== "planned" && state !== "waiting" && state !== "refused" && state !== "unknown")
    return delivery;
  if (reason?.includes(UNCONFIGURED)) return delivery;
  const unbegun = part === LIST_PART && !wasBegun(delivery);
  const to = {
    state: unbegun && state === "waiting" ? ("planned" as const) : state,
    reason: reason === null || unbegun ? UNCONFIGURED : `${reason}; ${UNCONFIGURED}`,
  };
  await context.ledger.move(id, state, { ...to, attempt: attempts }, context.clock.now());
  return (await context.ledger.delivery(id)) ?? delivery;
}

const ABANDONED: DeliveryError = {
  code: "SENDER_DIED",
  message: "the command that was sending this ended before it could record the outcome",
  hint: null,
  retryAt: null,
};

/**
 * A row that is being sent belongs to its owner, until the owner is surely gone or its lease has passed.
 * One that was stopped may have its request half-way out and finish it when it goes on, however late.
 */
function isAbandoned({ owner, leaseUntil }: Delivery, { ledger }: BroadcastContext): boolean {
  if (owner === null || leaseUntil === null || isProvablyDead(owner)) return true;
  return leaseUntil.getTime() < ledger.now() && !isStopped(owner);
}

/** Makes a post unknown whose sender is gone. What it asked for, the vendor may still carry out until the call's own time-out. */
async function giveUpFor(delivery: Delivery, context: BroadcastContext): Promise<void> {
  const callEnds = (delivery.leaseUntil?.getTime() ?? 0) - LEASE_MARGIN_MS;
  const endedAt = new Date(Math.max(context.ledger.now(), callEnds));
  await context.ledger.move(
    delivery.id,
    "sending",
    { state: "unknown", error: ABANDONED, attempt: delivery.attempts, endedAt },
    context.clock.now(),
  );
}

async function waitForOther(context: BroadcastContext): Promise<boolean> {
  if (context.stopping.aborted || Date.now() + POLL_MS >= context.deadline) return false;
  await sleep(POLL_MS);
  return true;
}

/** One attempt, or the wait that must come before it: the row as that left it. `again` means: read the row again. */
async function attempt(
  delivery: Delivery,
  speaker: Speaker,
  context: BroadcastContext,
): Promise<Delivery | "again"> {
  const post = delivery.post!;
  const place = delivery.effect === "post" ? await clearTheWay(delivery, speaker, context) : NOWHERE;
  if (place === "wait") return (await waitForOther(context)) ? "again" : current(delivery, context);
  if (place.root?.pending === true) {
    const reason = "the first post on this incident awaits moderation";
    await context.ledger.move(delivery.id, delivery.state, { state: "waiting", reason }, context.clock.now());
    return current(delivery, context);
  }
  const outcome = await tryOnce(delivery, delivery.state, post, place, speaker, context);
  if (outcome === "lost") return "again";
  if (outcome === null) return settled(delivery, context);

  if (outcome.standAlone && post.standAlone !== undefined && place.root !== null) {
    const alone: Post = { ...post, payload: post.standAlone };
    await tryOnce(delivery, "refused", alone, { root: null, previous: null }, speaker, context);
    return settled(delivery, context);
  }
  if (outcome.fate === "unknown") {
    const row = await settled(delivery, context);
    return context.stopping.aborted ? row : lookAgain(row, speaker, context);
  }
  const attempts = (await context.ledger.delivery(delivery.id))?.attempts ?? 1;
  const pause = pauseBefore(
    attempts,
    outcome,
    context.clock.now(),
    context.deadline - Date.now(),
    Math.random(),
  );
  if (pause === null || context.stopping.aborted) return settled(delivery, context);
  context.watch({
    type: "delayed",
    delivery,
    until: new Date(Date.now() + pause),
  });
  await sleep(pause, undefined, { signal: context.stopping }).catch(() => {});
  return context.stopping.aborted ? settled(delivery, context) : "again";
}

async function settled(delivery: Delivery, context: BroadcastContext): Promise<Delivery> {
  const row = await context.ledger.delivery(delivery.id);
  if (row !== null) context.watch({ type: "settled", delivery: row });
  return row ?? delivery;
}

/** After a lost answer: look while there is time, since a quick word now saves a person a decision later. */
async function lookAgain(
  row: Delivery,
  speaker: Speaker,
  context: BroadcastContext,
): Promise<Delivery | "again"> {
  if (row.state !== "unknown" || speaker.channel.find === undefined) return row;
  if (!(await look(row, speaker, context))) return current(row, context);
  await settled(row, context);
  return "again";
}

/**
 * Posts of one incident on one channel go in order. An earlier one in another's hands is waited for;
 * one that may be out is looked up, so that this post finds its thread.
 */
async function clearTheWay(
  delivery: Delivery,
  speaker: Speaker,
  context: BroadcastContext,
): Promise<Place | "wait"> {
  // Nothing comes before the first update.
  if (delivery.updateNumber === 1) return NOWHERE;
  const of = { incidentId: delivery.incidentId, channel: delivery.channel };
  let told = await context.ledger.deliveries(of);
  const earlier = told.filter(
    (row) => row.part === delivery.part && row.updateNumber < delivery.updateNumber,
  );
  let changed = false;
  for (const row of earlier) {
    if (row.state === "sending") {
      if (!isAbandoned(row, context)) return "wait";
      await giveUpFor(row, context);
    }
    const state = row.state === "sending" ? "unknown" : row.state;
    if (state === "unknown" || state === "pending") {
      const current = await context.ledger.delivery(row.id);
      if (current !== null) changed = (await look(current, speaker, context)) || changed;
    }
  }
  if (changed) told = await context.ledger.deliveries(of);
  return placeOf(told, delivery.part, delivery.updateNumber);
}

/** Claims, publishes and records. Null when it is out; the error when it is not; `lost` when somebody else was quicker. */
async function tryOnce(
  delivery: Delivery,
  from: DeliveryState,
  post: Post,
  place: Place,
  speaker: Speaker,
  context: BroadcastContext,
): Promise<ChannelError | null | "lost"> {
  const callMs = Math.max(1, Math.min(speaker.timeoutMs, context.deadline - Date.now()));
  const leaseUntil = new Date(context.ledger.now() + callMs + LEASE_MARGIN_MS);
  if (!(await claim(delivery.id, from, { leaseUntil, place }, context))) return "lost";
  context.watch({ type: "sending", delivery });
  const started = performance.now();
  const elapsed = () => Math.round(performance.now() - started);
  const outcome = await call(delivery, post, place, speaker, callMs, leaseUntil, context);
  if (!(outcome instanceof ChannelError)) {
    const state = outcome.pending === true ? "pending" : "sent";
    if (!(await record(delivery.id, { state, receipt: outcome, elapsedMs: elapsed() }, context)))
      await tellLate(delivery.id, state, outcome, context);
    return null;
  }
  const state = outcome.fate === "not-sent" ? "waiting" : outcome.fate;
  // Ours was the hurry, not the vendor's: it may be at work until the time-out that we did not wait for.
  const endedAt = new Date(
    Math.max(context.ledger.now(), context.stopped.aborted ? leaseUntil.getTime() - LEASE_MARGIN_MS : 0),
  );
  await record(delivery.id, { state, error: errorOf(outcome), elapsedMs: elapsed(), endedAt }, context);
  return outcome;
}

/** Makes the attempt ours. Where only the answer to that was lost, it is ours all the same. */
async function claim(
  id: string,
  from: DeliveryState,
  { leaseUntil, place }: { leaseUntil: Date; place: Place },
  { ledger, owner, clock }: BroadcastContext,
): Promise<boolean> {
  const by = { owner, leaseUntil, place, at: clock.now() };
  try {
    return await ledger.claim(id, [from], by);
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== "LEDGER_UNREACHABLE") throw error;
    if (await ledger.claim(id, [from], by)) return true;
    const row = await ledger.delivery(id);
    return (
      row?.state === "sending" && row.owner === owner && row.leaseUntil?.getTime() === leaseUntil.getTime()
    );
  }
}

/** Puts an outcome into the ledger; tries again for a moment where that fails. False where the row is no longer ours. */
async function record(id: string, settlement: Settlement, context: BroadcastContext): Promise<boolean> {
  for (const until = Date.now() + RECORD_WITHIN_MS; ; await sleep(250)) {
    try {
      return await context.ledger.settle(id, context.owner, settlement, context.clock.now());
    } catch (error) {
      if (!(error instanceof StatusError) || Date.now() > until || context.stopped.aborted) throw error;
    }
  }
}

/** A receipt for a row that others have given up by now: what is out must not be sent again. */
async function tellLate(
  id: string,
  state: "sent" | "pending",
  receipt: Receipt,
  context: BroadcastContext,
): Promise<void> {
  const known = { state, receipt, error: null, reason: null };
  for (const from of ["unknown", "waiting"] as const)
    if (await context.ledger.move(id, from, known, context.clock.now())) return;
}

async function call(
  delivery: Delivery,
  post: Post,
  place: Place,
  speaker: Speaker,
  callMs: number,
  leaseUntil: Date,
  context: BroadcastContext,
): Promise<Receipt | ChannelError> {
  // A process that was stopped and continued may wake up here long after others took the row over.
  if (context.ledger.now() > leaseUntil.getTime() - LEASE_MARGIN_MS / 2 || context.stopped.aborted)
    return new ChannelError("not-sent", "STOOD_DOWN", "stopped before the request was made");
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(timeIsOver()), callMs);
  // A channel that ignores its signal must not hold the others' report.
  let giveUp: ReturnType<typeof setTimeout> | undefined;
  const signal = AbortSignal.any([timer.signal, context.stopped]);
  const overdue = new Promise<ChannelError>((resolve) => {
    signal.addEventListener("abort", () => {
      giveUp = setTimeout(
        () => resolve(new ChannelError("unknown", "NO_ANSWER", `no answer within ${callMs / 1000} s`)),
        1000,
      );
    });
  });
  try {
    return harmless(
      delivery,
      await Promise.race([perform(delivery, post, place, speaker, context, signal), overdue]),
    );
  } catch (error) {
    if (error instanceof ChannelError) return harmless(delivery, error);
    return new ChannelError(
      "unknown",
      "CHANNEL_BUG",
      `${speaker.kind} failed in a way it should not: ${String(error)}`,
      {
        hint: "This is a bug in status; the post may be out.",
        cause: error,
      },
    );
  } finally {
    clearTimeout(timeout);
    clearTimeout(giveUp);
  }
}

/** The one outside effect of an attempt. */
async function perform(
  { effect, target }: Delivery,
  post: Post,
  place: Place,
  { channel }: Speaker,
  { ledger }: BroadcastContext,
  signal: AbortSignal,
): Promise<Receipt> {
  if (effect === "post") return channel.publish(post, place, signal);
  const receipt = target === null ? null : ((await ledger.delivery(target))?.receipt ?? null);
  const change = effect === "amend" ? channel.amend : channel.remove;
  if (receipt === null || change === undefined)
    throw new ChannelError("refused", "NOTHING_TO_CHANGE", "there is no post here that could be changed");
  if (effect === "amend") return channel.amend!(receipt, post, signal);
  await channel.remove!(receipt, signal);
  return receipt;
}

/** To change a post a second time does no harm, so a change whose outcome is unknown may simply be made again. */
function harmless<T>({ effect }: Delivery, outcome: T): T | ChannelError {
  if (effect === "post" || !(outcome instanceof ChannelError) || outcome.fate !== "unknown") return outcome;
  const { code, message, hint } = outcome;
  return new ChannelError("not-sent", code, message, { hint, cause: outcome });
}

export function errorOf(error: ChannelError): DeliveryError {
  return {
    code: error.code,
    message: error.message,
    hint: error.hint,
    retryAt: error.retryAt,
  };
}
