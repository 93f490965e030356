import { lstat, readFile } from "node:fs/promises";
import { saySize } from "./own-file.ts";

/** Sizes that no file of ours comes near. */
export const LIMITS = { manifest: 64_000_000, document: 8_000_000, status: 1_000_000 } as const;

/**
 * A file of the page as it stands in the folder; null only where nothing stands there. Looks before it reads, so that
 * neither a pipe nor a huge file holds up whoever has the page's lease. Throws errors with a code as the system's.
 */
export async function readPlain(path: string, limit: number): Promise<string | null> {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink())
      throw inTheWay("ELINK", `${path} is a link, and what it points to is not the page's`);
    if (found.isDirectory()) throw inTheWay("EISDIR", `${path} is a folder`);
    if (!found.isFile()) throw inTheWay("ENOTFILE", `${path} is no plain file`);
    if (found.size > limit)
      throw inTheWay("EFBIG", `${path} has ${saySize(found.size)}; at most ${saySize(limit)} are read`);
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** Says that something stands where a file or folder of the page should be. */
export function inTheWay(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
