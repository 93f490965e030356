import { Command, type Option } from "commander";
import { usageError } from "../../base/errors.ts";

/**
 * A command, and all under it, whose options never take a flag of the same command for their value: behind an unquoted
 * variable that is empty, commander would publish the next flag. Behind `=` a value is taken as it is.
 */
export class AttentiveCommand extends Command {
  override createCommand(name?: string): AttentiveCommand {
    return new AttentiveCommand(name);
  }

  override parseOptions(argv: string[]): ReturnType<Command["parseOptions"]> {
    this.#refuseFlagAsValue(argv);
    return super.parseOptions(argv);
  }

  #refuseFlagAsValue(argv: readonly string[]): void {
    const options = this.createHelp().visibleOptions(this);
    for (let at = 0; at < argv.length; at += 1) {
      const word = argv[at]!;
      // What stands behind a command's name is that command's own.
      if (word === "--" || this.commands.some((command) => command.name() === word)) return;
      const option = options.find((known) => known.required && isNamed(known, word));
      const value = option === undefined ? undefined : argv[++at];
      if (value === undefined) continue;
      const [name = ""] = value.split("=", 1);
      if (name.startsWith("-") && options.some((known) => isNamed(known, name)))
        throw usageError(
          "USAGE",
          `${word} needs a value, and ${name} is a flag.`,
          whatToType(option!, word, value),
        );
    }
  }
}

function isNamed({ long, short }: Option, word: string): boolean {
  return word === long || word === short;
}

function whatToType({ flags }: Option, word: string, value: string): string {
  const placeholder = /<(.*)>/.exec(flags)?.[1]?.toUpperCase() ?? "VALUE";
  return `Type ${word} ${placeholder}, a variable in quotes: ${word} "$VARIABLE". To say ${value} itself: ${word}=${value}`;
}
