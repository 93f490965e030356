import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, isAbsolute, join } from "node:path";
import { Script } from "node:vm";
import { crc32 } from "node:zlib";

const { O_RDONLY, O_NONBLOCK } = constants;

/** Of one chunk, by its file's name: its source's checksum, then place, length and checksum of its code in the cache. */
type Index = Record<string, readonly [source: number, at: number, length: number, code: number]>;

type Cache = { readonly index: Index; read(name: string): Uint8Array };

interface Loaded {
  readonly script: Script;
  readonly source: number;
}

/** A copy that nobody has written anew for so long is of a build that is gone. */
const FORGOTTEN_MS = 30 * 24 * 60 * 60 * 1000;

const NOTHING = new Uint8Array(0);
const EMPTY: Cache = { index: {}, read: () => NOTHING };

/** V8 does not keep how a script imports: what has to is left to Node. */
const IMPORT = "./import-module.cjs";

/** What is around a chunk, as Node has it around a module. */
const BEFORE = "(function(exports,require,module,__filename,__dirname){";
const AFTER = "\n})";

/**
 * Loads the chunk at `main`, and what it requires of those beside it, with the code that V8 made of them the last time; as the
 * process ends it keeps what had to be made anew. Code is kept in `status` below `$XDG_CACHE_HOME` (else `~/.cache`), one file for each
 * build and Node, and taken from nobody but this user; a damaged, foreign or missing file costs time and nothing else.
 * `NODE_DISABLE_COMPILE_CACHE` turns it off.
 */
export function start(main: string, env: NodeJS.ProcessEnv): unknown {
  const folder = dirname(main);
  const path = cachePath(folder, env);
  const cache = path === null ? EMPTY : openCache(path);
  const sources = reused();
  const modules = new Map<string, { exports: unknown }>();
  const loaded = new Map<string, Loaded>();
  const ofNode = createRequire(main);
  let anew = false;

  const load = (name: string): unknown => {
    const there = modules.get(name);
    if (there !== undefined) return there.exports;
    const module = { exports: {} };
    modules.set(name, module);
    const file = join(folder, name);
    const { text, source } = readChunk(file, sources);
    const cachedData = cache.index[name]?.[0] === source ? cache.read(name) : NOTHING;
    const script = new Script(text, {
      filename: file,
      ...(cachedData === NOTHING ? {} : { cachedData }),
    });
    if (script.cachedDataRejected !== false) anew = true;
    loaded.set(name, { script, source });
    script.runInThisContext()(module.exports, requireOf, module, file, folder);
    return module.exports;
  };
  const requireOf = Object.assign(
    (id: string): unknown => (id.startsWith("./") && id !== IMPORT ? load(id.slice(2)) : ofNode(id)),
    { resolve: ofNode.resolve },
  );

  if (path !== null)
    process.on("exit", () => {
      if (anew) keep(path, folder, cache, loaded);
    });
  return load(basename(main));
}

/** Its text as a function, and the checksum of it as it stands in the file. */
function readChunk(path: string, memory: Memory): { text: string; source: number } {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const end = BEFORE.length + size;
    const bytes = memory(end + AFTER.length);
    bytes.write(BEFORE, 0, "latin1");
    if (readSync(file, bytes, BEFORE.length, size, 0) !== size) throw new Error(`${path} cannot be read`);
    bytes.write(AFTER, end, "latin1");
    return { text: bytes.toString(), source: crc32(bytes.subarray(BEFORE.length, end)) };
  } finally {
    closeSync(file);
  }
}

/** So many bytes, where those given before are no longer needed: memory for each would lie about until the end. */
type Memory = (length: number) => Buffer;

function reused(): Memory {
  let all = Buffer.alloc(0);
  return (length) => {
    if (all.length < length) all = Buffer.allocUnsafeSlow(Math.max(length, 1 << 18));
    return all.subarray(0, length);
  };
}

