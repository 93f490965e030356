import type { Stats } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { type StatusError, setupError } from "../../base/errors.ts";

/**
 * A file of the project's own that may be missing: its bytes, or null where it is not there. Looks before it reads, so that
 * neither a pipe nor a huge file holds anything up. Throws setupError `PAGE_FILE_UNUSABLE`.
 */
export async function readOwn(path: string, limit: number): Promise<Uint8Array | null> {
  try {
    const found = await stat(path);
    if (!found.isFile())
      throw unusable(`${path} is no file but ${sortOf(found)}.`, "Put a file there, or nothing.");
    if (found.size > limit) throw tooLarge(path, found.size, limit);
    const bytes = await readFile(path);
    if (bytes.length > limit) throw tooLarge(path, bytes.length, limit);
    return bytes;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    if (code === "PAGE_FILE_UNUSABLE") throw error;
    throw unusable(`${path} cannot be read: ${message}`, "Look at the file and its permissions.", error);
  }
}

/** The same as text. Throws setupError `PAGE_FILE_UNUSABLE` also where it is not UTF-8. */
export async function readOwnText(path: string, limit: number): Promise<string | null> {
  const bytes = await readOwn(path, limit);
  if (bytes === null) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw unusable(`${path} is not UTF-8 text.`, "Save it as UTF-8.", error);
  }
}

/** Says a size in the unit that people use for it: `104 kB`. */
export function saySize(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function tooLarge(path: string, size: number, limit: number): StatusError {
  return unusable(
    `${path} has ${saySize(size)}; at most ${saySize(limit)} are taken.`,
    "Readers wait for every byte of it while things are down: make it smaller.",
  );
}

function unusable(message: string, hint: string, cause?: unknown): StatusError {
  return setupError("PAGE_FILE_UNUSABLE", message, hint, cause);
}

function sortOf(found: Stats): string {
  return found.isDirectory() ? "a folder" : "something else";
}
