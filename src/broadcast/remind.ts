import { deadline } from "../base/deadline.ts";
import { digest } from "../base/ids.ts";
import { ChannelError, type Property, TooLong } from "../channels/contract.ts";
import type { Incident } from "../incident/incident.ts";
import type { Message } from "../render/document.ts";
import type { BroadcastContext, Speaker } from "./context.ts";
import { errorOf } from "./deliver.ts";
import type { Delivery, DeliveryError, ReminderKey } from "./ledger.ts";
import { placeOf, rootSubjectOf } from "./thread.ts";

export interface Note {
  readonly incident: Incident;
  readonly promise: string;
  readonly kind: ReminderKey["kind"];
  readonly property: Property;
  /** The number of the newest update. */
  readonly number: number;
  /** Everything the channels have heard of the incident. */
  readonly told: readonly Delivery[];
  /** Throws a StatusError for a template's fault. */
  word(speaker: Speaker): Message;
}

/** What became of a note on one channel. */
export interface Reminded {
  readonly channel: string;
  /** Null where it is out. */
  readonly error: DeliveryError | null;
}

type RemindContext = Pick<BroadcastContext, "ledger" | "clock" | "stopped">;

/**
 * Puts a note on each of the channels, in the incident's thread where there is one. Each note is claimed durably before it
 * is sent and tried once: at most once from any number of places, and not at all where its sender dies. Returns what
 * became of those that fell to this caller. A note is no update: no delivery, no thread of its own, no coverage.
 */
export async function remind(
  note: Note,
  speakers: readonly Speaker[],
  context: RemindContext,
): Promise<Reminded[]> {
  const all = await Promise.all(speakers.map((speaker) => remindOn(note, speaker, context)));
  return all.filter((reminded) => reminded !== null);
}

async function remindOn(note: Note, speaker: Speaker, context: RemindContext): Promise<Reminded | null> {
  const { incident, promise, kind } = note;
  const key: ReminderKey = { incidentId: incident.id, promise, kind, channel: speaker.name };
  // Worded first: a template's fault must not use up the one try.
  const message = note.word(speaker);
  if (!(await context.ledger.claimReminder(key, context.clock.now()))) return null;
  const fail = async (error: DeliveryError): Promise<Reminded> => {
    await context.ledger.settleReminder(key, { error });
    return { channel: speaker.name, error };
  };
  if (speaker.setAside !== null) return fail(speaker.setAside);
  const told = note.told.filter(({ channel }) => channel === speaker.name);
  const limit = deadline(speaker.timeoutMs, context.stopped);
  const rootSubject = rootSubjectOf(told, note.number + 1);
  try {
    const posts = speaker.channel.compose(message, {
      keyOf: (part) =>
        digest(note.property.url ?? note.property.name, incident.id, promise, kind, speaker.name, part),
      // A forum takes each title once, and this one is the incident's.
      incident: rootSubject === null ? { ...incident, title: message.subject } : incident,
      update: {
        ...{ id: `${incident.id}-${promise}-${kind}`, number: note.number, verb: "update" },
        at: context.clock.now(),
      },
      rootSubject,
    });
    const receipts = await Promise.all(
      posts.map((post) =>
        speaker.channel.publish(post, placeOf(told, post.part, note.number + 1), limit.signal),
      ),
    );
    const [receipt] = receipts;
    if (receipt === undefined)
      throw new ChannelError("refused", "NOTHING_TO_SAY", "there was nothing to send");
    await context.ledger.settleReminder(key, { receipt });
    return { channel: speaker.name, error: null };
  } catch (error) {
    if (error instanceof ChannelError) return fail(errorOf(error));
    if (!(error instanceof TooLong)) throw error;
    return fail({ code: "TEXT_TOO_LONG", message: error.message, hint: null, retryAt: null });
  } finally {
    limit.end();
  }
}
