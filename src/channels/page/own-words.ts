import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { type StatusError, setupError } from "../../base/errors.ts";
import { en } from "../../page/words/en.ts";
import { bundledWords } from "../../page/words/index.ts";
import { overlay } from "../../page/words/overlay.ts";
import type { Words } from "../../page/words/words.ts";
import { readOwnText } from "./own-file.ts";

const LIMIT = 100_000;
/** So many faults of one file are named at once. */
const NAMED = 5;

export interface OwnWords {
  readonly words: Words;
  /** Files that cannot be used; their language is spoken without them. */
  readonly faults: readonly StatusError[];
  /** Texts that nobody gave in the page's language, so they are said in English. */
  readonly missing: readonly string[];
}

/**
 * The page's own words for readers of `locale`: in that language, else in the one that it belongs to (`de` for `de-AT`),
 * else in English; ours with what the files in `folder` put in their place (`de.yaml`).
 */
export async function loadWords(folder: string, locale: string): Promise<OwnWords> {
  const faults: StatusError[] = [];
  let files: ReadonlyMap<string, string> = new Map();
  try {
    files = await languageFiles(folder);
  } catch (error) {
    faults.push(
      setupError(
        "PAGE_FILE_UNUSABLE",
        `${folder} cannot be read: ${(error as Error).message}`,
        "Look at its permissions.",
      ),
    );
  }
  let found: { words: Words; missing: readonly string[] } | null = null;
  for (const tag of [...wider(locale), "en"]) {
    found = await speak(tag);
    if (found !== null) break;
  }
  return { ...(found ?? { words: { language: "en", texts: en }, missing: [] }), faults };

  /** From the widest of the tag's languages to the tag itself; null where the tag is spoken by nobody. */
  async function speak(tag: string): Promise<{ words: Words; missing: readonly string[] } | null> {
    let spoken: { words: Words; missing: readonly string[] } | null = null;
    for (const each of wider(tag).reverse()) {
      const bundled = Object.hasOwn(bundledWords, each) ? bundledWords[each] : undefined;
      if (bundled !== undefined) spoken = { words: { language: each, texts: bundled }, missing: [] };
      const file = files.get(each);
      if (file === undefined) continue;
      try {
        const { texts, missing } = await readTexts(join(folder, file), spoken?.words.texts ?? en, each);
        spoken = {
          words: { language: each, texts },
          missing: spoken === null ? missing : stillMissing(spoken.missing, missing),
        };
      } catch (error) {
        if (!faults.some(({ message }) => message === (error as StatusError).message))
          faults.push(error as StatusError);
      }
    }
    return spoken;
  }
}

function stillMissing(before: readonly string[], now: readonly string[]): string[] {
  return before.filter((place) => now.includes(place));
}

async function readTexts(path: string, base: Words["texts"], language: string) {
  const source = (await readOwnText(path, LIMIT)) ?? "";
  let given: unknown;
  try {
    given = parse(source);
  } catch (error) {
    throw setupError(
      "PAGE_WORDS_UNUSABLE",
      `${path} is no YAML: ${(error as Error).message.split("\n")[0]}`,
      "Mend it; `status doctor` checks it again.",
      error,
    );
  }
  const { texts, problems, missing } = overlay(base, given, language);
  if (problems.length === 0) return { texts, missing };
  const more = problems.length - NAMED;
  throw setupError(
    "PAGE_WORDS_UNUSABLE",
    `${path}: ${problems.slice(0, NAMED).join("; ")}${more > 0 ? `; and ${more} more` : ""}`,
    "Mend it; `status doctor` checks it again.",
  );
}

const LANGUAGE_FILE = /^([a-z]{2,3}(?:-[a-z0-9]{2,8})*)\.yaml$/i;

/** The files by the language that they are named for. */
async function languageFiles(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const name of await ownFiles(folder)) {
    const language = languageOf(name);
    if (language !== null) files.set(language, name);
  }
  return files;
}

/** `de-AT` for `de-at.yaml`; null for a file that is not named for a language. */
export function languageOf(name: string): string | null {
  const tag = LANGUAGE_FILE.exec(name)?.[1];
  return tag === undefined ? null : canonical(tag);
}

/** The names in the folder, sorted; none where there is no folder. */
export async function ownFiles(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}

/** `zh-Hant-TW`, `zh-Hant`, `zh` */
function wider(locale: string): string[] {
  const parts = (canonical(locale) ?? "en").split("-");
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("-"));
}

function canonical(tag: string): string | null {
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}
