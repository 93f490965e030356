import { randomBytes } from "node:crypto";
import { realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { StatusError, setupError, usageError } from "../../base/errors.ts";

/**
 * Writes a file all at once: beside its place first, then by rename, so that nobody reads half of it and a failure
 * leaves what was there. `mode` as in chmod. Throws FILE_IS_FOLDER and FILE_NOT_WRITTEN.
 */
export function writeWhole(folder: string, file: string, content: string, mode = 0o644): void {
  const path = resolve(folder, file);
  let beside = "";
  try {
    const there = statSync(path, { throwIfNoEntry: false });
    if (there?.isDirectory() === true)
      throw usageError("FILE_IS_FOLDER", `${path} is a folder.`, "Name a file in it.");
    // A device or a pipe is written to, and stays what it is; a link stays one.
    if (there !== undefined && !there.isFile()) {
      writeFileSync(path, content);
      return;
    }
    const target = there === undefined ? path : realpathSync(path);
    beside = `${target}.${randomBytes(4).toString("hex")}.tmp`;
    writeFileSync(beside, content, { mode, flag: "wx" });
    renameSync(beside, target);
  } catch (error) {
    if (error instanceof StatusError) throw error;
    if (beside !== "") rmSync(beside, { force: true });
    throw setupError(
      "FILE_NOT_WRITTEN",
      `${path} could not be written: ${(error as Error).message}`,
      "Name another file, or - for stdout.",
      error,
    );
  }
}
