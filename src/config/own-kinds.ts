import { existsSync, realpathSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { StatusError, setupError } from "../base/errors.ts";
import { excerpt } from "../channels/answer.ts";
import type { ChannelKind } from "../channels/contract.ts";
import { readOwnKind } from "../channels/own.ts";
import { causeOf, isOf, wordsOf } from "../channels/own-fault.ts";
import { KINDS } from "../channels/registry.ts";
import { secretReference } from "../channels/settings.ts";
import { refuseForeign } from "./file.ts";
import { importModule } from "./import-module.ts";
import { type ChannelConfig, type Config, checkSettings } from "./load.ts";
import { entryOf, isFile } from "./own-package.ts";

/** For a file to be loaded and everything that it imports; less where the channel's own time-out is shorter. */
const LONGEST_LOADING_MS = 10_000;

/** The channels with their own kinds loaded, and what is wrong with those that could not be, by channel. */
export interface OwnKinds {
  readonly channels: readonly ChannelConfig[];
  readonly faults: ReadonlyMap<string, StatusError>;
}

/**
 * Loads the files and packages that the configuration names as kinds, each once, and reads their channels' settings with them.
 * This runs their code, so only what is to speak, look or compose asks for it. A fault is its channel's alone.
 */
export async function loadOwnKinds({ channels, path, folder }: Config): Promise<OwnKinds> {
  const faults = new Map<string, StatusError>();
  const modules = new Map<string, Promise<ChannelKind>>();
  const names = new Map<string, string>();
  const loaded: ChannelConfig[] = [];
  for (const channel of channels) {
    const { name, from } = channel;
    if (from === null) {
      loaded.push(channel);
      continue;
    }
    try {
      const pending =
        modules.get(from) ?? loadKind(from, folder, Math.min(LONGEST_LOADING_MS, channel.common.timeout));
      modules.set(from, pending);
      const kind = await pending;
      refuseCollision(kind.kind, from, names);
      const settings = checkSettings(name, kind, channel.settings, path, folder);
      refuseOddSecrets(kind, settings, from);
      loaded.push({ ...channel, kind, settings });
    } catch (error) {
      faults.set(name, isOf(error, StatusError) ? error : brokenBy(error, from));
      loaded.push(channel);
    }
  }
  return { channels: loaded, faults };
}

/** Its schema and what it exports are code of its own too. */
function brokenBy(error: unknown, from: string): StatusError {
  return setupError(
    "OWN_KIND_BROKEN",
    `${from} cannot be used: ${wordsOf(error)}`,
    "Mend it; its conformance test shows where it strays from the contract.",
    causeOf(error),
  );
}

function refuseOddSecrets(
  { secrets }: ChannelKind,
  settings: Readonly<Record<string, unknown>>,
  from: string,
): void {
  for (const name of secrets)
    for (const given of [settings[name] ?? []].flat())
      if (!secretReference.safeParse(given).success)
        throw setupError(
          "OWN_KIND_BROKEN",
          `${from} calls ${name} a secret, and takes something else for it than a reference.`,
          `Let its settings say: ${name}: secretReference`,
        );
}

function refuseCollision(kind: string, from: string, names: Map<string, string>): void {
  const other = Object.hasOwn(KINDS, kind) ? "a built-in kind" : names.get(kind);
  if (other !== undefined && other !== from)
    throw setupError(
      "OWN_KIND_NAME_TAKEN",
      `${from} calls its kind "${kind}", and so is ${other} called.`,
      "Give it a name of its own: the ledger and templates tell kinds by it.",
    );
  names.set(kind, from);
}

async function loadKind(from: string, folder: string, withinMs: number): Promise<ChannelKind> {
  const file = realpathSync(/^[./]/.test(from) ? fileAt(from, folder) : entryOf(from, folder));
  refuseUnreadable(file, from);
  refuseForeign(file);
  return readOwnKind(await importWithin(withinMs, file, from), from);
}

function fileAt(from: string, folder: string): string {
  const file = resolve(folder, from);
  if (isFile(file)) return file;
  throw setupError(
    "OWN_KIND_MISSING",
    existsSync(file)
      ? `${file} is a folder or the like, and the configuration names it as a kind (${from}).`
      : `There is no file ${file}, which the configuration names as a kind (${from}).`,
    "Paths begin at the configuration's folder, and end in .mjs or .js.",
  );
}

/** Node strips types from 22.18 on, and before that only where it is told to; never within node_modules. */
function refuseUnreadable(file: string, from: string): void {
  const kind = extname(file);
  if ([".mjs", ".js"].includes(kind)) return;
  if ([".ts", ".mts"].includes(kind)) {
    const { typescript } = process.features as { readonly typescript?: unknown };
    if (typescript !== undefined && typescript !== false && !file.includes("/node_modules/")) return;
    throw setupError(
      "OWN_KIND_TYPESCRIPT",
      `${from} is TypeScript, which Node ${process.versions.node} does not load.`,
      "Name what is built from it (./pager.mjs), or run status with Node 22.18 or newer.",
    );
  }
  throw setupError("OWN_KIND_MISSING", `${from} is no module.`, "Name a file that ends in .mjs or .js.");
}

async function importWithin(withinMs: number, file: string, from: string): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () =>
        reject(
          setupError(
            "OWN_KIND_HANGS",
            `${from} is not loaded after ${withinMs / 1000} s: it waits for something at its top level.`,
            "Let connect, publish or check do that work; a file that is imported should only define.",
          ),
        ),
      withinMs,
    );
  });
  try {
    const module = (await Promise.race([importModule(pathToFileURL(file).href), late])) as {
      default?: unknown;
    };
    return module.default;
  } catch (error) {
    if (isOf(error, StatusError)) throw error;
    const { code, message } = causeOf(error) as NodeJS.ErrnoException;
    const why = excerpt(message.split("\n")[0] ?? "") || wordsOf(error);
    if (code === "ERR_MODULE_NOT_FOUND" && /'status(?:\/\w+)?'/.test(message))
      throw setupError(
        "OWN_KIND_BROKEN",
        `${from} imports status/channel, and its folder has no package \`status\`.`,
        `Install it where the file is: cd ${dirname(file)} && npm install --save-dev PATH-TO/status-….tgz`,
        causeOf(error),
      );
    const commonJs = /outside a module|Unexpected token 'export'/.test(why);
    throw setupError(
      "OWN_KIND_BROKEN",
      `${from} cannot be loaded: ${why}`,
      commonJs
        ? 'Its package.json says that it is CommonJS: let its name end in .mjs (.mts), or say "type": "module" there.'
        : `Mend it; this shows where: node ${file}`,
      causeOf(error),
    );
  } finally {
    clearTimeout(timer);
  }
}
