import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Cancelled } from "../../base/cancelled.ts";
import { ScriptedClock } from "../../base/clock.ts";
import { parseDuration } from "../../base/duration.ts";
import { StatusError, usageError } from "../../base/errors.ts";
import { suggest } from "../../base/nearest.ts";
import { indented, shellWord } from "../../base/printable.ts";
import { sayTime } from "../../base/zone.ts";
import { loadConfig } from "../../config/load.ts";
import { amazon2010 } from "../../sandbox/scenarios/amazon-2010.ts";
import type { Scenario, ScenarioComponent } from "../../sandbox/scenarios/scenario.ts";
import { FAULTS, type Imitation } from "../../sandbox/world.ts";
import { canPrompt, openDialog } from "../dialog.ts";
import { EXIT } from "../exit-codes.ts";
import { sayNews } from "../output/news.ts";
import { type Style, styleFor } from "../output/style.ts";
import { type Property, Rehearsal, USUAL_CHANNELS } from "../rehearsal.ts";
import { splitWords } from "../shell-words.ts";
import type { Surroundings } from "../surroundings.ts";

const SCENARIOS: readonly Scenario[] = [amazon2010];

interface DrillFlags {
  readonly output?: string;
  readonly fault?: readonly string[];
  readonly json?: boolean;
  readonly plain?: boolean;
  readonly config?: string;
}

/** `status drill [scenario]`: plays a script of real commands on the imitations, or lets a person rehearse; writes the wall. */
export async function drill(
  surroundings: Surroundings,
  name: string | null,
  flags: DrillFlags,
): Promise<number> {
  const names = SCENARIOS.map((scenario) => scenario.name);
  if (name === null) {
    if (canPrompt(surroundings, flags)) return rehearse(surroundings, flags);
    throw usageError(
      "SCENARIO_NEEDED",
      "There is no terminal to rehearse in.",
      `Name a scenario to play: status drill ${names[0]}`,
    );
  }
  const scenario = SCENARIOS.find((known) => known.name === name);
  if (scenario === undefined)
    throw usageError(
      "SCENARIO_UNKNOWN",
      `status drill ${name}: there is no such scenario.`,
      suggest(name, names),
    );
  return play(scenario, surroundings, flags);
}

async function play(scenario: Scenario, surroundings: Surroundings, flags: DrillFlags): Promise<number> {
  const { title, history, outageAt, property, components } = scenario;
  const clock = new ScriptedClock(outageAt);
  const rehearsal = await Rehearsal.open({ property, components, channels: USUAL_CHANNELS }, clock);
  const { stdout, stopping } = surroundings;
  const style = styleFor(stdout, surroundings, flags.plain === true);
  const quiet = flags.json === true;
  const documents: unknown[] = [];
  let code: number = EXIT.ok.code;
  try {
    for (const fault of flags.fault ?? []) rehearsal.fault(fault);
    for (const { at, label, argv } of scenario.steps) {
      clock.set(at);
      if (!quiet) stdout.write(stepHeading(scenario, at, label, argv, style));
      let printed = "";
      const sink = {
        ...stdout,
        write(text: string) {
          if (quiet) printed += text;
          else stdout.write(text);
        },
      };
      const step = await rehearsal.run(
        [...argv, ...(quiet ? ["--json"] : [])],
        label,
        { ...surroundings, stdout: sink },
        scenario.marked,
      );
      code = Math.max(code, step.code);
      if (quiet) documents.push(JSON.parse(printed));
      else stdout.write(`\n${sayNews(step.news, style)}\n`);
      if (stopping.aborted) break;
    }
    const { path, firstWordAt } = rehearsal.writeWall(outputOf(flags, surroundings), {
      title,
      startedAt: outageAt,
      history,
    });
    if (quiet)
      stdout.write(
        `${JSON.stringify({ version: 1, scenario: scenario.name, exitCode: code, steps: documents, wall: path })}\n`,
      );
    else stdout.write(closing(scenario, firstWordAt, path, style));
    return stopping.aborted ? EXIT.interrupted.code : code;
  } finally {
    await rehearsal.close();
  }
}

const REHEARSAL_HELP = `A rehearsal: your own channels, played by imitations on this machine.
Nothing leaves it, and every text says DRILL.
Type commands without \`status\`:
  announce, update, resolve, retry, list
  later 30m                      let time pass
  fault sellers=lost-answer      make a channel fail; sellers=none lifts it
  end                            see the wall

Faults: ${FAULTS.join(", ")}
`;