function cachePath(folder: string, env: NodeJS.ProcessEnv): string | null {
  if (env.NODE_DISABLE_COMPILE_CACHE) return null;
  const { XDG_CACHE_HOME: given, HOME: home } = env;
  const base = given && isAbsolute(given) ? given : home && isAbsolute(home) ? join(home, ".cache") : null;
  const build = crc32(folder).toString(16).padStart(8, "0");
  return base === null ? null : join(base, "status", `${build}-${process.version}-${process.arch}`);
}

/** Its index is read at once, code when it is asked for: most commands need little of it. */
function openCache(path: string): Cache {
  try {
    // Whatever stands there, nobody waits for it.
    const file = openSync(path, O_RDONLY | (O_NONBLOCK ?? 0));
    const memory = reused();
    const read = (at: number, length: number): Buffer | null => {
      const bytes = memory(length);
      return readSync(file, bytes, 0, length, at) === length ? bytes : null;
    };
    const { uid, mode } = fstatSync(file);
    const head = read(0, 8);
    const length = head?.readUInt32LE(0) ?? 0;
    const check = head?.readUInt32LE(4);
    const text = isOwn(uid) && (mode & 0o022) === 0 && length < 1_000_000 ? read(8, length) : null;
    if (text === null || crc32(text) !== check) {
      closeSync(file);
      return EMPTY;
    }
    const index = JSON.parse(text.toString()) as Index;
    return {
      index,
      read(name) {
        const [, at, size, code] = index[name]!;
        const bytes = read(8 + length + at, size);
        // V8 believes what it is given: damaged code ends the process.
        return bytes !== null && crc32(bytes) === code ? bytes : NOTHING;
      },
    };
  } catch {
    return EMPTY;
  }
}

/** Writes what is loaded, and of the rest what is there and of this build still; where it cannot be written, it is not. */
function keep(path: string, folder: string, cache: Cache, loaded: ReadonlyMap<string, Loaded>): void {
  const written = `${path}.${process.pid}`;
  try {
    const kept = join(path, "..");
    mkdirSync(kept, { recursive: true, mode: 0o700 });
    const { uid, mode } = statSync(kept);
    // A superuser's code is no gift for a home that is another's.
    if (!isOwn(uid) || (mode & 0o022) !== 0) return;
    const index: Index = {};
    const parts: Uint8Array[] = [];
    let at = 0;
    const put = (name: string, source: number, bytes: Uint8Array): void => {
      index[name] = [source, at, bytes.length, crc32(bytes)];
      parts.push(bytes);
      at += bytes.length;
    };
    for (const [name, [source]] of Object.entries(cache.index))
      if (!loaded.has(name) && existsSync(join(folder, name))) put(name, source, cache.read(name).slice());
    for (const [name, { script, source }] of loaded) {
      const before = cache.index[name]?.[0] === source ? cache.read(name) : NOTHING;
      const now = script.createCachedData();
      // It holds each function that was called; the last command may have called fewer.
      put(
        name,
        source,
        script.cachedDataRejected === false && before.length > now.length ? before.slice() : now,
      );
    }
    const text = Buffer.from(JSON.stringify(index));
    const head = Buffer.alloc(8);
    head.writeUInt32LE(text.length, 0);
    head.writeUInt32LE(crc32(text), 4);
    writeFileSync(written, Buffer.concat([head, text, ...parts]), { flag: "wx", mode: 0o600 });
    renameSync(written, path);
    for (const other of readdirSync(kept))
      if (Date.now() - statSync(join(kept, other)).mtimeMs > FORGOTTEN_MS) rmSync(join(kept, other));
  } catch {
    drop(written);
  }
}

/** A disk that takes nothing may give nothing back either; nothing may fail as the process ends, for its exit code would change. */
function drop(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {}
}

function isOwn(uid: number): boolean {
  return process.geteuid === undefined || uid === process.geteuid();
}
