import { randomBytes } from "node:crypto";
import { renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { setupError, usageError } from "../../base/errors.ts";

/**
 * Writes a file all at once: beside its place first, then by rename, so that nobody reads half of it and a failure
 * leaves what was there. `mode` as in chmod. Throws FILE_IS_FOLDER and FILE_NOT_WRITTEN.
 */
export function writeWhole(folder: string, file: string, content: string, mode = 0o644): void {
  const path = resolve(folder, file);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
    throw usageError("FILE_IS_FOLDER", `${path} is a folder.`, "Name a file in it.");
  const beside = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    writeFileSync(beside, content, { mode, flag: "wx" });
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw setupError(
      "FILE_NOT_WRITTEN",
      `${path} could not be written: ${(error as Error).message}`,
      "Name another file, or - for stdout.",
      error,
    );
  }
}
