import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { ChannelError } from "../contract.ts";

/**
 * Puts the files into the folder, each whole or not at all, in the order given; makes the folder where it is missing.
 * Throws ChannelError `PAGE_NOT_WRITTEN`; what was there before a failure stays readable.
 */
export async function writeFiles(directory: string, files: ReadonlyMap<string, string>): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await sweep(directory);
    for (const [name, content] of files) await replace(directory, name, content);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ChannelError("refused", "PAGE_NOT_WRITTEN", `the page could not be written: ${message}`, {
      hint: hintFor(code, directory),
      cause: error,
    });
  }
}

/** Drafts that a killed writer left; the lease keeps others from writing now. */
async function sweep(directory: string): Promise<void> {
  for (const name of await readdir(directory))
    if (/^\..+\.[0-9a-f]{12}\.tmp$/.test(name)) await rm(join(directory, name), { force: true });
}

async function replace(directory: string, name: string, content: string): Promise<void> {
  const draft = join(directory, `.${name}.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const file = await open(draft, "wx", 0o644);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, join(directory, name));
  } catch (error) {
    // A publish command would carry a stray draft to the public.
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
}

export function hintFor(code: string | undefined, directory: string): string {
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return `let this user write to ${directory}, or name another directory, then type: status retry`;
  if (code === "ENOSPC" || code === "EDQUOT") return "free some disk space, then type: status retry";
  if (code === "ENOTDIR" || code === "EEXIST" || code === "EISDIR")
    return `a file stands where a folder should be; move it or name another directory than ${directory}`;
  return `look at ${directory}, then type: status retry`;
}
