import { sayDuration } from "../base/duration.ts";
import { refusal, usageError } from "../base/errors.ts";
import { slug } from "../base/ids.ts";
import { oneLine } from "../base/printable.ts";
import { localTime } from "../base/zone.ts";
import { boundByPlan } from "../cadence/plan.ts";
import { promiseFrom } from "../cadence/policy.ts";
import { isAlike } from "../incident/alike.ts";
import { flatten, STATE_OF_IMPACT } from "../incident/components.ts";
import {
  IMPACTS,
  type Impact,
  type Incident,
  isClosed,
  type Phase,
  type Verb,
} from "../incident/incident.ts";
import { phasesOf } from "../incident/phases.ts";
import { affect, type NamedComponent } from "../incident/standing.ts";
import { loadTemplateSet, type TemplateSet } from "../render/template.ts";
import type { Caller, Person } from "./caller.ts";
import type { Said } from "./carry-out.ts";
import type { Desk } from "./desk.ts";
import { resumeKey } from "./key.ts";
import { titleBy } from "./notice.ts";
import {
  inputsOf,
  parseComponents,
  parseImpact,
  parseNextUpdate,
  parsePhase,
  parseStartedAt,
  parseTitle,
  type SpeakOptions,
  setOf,
} from "./options.ts";
import { parseUntil, plannedTimes } from "./planned-time.ts";
import { Overtaken, type Preview } from "./say.ts";
import { speak } from "./speak.ts";
import { templateOfPhase } from "./wording.ts";

/**
 * Opens an incident (or says a notice) and broadcasts its first update; `maintenance schedule` is the same for work that is
 * still to come. Throws INCIDENT_ALREADY_OPEN where one like it is open, or is opened at the same moment.
 */
