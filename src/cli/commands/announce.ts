import { refusal, usageError } from "../../base/errors.ts";
import { slug } from "../../base/ids.ts";
import { localTime } from "../../base/zone.ts";
import { boundByPlan } from "../../cadence/plan.ts";
import { promiseFrom } from "../../cadence/policy.ts";
import { type Component, flatten } from "../../incident/components.ts";
import { type Incident, isClosed, type Phase, type Verb } from "../../incident/incident.ts";
import { phasesOf } from "../../incident/phases.ts";
import { affect, type NamedComponent } from "../../incident/standing.ts";
import { literal } from "../../render/literal.ts";
import { loadTemplateSet, type TemplateSet } from "../../render/template.ts";
import type { App } from "../app.ts";
import type { Dialog } from "../dialog.ts";
import {
  inputsOf,
  parseComponents,
  parseImpact,
  parseNextUpdate,
  parsePhase,
  parseSet,
  parseStartedAt,
  parseTitle,
  type SpeakFlags,
} from "../flags.ts";
import { resumeKey } from "../key.ts";
import { oneLine } from "../output/printable.ts";
import { parseUntil } from "../planned-time.ts";
import { Overtaken } from "../say.ts";
import { speak } from "../speak.ts";
import type { Typed } from "../typed.ts";
import { askVariables } from "../variables.ts";
import { templateOfPhase } from "../wording.ts";
import { plannedTimes } from "./maintenance-times.ts";
import { titleBy } from "./notice.ts";

/**
 * `status announce [template]`: opens an incident (or says a notice) and broadcasts its first update.
 * `status maintenance schedule`: the same for work that is still to come.
 */
