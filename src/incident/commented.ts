/**
 * Markdown in pieces, in order: joined they are the source again.
 * heading a line that begins with `#` (without its line break) · comment `<!-- … -->` · text all else, code among it
 */
export interface Piece {
  readonly type: "heading" | "comment" | "text";
  readonly raw: string;
  /** Where it begins, counted from 1. */
  readonly line: number;
}

/** Something that was opened and never closed: all that follows would be taken for a part of it. */
export interface Unclosed {
  readonly what: "comment" | "code" | "facts";
  readonly line: number;
}

const FENCE = /^[\s>]*(?:[-*+]\s+|\d+[.)]\s+)?(`{3,}(?=[^`]*$)|~{3,})/;
const HEADING = /^ {0,3}#{1,6}(?=\s|$)/;

/** Reads Markdown as far as comments, headings and code go. In code, between backticks and behind `\` nothing is a comment. */
export function readCommented(source: string): { pieces: readonly Piece[]; unclosed: Unclosed | null } {
  const pieces: Piece[] = [];
  const add = (type: Piece["type"], raw: string, line: number) => {
    const last = pieces.at(-1);
    if (raw === "") return;
    if (type === "text" && last?.type === "text")
      pieces[pieces.length - 1] = { ...last, raw: last.raw + raw };
    else pieces.push({ type, raw, line });
  };
  let fence: { mark: string; line: number } | null = null;
  let comment: { raw: string; line: number } | null = null;
  const lines = source.split(/(?<=\n)/);
  for (const [index, whole] of lines.entries()) {
    const line = index + 1;
    if (fence !== null) {
      add("text", whole, line);
      if (closes(whole, fence.mark)) fence = null;
      continue;
    }
    let rest = whole;
    let begun = true;
    while (rest !== "") {
      if (comment !== null) {
        const end = rest.indexOf("-->");
        const taken: string = end === -1 ? rest : rest.slice(0, end + 3);
        comment.raw += taken;
        rest = rest.slice(taken.length);
        begun = false;
        if (end === -1) break;
        add("comment", comment.raw, comment.line);
        comment = null;
        continue;
      }
      const mark = begun ? FENCE.exec(rest)?.[1] : undefined;
      if (mark !== undefined) {
        fence = { mark, line };
        add("text", rest, line);
        break;
      }
      const start = commentIn(rest);
      const plain = start === -1 ? rest : rest.slice(0, start);
      const own = plain.replace(/\r?\n$/, "");
      if (begun && HEADING.test(plain)) {
        add("heading", own, line);
        add("text", plain.slice(own.length), line);
      } else add("text", plain, line);
      rest = rest.slice(plain.length);
      begun = false;
      if (start !== -1) {
        comment = { raw: "<!--", line };
        rest = rest.slice(4);
      }
    }
  }
  if (comment !== null) {
    add("comment", comment.raw, comment.line);
    return { pieces, unclosed: { what: "comment", line: comment.line } };
  }
  return { pieces, unclosed: fence === null ? null : { what: "code", line: fence.line } };
}

function closes(line: string, mark: string): boolean {
  const found = /^[\s>]*(`{3,}|~{3,})\s*$/.exec(line)?.[1];
  return found !== undefined && found[0] === mark[0] && found.length >= mark.length;
}

/** Where a comment begins in a line; -1 where none does. */
function commentIn(line: string): number {
  for (let at = 0; at < line.length; at++) {
    if (line[at] === "\\") at++;
    else if (line[at] === "`") {
      const [run = "`"] = /^`+/.exec(line.slice(at)) ?? [];
      const end = endOfCode(line, at + run.length, run.length);
      at = end === -1 ? at + run.length - 1 : end - 1;
    } else if (line.startsWith("<!--", at)) return at;
  }
  return -1;
}

/** Behind the run of exactly so many backticks that ends the code; -1 where there is none on the line. */
function endOfCode(line: string, from: number, length: number): number {
  for (const { 0: run, index } of line.slice(from).matchAll(/`+/g))
    if (run.length === length) return from + index + length;
  return -1;
}
