import type { Delivery } from "../broadcast/ledger.ts";
import { carryMailing } from "../broadcast/mailing.ts";
import { type MailingProgress, sayMailing } from "../broadcast/mailings.ts";
import type { App } from "./app.ts";
import { parseTimeout, type SpeakFlags } from "./flags.ts";
import { MailingBar } from "./output/mailing-bar.ts";
import { mayRedraw, styleFor } from "./output/style.ts";

/**
 * Sends to the lists, all at once, until each has come as far as it can; on stderr how far that is. Ctrl-C and `--timeout`
 * leave the rest for `status retry`. Throws what broke one, after the others have ended.
 */
export async function carryMailings(app: App, lists: readonly Delivery[], flags: SpeakFlags): Promise<void> {
  const ledger = await app.ledger();
  const { mailings } = ledger;
  if (mailings === null || lists.length === 0) return;
  const { surroundings } = app;
  const speakers = new Map((await app.speakers(true)).map((speaker) => [speaker.name, speaker]));
  const style = styleFor(surroundings.stderr, surroundings, flags.plain === true);
  const bar = new MailingBar(app.live, style, mayRedraw(app.live, surroundings, flags.plain === true));
  const timeUp = new AbortController();
  const timer =
    flags.timeout === undefined ? undefined : setTimeout(() => timeUp.abort(), parseTimeout(flags.timeout));
  const stopping = AbortSignal.any([surroundings.stopping, timeUp.signal]);
  const ends = await Promise.allSettled(
    lists.map((row) => {
      const speaker = speakers.get(row.channel);
      if (speaker?.channel.mailing === undefined || speaker.setAside !== null) return row;
      return carryMailing(row.id, {
        ...{ ledger, mailings, speaker, stopping },
        owner: app.owner,
        stopped: surroundings.stopped,
        now: () => surroundings.clock.now(),
        watch: (progress: MailingProgress) =>
          bar.show(row.channel, sayMailing(progress), progress, Date.now()),
      });
    }),
  );
  clearTimeout(timer);
  bar.clear();
  for (const each of ends) if (each.status === "rejected") throw each.reason;
}
