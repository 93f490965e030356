import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ScriptedClock } from "../../base/clock.ts";
import { usageError } from "../../base/errors.ts";
import { suggest } from "../../base/nearest.ts";
import { sayTime } from "../../base/zone.ts";
import { startSandbox } from "../../sandbox/sandbox.ts";
import { amazon2010 } from "../../sandbox/scenarios/amazon-2010.ts";
import { idsOf, type Scenario } from "../../sandbox/scenarios/scenario.ts";
import { newsOf } from "../../sandbox/wall/news.ts";
import { renderWall, type WallStep } from "../../sandbox/wall.ts";
import type { Sandbox } from "../../sandbox/world.ts";
import { EXIT } from "../exit-codes.ts";
import { main } from "../main.ts";
import { sayNews } from "../output/news.ts";
import { indented, shellWord } from "../output/printable.ts";
import { type Style, styleFor } from "../output/style.ts";
import type { Surroundings } from "../surroundings.ts";

const SCENARIOS: readonly Scenario[] = [amazon2010];

interface DrillFlags {
  readonly output?: string;
  readonly json?: boolean;
  readonly plain?: boolean;
}

/** `status drill [scenario]`: plays a script of real commands against the imitations, and writes the wall. */
export async function drill(
  surroundings: Surroundings,
  name: string | null,
  flags: DrillFlags,
): Promise<number> {
  const names = SCENARIOS.map((scenario) => scenario.name);
  const scenario = SCENARIOS.find((known) => known.name === (name ?? names[0]));
  if (scenario === undefined)
    throw usageError(
      "SCENARIO_UNKNOWN",
      `status drill ${name}: there is no such scenario.`,
      suggest(name!, names),
    );

  const folder = mkdtempSync(join(tmpdir(), "status-drill-"));
  const output = flags.output === undefined ? folder : resolve(surroundings.cwd, flags.output);
  mkdirSync(output, { recursive: true });
  const clock = new ScriptedClock(scenario.outageAt);
  const sandbox = await startSandbox({
    clock,
    hostedComponents: idsOf(scenario.components),
  });
  try {
    const config = join(folder, ".statusrc");
    writeFileSync(config, JSON.stringify(configFor(scenario, sandbox, join(folder, "public")), null, 2), {
      mode: 0o600,
    });
    const { code, steps, documents } = await play(scenario, sandbox, clock, folder, surroundings, flags);
    const wall = join(output, "wall.html");
    const { title, history, outageAt: startedAt } = scenario;
    const property = String(scenario.property.name);
    const timeZone = String(scenario.property.timeZone);
    const firstWordAt = sandbox.world().tweets[0]?.at ?? steps[0]!.at;
    writeFileSync(
      wall,
      renderWall({
        title,
        property,
        timeZone,
        steps,
        startedAt,
        firstWordAt,
        history,
      }),
    );
    const link = pathToFileURL(wall).href;
    if (flags.json === true)
      surroundings.stdout.write(
        `${JSON.stringify({ version: 1, scenario: scenario.name, exitCode: code, steps: documents, wall })}\n`,
      );
    else
      surroundings.stdout.write(
        closing(
          scenario,
          firstWordAt,
          link,
          styleFor(surroundings.stdout, surroundings, flags.plain === true),
        ),
      );
    return code;
  } finally {
    await sandbox.close();
  }
}

/** Runs each step as the command line it is, in a process of scripted time, and shows what the audiences saw. */
async function play(
  scenario: Scenario,
  sandbox: Sandbox,
  clock: ScriptedClock,
  folder: string,
  surroundings: Surroundings,
  flags: DrillFlags,
): Promise<{ code: number; steps: WallStep[]; documents: unknown[] }> {
  const quiet = flags.json === true;
  const style = styleFor(surroundings.stdout, surroundings, flags.plain === true);
  const timeZone = String(scenario.property.timeZone);
  const steps: WallStep[] = [];
  const documents: unknown[] = [];
  let code: number = EXIT.ok.code;
  for (const { at, label, argv } of scenario.steps) {
    clock.set(at);
    const command = ["status", ...argv.filter((word) => word !== "--yes")].map(shellWord).join(" ");
    if (!quiet) surroundings.stdout.write(stepHeading(scenario, at, label, command, timeZone, style));
    let printed = "";
    const stepCode = await main([...argv, ...(quiet ? ["--json"] : [])], {
      ...surroundings,
      stdout: {
        write: (text) => {
          printed += text;
        },
        isTerminal: surroundings.stdout.isTerminal,
        columns: surroundings.stdout.columns,
      },
      env: {
        ...surroundings.env,
        STATUS_CONFIG: undefined,
        XDG_CONFIG_HOME: folder,
      },
      cwd: folder,
      clock,
      drill: { marked: scenario.marked },
    });
    code = Math.max(code, stepCode);
    const step = {
      at,
      command,
      label,
      world: structuredClone(sandbox.world()),
      pageHtml: pageNow(folder),
    };
    if (quiet) documents.push(JSON.parse(printed));
    else surroundings.stdout.write(`${printed}\n${sayNews(newsOf(step, steps.at(-1) ?? null), style)}\n`);
    steps.push(step);
    if (surroundings.stopping.aborted) break;
  }
  return {
    code: surroundings.stopping.aborted ? EXIT.interrupted.code : code,
    steps,
    documents,
  };
}

function configFor(scenario: Scenario, sandbox: Sandbox, page: string): Record<string, unknown> {
  const { twitter, email, discourse, slack, statuspage } = sandbox.channels;
  return {
    property: scenario.property,
    components: scenario.components,
    channels: {
      x: twitter,
      customers: email,
      sellers: discourse,
      ops: { ...slack, audience: "internal" },
      page: { kind: "page", directory: page },
      hosted: statuspage,
    },
    store: "status.db",
  };
}

function pageNow(folder: string): string | null {
  try {
    return readFileSync(join(folder, "public", "index.html"), "utf8");
  } catch {
    return null;
  }
}

function stepHeading(
  scenario: Scenario,
  at: Date,
  label: string,
  command: string,
  timeZone: string,
  { chalk, columns }: Style,
): string {
  const minutes = Math.round((at.getTime() - scenario.outageAt.getTime()) / 60_000);
  return `${chalk.inverse(` +${minutes} min `)} ${chalk.bold(sayTime(at, timeZone))}  ${label}\n${indented(`$ ${command}`, "  ", columns)}\n\n`;
}

function closing(scenario: Scenario, firstWordAt: Date, link: string, { chalk }: Style): string {
  const minutes = Math.ceil((firstWordAt.getTime() - scenario.outageAt.getTime()) / 60_000);
  return [
    chalk.bold(`From outage to first word: ${minutes} minutes.`),
    `What really happened that day: ${scenario.history.headline.toLowerCase()}.`,
    "",
    "See what each audience saw, side by side:",
    `  ${link}`,
    "",
  ].join("\n");
}
