import { defineKind } from "../define-kind.ts";
import { inTurn } from "../in-turn.ts";
import { check } from "./check.ts";
import { composeMails, type MailPayload } from "./compose.ts";
import { composeList } from "./compose-list.ts";
import { dkimOf } from "./dkim.ts";
import { mailingOf } from "./mailing.ts";
import { readServer } from "./server.ts";
import { emailSettings } from "./settings.ts";
import { threadOf } from "./thread.ts";

/** Mail over SMTP, one for each address or for each recipient of a list. It can neither be looked up nor read back: no `find`, no `verify`. */
export const email = defineKind({
  kind: "email",
  title: "Mail",
  guide: async () => (await import("./guide.ts")).guide,
  settings: emailSettings,
  secrets: ["smtp", "database", "dkimKey"],
  connect(settings, kit) {
    const list = settings.recipients !== undefined;
    return {
      compose: (message, context) =>
        list
          ? [composeList(message, context, settings, kit.property, kit.locale)]
          : composeMails(message, context, settings, kit.property, kit.locale),
      async publish(post, place, signal) {
        if (list) throw new TypeError("a list is spoken to through its mailing");
        const server = readServer(settings.smtp, kit.loopbackOnly);
        const signer = dkimOf(settings);
        const { sendMail } = await inTurn(() => import("./client.ts"));
        const mail = post.payload as MailPayload;
        const limits = { timeoutMs: kit.timeoutMs, signal };
        const { messageId } = await sendMail(server, mail, threadOf(place), limits, signer);
        return { remoteId: messageId, url: null, extra: { messageId } };
      },
      ...(list ? { mailing: mailingOf(settings, kit) } : {}),
      check: (signal) => check(settings, kit, signal),
    };
  },
});
