import { refusal, StatusError, usageError } from "../base/errors.ts";
import { randomId } from "../base/ids.ts";
import { suggest } from "../base/nearest.ts";
import { oneLine } from "../base/printable.ts";
import { closedChannels } from "../broadcast/approval.ts";
import type { Speaker } from "../broadcast/context.ts";
import { STEERING } from "../broadcast/frozen.ts";
import type { Delivery } from "../broadcast/ledger.ts";
import { type ChannelPlan, planUpdate } from "../broadcast/plan.ts";
import { passedBy } from "../cadence/follow-up.ts";
import type { Json } from "../channels/contract.ts";
import { flatten } from "../incident/components.ts";
import type { Incident, Update, Verb } from "../incident/incident.ts";
import type { Message } from "../render/document.ts";
import type { Facts } from "../render/facts.ts";
import type { TemplateSet } from "../render/template.ts";
import type { Caller } from "./caller.ts";
import type { Said } from "./carry-out.ts";
import type { Desk } from "./desk.ts";
import { heldElsewhere } from "./held-elsewhere.ts";
import { identityOf } from "./identity.ts";
import { inputsOf, leftOutChannels, type SpeakOptions } from "./options.ts";
import { type Composed, type Preview, say } from "./say.ts";

/** What is to be said: the incident as it will stand, and how it is worded. */
export interface Utterance {
  readonly verb: Verb;
  readonly incident: Incident;
  readonly opens: boolean;
  /** The open incidents that whoever opens this one knows of; absent where it is opened whatever else is open. */
  readonly beside?: readonly string[] | undefined;
  readonly number: number;
  /** The number of the update whose promise this one keeps. */
  readonly keeps: number | null;
  readonly template: TemplateSet;
  /** As given; empty where the template finds its own. */
  readonly title: string;
  readonly message: string | null;
  readonly set: Readonly<Record<string, string>>;
  readonly inputs: Json;
  /** Who breaks the glass; null where nobody does. */
  readonly by?: string | null;
  /** True where this makes it an incident of security: that must not wait for anybody. */
  readonly closes?: boolean;
}

/**
 * Says one update on all channels: plan, confirm, record, broadcast, report, verify.
 * Nothing is public before the plan has stood for every channel and the update is on disk.
 */
export async function speak(
  desk: Desk,
  said: Utterance,
  options: SpeakOptions,
  caller: Caller,
): Promise<Said | Preview> {
  const speakers = await desk.speakers(false);
  const names = speakers.map((speaker) => speaker.name);
  const leftOut = leftOutChannels(options, names);
  if (said.incident.type === "notice") leaveOutQuiet(desk, leftOut);
  const told = said.opens ? [] : await toldBefore(desk, said.incident.id);
  closePublic(desk, said, hasOwnWords(said, options), speakers, told, options, leftOut);
  if (said.verb === "follow-up" && options.only === undefined)
    for (const [name, why] of await leftOutOfScript(desk, said.incident, told))
      if (names.includes(name)) leftOut.set(name, why);
  if (said.verb === "follow-up" && names.every((name) => leftOut.has(name)))
    throw refusal(
      "NO_CHANNEL_LEFT",
      `Nobody would hear a follow-up of ${said.incident.id}: every channel is left out. It is still due.`,
      `To speak where words are missing: status retry ${said.incident.id} — or say something: status update ${said.incident.id}`,
    );
  const ledger = await desk.existingLedger();
  const elsewhere = ledger === null ? new Map() : await heldElsewhere(ledger, said.incident, desk);
  const hearing = speakers.filter(({ name }) => !leftOut.has(name));
  refuseUnheardInternal(hearing, options);
  tellUnsaid(desk, said.template, options);
  const by = options.breakGlass === undefined ? null : await identityOf(desk);
  const compose = async (message: string | null): Promise<Composed> => {
    const worded = { ...said, message, by };
    const update = updateOf(desk, worded, options);
    const facts = factsOf(desk, worded, update.at, options);
    const plan = planUpdate({
      property: desk.config.property,
      type: said.incident.type,
      ...{ update, speakers, leftOut, told, elsewhere },
      word: (speaker, locale) =>
        wordFor(desk, said.template, facts, locale === undefined ? speaker : { ...speaker, locale }, hearing),
    });
    if (said.verb === "follow-up") refuseRepetition(said.incident.id, plan, told);
    return { said: worded, update, plan, told };
  };
  return say(desk, said.message, compose, options, caller);
}

/** A value that no wording has a place for is not said: whoever mistyped its name should know. */
function tellUnsaid(desk: Desk, template: TemplateSet, options: SpeakOptions): void {
  for (const name of Object.keys(options.set ?? {}))
    if (!template.mentions(name))
      desk.remark(
        `--set ${oneLine(name)}: no wording of ${template.name} says it. ${suggest(name, Object.keys(template.ask))}`,
      );
}