export async function announce(
  app: App,
  templateName: string | null,
  flags: SpeakFlags,
  message: string | null,
  dialog: Dialog | null,
  typed: Typed,
  verb: Extract<Verb, "announce" | "maintenance schedule"> = "announce",
): Promise<number> {
  if (templateName !== null && flags.template !== undefined)
    throw usageError(
      "TEMPLATE_TWICE",
      "The template was named twice.",
      "Give it as the argument or by --template.",
    );
  const inputs = inputsOf(flags, templateName, message);
  const resumed = await resumeKey(app, verb, inputs, flags);
  if (resumed !== null) return resumed;

  const { config, surroundings } = app;
  const { timeZone } = config.property;
  const now = surroundings.clock.now();
  const usual = verb === "announce" ? "acknowledge" : "maintenance-scheduled";
  const template = await loadTemplateSet({
    name:
      templateName ??
      flags.template ??
      (flags.phase === undefined ? usual : templateOfPhase(parsePhase(flags.phase))),
    ...app.templates,
  });
  const impact =
    flags.impact === undefined
      ? template.type === "incident"
        ? "minor"
        : "none"
      : parseImpact(flags.impact);
  let components = parseComponents(flags.component ?? [], config);
  const phase = firstPhase(template, flags);
  refuseMisplanned(verb, template, phase, flags);
  const set = parseSet(flags.set ?? []);

  if (
    dialog !== null &&
    flags.component === undefined &&
    template.type !== "notice" &&
    config.property.components.length > 0
  ) {
    components = await askComponents(dialog, config.property.components);
    if (components.length > 0) typed.keep({ component: components.map(({ id }) => id) });
  }
  const { startsAt, endsAt } =
    verb === "announce"
      ? {
          startsAt: flags.startedAt === undefined ? now : parseStartedAt(flags.startedAt, now, timeZone),
          endsAt: flags.until === undefined ? null : parseUntil(flags.until, { now, timeZone }),
        }
      : await plannedTimes(app, flags, dialog, typed);
  const titled = await titleOf(app, template, flags, components, dialog, typed);
  // Some channels show the incident's name without the words around it.
  const title = surroundings.drill?.marked === true && titled !== "" ? `DRILL: ${titled}` : titled;
  const variables = await askVariables(template, set, dialog, typed);

  const standing = {
    ...{ title, phase, impact, startedAt: startsAt, endsAt },
    ...{ automatic: flags.automatic === true, long: false, security: flags.security === true },
  };
  const promised =
    flags.nextUpdate === undefined
      ? promiseFrom(now, standing, config.cadence)
      : boundByPlan(parseNextUpdate(flags.nextUpdate, now, timeZone), standing, now);
  const draft: Incident = {
    id: "",
    type: template.type,
    ...standing,
    components: affect(components, impact, phase),
    acknowledgedAt: null,
    resolvedAt: isClosed(phase) ? now : null,
    nextUpdateAt: template.type === "notice" || isClosed(phase) ? null : promised,
  };
  await refuseRepetition(app, draft, flags, dialog);
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
  const named = title === "" ? titleBy(app, { ...said, incident: draft }, flags) : title;

  const { year, month, day } = localTime(phase === "scheduled" ? startsAt : now, timeZone);
  const stem = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}-${flags.security === true ? "incident" : slug(named, 40)}`;
  const ledger = await app.existingLedger();
  for (let count = 1; ; count++) {
    const incident: Incident = { ...draft, id: count === 1 ? stem : `${stem}-${count}`, title: named };
    // A plan keeps its id: one that is taken already would never be said.
    if (ledger !== null && (await ledger.incident(incident.id)) !== null) continue;
    try {
      return await speak(app, { ...said, incident }, flags, dialog, typed);
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
      if (error.by === "key-taken") return (await resumeKey(app, verb, inputs, flags))!;
    }
  }
}

/** Each command opens what it is for: what is planned has times, and an incident has no planned end. */
function refuseMisplanned(
  verb: "announce" | "maintenance schedule",
  { name, type }: TemplateSet,
  phase: Phase,
  flags: SpeakFlags,
): void {
  if (verb === "maintenance schedule") {
    if (type !== "maintenance" || phase !== "scheduled")
      throw usageError(
        "TEMPLATE_MISFIT",
        `The template ${name} does not word work that is still to come.`,
        "Choose one of type maintenance and phase scheduled, or leave --template out.",
      );
    if (flags.startedAt !== undefined)
      throw usageError("STARTED_AT_MISFIT", "Planned work has not begun.", "Say when it will: --from TIME");
    return;
  }
  if (type === "maintenance" && phase === "scheduled")
    throw usageError(
      "MAINTENANCE_NEEDS_TIMES",
      "Planned work is announced with its times.",
      "status maintenance schedule --from TIME --until TIME",
    );
  if (type === "maintenance" && flags.until === undefined)
    throw usageError("UNTIL_NEEDED", "Planned work has an end, and none was given.", "Give it: --until 2h");
  if (type === "incident" && flags.until !== undefined)
    throw usageError(
      "UNTIL_MISFIT",
      "Nobody can promise the end of an incident.",
      "To promise the next update: --next-update 30m",
    );
}

function firstPhase(template: TemplateSet, flags: SpeakFlags): Phase {
  const phases = phasesOf(template.type);
  const phase = flags.phase === undefined ? (template.phase ?? phases[0]!) : parsePhase(flags.phase);
  if (phases.includes(phase)) return phase;
  throw usageError(
    "PHASE_MISFIT",
    `--phase ${phase} is no phase of a ${template.type}.`,
    `Known: ${phases.join(", ")}.`,
  );
}

async function askComponents(dialog: Dialog, tree: readonly Component[]): Promise<NamedComponent[]> {
  const choices = indent(tree, 0);
  const ids = await dialog.checkbox("What is affected?", choices);
  return ids.map((id) => ({ id, state: null }));
}

function indent(tree: readonly Component[], depth: number): { name: string; value: string }[] {
  return tree.flatMap(({ id, name, components }) => [
    { name: `${"  ".repeat(depth)}${name}`, value: id },
    ...indent(components, depth + 1),
  ]);
}

async function titleOf(
  app: App,
  template: TemplateSet,
  flags: SpeakFlags,
  components: readonly NamedComponent[],
  dialog: Dialog | null,
  typed: Typed,
): Promise<string> {
  if (flags.title !== undefined) return parseTitle(flags.title);
  const names = new Map(flatten(app.config.property.components).map(({ id, name }) => [id, name]));
  const affected = components.map(({ id }) => names.get(id) ?? id);
  const what = affected.length === 0 ? app.config.property.name : affected.slice(0, 3).join(", ");
  if (dialog === null) {
    if (template.type === "notice") return "";
    throw usageError(
      "TITLE_NEEDED",
      "There is no title, and no terminal to ask for one.",
      'Give it: --title "What customers see"',
    );
  }
  const title = parseTitle(
    await dialog.input(template.type === "maintenance" ? "What is the work?" : "What do customers see?", {
      initial: template.type === "maintenance" ? `Maintenance of ${what}` : `Problems with ${what}`,
      check: (answer) =>
        literal(answer).trim().length > 200 ? "At most 200 characters, in one line." : null,
      abandoned: (answer) => typed.keep({ title: answer }),
    }),
  );
  typed.keep({ title });
  return title;
}

/** An announcement that resembles an open incident is most likely a second person, or a second run. */
async function refuseRepetition(
  app: App,
  about: Pick<Incident, "type" | "title" | "impact" | "components" | "startedAt" | "endsAt">,
  flags: SpeakFlags,
  dialog: Dialog | null,
): Promise<void> {
  if (flags.new === true || flags.key !== undefined || about.type === "notice") return;
  const ledger = await app.existingLedger();
  const affected = (of: Pick<Incident, "components">) =>
    of.components
      .map(({ id }) => id)
      .sort()
      .join();
  const same = (await ledger?.openIncidents())?.find(
    (incident) =>
      incident.type === about.type &&
      meet(incident, about) &&
      (incident.title.toLowerCase() === about.title.toLowerCase() ||
        (affected(incident) !== "" &&
          affected(incident) === affected(about) &&
          incident.impact === about.impact)),
  );
  if (same === undefined) return;
  const what = `"${oneLine(same.title)}" (${same.id}) is open already.`;
  if (dialog !== null && (await dialog.confirm(`${what} Announce another incident?`))) return;
  throw refusal(
    "INCIDENT_ALREADY_OPEN",
    what,
    `To add to it: status update ${same.id} — to complete it: status retry ${same.id} — if this is another incident: --new`,
  );
}

/** Planned work at another time is other work. */
function meet(a: Pick<Incident, "startedAt" | "endsAt">, b: Pick<Incident, "startedAt" | "endsAt">): boolean {
  return (a.endsAt === null || a.endsAt > b.startedAt) && (b.endsAt === null || b.endsAt > a.startedAt);
}
