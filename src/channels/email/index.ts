import type { Channel, ChannelKind, ChannelKit, Finding, Json, Place, Receipt } from "../contract.ts";
import { ChannelError } from "../contract.ts";
import type { MailThread } from "./client.ts";
import { composeMails, type MailPayload } from "./compose.ts";
import { describeServer, readServer } from "./server.ts";
import { type EmailSettings, emailSettings } from "./settings.ts";

/** Mail over SMTP, one for each address. It can neither be looked up nor read back: no `find`, no `verify`. */
export const email: ChannelKind<EmailSettings> = {
  kind: "email",
  title: "Mail",
  settings: emailSettings,
  secrets: ["smtp"],
  connect,
};

function connect(settings: EmailSettings, kit: ChannelKit): Channel {
  const { smtp, ...own } = settings;
  return {
    compose: (message, context) => composeMails(message, context, own, kit.property),
    async publish(post, place, signal) {
      const server = readServer(smtp, kit.loopbackOnly);
      const { sendMail } = await import("./client.ts");
      const mail = post.payload as MailPayload;
      const { messageId } = await sendMail(server, mail, threadOf(place), {
        timeoutMs: kit.timeoutMs,
        signal,
      });
      return { remoteId: messageId, url: null, extra: { messageId } };
    },
    check: (signal) => check(settings, kit, signal),
  };
}

/** `In-Reply-To` is the first mail; `References` the first and the one before. */
function threadOf(place: Place): MailThread {
  const root = messageIdOf(place.root);
  const previous = messageIdOf(place.previous);
  const references = [...new Set([root, previous])].filter((id) => id !== null);
  return { inReplyTo: root ?? previous, references };
}

function messageIdOf(receipt: Receipt | null): string | null {
  const id = (receipt?.extra as { messageId?: Json } | null | undefined)?.messageId;
  return typeof id === "string" && /^<[^<>\s]+>$/.test(id) ? id : null;
}

async function check(settings: EmailSettings, kit: ChannelKit, signal: AbortSignal): Promise<Finding[]> {
  try {
    const server = readServer(settings.smtp, kit.loopbackOnly);
    const { logIn } = await import("./client.ts");
    const { encrypted, loggedIn } = await logIn(server, {
      timeoutMs: kit.timeoutMs,
      signal,
    });
    const where = describeServer(server);
    return [
      loggedIn || server.login === null
        ? ok(
            "credential",
            loggedIn ? `${where} accepts ${server.login?.user}` : `${where} answers; no login is configured`,
          )
        : warn("credential", `${where} offers no login, so user and password are not used`, "check the port"),
      ...(encrypted || server.loopback
        ? []
        : [
            warn(
              "encryption",
              `mail travels readable to ${where}`,
              "use smtps://, or a server with STARTTLS",
            ),
          ]),
      ok(
        "target",
        `${settings.to.length} ${settings.to.length === 1 ? "address" : "addresses"}, from ${settings.from}`,
      ),
    ];
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    return [
      {
        name: "credential",
        level: "fail",
        message: error.message,
        hint: error.hint,
      },
    ];
  }
}

function ok(name: string, message: string): Finding {
  return { name, level: "ok", message, hint: null };
}

function warn(name: string, message: string, hint: string): Finding {
  return { name, level: "warn", message, hint };
}
