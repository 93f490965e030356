import { refusal } from "../base/errors.ts";
import type { Ledger } from "../broadcast/ledger.ts";
import type { Incident, Update, Verb } from "../incident/incident.ts";
import type { Desk } from "./desk.ts";
import { parseTitle, type SpeakOptions } from "./options.ts";
import { factsOf, type Utterance } from "./speak.ts";
import { templateThatEnds } from "./wording.ts";

/** What comes after the first word of a notice. */
export interface NoticeStep {
  readonly template: string;
  /** As given; empty where the template finds its own. */
  readonly title: string;
  readonly endsAt: Date | null;
  readonly resolvedAt: Date | null;
}

/**
 * A notice stays what it is whatever is added to it, and its last word ends it. It is worded as before, or by the template that
 * ends that one. Throws NOTICE_ENDED where its last word was said already.
 */
export async function noticeStep(
  ledger: Ledger,
  before: Incident,
  updates: readonly Update[],
  verb: Verb,
  options: SpeakOptions,
  now: Date,
): Promise<NoticeStep> {
  if (updates.some((update) => update.verb === "resolve"))
    throw refusal(
      "NOTICE_ENDED",
      `${before.id} is a notice, and its last word was said.`,
      `To say something new: status announce ${updates[0]?.template ?? "deploy"}`,
    );
  const given =
    updates.findLast(({ verb }) => verb === "announce" || verb === "update")?.template ?? "deploy";
  const ends = verb === "resolve";
  const [first] = updates;
  const inputs = first === undefined ? null : await ledger.inputs(first.id);
  const named = typeof inputs === "object" && inputs !== null && "title" in inputs;
  return {
    template: ends ? templateThatEnds(given) : given,
    title: options.title === undefined ? (named ? before.title : "") : parseTitle(options.title),
    endsAt: ends ? now : before.endsAt,
    resolvedAt: ends ? now : before.resolvedAt,
  };
}

/** A notice may be named by its template: its subject is then its title. */
export function titleBy(desk: Desk, said: Omit<Utterance, "inputs">, options: SpeakOptions): string {
  const { locale, timeZone, name } = desk.config.property;
  const facts = factsOf(desk, said, desk.surroundings.clock.now(), options);
  const { subject } = said.template.render({
    channel: "",
    kind: "",
    locale,
    timeZone,
    audience: "public",
    facts,
  });
  return subject || `${name}: ${said.template.name}`;
}
