import { foldLine, lengthOf } from "../../base/fold.ts";

/** A command on a line of its own, in an example or in a list of what to type. */
const COMMAND = /^(\s*(?:\$ )?(?:status|sh|export|source|command) .*?\S)(?:\s{2,}(\S.*))?$/;

/**
 * Text with its lines folded at words to so many columns. What goes on below stands under the column that it is in, or
 * under its beginning; JSON and commands keep their line, and what stands beside a command goes below it.
 */
export function foldText(text: string, columns: number): string {
  return text
    .split("\n")
    .flatMap((line) => folded(line, columns))
    .join("\n");
}

function folded(line: string, columns: number): string[] {
  if (lengthOf(line) <= columns || line.startsWith("{")) return [line];
  const [, command, beside] = COMMAND.exec(line) ?? [];
  if (command !== undefined)
    return beside === undefined ? [line] : [command, ...folded(`${" ".repeat(6)}${beside}`, columns)];
  const margin = marginOf(line, columns);
  const [first = "", ...rest] = foldLine(line, columns, columns - margin.length);
  return [first, ...rest.map((piece) => `${margin}${piece}`)];
}

/** What stands before the pieces of a line that go on below. */
function marginOf(line: string, columns: number): string {
  // Colours leave no mark on what stands beneath.
  const shown = line.replace(/\u001b\[[0-9;]*m/g, "");
  const quoted = /^ *[│|] /.exec(shown)?.[0];
  if (quoted !== undefined) return quoted;
  const gaps = [...shown.matchAll(/(?<=\S) {2,}(?=\S)/g)].map(({ index, 0: gap }) => index + gap.length);
  const column = gaps.filter((at) => at <= columns * 0.6).at(-1);
  const longest = Math.max(...shown.split(" ").map((word) => word.length));
  const indent = /^ */.exec(shown)![0];
  // A column too narrow for what stands in it is none.
  if (column !== undefined) return longest <= columns - column ? " ".repeat(column) : `${indent}    `;
  return /^ *[\w.-]+( [\w.-]+)?: /.test(shown) ? `${indent}  ` : indent;
}
