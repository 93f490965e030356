import { refusal, StatusError, usageError } from "../base/errors.ts";
import { randomId } from "../base/ids.ts";
import type { Speaker } from "../broadcast/context.ts";
import type { Delivery, Ledger, NewUpdate } from "../broadcast/ledger.ts";
import { type ChannelPlan, planUpdate, rowsOf } from "../broadcast/plan.ts";
import { passedBy } from "../cadence/follow-up.ts";
import type { Json } from "../channels/contract.ts";
import { flatten } from "../incident/components.ts";
import type { Incident, Update, Verb } from "../incident/incident.ts";
import type { Message } from "../render/document.ts";
import type { Facts } from "../render/facts.ts";
import type { TemplateSet } from "../render/template.ts";
import type { App } from "./app.ts";
import { carryOut } from "./carry-out.ts";
import type { Dialog } from "./dialog.ts";
import { EXIT } from "./exit-codes.ts";
import { leftOutChannels, parseTimeout, type SpeakFlags } from "./flags.ts";
import { heldElsewhere } from "./held-elsewhere.ts";
import { broadcastDocument } from "./output/json.ts";
import { previewText } from "./output/preview.ts";
import { styleFor } from "./output/style.ts";
import { heading } from "./output/table.ts";

/** What is to be said: the incident as it will stand, and how it is worded. */
export interface Utterance {
  readonly verb: Verb;
  readonly incident: Incident;
  readonly opens: boolean;
  readonly number: number;
  /** The number of the update whose promise this one keeps. */
  readonly keeps: number | null;
  readonly template: TemplateSet;
  /** As given; empty where the template finds its own. */
  readonly title: string;
  readonly message: string | null;
  readonly set: Readonly<Record<string, string>>;
  readonly inputs: Json;
}

/**
 * Says one update on all channels: plan, confirm, record, broadcast, report, verify.
 * Nothing is public before the plan has stood for every channel and the update is on disk.
 */
export async function speak(
  app: App,
  said: Utterance,
  flags: SpeakFlags,
  dialog: Dialog | null,
): Promise<number> {
  const speakers = await app.speakers(false);
  const names = speakers.map((speaker) => speaker.name);
  const leftOut = leftOutChannels(flags, names);
  if (said.incident.type === "notice") leaveOutQuiet(app, leftOut);
  const update = updateOf(app, said, flags);
  const told = said.opens ? [] : await toldBefore(app, said.incident.id);
  if (said.verb === "follow-up" && flags.only === undefined)
    for (const [name, why] of await leftOutOfScript(app, said.incident, told))
      if (names.includes(name)) leftOut.set(name, why);
  if (said.verb === "follow-up" && names.every((name) => leftOut.has(name)))
    throw refusal(
      "NO_CHANNEL_LEFT",
      `Nobody would hear a follow-up of ${said.incident.id}: every channel is left out. It is still due.`,
      `To speak where words are missing: status retry ${said.incident.id} — or say something: status update ${said.incident.id}`,
    );
  const ledger = await app.existingLedger();
  const elsewhere = ledger === null ? new Map() : await heldElsewhere(ledger, said.incident, app);
  const plan = planUpdate({
    property: app.config.property,
    type: said.incident.type,
    update,
    speakers,
    leftOut,
    told,
    elsewhere,
    word: (speaker, locale) =>
      wordFor(
        app,
        said,
        update,
        flags,
        locale === undefined ? speaker : { ...speaker, locale },
        speakers.filter(({ name }) => !leftOut.has(name)),
      ),
  });
  if (said.verb === "follow-up") refuseRepetition(said.incident.id, plan, told);
  return say(app, said, update, plan, flags, dialog);
}

/**
 * Where a script does not speak: on channels that people have left out of every update, since it must not be the first to
 * speak there, and where it would overtake what a person said.
 */
