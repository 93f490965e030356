import type { Html } from "./html.ts";
import { renderUpdate, type Telling, updatesOf } from "./incidents.ts";
import type { PageIncident } from "./site.ts";
import type { View } from "./view.ts";

/** Bytes of markup that updates may take on the front page: it opens fast however much is said. */
const ROOM = 64_000;
/** So many incidents have their newest update told even where there is no room left. */
const NEVER_SILENT = 12;

/** The room for updates on one page; every word told takes some. */
export class Room {
  #left = ROOM;

  /** False where it does not fit; what does not fit is to be left out. */
  take(markup: Html): boolean {
    const size = Buffer.byteLength(markup.markup);
    if (size > this.#left) return false;
    this.#left -= size;
    return true;
  }

  takeAnyway(markup: Html): void {
    this.#left -= Buffer.byteLength(markup.markup);
  }
}

/** Shares the room among incidents: first the newest update of each, then the next of each, until it is full. */
export function tell(incidents: readonly PageIncident[], room: Room, view: View): readonly Telling[] {
  const tellings = incidents.map((incident) => ({
    id: incident.id,
    updates: updatesOf(incident),
    shown: [] as Html[],
    full: false,
  }));
  const rounds = Math.max(0, ...tellings.map(({ updates }) => updates.length));
  for (let round = 0; round < rounds; round++)
    tellings.forEach((telling, position) => {
      const update = telling.updates[round];
      if (update === undefined || telling.full) return;
      const markup = renderUpdate(update, `${telling.id}-${update.number}`, 4, view);
      if (round === 0 && position < NEVER_SILENT) room.takeAnyway(markup);
      else if (!room.take(markup)) {
        telling.full = true;
        return;
      }
      telling.shown.push(markup);
    });
  return tellings.map(({ updates, shown }) => ({
    shown,
    unfolded: incidents.length === 1 ? 6 : incidents.length < 4 ? 3 : 1,
    left: updates.length - shown.length,
  }));
}
