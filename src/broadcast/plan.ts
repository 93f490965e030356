import { setupError } from "../base/errors.ts";
import { digest } from "../base/ids.ts";
import { type ComposeContext, type Post, type Property, TooLong } from "../channels/contract.ts";
import type { ComponentState, IncidentType, Update } from "../incident/incident.ts";
import type { Block, Message } from "../render/document.ts";
import type { Speaker } from "./context.ts";
import type { Delivery, NewDelivery } from "./ledger.ts";
import { rootSubjectOf } from "./thread.ts";

export interface PlanInput {
  readonly property: Property;
  readonly type: IncidentType;
  readonly update: Update;
  readonly speakers: readonly Speaker[];
  /** Channel names to leave out, with the reason. */
  readonly leftOut: ReadonlyMap<string, string>;
  /** Everything the channels have heard of this incident so far. */
  readonly told: readonly Delivery[];
  /** What other open incidents do to components. */
  readonly elsewhere?: ReadonlyMap<string, ComponentState>;
  /** Words the update for one channel, in another language than the channel's where one is given. Throws a StatusError for a template's fault. */
  word(speaker: Speaker, locale?: string): Message;
}

/** One channel's share of a plan. */
export interface ChannelPlan {
  readonly speaker: Speaker;
  /** Why nothing will be said here; null where something will. */
  readonly leftOut: string | null;
  readonly subject: string;
  readonly posts: readonly Post[];
  /** True where the posts follow an earlier one in a thread. */
  readonly follows: boolean;
  /** Where it changes posts that are out instead of making new ones: what to do, and to which delivery of each part. */
  readonly change?: { readonly effect: "amend" | "remove"; readonly targets: ReadonlyMap<string, string> };
  /** Where a correction is mailed again: by part, the delivery whose unsent rest it stops. */
  readonly stops?: ReadonlyMap<string, string>;
}

/**
 * Words and composes an update for every channel; nothing is sent, nothing is written.
 * A template that fails or a text that cannot fit stops the whole plan and names the channel: better before than half-way.
 */
export function planUpdate(input: PlanInput): ChannelPlan[] {
  return input.speakers.map((speaker) => {
    const reason = input.leftOut.get(speaker.name);
    if (reason !== undefined)
      return {
        speaker,
        leftOut: reason,
        subject: "",
        posts: [],
        follows: false,
      };
    const told = input.told.filter((delivery) => delivery.channel === speaker.name);
    const rootSubject = rootSubjectOf(told, input.update.number);
    const message = input.word(speaker);
    const locales = speaker.channel.mailing?.locales ?? [];
    const translations = new Map(locales.map((locale) => [locale, input.word(speaker, locale)]));
    const { id, number, verb, at, incidentId, standing } = input.update;
    const context: ComposeContext = {
      keyOf: (part) => postKey(input.property, input.update, speaker.name, part),
      incident: { id: incidentId, type: input.type, ...standing },
      update: { id, number, verb, at },
      rootSubject,
      ...(translations.size === 0 ? {} : { translations }),
      ...(input.elsewhere === undefined ? {} : { elsewhere: input.elsewhere }),
    };
    try {
      const posts = composeOn(speaker, message, context, input.update.template === "postmortem");
      return {
        speaker,
        leftOut: null,
        subject: message.subject,
        posts,
        follows: rootSubject !== null,
      };
    } catch (error) {
      if (!(error instanceof TooLong)) throw error;
      throw setupError(
        "TEXT_TOO_LONG",
        `${speaker.name} (${speaker.kind}): ${error.message}`,
        `Say it shorter, or go on without this channel: add --except ${speaker.name}`,
      );
    }
  });
}

/** A whole document may be longer than a channel takes: there its short form stands for it. Throws TooLong. */
function composeOn(
  { channel }: Speaker,
  message: Message,
  context: ComposeContext,
  isDocument: boolean,
): readonly Post[] {
  try {
    return channel.compose(message, context);
  } catch (error) {
    if (!isDocument || !(error instanceof TooLong)) throw error;
    const body: Block[] = message.short
      .split(/\n{2,}/)
      .map((text) => ({ type: "paragraph", children: [{ type: "text", text }] }));
    const posts = channel.compose({ ...message, body }, context);
    return posts.map((post) => ({ ...post, notes: [...post.notes, `the short form: ${error.message}`] }));
  }
}

/** The same on every machine for the same property, key, channel and part, so that a lost ledger can be looked past. */
function postKey(property: Property, update: Update, channel: string, part: string): string {
  return digest(property.url ?? property.name, update.key ?? `update:${update.id}`, channel, part);
}

/** The ledger rows of a plan. */
export function rowsOf(plan: readonly ChannelPlan[]): NewDelivery[] {
  return plan.flatMap(({ speaker, leftOut, subject, posts, change, stops }): NewDelivery[] => {
    const row = {
      channel: speaker.name,
      kind: speaker.kind,
      required: speaker.required,
      audience: speaker.audience,
      subject,
      effect: change?.effect ?? "post",
    } as const;
    if (leftOut !== null)
      return [{ ...row, part: "1", state: "skipped", target: null, reason: leftOut, post: null }];
    return posts.map((post) => ({
      ...row,
      part: post.part,
      state: "planned",
      target: (change?.targets ?? stops)?.get(post.part) ?? null,
      reason: null,
      post,
    }));
  });
}