export async function announce(
  desk: Desk,
  templateName: string | null,
  options: SpeakOptions,
  caller: Caller,
  verb: Extract<Verb, "announce" | "maintenance schedule"> = "announce",
): Promise<Said | Preview> {
  if (templateName !== null && options.template !== undefined)
    throw usageError(
      "TEMPLATE_TWICE",
      "The template was named twice.",
      "Give it as the argument or by --template.",
    );
  const { person } = caller;
  const message = options.message ?? null;
  const inputs = inputsOf(options, templateName);
  const resumed = await resumeKey(desk, verb, inputs, options);
  if (resumed !== null) return resumed;

  const { config, surroundings } = desk;
  const { timeZone } = config.property;
  const now = surroundings.clock.now();
  const usual = verb === "announce" ? "acknowledge" : "maintenance-scheduled";
  const template = await loadTemplateSet({
    name:
      templateName ??
      options.template ??
      (options.phase === undefined ? usual : templateOfPhase(parsePhase(options.phase))),
    ...desk.templates,
  });
  let components = parseComponents(options.components ?? [], config);
  const phase = firstPhase(template, options);
  refuseMisplanned(verb, template, phase, options);
  const set = setOf(options);

  if (
    person !== null &&
    options.components === undefined &&
    template.type !== "notice" &&
    config.property.components.length > 0
  )
    components = (await person.affected(config.property.components)).map((id) => ({ id, state: null }));
  const impact = await impactOf(template, options, components, person);
  const { startsAt, endsAt } =
    verb === "announce"
      ? {
          startsAt: options.startedAt === undefined ? now : parseStartedAt(options.startedAt, now, timeZone),
          endsAt: options.until === undefined ? null : parseUntil(options.until, { now, timeZone }),
        }
      : await plannedTimes(desk, options, person);
  const titled = await titleOf(desk, template, options, components, person);
  // Some channels show the incident's name without the words around it.
  const title = surroundings.drill?.marked === true && titled !== "" ? `DRILL: ${titled}` : titled;
  const variables = (await person?.variables(template, set)) ?? set;

  const standing = {
    ...{ title, phase, impact, startedAt: startsAt, endsAt },
    ...{ automatic: options.automatic === true, long: false, security: options.security === true },
  };
  const promised =
    options.nextUpdate === undefined
      ? promiseFrom(now, standing, config.cadence)
      : boundByPlan(parseNextUpdate(options.nextUpdate, now, timeZone), standing, now);
  const draft: Incident = {
    id: "",
    type: template.type,
    ...standing,
    components: affect(components, impact, phase),
    acknowledgedAt: null,
    resolvedAt: isClosed(phase) ? now : null,
    nextUpdateAt: template.type === "notice" || isClosed(phase) ? null : promised,
  };
  const open = options.new === true ? [] : await openNow(desk);
  let beside = await refuseRepetition(open, draft, options, person, []);
  tellOverlap(desk, draft, open);
  const said = {
    verb,
    opens: true,
    number: 1,
    keeps: null,
    template,
    title,
    message,
    set: variables,
    inputs,
  };
  const named = title === "" ? titleBy(desk, { ...said, incident: draft }, options) : title;

  const { year, month, day } = localTime(phase === "scheduled" ? startsAt : now, timeZone);
  const stem = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}-${options.security === true ? "incident" : slug(named, 40)}`;
  const ledger = await desk.existingLedger();
  for (let count = 1; ; ) {
    const incident: Incident = { ...draft, id: count === 1 ? stem : `${stem}-${count}`, title: named };
    // A plan keeps its id: one that is taken already would never be said.
    if (ledger !== null && (await ledger.incident(incident.id)) !== null) {
      count++;
      continue;
    }
    try {
      return await speak(desk, { ...said, incident, beside }, options, caller);
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
      if (error.by === "key-taken") return (await resumeKey(desk, verb, inputs, options))!;
      // Somebody may have announced the same at the same moment.
      beside = await refuseRepetition(await openNow(desk), draft, options, person, beside ?? []);
      if (error.by === "id-taken") count++;
    }
  }
}

/** Each command opens what it is for: what is planned has times, and an incident has no planned end. */
function refuseMisplanned(
  verb: "announce" | "maintenance schedule",
  { name, type }: TemplateSet,
  phase: Phase,
  options: SpeakOptions,
): void {
  if (verb === "maintenance schedule") {
    if (type !== "maintenance" || phase !== "scheduled")
      throw usageError(
        "TEMPLATE_MISFIT",
        `The template ${name} does not word work that is still to come.`,
        "Choose one of type maintenance and phase scheduled, or leave --template out.",
      );
    if (options.startedAt !== undefined)
      throw usageError("STARTED_AT_MISFIT", "Planned work has not begun.", "Say when it will: --from TIME");
    return;
  }
  if (type === "maintenance" && phase === "scheduled")
    throw usageError(
      "MAINTENANCE_NEEDS_TIMES",
      "Planned work is announced with its times.",
      "status maintenance schedule --from TIME --until TIME",
    );
  if (type === "maintenance" && options.until === undefined)
    throw usageError("UNTIL_NEEDED", "Planned work has an end, and none was given.", "Give it: --until 2h");
  if (type === "incident" && options.until !== undefined)
    throw usageError(
      "UNTIL_MISFIT",
      "Nobody can promise the end of an incident.",
      "To promise the next update: --next-update 30m",
    );
}

function firstPhase(template: TemplateSet, options: SpeakOptions): Phase {
  const phases = phasesOf(template.type);
  const phase = options.phase === undefined ? (template.phase ?? phases[0]!) : parsePhase(options.phase);
  if (phases.includes(phase)) return phase;
  throw usageError(
    "PHASE_MISFIT",
    `--phase ${phase} is no phase of a ${template.type}.`,
    `Known: ${phases.join(", ")}.`,
  );
}

/** As it is given, or as a person says; what the given states of components come to is suggested. A program's is `minor`. */
async function impactOf(
  { type }: TemplateSet,
  options: SpeakOptions,
  components: readonly NamedComponent[],
  person: Person | null,
): Promise<Impact> {
  if (options.impact !== undefined) return parseImpact(options.impact);
  if (type !== "incident") return "none";
  if (person === null) return "minor";
  const worst = IMPACTS.findLast((impact) =>
    components.some(({ state }) => state === STATE_OF_IMPACT[impact]),
  );
  return person.impact(worst ?? "minor");
}

async function titleOf(
  desk: Desk,
  template: TemplateSet,
  options: SpeakOptions,
  components: readonly NamedComponent[],
  person: Person | null,
): Promise<string> {
  if (options.title !== undefined) return parseTitle(options.title);
  const names = new Map(flatten(desk.config.property.components).map(({ id, name }) => [id, name]));
  const affected = components.map(({ id }) => names.get(id) ?? id);
  const what = affected.length === 0 ? desk.config.property.name : affected.slice(0, 3).join(", ");
  if (person !== null)
    return parseTitle(
      await person.title(
        template.type,
        template.type === "maintenance" ? `Maintenance of ${what}` : `Problems with ${what}`,
      ),
    );
  if (template.type === "notice") return "";
  throw usageError(
    "TITLE_NEEDED",
    "There is no title, and no terminal to ask for one.",
    'Give it: --title "What customers see"',
  );
}

async function openNow(desk: Desk): Promise<readonly Incident[]> {
  return (await (await desk.existingLedger())?.openIncidents()) ?? [];
}

/** Two incidents on one component are told to customers as two: whoever did not know of the first may have meant to add to it. */
function tellOverlap(desk: Desk, about: Incident, open: readonly Incident[]): void {
  if (about.type !== "incident") return;
  const now = desk.surroundings.clock.now();
  for (const other of open) {
    const shared = other.components
      .map(({ id }) => id)
      .filter((id) => about.components.some((one) => one.id === id));
    // Of one that is alike it was asked already.
    if (other.type !== "incident" || shared.length === 0 || isAlike(other, about)) continue;
    const age = sayDuration(Math.max(0, now.getTime() - other.startedAt.getTime()));
    desk.remark(
      `"${oneLine(other.title)}" is open on ${shared.join(", ")}, for ${age}. To add to it instead: status update ${other.id}`,
    );
  }
}

/**
 * An announcement that resembles an open incident is most likely a second person, or a second run. Returns the ids of all that
 * are open, which this may stand beside; undefined where it is not asked what is.
 */
async function refuseRepetition(
  open: readonly Incident[],
  about: Incident,
  options: SpeakOptions,
  person: Person | null,
  beside: readonly string[],
): Promise<readonly string[] | undefined> {
  if (options.new === true || options.key !== undefined) return undefined;
  const same = open.find((incident) => !beside.includes(incident.id) && isAlike(incident, about));
  const known = open.map(({ id }) => id);
  if (same === undefined || (await person?.another(same)) === true) return known;
  throw refusal(
    "INCIDENT_ALREADY_OPEN",
    `"${oneLine(same.title)}" (${same.id}) is open already.`,
    `To add to it: status update ${same.id} — to complete it: status retry ${same.id} — if this is another incident: --new`,
  );
}
