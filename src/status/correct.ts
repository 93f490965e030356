import { refusal, usageError } from "../base/errors.ts";
import type { Speaker } from "../broadcast/context.ts";
import type { Delivery, Ledger } from "../broadcast/ledger.ts";
import { wasBegun } from "../broadcast/mailings.ts";
import { type ChannelPlan, planUpdate } from "../broadcast/plan.ts";
import { promiseInForce } from "../cadence/due.ts";
import { LIST_PART } from "../channels/contract.ts";
import type { Incident, Update } from "../incident/incident.ts";
import { loadTemplateSet } from "../render/template.ts";
import type { Caller } from "./caller.ts";
import type { Said } from "./carry-out.ts";
import type { Desk } from "./desk.ts";
import { identityOf } from "./identity.ts";
import { newestIncident } from "./incidents.ts";
import { resumeKey } from "./key.ts";
import { inputsOf, leftOutChannels, parseSet, type SpeakOptions, setOf } from "./options.ts";
import { type Composed, Overtaken, type Preview, say } from "./say.ts";
import {
  closePublic,
  factsOf,
  hasOwnWords,
  refuseUnheardInternal,
  type Utterance,
  updateOf,
  wordFor,
} from "./speak.ts";

export interface CorrectOptions extends SpeakOptions {
  /** The number of the update to correct; the newest that was said if left out. */
  readonly update?: string;
  /** Take posts away where the vendor can, instead of changing their words. */
  readonly delete?: boolean;
}

/**
 * Changes, or withdraws, what was said.
 * A post that can be changed gets other words in its place; where it cannot, the correction is said in the thread.
 */
export async function correct(
  desk: Desk,
  verb: "correct" | "retract",
  reference: string | null,
  options: CorrectOptions,
  caller: Caller,
): Promise<Said | Preview> {
  const inputs = inputsOf(options, reference);
  const resumed = await resumeKey(desk, verb, inputs, options);
  if (resumed !== null) return resumed;
  const ledger = await desk.existingLedger();
  if (ledger === null)
    throw usageError("INCIDENT_UNKNOWN", "Nothing has been said yet.", "To announce: status announce");
  const incident = await newestIncident(ledger, reference);
  const updates = await ledger.updates(incident.id);
  const told = await ledger.deliveries({ incidentId: incident.id });
  const out = new Set<string>();
  for (const row of told) if (await isOut(row, ledger)) out.add(row.updateId);
  const wrong = updateToCorrect(
    updates.filter(({ id }) => out.has(id)),
    options,
  );

  let message = options.message ?? null;
  if (message === null && verb === "correct") {
    if (caller.person === null)
      throw usageError(
        "MESSAGE_NEEDED",
        "There are no new words, and no terminal to ask for them.",
        'Give them: --message "What is right"',
      );
    message = await caller.person.correction(wrong);
  }
  const anew = await loadTemplateSet({
    name: options.template ?? (verb === "correct" ? "correction" : "retraction"),
    ...desk.templates,
  });
  const set = setOf(options);
  // What nobody has heard was promised to nobody.
  const nextUpdateAt = promiseInForce({ incident, updates, deliveries: told }).promise;
  const { standing } = updates.at(-1)!;
  const by = options.breakGlass === undefined ? null : await identityOf(desk);
  const saying = (words: string | null): Utterance => ({
    by,
    ...{
      verb,
      incident: { ...incident, nextUpdateAt },
      opens: false,
      number: updates.length + 1,
      keeps: null,
      inputs,
    },
    ...{ template: anew, title: standing.title, message: words, set },
  });
  const speakers = await desk.speakers(false);
  const leftOut = leftOutChannels(
    options,
    speakers.map(({ name }) => name),
  );
  closePublic(
    desk,
    { verb, incident },
    hasOwnWords({ verb, message, set, template: anew }, options),
    speakers,
    told,
    options,
    leftOut,
  );
  refuseUnheardInternal(
    speakers.filter(({ name }) => !leftOut.has(name)),
    options,
  );
  const compose = async (words: string | null): Promise<Composed> => {
    const said = saying(words);
    const update = updateOf(desk, said, options);
    const plan = await Promise.all(speakers.map((speaker) => planFor(speaker, said, update)));
    return { said, update, plan, told };
  };
  const planFor = async (speaker: Speaker, said: Utterance, update: Update): Promise<ChannelPlan> => {
    const common = {
      property: desk.config.property,
      type: incident.type,
      speakers: [speaker],
      leftOut,
      told,
    };
    const change = changeOf(speaker, wrong, told, options.delete === true);
    if (change === null || leftOut.has(speaker.name)) {
      const [planned] = planUpdate({
        ...common,
        update,
        word: (_, locale) =>
          wordFor(
            desk,
            said.template,
            factsOf(desk, said, update.at, options),
            locale === undefined ? speaker : { ...speaker, locale },
            speakers,
          ),
      });
      return { ...planned!, stops: mailingsOf(speaker, wrong, told) };
    }
    // Composed as the update that it changes, so that keys and headings stay what they were.
    const words = verb === "correct" ? await asItWas(desk, ledger, incident, wrong, said) : said;
    const { at } = verb === "correct" ? wrong : update;
    const [planned] = planUpdate({
      ...common,
      update: wrong,
      word: () => wordFor(desk, words.template, factsOf(desk, words, at, options), speaker, speakers),
    });
    return { ...planned!, change };
  };
  try {
    return await say(desk, message, compose, options, caller);
  } catch (error) {
    if (!(error instanceof Overtaken)) throw error;
    const resumed = error.by === "key-taken" ? await resumeKey(desk, verb, inputs, options) : null;
    if (resumed !== null) return resumed;
    throw refusal(
      "UPDATE_OVERTAKEN",
      `Somebody has just spoken about ${incident.id}.`,
      `Nothing of yours was sent. Read it (status show ${incident.id}), and type your command again.`,
    );
  }
}