/** A person types; the audiences' view follows each command. */
async function rehearse(surroundings: Surroundings, flags: DrillFlags): Promise<number> {
  const { stderr, stdout, stopping } = surroundings;
  const clock = new ScriptedClock(surroundings.clock.now());
  const startedAt = clock.now();
  const about = await ownProperty(surroundings, flags);
  const rehearsal = await Rehearsal.open(about, clock);
  const timeZone = String(about.property.timeZone ?? "UTC");
  const dialog = await openDialog(surroundings, flags);
  const style = styleFor(stdout, surroundings, flags.plain === true);
  stderr.write(`${REHEARSAL_HELP}\n`);
  try {
    for (const fault of flags.fault ?? []) rehearsal.fault(fault);
    while (!stopping.aborted) {
      const line = await dialog.input(`${sayTime(clock.now(), timeZone)} status`).catch((error: unknown) => {
        if (error instanceof Cancelled) return "end";
        throw error;
      });
      const began = Date.now();
      const [command = "", ...rest] = splitWords(line);
      if (command === "end" || command === "exit" || command === "quit") break;
      try {
        if (command === "help") stderr.write(`${REHEARSAL_HELP}\n`);
        else if (command === "later") clock.advance(parseLater(rest[0]));
        else if (command === "fault") for (const fault of rest) rehearsal.fault(fault);
        else if (command === "drill" || command === "sandbox") stderr.write("This is one already.\n");
        else if (command !== "") {
          const { news } = await rehearsal.run(
            splitWords(line.replace(/^\s*status\s+/, "")),
            "",
            surroundings,
            true,
          );
          stdout.write(`\n${sayNews(news, style)}`);
        }
      } catch (error) {
        if (!(error instanceof StatusError)) throw error;
        stderr.write(`${error.message}\n${error.hint ?? ""}\n`);
      }
      clock.advance(Date.now() - began);
    }
    if (rehearsal.steps.length === 0) return EXIT.ok.code;
    const { path } = rehearsal.writeWall(outputOf(flags, surroundings), {
      title: "A rehearsal",
      startedAt,
      history: null,
    });
    stdout.write(`\nSee what each audience saw, side by side:\n  ${pathToFileURL(path).href}\n`);
    return EXIT.ok.code;
  } finally {
    await rehearsal.close();
  }
}

function parseLater(text: string | undefined): number {
  const ms = parseDuration(text ?? "");
  if (ms === null)
    throw usageError("LATER_UNREADABLE", `later ${text ?? ""}: that is no duration.`, "Say: later 30m");
  return ms;
}

/** The user's own property, components and channels where there is a configuration; else those of the bundled scenario. */
export async function ownProperty(
  surroundings: Surroundings,
  flags: Pick<DrillFlags, "config">,
): Promise<Property> {
  const { cwd, env } = surroundings;
  try {
    const { property, channels } = await loadConfig({ named: flags.config ?? null, cwd, env });
    const { components, url, statusUrl, ...rest } = property;
    const played = channels.filter(({ kind, from }) => from === null && kind.kind !== "command");
    for (const { name, from } of channels.filter((channel) => !played.includes(channel)))
      surroundings.stderr.write(
        `${name} is left out: a drill runs no ${from === null ? "program" : "code"} of yours.
`,
      );
    if (played.length === 0)
      throw usageError(
        "DRILL_WITHOUT_CHANNELS",
        "No channel of this configuration can be played.",
        `Play a scenario: status drill ${SCENARIOS[0]?.name}`,
      );
    return {
      property: { ...rest, ...(url === null ? {} : { url }), ...(statusUrl === null ? {} : { statusUrl }) },
      components: components.map(ownPart),
      channels: Object.fromEntries(
        played.map(({ name, kind, common: { required, audience, locale } }) => [
          name,
          {
            plays: kind.kind as Imitation | "page",
            required,
            audience,
            ...(locale === undefined ? {} : { locale }),
          },
        ]),
      ),
    };
  } catch (error) {
    if (!(error instanceof StatusError) || error.code !== "CONFIG_NOT_FOUND" || flags.config !== undefined)
      throw error;
    return { property: amazon2010.property, components: amazon2010.components, channels: USUAL_CHANNELS };
  }
}

/** Without another dashboard that speaks for it: a drill asks nobody outside. */
function ownPart({ id, name, components }: ScenarioComponent): ScenarioComponent {
  return { id, name, ...(components === undefined ? {} : { components: components.map(ownPart) }) };
}

function outputOf(flags: DrillFlags, { cwd }: Surroundings): string | null {
  return flags.output === undefined ? null : resolve(cwd, flags.output);
}

function stepHeading(
  scenario: Scenario,
  at: Date,
  label: string,
  argv: readonly string[],
  { chalk, columns }: Style,
): string {
  const minutes = Math.round((at.getTime() - scenario.outageAt.getTime()) / 60_000);
  const command = ["status", ...argv.filter((word) => word !== "--yes")].map(shellWord).join(" ");
  const time = sayTime(at, String(scenario.property.timeZone));
  return `${chalk.inverse(` +${minutes} min `)} ${chalk.bold(time)}  ${label}\n${indented(`$ ${command}`, "  ", columns)}\n\n`;
}

function closing(scenario: Scenario, firstWordAt: Date, wall: string, { chalk }: Style): string {
  const minutes = Math.ceil((firstWordAt.getTime() - scenario.outageAt.getTime()) / 60_000);
  return [
    chalk.bold(`From outage to first word: ${minutes} minutes.`),
    `What really happened that day: ${scenario.history.headline.toLowerCase()}.`,
    "",
    "See what each audience saw, side by side:",
    `  ${pathToFileURL(wall).href}`,
    "",
  ].join("\n");
}
