import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { parse } from "yaml";
import { setupError, usageError } from "../../base/errors.ts";
import { type PostmortemDocument, readPostmortem } from "../../incident/postmortem.ts";
import { harmless, literal } from "../../render/literal.ts";

/** A document as it was read from its file. */
export interface PostmortemFile {
  readonly path: string;
  readonly document: PostmortemDocument;
  /** As its front matter names it; null where it does not. */
  readonly incident: string | null;
  /** In one line; null where none is given. */
  readonly summary: string | null;
}

/** Null where there is no such file. Throws POSTMORTEM_UNREADABLE. */
export function readPostmortemFile(path: string): PostmortemFile | null {
  let source: string;
  try {
    source = harmless(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw usageError("POSTMORTEM_UNREADABLE", `${path} cannot be read: ${(error as Error).message}`);
  }
  const document = readPostmortem(source);
  const front = frontOf(document.front, path);
  return { path, document, incident: lineOf(front.incident), summary: lineOf(front.summary) };
}

function frontOf(source: string, path: string): Readonly<Record<string, unknown>> {
  try {
    const front: unknown = parse(source);
    return typeof front === "object" && front !== null ? (front as Record<string, unknown>) : {};
  } catch (error) {
    throw usageError(
      "POSTMORTEM_UNREADABLE",
      `The lines between --- at the beginning of ${path} are no YAML: ${(error as Error).message.split("\n")[0]}`,
      'Write them as they were: incident: "…", and summary: "…"',
    );
  }
}

function lineOf(value: unknown): string | null {
  return typeof value === "string" && literal(value) !== "" ? literal(value) : null;
}

/** Writes a whole file at once, readable by all. Over a file that is there only if `over`; throws POSTMORTEM_EXISTS, POSTMORTEM_NOT_WRITTEN. */
export function writeDocument(path: string, content: string, over: boolean): void {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(draft, content, { mode: 0o644, flag: "wx" });
    if (over) renameSync(draft, path);
    else putNew(draft, path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && !over)
      throw usageError(
        "POSTMORTEM_EXISTS",
        `${path} is there already.`,
        "To bring its facts up to date and keep your answers: add --force. To write another: --output FILE",
      );
    throw setupError(
      "POSTMORTEM_NOT_WRITTEN",
      `The document could not be written: ${message}`,
      "Name another file: --output FILE",
      error,
    );
  } finally {
    // It was never made where the folder is none.
    if (existsSync(draft)) rmSync(draft, { force: true });
  }
}

/** Throws EEXIST where somebody was quicker. */
function putNew(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
    // Some file systems know no links.
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}