/** Words for colleagues that no colleague would read must not be dropped in silence. */
export function refuseUnheardInternal(hearing: readonly Speaker[], { internal }: SpeakOptions): void {
  if (internal === undefined || hearing.some(({ audience }) => audience === "internal")) return;
  throw usageError(
    "INTERNAL_UNHEARD",
    "--internal is for internal channels, and none of them hears this.",
    "Leave it out, or make a channel internal: audience: internal",
  );
}

/** Leaves out the public channels that an incident of security keeps closed. Throws PUBLIC_CLOSED where nobody is left to hear it. */
export function closePublic(
  { config }: Desk,
  said: Pick<Utterance, "verb" | "incident" | "closes">,
  ownWords: boolean,
  speakers: readonly Speaker[],
  told: readonly Delivery[],
  options: SpeakOptions,
  leftOut: Map<string, string>,
): void {
  const closed = closedChannels(config.approval, {
    ...{ verb: said.verb, security: said.incident.security, ownWords },
    channels: speakers.filter(({ name }) => !leftOut.has(name)),
    ...{ frozen: options.dryRun === true, brokenGlass: options.breakGlass !== undefined },
    heard: new Set(
      said.closes === true
        ? []
        : told.filter(({ receipt }) => receipt !== null).map(({ channel }) => channel),
    ),
  });
  for (const [name, why] of closed) leftOut.set(name, why);
  if (closed.size > 0 && speakers.every(({ name }) => leftOut.has(name)))
    throw refusal(
      "PUBLIC_CLOSED",
      "Public channels are closed for an incident of security, and no internal one is left. Nothing was sent.",
      config.approval.security === null
        ? "Configure an internal channel, or say under approval: security: who may open the public ones. In an emergency: --break-glass REASON"
        : "Make a plan for others to approve: add --dry-run. In an emergency: --break-glass REASON",
    );
}

/** Whether somebody worded it: else it is the template's words, and the facts. Answers to what the template asks are words. */
export function hasOwnWords(
  { verb, message, set, template }: Pick<Utterance, "verb" | "message" | "set" | "template">,
  options: SpeakOptions,
): boolean {
  if (message !== null || options.short !== undefined || options.internal !== undefined) return true;
  // The clock says again what customers were told of planned work.
  if (verb === "follow-up")
    return options.set !== undefined || STEERING.some((name) => Object.hasOwn(inputsOf(options, null), name));
  return Object.entries(set).some(([name, text]) => text !== (template.ask[name]?.default ?? ""));
}

/**
 * Where a script does not speak: on channels that people have left out of every update, since it must not be the first to
 * speak there, and where it would overtake what a person said.
 */
async function leftOutOfScript(
  desk: Desk,
  incident: Incident,
  told: readonly Delivery[],
): Promise<Map<string, string>> {
  const meant = new Set(told.filter(({ state }) => state !== "skipped").map(({ channel }) => channel));
  const never = told.map(({ channel }) => channel).filter((channel) => !meant.has(channel));
  const reasons = new Map(never.map((channel) => [channel, "left out of this incident so far"]));
  const updates = await (await desk.ledger()).updates(incident.id);
  for (const channel of meant) {
    const number = notToldOf(channel, updates, told);
    if (number !== null)
      reasons.set(
        channel,
        `was left out of update ${number}, and a script is not to be the first to tell it`,
      );
  }
  // The clock's own steps of planned work make the words before them old.
  if (incident.type === "maintenance") return reasons;
  for (const [channel, number] of passedBy({ updates, deliveries: told }))
    reasons.set(channel, `has still to hear update ${number}: status retry ${incident.id}`);
  return reasons;
}

/** The update that changed what is said of the incident, and that the channel was left out of; null where there is none. */
function notToldOf(channel: string, updates: readonly Update[], told: readonly Delivery[]): number | null {
  const numbers = told
    .filter((row) => row.channel === channel && row.state !== "skipped")
    .map((row) => row.updateNumber);
  const last = updates.find(({ number }) => number === Math.max(...numbers));
  const stands = ({ standing: { title, impact, phase, components } }: Update) =>
    JSON.stringify([title, impact, phase, components]);
  const changed = updates.find(
    (update) => last !== undefined && update.number > last.number && stands(update) !== stands(last),
  );
  return changed?.number ?? null;
}

