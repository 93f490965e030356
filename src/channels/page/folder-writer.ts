import { randomBytes } from "node:crypto";
import {
  closeSync,
  type Dirent,
  existsSync,
  fsync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { promisify } from "node:util";
import { MANIFEST, type PageFile } from "../../page/build.ts";
import { ChannelError } from "../contract.ts";
import { inTheWay } from "./read-plain.ts";

/**
 * The folder that holds the page. Every method throws ChannelError `PAGE_NOT_WRITTEN`; what stood before a failure stays
 * readable. Files of others are neither read nor touched.
 */
export class FolderWriter {
  readonly #directory: string;
  readonly #there: Map<string, Dirent>;
  readonly #folders: Set<string>;
  /** Nobody else's draft has this name, and each file is drafted once at a time. */
  readonly #draft = `${randomBytes(6).toString("hex")}.tmp`;
  #written = 0;
  /** Replaced, and not yet surely on disk. */
  readonly #unsynced: string[] = [];

  private constructor(directory: string, there: Map<string, Dirent>, folders: Set<string>) {
    this.#directory = directory;
    this.#there = there;
    this.#folders = folders;
  }

  /** Makes the folder where it is missing, and clears away what a killed writer left. */
  static open(directory: string): Promise<FolderWriter> {
    return notWritten(directory, async () => {
      await makeFolder(directory);
      const there = new Map<string, Dirent>();
      const folders = new Set<string>();
      for (const folder of FOLDERS) {
        if (folder !== "" && !isOurFolder(there.get(folder), folder)) continue;
        folders.add(folder);
        // The lease keeps others from writing now.
        for (const entry of await readdir(join(directory, folder), { withFileTypes: true }))
          if (entry.isFile() && DRAFT.test(entry.name))
            await rm(join(directory, folder, entry.name), { force: true });
          else there.set(folder === "" ? entry.name : `${folder}/${entry.name}`, entry);
      }
      return new FolderWriter(directory, there, folders);
    });
  }

  /** Whether a plain file with something in it stands there: an empty one is what a power failure leaves. */
  has(path: string): boolean {
    if (this.#there.get(path)?.isFile() !== true) return false;
    try {
      // One of thousands: asking at once is many times quicker than waiting for each.
      return (lstatSync(`${this.#directory}/${path}`, { throwIfNoEntry: false })?.size ?? 0) > 0;
    } catch {
      return false;
    }
  }

  /**
   * Puts the file in its place, whole or not at all; false where it stands so already.
   * Each is on disk before the next, as far as SYNCED_ONE_BY_ONE. A large build, the first one or a new look, would wait for
   * the disk thousands of times: its further files are brought to disk together, before the files that tell of them.
   * Whatever a power failure spoils in between, the old manifest does not vouch for, and the next build mends.
   */
  put({ path, content }: PageFile): Promise<boolean> {
    return notWritten(this.#directory, async () => {
      const target = join(this.#directory, path);
      const standing = this.#there.get(path);
      if (standing?.isSymbolicLink())
        throw inTheWay("ELINK", `${target} is a link, and what it points to is not the page's`);
      if (standing !== undefined && !standing.isFile() && !standing.isDirectory())
        throw inTheWay("ENOTFILE", `${target} is no plain file`);
      if (content === null) {
        if (standing === undefined) return false;
        await rm(target, { force: true });
        this.#there.delete(path);
        return true;
      }
      if (TELLING.has(path)) await this.#syncAll();
      if (standing?.isFile() && (await same(target, Buffer.from(content as string)))) return false;
      const folder = dirname(path);
      if (!this.#folders.has(folder)) await this.#ensureFolder(folder);
      const draft = join(this.#directory, folder, `.${basename(path)}.${this.#draft}`);
      this.#written += 1;
      if (this.#written <= SYNCED_ONE_BY_ONE || TELLING.has(path)) await replace(target, draft, content);
      else {
        replaceInMemory(target, draft, content);
        this.#unsynced.push(target);
        // Other channels have answers to receive.
        if (this.#written % WRITTEN_AT_ONCE === 0) await nextTurn();
      }
      return true;
    });
  }

  async #ensureFolder(folder: string): Promise<void> {
    if (folder === "." || this.#folders.has(folder)) return;
    await this.#ensureFolder(dirname(folder));
    await makeFolder(join(this.#directory, folder));
    this.#folders.add(folder);
  }

  async #syncAll(): Promise<void> {
    while (this.#unsynced.length > 0)
      // At once: the file system then commits them together.
      await Promise.all(this.#unsynced.splice(0, 64).map(sync));
  }
}

/** All that files of the page lie in, outermost first. */
const FOLDERS = [
  "",
  "incidents",
  "history",
  "api",
  "api/v2",
  "api/v2/incidents",
  "api/v2/scheduled-maintenances",
];
/** Written last: by these a reader, another program or the next build finds all others. */
const TELLING: ReadonlySet<string> = new Set(["status.json", "index.html", MANIFEST]);
const SYNCED_ONE_BY_ONE = 100;
const WRITTEN_AT_ONCE = 16;
const DRAFT = /^\..+\.[0-9a-f]{12}\.tmp$/;

/** False where there is none. Throws where something else stands in its place. */
function isOurFolder(entry: Dirent | undefined, folder: string): boolean {
  if (entry === undefined || entry.isDirectory()) return entry !== undefined;
  if (entry.isSymbolicLink())
    throw inTheWay("ELINK", `${folder} is a link, and what it points to is not the page's`);
  throw inTheWay("ENOTDIR", `${folder} is not a folder`);
}

/** Does something with the folder; throws ChannelError `PAGE_NOT_WRITTEN` with what helps. */
export async function notWritten<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new ChannelError("refused", "PAGE_NOT_WRITTEN", `the page could not be written: ${message}`, {
      hint: hintFor(code, directory),
      cause: error,
    });
  }
}

async function same(path: string, bytes: Buffer): Promise<boolean> {
  return (await stat(path)).size === bytes.length && (await readFile(path)).equals(bytes);
}

/** The file is on disk when it takes the other's place. */
async function replace(target: string, draft: string, content: string | Uint8Array): Promise<void> {
  try {
    const file = await open(draft, "wx", 0o644);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, target);
  } catch (error) {
    // A publish command would carry a stray draft to the public.
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
}

/** The same, whenever the disk has it: what only goes to memory takes longer to wait for than to do. */
function replaceInMemory(target: string, draft: string, content: string | Uint8Array): void {
  try {
    // With the encoding said, Node writes text without a copy of it.
    writeFileSync(draft, content, { encoding: "utf8", flag: "wx", mode: 0o644 });
    renameSync(draft, target);
  } catch (error) {
    try {
      rmSync(draft, { force: true });
    } catch {
      // What went wrong first is what counts.
    }
    throw error;
  }
}

const toDisk = promisify(fsync);

async function sync(path: string): Promise<void> {
  const file = openSync(path, "r");
  try {
    await toDisk(file);
  } finally {
    closeSync(file);
  }
}

export function hintFor(code: string | undefined, directory: string): string {
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return `let this user write to ${directory}, or name another directory, then type: status retry`;
  if (code === "ENOSPC" || code === "EDQUOT") return "free some disk space, then type: status retry";
  if (code === "ELINK") return "put a plain file or folder in the link's place, then type: status retry";
  if (code === "EISDIR" || code === "ENOTEMPTY")
    return `a folder stands where a file of the page should be; move it away from ${directory}, then type: status retry`;
  if (code === "ENOTFILE" || code === "EFBIG")
    return `no page of ours has such a file; move it away from ${directory}, then type: status retry`;
  if (code === "ENOTDIR" || code === "EEXIST")
    return `a file stands where a folder should be; move it or name another directory than ${directory}`;
  return `look at ${directory}, then type: status retry`;
}

/** Makes a folder and those above it. Node's own way never ends where a parent is there and can hold none, as in `/proc`. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return;
    if (code !== "ENOENT" || existsSync(dirname(path))) throw error;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
}
