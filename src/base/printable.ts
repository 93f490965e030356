import { foldLine } from "./fold.ts";

/**
 * Control characters, escape sequences and bidi overrides shown as `\x1b`: text from anywhere is harmless on a terminal, and no
 * command to a CI runner.
 */
export function printable(text: string): string {
  const shown = text.replace(
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (char) => {
      const code = char.charCodeAt(0);
      return code < 256
        ? `\\x${code.toString(16).padStart(2, "0")}`
        : `\\u${code.toString(16).padStart(4, "0")}`;
    },
  );
  return commandless(shown);
}

/**
 * GitHub's runner takes a line for a command where `::` is the first thing on it after any white space, and wherever `##[`
 * stands (actions/runner, ActionCommand.cs, read 2026-11-23): what cannot be seen before it is passed over as well.
 */
function commandless(text: string): string {
  return text.replace(/^([^\p{L}\p{N}\p{P}\p{S}\n]*:)(?=:)/gmu, "$1 ").replaceAll("##[", "## [");
}

/** One line, for titles and reasons. */
export function oneLine(text: string): string {
  return printable(text.replace(/\s*\n\s*/g, " "));
}

/** Each line behind `prefix`. Lines longer than `columns` go on below, behind the prefix as well; none becomes a command by that. */
export function indented(text: string, prefix: string, columns = Number.POSITIVE_INFINITY): string {
  return printable(text)
    .split("\n")
    .flatMap((line) => foldLine(line, columns - prefix.length - 1))
    .map((line) => `${prefix}${commandless(line)}`.trimEnd())
    .join("\n");
}

/** A word as a POSIX shell takes it. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
