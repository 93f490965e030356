import { type FileHandle, open } from "node:fs/promises";
import { resolve } from "node:path";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { stopped, unreadable } from "./fault.ts";

const PIECE = 64 * 1024;

/** What a file holds, unpacked where its name ends in `.gz`. Throws ChannelError where that is not all of it. */
export async function* fileBytes(file: string, folder: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const handle = await openFile(file, resolve(folder, file));
  try {
    const { size } = await handle.stat();
    const stream = handle.createReadStream({ autoClose: false, highWaterMark: PIECE });
    const packed = /\.gz$/i.test(file);
    // The pipeline's own callback has nothing to add: its errors come out of the stream that is read.
    const bytes = packed ? pipeline(stream, createGunzip({ chunkSize: PIECE }), () => {}) : stream;
    for await (const piece of bytes) {
      if (signal.aborted) throw stopped(file, "was not read to its end");
      yield piece as Buffer;
    }
    if (stream.bytesRead < size)
      throw unreadable(
        file,
        "has become shorter while it was read",
        "Let its writer finish; better, let it write another file and rename it.",
      );
  } catch (error) {
    throw explain(file, error);
  } finally {
    await handle.close();
  }
}

async function openFile(file: string, path: string): Promise<FileHandle> {
  try {
    const handle = await open(path);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    throw explain(file, error);
  }
  throw unreadable(file, "is no file");
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "is not there",
  EACCES: "may not be read",
  EISDIR: "is a folder",
  Z_BUF_ERROR: "ends in the middle: the compressed file is not whole",
  Z_DATA_ERROR: "is no compressed file, or a damaged one",
};

function explain(file: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (!(error instanceof Error) || code === undefined || code.startsWith("LIST_")) return error;
  const hint = code === "ENOENT" ? "Relative paths start at the configuration's folder." : null;
  return unreadable(file, WORDS[code] ?? `cannot be read: ${code}`, hint, error);
}
