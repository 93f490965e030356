import { Command, type Option } from "commander";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { common, offline, speakOptions } from "../../src/cli/program/options.ts";
import { createProgram } from "../../src/cli/program/program.ts";
import { anchorOf, cell, code, GENERATED, table } from "./markdown.ts";

/** Flags that many commands take: said once, then named. The first that fits wins. */
const SHARED = [
  { title: "Flags of commands that speak", options: speakOptions(new Command()).options },
  { title: "Flags of commands that read the ledger", options: offline(common(new Command())).options },
  { title: "Flags of all the others", options: common(new Command()).options },
];

/** Read by the test that types every command of the documentation: what has happened before; some have nothing to do. */
const runByTest = (before: string) => `<!-- commands: stage ${before}; exits 0 4 5 8 -->`;
const BEFORE: readonly [RegExp, string][] = [
  [/^status postmortem publish/, "drafted"],
  [/^status (postmortem|action)/, "resolved"],
  [/^status maintenance ./, "planned"],
];

/** The command line, as the program itself knows it. */
export function commandsReference(): string {
  const program = createProgram(async () => undefined, "0");
  const leaves = program.commands.flatMap(withSubcommands);
  const rows = leaves.map((command) => [
    `[\`${pathOf(command)}\`](#${anchorOf(pathOf(command))})`,
    cell(command.description()),
  ]);
  return [
    "# Commands",
    GENERATED,
    "What a prompt asks, a flag can say. It asks only at a terminal, with `CI` unset, and without `--json` or `--yes`;" +
      " otherwise a missing answer is an error that names the flag. `status help COMMAND` says the same at the terminal.",
    table(["command", "does"], rows),
    ...leaves.map(section),
    ...SHARED.map(({ title, options }) => `## ${title}\n\n${flags(options)}`),
    "## `status` itself",
    flags(program.options),
    "## Exit codes",
    table(
      ["code", "meaning"],
      Object.values(EXIT).map(({ code: number, meaning }) => [String(number), cell(meaning)]),
    ),
    "What each error means: [errors.md](errors.md).",
  ]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n");
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

function section(command: Command): string {
  const own = ownFlags(command);
  const parts = [`## ${pathOf(command)}`, `${sentence(command.description())}`, usage(command)];
  const given = command.registeredArguments.filter(({ description }) => description !== "");
  if (given.length > 0)
    parts.push(
      table(
        ["argument", "is"],
        given.map((argument) => [code(argument.name()), cell(argument.description)]),
      ),
    );
  if (own.options.length > 0) parts.push(flags(own.options));
  if (own.shared !== null)
    parts.push(
      `${own.options.length > 0 ? "And the" : "The"} [${lower(own.shared)}](#${anchorOf(own.shared)}).`,
    );
  if (command.commands.length > 0)
    parts.push(
      `Its commands: ${command.commands.map((each) => `[${pathOf(each)}](#${anchorOf(pathOf(each))})`).join(" · ")}.`,
    );
  parts.push(...examples(command));
  return parts.join("\n\n");
}

function usage(command: Command): string {
  return `\`${pathOf(command)} ${command.usage()}\``;
}

/** The flags that only this command takes, and the name of the group that holds the others. */
function ownFlags(command: Command): { options: readonly Option[]; shared: string | null } {
  const known = new Set(command.options.map(written));
  const shared = SHARED.find(({ options }) => options.every((option) => known.has(written(option))));
  if (shared === undefined) return { options: command.options, shared: null };
  const theirs = new Set(shared.options.map(written));
  return { options: command.options.filter((option) => !theirs.has(written(option))), shared: shared.title };
}

function written({ flags, description }: Option): string {
  return `${flags} ${description}`;
}

function flags(options: readonly Option[]): string {
  return table(
    ["flag", "does"],
    options.filter(({ hidden }) => !hidden).map((option) => [code(option.flags), cell(told(option))]),
  );
}

function told({ description, defaultValue, defaultValueDescription, negate, argChoices }: Option): string {
  const choices = argChoices === undefined ? "" : ` (${argChoices.join(", ")})`;
  const usual = defaultValueDescription ?? (typeof defaultValue === "string" ? defaultValue : undefined);
  return `${description}${choices}${usual === undefined || negate ? "" : ` (default: ${usual})`}`;
}

/** What help says beyond usage, arguments and flags: the examples, and where more is. */
function examples(command: Command): string[] {
  let whole = "";
  command.configureOutput({
    writeOut: (text) => {
      whole += text;
    },
  });
  command.outputHelp();
  const extra = whole.replace(command.helpInformation(), "\n").trim();
  const more = extra.match(/^More: (\S+)$/m)?.[1];
  const lines = extra
    .replace(/^(?:Examples|More):.*$/gm, "")
    .replace(/^ {2}/gm, "")
    .trim();
  const before = BEFORE.find(([pattern]) => pattern.test(pathOf(command)))?.[1] ?? "open";
  const parts = lines === "" ? [] : [`${runByTest(before)}\n\`\`\`console\n${lines}\n\`\`\``];
  if (more !== undefined) parts.push(`More: [${more}](${more.replace(/^docs\//, "../")}).`);
  return parts;
}

function sentence(text: string): string {
  return text === "" ? "" : `${text[0]!.toUpperCase()}${text.slice(1)}.`;
}

function lower(text: string): string {
  return `${text[0]!.toLowerCase()}${text.slice(1)}`;
}