async function leftOutOfScript(
  app: App,
  incident: Incident,
  told: readonly Delivery[],
): Promise<Map<string, string>> {
  const meant = new Set(told.filter(({ state }) => state !== "skipped").map(({ channel }) => channel));
  const never = told.map(({ channel }) => channel).filter((channel) => !meant.has(channel));
  const reasons = new Map(never.map((channel) => [channel, "left out of this incident so far"]));
  // The clock's own steps of planned work make the words before them old.
  if (incident.type === "maintenance") return reasons;
  const updates = await (await app.ledger()).updates(incident.id);
  for (const [channel, number] of passedBy({ updates, deliveries: told }))
    reasons.set(channel, `has still to hear update ${number}: status retry ${incident.id}`);
  return reasons;
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
function leaveOutQuiet({ config }: App, leftOut: Map<string, string>): void {
  for (const { name, common } of config.channels)
    if (!common.notices && !leftOut.has(name)) leftOut.set(name, "takes no notices");
  if (leftOut.size === config.channels.length)
    throw usageError(
      "NO_CHANNEL_LEFT",
      "No channel is left that takes notices.",
      "Take notices: false from one that should, or name others with --only.",
    );
}

/** Shows the plan or asks, records it, and carries it out. Throws Overtaken where somebody else was quicker: then nothing was written. */
export async function say(
  app: App,
  said: Utterance,
  update: Update,
  plan: readonly ChannelPlan[],
  flags: SpeakFlags,
  dialog: Dialog | null,
): Promise<number> {
  if (flags.timeout !== undefined) parseTimeout(flags.timeout);
  if (flags.dryRun === true) return showDryRun(app, said, update, plan, flags);
  await confirm(app, said, update, plan, flags, dialog);
  const ledger = await app.ledger();
  const { incident, opens, inputs } = said;
  const recorded = await recordOnce(ledger, { incident, opens, update, inputs, deliveries: rowsOf(plan) });
  if (recorded !== "recorded") throw new Overtaken(recorded);
  return carryOut(app, update.id, await ledger.deliveries({ updateId: update.id }), flags, {
    resumed: false,
  });
}

/** Where the answer was lost on its way from the server: what was recorded must not be said to have failed, and typed again. */
async function recordOnce(ledger: Ledger, update: NewUpdate): ReturnType<Ledger["record"]> {
  const lost = (error: unknown) => error instanceof StatusError && error.code === "LEDGER_UNREACHABLE";
  try {
    return await ledger.record(update);
  } catch (error) {
    if (!lost(error)) throw error;
    try {
      const recorded = await ledger.record(update);
      const updates = recorded === "recorded" ? [] : await ledger.updates(update.incident.id);
      return updates.some(({ id }) => id === update.update.id) ? "recorded" : recorded;
    } catch (again) {
      if (!(again instanceof StatusError) || !lost(again)) throw again;
      throw new StatusError(
        again.blame,
        again.code,
        `${again.message} Nothing was sent; whether your words were recorded is not known.`,
        `When it answers again: status list, then status retry. To go on without it, from this machine's copy: add --offline.`,
        again,
      );
    }
  }
}

/** Somebody else recorded an update, a key or an id in between; nothing was written. */
export class Overtaken extends Error {
  readonly by: "number-taken" | "key-taken" | "id-taken";
  constructor(by: Overtaken["by"]) {
    super(by);
    this.by = by;
  }
}

export function updateOf(app: App, said: Utterance, flags: SpeakFlags): Update {
  const { title, phase, impact, components, startedAt, endsAt, automatic, long, nextUpdateAt } =
    said.incident;
  return {
    id: randomId(),
    incidentId: said.incident.id,
    number: said.number,
    verb: said.verb,
    template: said.template.name,
    key: flags.key ?? null,
    author: app.author,
    at: app.surroundings.clock.now(),
    keeps: said.keeps,
    standing: { title, phase, impact, components, startedAt, endsAt, automatic, long, nextUpdateAt },
  };
}

async function toldBefore(app: App, incidentId: string): Promise<Delivery[]> {
  const ledger = await app.existingLedger();
  return ledger === null ? [] : ledger.deliveries({ incidentId });
}

/** What there is to say, for the template. */
export function factsOf(app: App, said: Omit<Utterance, "inputs">, at: Date, flags: SpeakFlags): Facts {
  const { property } = app.config;
  const names = new Map(flatten(property.components).map(({ id, name }) => [id, name]));
  const { incident } = said;
  return {
    title: said.title,
    message: said.message,
    short: flags.short ?? null,
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
    drill: app.surroundings.drill?.marked === true,
  };
}

/** Words an update for one channel. A fault names the channel and how to go on without it, unless all share it. */
export function wordFor(
  app: App,
  said: Utterance,
  update: Update,
  flags: SpeakFlags,
  speaker: Speaker,
  all: readonly Speaker[],
): Message {
  try {
    return wordOne(app, said, update, flags, speaker);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const shared = all.every((other) => {
      try {
        wordOne(app, said, update, flags, other);
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

function wordOne(app: App, said: Utterance, update: Update, flags: SpeakFlags, speaker: Speaker): Message {
  const { locale, timeZone } = app.config.property;
  return said.template.render({
    channel: speaker.name,
    kind: speaker.kind,
    locale: speaker.locale ?? locale,
    timeZone,
    audience: speaker.audience,
    facts: factsOf(app, said, update.at, flags),
  });
}

async function confirm(
  app: App,
  said: Utterance,
  update: Update,
  plan: readonly ChannelPlan[],
  flags: SpeakFlags,
  dialog: Dialog | null,
): Promise<void> {
  if (flags.yes === true) return;
  if (dialog === null)
    throw usageError(
      "CONFIRMATION_NEEDED",
      "There is no terminal to ask, and --yes was not given.",
      "Nothing was sent. Add --yes to send, or --dry-run to see each channel's text.",
    );
  const { stderr } = app.surroundings;
  const style = styleFor(stderr, app.surroundings, flags.plain === true);
  stderr.write(`\n${heading(said.incident, update, style)}${previewText(plan, style)}\n`);
  const speaking = plan.filter(({ leftOut }) => leftOut === null);
  const public_ = speaking.filter(({ speaker }) => speaker.audience === "public").length;
  const question = `Say this on ${speaking.length} channel${speaking.length === 1 ? "" : "s"} (${public_} public)?`;
  if (!(await dialog.confirm(question))) throw refusal("DECLINED", "Nothing was sent.", null);
}

function showDryRun(
  app: App,
  said: Utterance,
  update: Update,
  plan: readonly ChannelPlan[],
  flags: SpeakFlags,
): number {
  const { stdout } = app.surroundings;
  if (flags.json === true) {
    const deliveries = plan.map(({ speaker, leftOut, posts }) => ({
      ...{
        channel: speaker.name,
        kind: speaker.kind,
        state: "skipped",
        reason: leftOut ?? "dry run",
      },
      ...{
        verification: null,
        remoteId: null,
        url: null,
        attempts: 0,
        elapsedMs: null,
      },
      text: posts[0]?.text ?? null,
      parts:
        posts.length > 1
          ? posts.map((post) => ({
              part: post.part,
              state: "skipped",
              text: post.text,
            }))
          : [],
      error: speaker.setAside,
      ...{ required: speaker.required, audience: speaker.audience },
      length: posts[0]?.length ?? null,
      notes: posts[0]?.notes ?? [],
    }));
    stdout.write(
      `${JSON.stringify({ ...broadcastDocument("dry-run", said.incident, update, []), deliveries })}\n`,
    );
    return EXIT.ok.code;
  }
  const style = styleFor(stdout, app.surroundings, flags.plain === true);
  stdout.write(`${heading(said.incident, update, style)}${previewText(plan, style)}\nNothing was sent.\n`);
  return EXIT.ok.code;
}
