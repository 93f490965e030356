import type { Ledger } from "../broadcast/ledger.ts";
import { statesOf } from "../incident/components.ts";
import type { ComponentState, Incident } from "../incident/incident.ts";
import type { Desk } from "./desk.ts";

/** The states that other open incidents give to components: no word on this one may paint those better. */
export async function heldElsewhere(
  ledger: Ledger,
  incident: Pick<Incident, "id">,
  desk: Desk,
): Promise<ReadonlyMap<string, ComponentState>> {
  const others = (await ledger.openIncidents()).filter(
    // What an incident of security holds, the public is not to learn from another one.
    ({ id, phase, security, acknowledgedAt }) =>
      id !== incident.id && phase !== "scheduled" && (!security || acknowledgedAt !== null),
  );
  const affected = others.flatMap(({ components }) => components);
  const states = statesOf(desk.config.property.components, affected);
  return new Map(affected.map(({ id, state }) => [id, states.get(id) ?? state]));
}
