import { ScriptedClock } from "../../src/base/clock.ts";
import { digest } from "../../src/base/ids.ts";
import type {
  Channel,
  ChannelKind,
  ComposeContext,
  Place,
  Post,
  Recipient,
} from "../../src/channels/contract.ts";
import { email } from "../../src/channels/email/index.ts";
import type { Message } from "../../src/render/document.ts";
import { readSettings } from "./ground.ts";
import { type KitChange, kitFor } from "./loopback.ts";

export const NOW = new Date("2010-06-29T19:40:00Z");
export const NOBODY: Place = { root: null, previous: null };
export const ALWAYS = () => true;

/** A mail channel with a list, connected to no server unless the change names one. */
export function connectList(change: Record<string, unknown> = {}, kit: KitChange = {}): Channel {
  const settings = {
    kind: "email",
    smtp: "smtp://127.0.0.1:1",
    from: "Amazon Status <status@example.com>",
    recipients: "customers.csv",
    ...change,
  };
  const kind: ChannelKind = email;
  return kind.connect(readSettings(kind, settings), kitFor({ clock: new ScriptedClock(NOW), ...kit }));
}

export function messageOf(words = "We look into it.", change: Partial<Message> = {}): Message {
  return {
    subject: "Checkout is down",
    body: [{ type: "paragraph", children: [{ type: "text", text: words }] }],
    short: words,
    keep: null,
    link: "https://status.example.org/",
    ...change,
  };
}

export function contextOf(change: Partial<ComposeContext> = {}): ComposeContext {
  return {
    keyOf: (part) => digest("property", "key", "customers", part),
    incident: {
      id: "2010-06-29-checkout",
      type: "incident",
      title: "Checkout is down",
      phase: "investigating",
      impact: "critical",
      components: [],
      startedAt: NOW,
      endsAt: null,
      nextUpdateAt: null,
    },
    update: { id: "u1", number: 1, verb: "announce", at: NOW },
    rootSubject: null,
    ...change,
  };
}

export function postOf(channel: Channel, message = messageOf(), context = contextOf()): Post {
  const [post] = channel.compose(message, context);
  if (post === undefined) throw new Error("nothing composed");
  return post;
}

export function recipientOf(address: string, change: Partial<Recipient> = {}): Recipient {
  return { address, name: null, locale: null, unsubscribe: null, ...change };
}

export function never(): AbortSignal {
  return new AbortController().signal;
}
