import type { ChannelKit, Mailing } from "../contract.ts";
import { type ListPayload, mailingReceipt } from "./compose-list.ts";
import { dkimOf } from "./dkim.ts";
import { readServer } from "./server.ts";
import { DEFAULT_CONNECTIONS, type EmailSettings } from "./settings.ts";

/** How the channel speaks to a list. */
export function mailingOf(settings: EmailSettings, kit: ChannelKit): Mailing {
  return {
    async *entries(signal) {
      const { readEntries } = await import("./recipients/read.ts");
      yield* readEntries(settings, kit, signal);
    },
    async *suppressed(signal) {
      const { readSuppressed } = await import("./recipients/read.ts");
      yield* readSuppressed(settings, kit, signal);
    },
    locales: settings.locales ?? [],
    receipt: mailingReceipt,
    connections: settings.connections ?? DEFAULT_CONNECTIONS,
    perSecond: settings.rate ?? null,
    async open(post, place, signal) {
      const server = readServer(settings.smtp, kit.loopbackOnly);
      const signer = dkimOf(settings);
      const { prepareLetter } = await import("./letter.ts");
      const { openOutlet } = await import("./outlet.ts");
      const letter = await prepareLetter(post.payload as ListPayload, place, signer);
      return openOutlet(server, letter, kit.timeoutMs, signal);
    },
  };
}