/** Whether anybody has heard it, or may have. A list has as soon as one of those on it has. */
async function isOut(row: Delivery, { mailings }: Ledger): Promise<boolean> {
  if (row.effect !== "post") return false;
  if (row.receipt !== null) return true;
  if (row.part !== LIST_PART || row.state === "planned" || row.state === "skipped") return false;
  // This machine's copy does not know how far a list had come.
  if (mailings === null) return wasBegun(row);
  const progress = await mailings.progress(row.id);
  return progress === null ? row.state === "unknown" : progress.counts.sent + progress.counts.unknown > 0;
}

/** What was to be mailed of that update on the channel, by part. */
function mailingsOf({ name }: Speaker, wrong: Update, told: readonly Delivery[]): Map<string, string> {
  const rows = told.filter(
    ({ channel, updateId, effect, part }) =>
      channel === name && updateId === wrong.id && effect === "post" && part === LIST_PART,
  );
  return new Map(rows.map(({ part, id }) => [part, id]));
}

/** The update named by its number, else the newest of those that are out. */
function updateToCorrect(spoken: readonly Update[], options: CorrectOptions): Update {
  const chosen =
    options.update === undefined
      ? spoken.at(-1)
      : spoken.find(({ number }) => String(number) === options.update);
  if (chosen !== undefined) return chosen;
  const known = spoken.map(({ number }) => number).join(", ") || "none";
  throw usageError(
    "UPDATE_UNKNOWN",
    options.update === undefined
      ? "Nothing of this incident is out yet."
      : `--update ${options.update}: no such update is out.`,
    `Updates that are out: ${known}.`,
  );
}

/** What to do to the channel's posts of that update; null where nothing of it is out there, or it cannot be changed. */
function changeOf(
  speaker: Speaker,
  wrong: Update,
  told: readonly Delivery[],
  removes: boolean,
): NonNullable<ChannelPlan["change"]> | null {
  const rows = told.filter(
    (row) =>
      row.channel === speaker.name &&
      row.updateId === wrong.id &&
      row.effect === "post" &&
      row.receipt !== null,
  );
  const effect =
    removes && speaker.channel.remove !== undefined
      ? "remove"
      : speaker.channel.amend !== undefined
        ? "amend"
        : null;
  if (rows.length === 0 || effect === null) return null;
  return { effect, targets: new Map(rows.map(({ part, id }) => [part, id])) };
}

/** The update as it was said, with the new words in place of the old. */
async function asItWas(
  desk: Desk,
  ledger: Ledger,
  incident: Incident,
  wrong: Update,
  said: Utterance,
): Promise<Utterance> {
  const inputs = await ledger.inputs(wrong.id);
  const before =
    typeof inputs === "object" && inputs !== null && "set" in inputs ? (inputs.set as readonly string[]) : [];
  return {
    ...said,
    incident: { ...incident, ...wrong.standing },
    number: wrong.number,
    template: await loadTemplateSet({ name: wrong.template, ...desk.templates }),
    set: { ...parseSet(before), ...said.set },
  };
}
