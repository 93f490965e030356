import type { Argument, Command, Option } from "commander";
import type { Typed } from "./line.ts";

/** Where the cursor stands on a command line. */
export interface Place {
  /** `maintenance start`; empty where no command was named yet. */
  readonly path: string;
  readonly command: Command;
  /** The flags that were given already, by their long names. */
  readonly given: ReadonlySet<string>;
  /** What `--config` names. */
  readonly config: string | null;
  readonly awaits:
    | { readonly what: "value"; readonly option: Option; readonly before: string; readonly begun: string }
    | { readonly what: "flag" }
    | { readonly what: "argument"; readonly argument: Argument | null }
    | { readonly what: "command" };
}

/** Reads the words before the cursor as the parser will, as far as they go; what is wrong with them it will say itself. */
export function placeOf(program: Command, { words, current }: Typed): Place {
  let command = program;
  const path: string[] = [];
  const given = new Set<string>();
  let config: string | null = null;
  let open: Option | null = null;
  let wordsOnly = false;
  let taken = 0;
  const find = (flag: string) =>
    [...command.options, ...program.options].find(({ long, short }) => flag === long || flag === short);
  for (const word of words) {
    if (open !== null) {
      if (open.long === "--config") config = word;
      open = null;
    } else if (wordsOnly) taken += 1;
    else if (word === "--") wordsOnly = true;
    else if (word.startsWith("-") && word !== "-") {
      const [, flag = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
      const option = find(flag);
      if (option?.long != null) given.add(option.long);
      if (value === undefined && option?.required === true) open = option;
      if (option?.long === "--config" && value !== undefined) config = value;
    } else {
      const next = command.commands.find((each) => each.name() === word);
      if (next !== undefined && next.name() !== "preview") {
        command = next;
        path.push(word);
      } else if (command === program && (word === "help" || word === "preview")) path.push(word);
      else taken += 1;
    }
  }
  const base = { path: path.join(" "), command, given, config };
  if (open !== null) return { ...base, awaits: { what: "value", option: open, before: "", begun: current } };
  if (!wordsOnly && current.startsWith("-")) {
    const [, flag, begun] = /^(--[^=]+)=(.*)$/s.exec(current) ?? [];
    const option = flag === undefined ? undefined : find(flag);
    if (option === undefined || begun === undefined) return { ...base, awaits: { what: "flag" } };
    return { ...base, awaits: { what: "value", option, before: `${flag}=`, begun } };
  }
  if (command.commands.length > 0 && taken === 0) return { ...base, awaits: { what: "command" } };
  const { registeredArguments: known } = command;
  const argument = known[taken] ?? (known.at(-1)?.variadic === true ? known.at(-1)! : null);
  return { ...base, awaits: { what: "argument", argument } };
}
