import { oneLine } from "../../base/printable.ts";
import { createProgram } from "../program/program.ts";
import type { Surroundings } from "../surroundings.ts";
import { type Candidate, type Offer, offerAt } from "./candidates.ts";
import { readLine, type Typed } from "./line.ts";
import { namesOf } from "./names.ts";
import { placeOf } from "./place.ts";

/**
 * Answers a shell that asks what could stand at the cursor: `bash TYPE COLUMNS LINE`, `zsh COLUMNS WORD… CURRENT`, or
 * `fish WORD… CURRENT`.
 * The first line says how: `words`, `open` (the word goes on) or `files`. Reads nothing but files of this machine, runs
 * nothing, changes nothing, and fails in silence: a complaint would land in the middle of somebody's line.
 */
export async function complete(argv: readonly string[], surroundings: Surroundings): Promise<void> {
  const [shell, ...rest] = argv;
  const answer = shell === "bash" ? forBash : shell === "zsh" ? forZsh : forFish;
  const lines = await answer(rest, surroundings);
  surroundings.stdout.write(lines.map((line) => `${line}\n`).join(""));
}

/** Only these are offered: they mean themselves in every shell, wherever they stand. */
const SAFE = /^[\w@%+=:,./-]+$/;
/** What is said of a word, at most. */
const ABOUT = 70;

async function offer(typed: Typed, surroundings: Surroundings): Promise<Offer> {
  const program = createProgram(async () => {}, "");
  const place = placeOf(program, typed);
  const { files, candidates } = await offerAt(place, namesOf(surroundings, place.config));
  const seen = new Set<string>();
  return {
    files,
    candidates: candidates
      .filter(({ value }) => SAFE.test(value) && value.startsWith(typed.current))
      .filter(({ value }) => !seen.has(value) && seen.add(value))
      .map(({ value, about }) => ({ value, about: shortened(oneLine(about)) })),
  };
}

function shortened(text: string): string {
  const letters = [...text];
  return letters.length <= ABOUT ? text : `${letters.slice(0, ABOUT - 1).join("")}…`;
}

function how({ files, candidates }: Offer): string {
  if (files) return "files";
  return candidates.length === 1 && candidates[0]!.value.endsWith("=") ? "open" : "words";
}

function typedIn(words: readonly string[]): Typed {
  return { words: words.slice(0, -1), current: words.at(-1) ?? "" };
}

/** A word and what is said of it: fish lays the list out itself. */
async function forFish(words: readonly string[], surroundings: Surroundings): Promise<string[]> {
  const found = await offer(typedIn(words), surroundings);
  return [how(found), ...found.candidates.map(({ value, about }) => `${value}\t${about}`)];
}

/** A word and its line in the list. */
async function forZsh(
  [columns = "80", ...words]: readonly string[],
  surroundings: Surroundings,
): Promise<string[]> {
  const found = await offer(typedIn(words), surroundings);
  const lines = listed(found.candidates, Number(columns) || 80);
  return [how(found), ...found.candidates.map(({ value }, index) => `${value}\t${lines[index]}`)];
}

/** Readline's keys that put each candidate in turn into the line: menu-complete, insert-completions. */
const INSERTS_ALL = ["37", "42"];

async function forBash(argv: readonly string[], surroundings: Surroundings): Promise<string[]> {
  const [type = "9", columns = "80", line = ""] = argv;
  const { cut, ...typed } = readLine(line);
  const found = await offer(typed, surroundings);
  const left = found.candidates.map(({ value, about }) => ({ value: value.slice(cut), about }));
  const named = left.length > 1 && !INSERTS_ALL.includes(type);
  return [how(found), ...(named ? listed(left, Number(columns) || 80) : left.map(({ value }) => value))];
}

/**
 * Bash shows no descriptions, so they stand in the list itself. No part of one is ever inserted: what several candidates
 * have in common ends where their words differ, before the blank behind the shorter one.
 */
function listed(candidates: readonly Candidate[], columns: number): string[] {
  const width = Math.max(...candidates.map(({ value }) => value.length));
  return candidates.map(({ value, about }) => {
    const room = columns - width - 5;
    if (about === "" || room < 10) return value;
    const letters = [...about];
    const cut = letters.length <= room ? about : `${letters.slice(0, room - 1).join("")}…`;
    return `${value.padEnd(width)}  (${cut})`;
  });
}
