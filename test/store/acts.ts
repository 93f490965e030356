import type { Act, JournalEntry } from "../../src/broadcast/journal.ts";
import type { Ledger } from "../../src/broadcast/ledger.ts";
import type { Action } from "../../src/incident/action.ts";
import { START } from "../support/updates.ts";

export const at = (minutes: number) => new Date(START.getTime() + minutes * 60_000);

/** A line of the journal, entered so many minutes after the start. */
export function entry(id: string, minutes: number, act: Act, more: Partial<JournalEntry> = {}): JournalEntry {
  return {
    ...{ id, at: at(minutes), by: "commander@example.com", act, incidentId: "checkout", updateId: null },
    ...{ plan: null, what: null, reason: null, proof: null, ...more },
  };
}

export function action(id: string, more: Partial<Action> = {}): Action {
  return {
    ...{ id, incidentId: "checkout", text: "Alert when the queue stops", owner: null, dueAt: at(9000) },
    ...{ public: true, addedAt: at(0), doneAt: null, ...more },
  };
}

/** Adds an action, or gives it other facts, as somebody who acts so many minutes after the start. */
export async function promise(
  ledger: Ledger,
  id: string,
  minutes: number,
  act: Act = "promised",
  more: Partial<Action> = {},
): Promise<void> {
  const old = (await ledger.actions()).find((each) => each.id === id);
  const said = entry(`${id} ${minutes}`, minutes, act, {
    what: id,
    incidentId: more.incidentId ?? old?.incidentId ?? "checkout",
  });
  await ledger.keepAction({ ...(old ?? action(id)), ...more }, said);
}

export async function drop(ledger: Ledger, id: string, minutes: number): Promise<void> {
  await ledger.dropAction(id, entry(`${id} ${minutes}`, minutes, "dropped", { what: id }));
}
