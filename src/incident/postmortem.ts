import { type Piece, readCommented, type Unclosed } from "./commented.ts";

/** The questions of a postmortem, in the order of a draft. `facts` are filled in from the record. */
export const SECTIONS = [
  { id: "summary", kind: "required" },
  { id: "glance", kind: "facts" },
  { id: "affected", kind: "required" },
  { id: "cause", kind: "required" },
  { id: "whys", kind: "optional" },
  { id: "detection", kind: "required" },
  { id: "fix", kind: "required" },
  { id: "technology", kind: "required" },
  { id: "process", kind: "required" },
  { id: "communication", kind: "required" },
  { id: "people", kind: "optional" },
  { id: "others", kind: "optional" },
  { id: "actions", kind: "required" },
  { id: "timeline", kind: "facts" },
] as const;
export type SectionId = (typeof SECTIONS)[number]["id"];
export type SectionKind = "required" | "optional" | "facts";

/**
 * A part of the document: from its heading to that of the next. It is known by the comment below its heading
 * (`<!-- required: cause … -->`), in which the question stands; whatever else is written there is the answer, save what
 * stands between `<!-- facts: … -->` and `<!-- /facts -->`, which was filled in from the record.
 */
export interface Section {
  readonly id: string;
  readonly kind: SectionKind;
  /** Where it begins, counted from 1. */
  readonly line: number;
  /** As written, with its `#`; empty where somebody took it away. */
  readonly heading: string;
  /** What stands in the comment beside the marker. */
  readonly question: string;
  /** Between the marks of the facts, without comments. */
  readonly facts: string;
  /** What a person wrote, with their comments. */
  readonly own: string;
  /** The same without comments. */
  readonly answer: string;
  /** All of it that is to be published, without its heading. */
  readonly shown: string;
}

export interface PostmortemDocument {
  /** The YAML between the two `---`; empty where there is none. */
  readonly front: string;
  /** What stands above the first section, with its comments. */
  readonly preamble: string;
  readonly sections: readonly Section[];
  readonly unclosed: Unclosed | null;
}

const FRONT = /^---[ \t]*\n([\s\S]*?)(?<=\n)---[ \t]*(?:\n|$)/;
const MARKER = /^<!--\s*(required|optional|facts):\s*([\w-]+)\s*([\s\S]*?)-->$/;
const END_OF_FACTS = /^<!--\s*\/facts\s*-->$/;

/** Takes a document apart, whatever its author has made of it. Lines end in `\n`. */
export function readPostmortem(source: string): PostmortemDocument {
  const front = FRONT.exec(source);
  const before = front?.[0] ?? "";
  const { pieces, unclosed } = readCommented(source.slice(before.length));
  const offset = before.split("\n").length - 1;
  const starts = startsOf(pieces);
  const sections = starts.map(({ from, marker }, index) =>
    sectionOf(pieces.slice(from, starts[index + 1]?.from), pieces[marker]!, offset),
  );
  return {
    front: front?.[1] ?? "",
    preamble: joined(pieces.slice(0, starts[0]?.from)).trim(),
    sections,
    unclosed: unclosed === null ? openFacts(pieces, offset) : { ...unclosed, line: unclosed.line + offset },
  };
}

/** Facts whose end was taken away: what a person wrote beneath would be taken for ours. */
function openFacts(pieces: readonly Piece[], offset: number): PostmortemDocument["unclosed"] {
  let open: Piece | null = null;
  for (const piece of pieces) {
    if (piece.type !== "comment") continue;
    const [, kind] = MARKER.exec(piece.raw) ?? [];
    if (END_OF_FACTS.test(piece.raw)) open = null;
    else if (kind !== undefined && open !== null) break;
    else if (kind === "facts") open = piece;
  }
  return open === null ? null : { what: "facts", line: open.line + offset };
}

/** A section begins at the last heading before its marker that belongs to no earlier one. */
function startsOf(pieces: readonly Piece[]): { from: number; marker: number }[] {
  const starts: { from: number; marker: number }[] = [];
  let current: string | null = null;
  let heading: number | null = null;
  for (const [index, piece] of pieces.entries()) {
    if (piece.type === "heading") heading = index;
    if (piece.type !== "comment") continue;
    if (END_OF_FACTS.test(piece.raw)) heading = null;
    const [, kind, id] = MARKER.exec(piece.raw) ?? [];
    if (id === undefined) continue;
    // Facts within a section that also asks something.
    if (kind !== "facts" || id !== current) starts.push({ from: heading ?? index, marker: index });
    current = id;
    heading = null;
  }
  return starts;
}

function sectionOf(pieces: readonly Piece[], marker: Piece, offset: number): Section {
  const [, kind = "", id = "", question = ""] = MARKER.exec(marker.raw) ?? [];
  const [first] = pieces;
  const heading = first?.type === "heading" ? first.raw : "";
  const parts = { facts: [] as Piece[], own: [] as Piece[], answer: [] as Piece[], shown: [] as Piece[] };
  let inFacts = false;
  for (const piece of heading === "" ? pieces : pieces.slice(1)) {
    if (piece.type === "comment" && END_OF_FACTS.test(piece.raw)) inFacts = false;
    else if (piece.type === "comment" && MARKER.test(piece.raw)) inFacts = piece.raw.includes("facts:");
    else if (piece.type === "comment") {
      if (!inFacts) parts.own.push(piece);
    } else {
      parts.shown.push(piece);
      if (inFacts) parts.facts.push(piece);
      else {
        parts.own.push(piece);
        parts.answer.push(piece);
      }
    }
  }
  return {
    ...{ id, kind: kind as SectionKind, line: (first ?? marker).line + offset, heading },
    ...{ question: question.trim(), facts: trimmed(parts.facts), own: trimmed(parts.own) },
    ...{ answer: trimmed(parts.answer), shown: trimmed(parts.shown) },
  };
}

