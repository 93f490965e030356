import type { Delivery } from "../broadcast/ledger.ts";
import { carryMailing } from "../broadcast/mailing.ts";
import type { Desk } from "./desk.ts";
import { parseTimeout, type SpeakOptions } from "./options.ts";

/**
 * Sends to the lists, all at once, until each has come as far as it can, and tells how far that is. The wish to end and
 * `timeout` leave the rest for `retry`. Throws what broke one, after the others have ended.
 */
export async function carryMailings(
  desk: Desk,
  lists: readonly Delivery[],
  { timeout }: Pick<SpeakOptions, "timeout">,
): Promise<void> {
  const ledger = await desk.ledger();
  const { mailings } = ledger;
  if (mailings === null || lists.length === 0) return;
  const { clock, stopped, ...surroundings } = desk.surroundings;
  const speakers = new Map((await desk.speakers(true)).map((speaker) => [speaker.name, speaker]));
  const timeUp = new AbortController();
  const timer = timeout === undefined ? undefined : setTimeout(() => timeUp.abort(), parseTimeout(timeout));
  const stopping = AbortSignal.any([surroundings.stopping, timeUp.signal]);
  const ends = await Promise.allSettled(
    lists.map((row) => {
      const speaker = speakers.get(row.channel);
      if (speaker?.channel.mailing === undefined || speaker.setAside !== null) return row;
      return carryMailing(row.id, {
        ...{ ledger, mailings, speaker, stopping, stopped },
        owner: desk.owner,
        now: () => clock.now(),
        watch: (progress) => desk.tell({ type: "mailing", channel: row.channel, progress }),
      });
    }),
  );
  clearTimeout(timer);
  for (const each of ends) if (each.status === "rejected") throw each.reason;
}
