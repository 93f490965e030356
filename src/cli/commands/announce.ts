import { refusal, usageError } from "../../base/errors.ts";
import { slug } from "../../base/ids.ts";
import { localTime } from "../../base/zone.ts";
import { promiseFrom } from "../../cadence/promise.ts";
import { type Component, flatten } from "../../incident/components.ts";
import { type Incident, isClosed, isOpen, type Phase } from "../../incident/incident.ts";
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
import { factsOf, Overtaken, speak, type Utterance } from "../speak.ts";
import type { Typed } from "../typed.ts";
import { askVariables } from "../variables.ts";

/** `status announce [template]`: opens an incident (or says a notice) and broadcasts its first update. */
export async function announce(
  app: App,
  templateName: string | null,
  flags: SpeakFlags,
  message: string | null,
  dialog: Dialog | null,
  typed: Typed,
): Promise<number> {
  if (templateName !== null && flags.template !== undefined)
    throw usageError(
      "TEMPLATE_TWICE",
      "The template was named twice.",
      "Give it as the argument or by --template.",
    );
  const inputs = inputsOf(flags, templateName, message);
  const resumed = await resumeKey(app, "announce", inputs, flags);
  if (resumed !== null) return resumed;

  const { config, surroundings } = app;
  const { timeZone } = config.property;
  const now = surroundings.clock.now();
  if (flags.phase !== undefined) parsePhase(flags.phase);
  const template = await loadTemplateSet({
    name: templateName ?? flags.template ?? flags.phase ?? "acknowledge",
    ...app.templates,
  });
  const impact =
    flags.impact === undefined ? (template.type === "notice" ? "none" : "minor") : parseImpact(flags.impact);
  let components = parseComponents(flags.component ?? [], config);
  const startedAt = flags.startedAt === undefined ? now : parseStartedAt(flags.startedAt, now, timeZone);
  const phase = firstPhase(template, flags);
  const promised =
    flags.nextUpdate === undefined ? promiseFrom(now) : parseNextUpdate(flags.nextUpdate, now, timeZone);
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
  const titled = await titleOf(app, template, flags, components, dialog, typed);
  // Some channels show the incident's name without the words around it.
  const title = surroundings.drill?.marked === true && titled !== "" ? `DRILL: ${titled}` : titled;
  const variables = await askVariables(template, set, dialog, typed);

  const draft: Incident = {
    id: "",
    type: template.type,
    title,
    phase,
    impact,
    components: affect(components, impact),
    startedAt,
    acknowledgedAt: null,
    resolvedAt: isClosed(phase) ? now : null,
    nextUpdateAt: template.type === "notice" || isClosed(phase) ? null : promised,
  };
  await refuseRepetition(app, draft, flags, dialog);
  const said = {
    verb: "announce" as const,
    opens: true,
    number: 1,
    template,
    title,
    message,
    set: variables,
    inputs,
  };
  const named = title === "" ? titleBy(app, { ...said, incident: draft }, flags) : title;

  const { year, month, day } = localTime(now, timeZone);
  const stem = `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}-${slug(named, 40)}`;
  for (let count = 1; ; count++) {
    const incident: Incident = { ...draft, id: count === 1 ? stem : `${stem}-${count}`, title: named };
    try {
      return await speak(app, { ...said, incident }, flags, dialog);
    } catch (error) {
      if (!(error instanceof Overtaken)) throw error;
      if (error.by === "key-taken") return (await resumeKey(app, "announce", inputs, flags))!;
    }
  }
}

/** A notice may be named by its template: its subject is then its title. */
function titleBy(app: App, said: Omit<Utterance, "inputs">, flags: SpeakFlags): string {
  const { locale, timeZone, name } = app.config.property;
  const facts = factsOf(app, said, app.surroundings.clock.now(), flags);
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
  const ids = await dialog.checkbox("What is affected? (space to mark, Enter to go on)", choices);
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
    await dialog.input("What do customers see?", {
      initial: `Problems with ${what}`,
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
  about: Pick<Incident, "type" | "title" | "impact" | "components">,
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
  const same = (await ledger?.incidents())?.find(
    (incident) =>
      isOpen(incident) &&
      incident.type === about.type &&
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
