import type { CommanderError } from "commander";
import { type StatusError, usageError } from "../../base/errors.ts";
import { oneLine } from "../../base/printable.ts";

const QUOTES = "Words with blanks between them stand in quotes. All that it takes: --help";

/** What was typed and could not be read, as a usage error; `said` is what commander would have printed, with the nearest name. */
export function misread({ code, message }: CommanderError, said: string): StatusError {
  const [, suggestion = null] = /\((Did you mean .*\?)\)/.exec(`${message}\n${said}`) ?? [];
  const [first = ""] = message.replace(/^error: /, "").split("\n");
  const words = oneLine(first.replaceAll("'", "")).replace(
    /^option (.*) argument missing$/,
    "$1 needs a value",
  );
  const sentence =
    code === "commander.help" ? "A command is missing" : words.charAt(0).toUpperCase() + words.slice(1);
  const hint = code === "commander.excessArguments" ? QUOTES : "All that it takes: --help";
  return usageError("USAGE", sentence.endsWith(".") ? sentence : `${sentence}.`, suggestion ?? hint);
}
