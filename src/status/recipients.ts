import { usageError } from "../base/errors.ts";
import { oneLine } from "../base/printable.ts";
import type { Delivery } from "../broadcast/ledger.ts";
import { type Mailings, RECIPIENT_STATES, type RecipientState, UNREACHED } from "../broadcast/mailings.ts";
import { LIST_PART } from "../channels/contract.ts";
import type { Desk } from "./desk.ts";
import type { RecipientDocument } from "./documents.ts";
import { newestIncident } from "./incidents.ts";
import { type RecipientsOptions, refuseEmpty } from "./options.ts";

/** So many are read at a time. */
const PAGE = 1000;

/** The newest mailing of each list on an incident, and whose fate is asked for. */
export interface Mailed {
  readonly mailings: Mailings;
  readonly rows: readonly Delivery[];
  readonly states: readonly RecipientState[];
}

/** The ledger's mailings. Throws INCIDENT_UNKNOWN where nothing was ever said. */
export async function mailingsIn(desk: Desk): Promise<Mailings> {
  const { mailings } = (await desk.existingLedger()) ?? {};
  if (mailings === undefined)
    throw usageError("INCIDENT_UNKNOWN", "Nothing has been announced yet.", "To announce: status announce");
  if (mailings === null) throw new Error("the recipients of mailings stand in the shared ledger");
  return mailings;
}

/** What was said to lists about an incident; to those who were not reached, unless `states` names others. Throws NO_MAILING, STATE_UNKNOWN. */
export async function mailed(
  desk: Desk,
  reference: string | null,
  { channel: named, states = [] }: RecipientsOptions,
): Promise<Mailed> {
  refuseEmpty(reference, {});
  const mailings = await mailingsIn(desk);
  const ledger = await desk.ledger();
  const wanted = states.map(parseState);
  const incident = await newestIncident(ledger, reference, "to-read");
  const lists = (await ledger.deliveries({ incidentId: incident.id })).filter(
    ({ part, channel, state }) => part === LIST_PART && state !== "skipped" && (named ?? channel) === channel,
  );
  const newest = new Map(lists.map((row) => [row.channel, row]));
  if (newest.size === 0)
    throw usageError(
      "NO_MAILING",
      `${incident.id} was not said to a list${named === undefined ? "" : ` on ${oneLine(named)}`}.`,
      "A list is a channel of kind email with recipients: (docs/mailings.md)",
    );
  return { mailings, rows: [...newest.values()], states: wanted.length > 0 ? wanted : UNREACHED };
}

/** The recipients of one mailing, a thousand at a time: a list never is in memory as a whole. `run` reads each. */
export async function* recipientsOf(
  { mailings, states }: Omit<Mailed, "rows">,
  { id, channel, updateNumber }: Delivery,
  run: <T>(read: () => Promise<T>) => Promise<T> = (read) => read(),
): AsyncGenerator<RecipientDocument, void> {
  for (let after = 0; ; ) {
    const from = after;
    const page = await run(() => mailings.recipients(id, states, from, PAGE));
    for (const { address, state, error } of page) yield { channel, updateNumber, address, state, error };
    if (page.length < PAGE) return;
    after = page.at(-1)!.number;
  }
}

function parseState(text: string): RecipientState {
  const state = RECIPIENT_STATES.find((known) => known === text);
  if (state !== undefined) return state;
  throw usageError(
    "STATE_UNKNOWN",
    `--state ${oneLine(text)}: there is no such state.`,
    `Known: ${RECIPIENT_STATES.join(", ")}.`,
  );
}
