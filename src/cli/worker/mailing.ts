import { oneLine } from "../../base/printable.ts";
import { carryMailing } from "../../broadcast/mailing.ts";
import { type MailingProgress, sayMailing } from "../../broadcast/mailings.ts";
import type { App } from "../app.ts";
import type { Looker } from "./look.ts";

/** How long one that cannot go on now is left alone, unless the ledger says until when. */
const REST_MS = 10_000;

/** Large mailings as a worker carries them, beside other workers and whoever announced them. */
export class MailingWork {
  readonly #rests = new Map<string, Date>();
  /** As of when this worker last had a hand in it. */
  readonly progress = new Map<string, MailingProgress>();

  /** Deliveries to lists that somebody may be reached on now. */
  async unfinished(app: App, now: Date): Promise<readonly string[]> {
    const { mailings } = await app.ledger();
    const ids = (await mailings?.unfinished()) ?? [];
    for (const id of this.#rests.keys()) if (!ids.includes(id)) this.#rests.delete(id);
    return ids.filter((id) => (this.#rests.get(id) ?? now) <= now);
  }

  /** Takes one as far as it can go now. What is not begun when `stopping` is aborted is left for others. */
  async carry(deliveryId: string, by: Looker, stopping: AbortSignal): Promise<void> {
    this.#rests.set(deliveryId, new Date(by.clock.now().getTime() + REST_MS));
    await by.quietly(async (quiet) => {
      const ledger = await quiet.ledger();
      const { mailings } = ledger;
      const before = await ledger.delivery(deliveryId);
      const now = by.clock.now();
      if (mailings === null || before === null) return;
      const rest = before.error?.retryAt ?? now;
      if (rest > now) return void this.#rests.set(deliveryId, rest);
      const speaker = (await quiet.speakers(true)).find(({ name }) => name === before.channel);
      if (speaker?.channel.mailing === undefined || speaker.setAside !== null) return;
      const row = await carryMailing(deliveryId, {
        ...{ ledger, mailings, speaker, stopping, owner: quiet.owner },
        stopped: quiet.surroundings.stopped,
        now: () => by.clock.now(),
        watch: (progress) => this.progress.set(deliveryId, progress),
      });
      const progress = await mailings.progress(deliveryId);
      if (progress === null) return;
      this.progress.set(deliveryId, progress);
      const again = row.error?.retryAt ?? progress.againAt;
      if (again !== null) this.#rests.set(deliveryId, again);
      const { updateNumber, incidentId, channel, state } = row;
      const text = `mailing of update ${updateNumber} of ${incidentId} to ${oneLine(channel)}: ${sayMailing(progress)}`;
      // One that waits is come back to, and would be told of each time.
      const document = { channel, state, counts: progress.counts, update: { number: updateNumber } };
      by.voice.once(`mailing ${deliveryId}`, { event: "mailed", text, incidentId, document });
    });
  }
}
