import type { Act } from "../broadcast/journal.ts";
import type { Delivery, Ledger } from "../broadcast/ledger.ts";
import type { Incident, Update, Verb } from "../incident/incident.ts";

/** One line of the record, with what makes it readable. Fields are only ever added. */
export interface Entry {
  /** The journal entry's id; that of the update where there is no entry. */
  readonly id: string;
  readonly at: Date;
  readonly by: string;
  readonly act: Act;
  readonly incident: Pick<Incident, "id" | "title"> | null;
  readonly update: (Pick<Update, "id" | "number" | "template"> & { readonly verb: Verb }) | null;
  /** What was promised; null where it is about no action, or about one that was dropped since. */
  readonly action: string | null;
  /** The numbers of the updates whose words it changed or took away. */
  readonly changes: readonly number[];
  readonly plan: string | null;
  readonly what: string | null;
  readonly reason: string | null;
  /** Whether a signature stands behind it. */
  readonly signed: boolean;
  readonly proof: string | null;
  /** `update`: known from the update alone, which is older than the journal, or was recorded without it. */
  readonly from: "journal" | "update";
}

/**
 * Everything that was done, oldest first: what the journal says, and what was said without an entry in it. Nothing that was
 * said is missing, and nothing stands there twice. `since` leaves out what is older.
 */
export async function readRecord(
  ledger: Ledger,
  incidentId: string | null,
  since: Date | null,
): Promise<readonly Entry[]> {
  const incidents =
    incidentId === null
      ? await ledger.incidents()
      : [await ledger.incident(incidentId)].filter((one) => one !== null);
  const known = new Map(incidents.map((incident) => [incident.id, incident]));
  const updates = new Map<string, Update>();
  const changes = new Map<string, readonly number[]>();
  for (const { id } of incidents) {
    const told = await ledger.updates(id);
    for (const update of told) updates.set(update.id, update);
    if (told.some(({ verb }) => CHANGING.has(verb)))
      for (const [update, numbers] of changesOf(await ledger.deliveries({ incidentId: id })))
        changes.set(update, numbers);
  }
  const entries = await ledger.journal({
    ...(incidentId === null ? {} : { incidentId }),
    ...(since === null ? {} : { since }),
  });
  const entered = new Set(
    entries.flatMap(({ act, updateId }) => (act === "said" && updateId !== null ? [updateId] : [])),
  );
  const actions = new Map(
    (await ledger.actions(incidentId === null ? {} : { incidentId })).map(({ id, text }) => [id, text]),
  );
  const updateOf = (id: string | null): Entry["update"] => {
    const update = id === null ? undefined : updates.get(id);
    if (update === undefined) return null;
    const { number, template, verb } = update;
    return { id: update.id, number, template, verb };
  };
  const incidentOf = (id: string | null): Entry["incident"] => {
    const title = id === null ? undefined : known.get(id)?.title;
    return id === null ? null : { id, title: title ?? id };
  };
  const journalled = entries.map(
    ({ id, at, by, act, incidentId: of, updateId, plan, what, reason, proof }): Entry => ({
      ...{ id, at, by, act, incident: incidentOf(of), update: updateOf(updateId) },
      ...{ changes: act === "said" ? (changes.get(updateId ?? "") ?? []) : [], plan, what, reason },
      action: ON_ACTIONS.has(act) ? (actions.get(what ?? "") ?? null) : null,
      ...{ signed: proof !== null, proof, from: "journal" },
    }),
  );
  const unjournalled = [...updates.values()]
    .filter(({ id, at }) => !entered.has(id) && (since === null || at >= since))
    .map(
      ({ id, at, author, incidentId: of, verb }): Entry => ({
        ...{ id, at, by: author, act: "said", incident: incidentOf(of), update: updateOf(id) },
        ...{ changes: changes.get(id) ?? [], plan: null, what: verb, reason: null },
        ...{ action: null, signed: false, proof: null, from: "update" },
      }),
    );
  // In one moment things stay in the order in which they were entered.
  return [...journalled.filter(onceSaid()), ...unjournalled].sort((a, b) => a.at.getTime() - b.at.getTime());
}

/** However often it was entered, an update was said once. */
function onceSaid(): (entry: Entry) => boolean {
  const said = new Set<string>();
  return ({ act, update }) => {
    if (act !== "said" || update === null) return true;
    const first = !said.has(update.id);
    said.add(update.id);
    return first;
  };
}

const ON_ACTIONS: ReadonlySet<Act> = new Set(["promised", "changed", "carried-out", "dropped"]);
const CHANGING: ReadonlySet<Verb> = new Set(["correct", "retract"]);

/** By the id of the update that did it. */
function changesOf(deliveries: readonly Delivery[]): Map<string, readonly number[]> {
  const numbers = new Map(deliveries.map(({ id, updateNumber }) => [id, updateNumber]));
  const changed = new Map<string, readonly number[]>();
  for (const { updateId, target } of deliveries) {
    const number = target === null ? undefined : numbers.get(target);
    const before = changed.get(updateId) ?? [];
    if (number !== undefined && !before.includes(number)) changed.set(updateId, [...before, number]);
  }
  return changed;
}