/** Without the blank lines around it; an indented first line keeps its place. */
function trimmed(pieces: readonly Piece[]): string {
  return joined(pieces)
    .replace(/^(?:[ \t]*\r?\n)+/, "")
    .trimEnd();
}

function joined(pieces: readonly Piece[]): string {
  return pieces.map(({ raw }) => raw).join("");
}

const REQUIRED: ReadonlySet<string> = new Set(
  SECTIONS.filter(({ kind }) => kind === "required").map(({ id }) => id),
);

/** A question that must be answered before the document is published. */
export interface Missing {
  readonly id: string;
  /** Without its `#`; the id where there is none. */
  readonly heading: string;
  /** Null where the section is gone. */
  readonly line: number | null;
  /** Whether something was written into the comment, where nobody would read it. */
  readonly inComment: boolean;
}

/** The required questions without an answer, in their order. `questions` are those that drafts ask, in all languages. */
export function unanswered({ sections }: PostmortemDocument, questions: readonly string[]): Missing[] {
  const known = new Set(questions.map(plain));
  const ids = new Set(sections.map(({ id }) => id));
  // Of a section that stands there twice, one answer is enough.
  const answered = new Set(sections.filter((each) => isAnswered(each, known)).map(({ id }) => id));
  const open = sections
    .filter(({ id, kind }) => kind === "required" && !answered.has(id))
    .map(({ id, line, heading, question }) => ({
      ...{ id, line, heading: heading.replace(/^[\s#]+/, "") || id },
      inComment: REQUIRED.has(id) && question !== "" && !known.has(plain(question)),
    }));
  const gone = [...REQUIRED]
    .filter((id) => !ids.has(id))
    .map((id) => ({ id, heading: id, line: null, inComment: false }));
  return [...open, ...gone];
}

/** Anything but headings, the question itself, and marks that stand for an answer to come. */
function isAnswered(section: Pick<Section, "answer" | "facts">, known: ReadonlySet<string>): boolean {
  if (isSaid(section.facts)) return true;
  const written = section.answer
    .split(/\n\s*\n/)
    .filter((paragraph) => !known.has(plain(paragraph)))
    .join("\n\n");
  return isSaid(written) && !known.has(plain(section.answer));
}

function isSaid(text: string): boolean {
  const words = text
    .replace(/^ {0,3}#{1,6}(?:\s.*)?$/gm, "")
    // What shows nothing: tags, entities, the numbers of an empty list, addresses that nothing refers to.
    .replace(/<[^>\n]*>|&#?\w+;/g, "")
    .replace(/^\s*(?:\d+[.)]|[-*+])\s*$/gm, "")
    .replace(/^ {0,3}\[[^\]\n]+\]:.*$/gm, "")
    .trim();
  return /[\p{L}\p{N}]/u.test(words) && !/^\W*(?:todo|tbd|fixme|xxx)\W*$/i.test(words);
}

/** The words alone: however they are broken into lines, quoted or marked. */
function plain(text: string): string {
  return text
    .replace(/^[\s>*-]+/gm, " ")
    .replace(/[*_`]+/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

/**
 * What is published: the sections in their order with the headings as they stand, without front matter, title, comments,
 * and questions that nobody has answered.
 */
export function publishedText(
  { preamble, sections }: PostmortemDocument,
  questions: readonly string[],
): string {
  const known = new Set(questions.map(plain));
  const above = readCommented(preamble).pieces;
  // Each place has a title of its own.
  const title = above.findIndex(({ type, raw }) => type === "heading" && /^ {0,3}#(?!#)/.test(raw));
  const kept = above.filter(({ type }, index) => type !== "comment" && index !== title);
  const parts = sections
    .filter((section) => isAnswered(section, known))
    .map(({ heading, shown }) => (heading === "" ? shown : `${heading.trim()}\n\n${shown}`));
  return [trimmed(kept), ...parts].filter((part) => part !== "").join("\n\n");
}

/** What a section of a new draft holds. */
export interface DraftSection {
  readonly id: string;
  readonly kind: SectionKind;
  readonly heading: string;
  /** Null in a section of facts only. */
  readonly question: string | null;
  /** Markdown from the record; null where the section has none. */
  readonly facts: string | null;
  /** What a person wrote. */
  readonly own: string;
}

export interface Draft {
  /** Whole lines of YAML. */
  readonly front: string;
  readonly preamble: string;
  readonly sections: readonly DraftSection[];
}

/** The document of a draft; `readPostmortem` takes it apart again. */
export function writePostmortem({ front, preamble, sections }: Draft): string {
  const parts = sections.map(({ id, kind, heading, question, facts, own }) =>
    [
      heading,
      ...(question === null ? [] : [`<!-- ${kind}: ${id}\n${inComment(question)}\n-->`]),
      ...(facts === null ? [] : [`<!-- facts: ${id} -->\n\n${facts}\n\n<!-- /facts -->`]),
      own,
    ]
      .filter((part) => part !== "")
      .join("\n\n"),
  );
  return `---\n${front.trim()}\n---\n\n${[preamble, ...parts].join("\n\n\n")}\n`;
}

/** Text that cannot end the comment around it. */
export function inComment(text: string): string {
  return text.replaceAll("-->", "--›");
}