/** A script that says the same again, word for word, tells nobody anything. */
function refuseRepetition(id: string, plan: readonly ChannelPlan[], told: readonly Delivery[]): void {
  const repeating = plan.filter(({ speaker, leftOut, posts }) => {
    if (leftOut !== null || !speaker.required) return false;
    const got = told.filter(
      ({ channel, effect, state }) =>
        channel === speaker.name &&
        effect !== "remove" &&
        (state === "sent" || state === "pending" || state === "unknown"),
    );
    const last = got.filter(({ updateNumber }) => updateNumber === got.at(-1)?.updateNumber);
    const words = (texts: readonly (string | undefined)[]) => JSON.stringify([...texts].sort());
    return words(last.map(({ post }) => post?.text)) === words(posts.map(({ text }) => text));
  });
  if (repeating.length === 0) return;
  throw refusal(
    "FOLLOW_UP_NEEDS_WORDS",
    `The follow-up of ${id} would repeat the last update word for word on ${repeating.map(({ speaker }) => speaker.name).join(", ")}. Nothing was sent, and the update is still due.`,
    `Say something new: status update ${id} --message "…"`,
  );
}

/** Channels that take no notices hear none. Throws NO_CHANNEL_LEFT where no other is left. */
function leaveOutQuiet({ config }: Desk, leftOut: Map<string, string>): void {
  for (const { name, common } of config.channels)
    if (!common.notices && !leftOut.has(name)) leftOut.set(name, "takes no notices");
  if (leftOut.size === config.channels.length)
    throw usageError(
      "NO_CHANNEL_LEFT",
      "No channel is left that takes notices.",
      "Take notices: false from one that should, or name others with --only.",
    );
}

export function updateOf(desk: Desk, said: Utterance, options: SpeakOptions): Update {
  const { title, phase, impact, components, startedAt, endsAt, automatic, long, security, nextUpdateAt } =
    said.incident;
  return {
    id: randomId(),
    incidentId: said.incident.id,
    number: said.number,
    verb: said.verb,
    template: said.template.name,
    key: options.key ?? null,
    author: desk.author,
    at: desk.surroundings.clock.now(),
    keeps: said.keeps,
    standing: {
      title,
      phase,
      impact,
      components,
      startedAt,
      endsAt,
      automatic,
      long,
      security,
      nextUpdateAt,
    },
  };
}

async function toldBefore(desk: Desk, incidentId: string): Promise<Delivery[]> {
  const ledger = await desk.existingLedger();
  return ledger === null ? [] : ledger.deliveries({ incidentId });
}

/** What there is to say, for the template. */
export function factsOf(desk: Desk, said: Omit<Utterance, "inputs">, at: Date, options: SpeakOptions): Facts {
  const { property } = desk.config;
  const names = new Map(flatten(property.components).map(({ id, name }) => [id, name]));
  const { incident } = said;
  return {
    title: said.title,
    message: said.message,
    short: options.short ?? null,
    internal: options.internal ?? null,
    brokenGlass: options.breakGlass === undefined ? null : `${said.by ?? desk.author}: ${options.breakGlass}`,
    type: incident.type,
    phase: incident.phase,
    impact: incident.impact,
    components: incident.components.map(({ id, state }) => ({ id, name: names.get(id) ?? id, state })),
    property: { name: property.name, url: property.url },
    statusUrl: property.statusUrl,
    startedAt: incident.startedAt,
    endsAt: incident.endsAt,
    nextUpdateAt: incident.nextUpdateAt,
    resolvedAt: incident.resolvedAt,
    now: at,
    incidentId: incident.id,
    updateNumber: said.number,
    set: said.set,
    drill: desk.surroundings.drill?.marked === true,
  };
}

/** Words an update for one channel. A fault names the channel and how to go on without it, unless all share it. */
export function wordFor(
  desk: Desk,
  template: TemplateSet,
  facts: Facts,
  speaker: Speaker,
  all: readonly Speaker[],
): Message {
  try {
    return wordOne(desk, template, facts, speaker);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const shared = all.every((other) => {
      try {
        wordOne(desk, template, facts, other);
        return false;
      } catch (otherError) {
        return otherError instanceof StatusError && otherError.code === error.code;
      }
    });
    if (shared) throw error;
    const hint = [error.hint, `To go on without this channel: add --except ${speaker.name}`]
      .filter(Boolean)
      .join(" ");
    throw new StatusError(error.blame, error.code, `${speaker.name}: ${error.message}`, hint, error);
  }
}

function wordOne(desk: Desk, template: TemplateSet, facts: Facts, speaker: Speaker): Message {
  const { locale, timeZone } = desk.config.property;
  return template.render({
    channel: speaker.name,
    kind: speaker.kind,
    locale: speaker.locale ?? locale,
    timeZone,
    audience: speaker.audience,
    facts,
  });
}
