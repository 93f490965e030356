import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { refusal } from "../../base/errors.ts";
import type { Secret } from "../../base/secret.ts";
import { PLACES } from "../../config/file.ts";
import { OWN_SCHEMA } from "./finish.ts";

/** Beside the ledger, in a folder that git leaves out. */
export const SECRETS = ".status/secrets";

interface NewFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/**
 * Writes the configuration, the secrets that were typed (file:… → secret; mode 600) and what editors need, or nothing at all.
 * `.status` gets a .gitignore of its own, so that no secret is ever committed. Overwrites nothing: refuses with CONFIG_EXISTS.
 */
export function keep(
  config: { readonly path: string; readonly text: string },
  typed: ReadonlyMap<string, Secret>,
  schema: string | null,
): void {
  const folder = dirname(config.path);
  const own = join(folder, ".status");
  const ours = join(folder, OWN_SCHEMA);
  const files: NewFile[] = [
    ...[...typed].map(([reference, secret]) => ({
      path: join(folder, reference.replace(/^file:/, "")),
      text: `${secret.reveal()}\n`,
      mode: 0o600,
    })),
    ...(schema === null ? [] : [{ path: ours, text: schema, mode: 0o644 }]),
    { path: config.path, text: config.text, mode: 0o644 },
  ];
  const secrets = join(folder, SECRETS);
  // A repository can carry links that lead out of it, and rules that let secrets in.
  for (const path of [own, secrets, join(own, ".gitignore"), ours, join(secrets, ".gitignore")])
    if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true)
      throw unsafe(path, "is a link");
  const rules = join(secrets, ".gitignore");
  if (typed.size > 0 && existsSync(rules) && readFileSync(rules, "utf8").trim() !== "*")
    throw unsafe(rules, "lets git have secrets");
  const written: string[] = [];
  const write = (path: string, text: string, mode: number, flag: "w" | "wx") => {
    const before = existsSync(path);
    const file = openSync(path, flag, mode);
    // From here on it is ours to take away.
    if (!before) written.push(path);
    try {
      writeFileSync(file, text);
    } finally {
      closeSync(file);
    }
  };
  try {
    if (typed.size > 0) {
      mkdirSync(own, { recursive: true, mode: 0o700 });
      if (!existsSync(join(own, ".gitignore"))) write(join(own, ".gitignore"), "*\n", 0o644, "wx");
      mkdirSync(secrets, { recursive: true, mode: 0o700 });
      if (!existsSync(rules)) write(rules, "*\n", 0o644, "wx");
    }
    for (const { path, text, mode } of files) {
      mkdirSync(dirname(path), { recursive: true, ...(mode === 0o600 ? { mode: 0o700 } : {}) });
      // The schema belongs to the program, and may be of an older one.
      write(path, text, mode, path === ours ? "w" : "wx");
    }
  } catch (error) {
    for (const path of written) rmSync(path, { force: true });
    const { code, path = config.path } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") throw exists(path);
    throw refusal(
      "CONFIG_NOT_WRITTEN",
      `${path} cannot be written: ${code ?? String(error)}. Nothing was kept.`,
      "Choose another place: --output FILE",
    );
  }
}

function unsafe(path: string, what: string): Error {
  return refusal(
    "CONFIG_NOT_WRITTEN",
    `${path} ${what}: nothing was kept.`,
    `Look at it, take it away, and type the command again.`,
  );
}

/** Throws where a configuration stands at `path`, or beside it where it would be hidden by a new one, or hide it. */
export function refuseStanding(path: string): void {
  if (existsSync(path)) throw exists(path);
  if (!PLACES.includes(basename(path))) return;
  for (const place of PLACES) {
    const other = join(dirname(path), place);
    if (place === "package.json" ? holdsConfig(other) : existsSync(other)) throw exists(other);
  }
}

function holdsConfig(manifest: string): boolean {
  try {
    // A pipe would be waited for without end.
    if (!statSync(manifest).isFile()) return false;
    const { status } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly status?: unknown };
    return typeof status === "object" && status !== null;
  } catch {
    return false;
  }
}

function exists(path: string): Error {
  return refusal(
    "CONFIG_EXISTS",
    `${path} is there already and is not overwritten.`,
    "To write another: --output FILE — to check it: status doctor",
  );
}
