import { existsSync, readFileSync } from "node:fs";
import { basename, resolve } from "node:path";
import { isMap, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import type { SecretReference } from "../channels/contract.ts";
import { type ConfigFile, isAddress } from "./file.ts";
import type { Config, Found } from "./load.ts";
import { COMMON_KEYS, configSchema } from "./schema.ts";
import { isLiteral } from "./secrets.ts";

/** One value in use, and where it comes from. */
export interface Setting {
  /** `channels.ops.token`, `components[0].name`. */
  readonly key: string;
  /** As it was written; of a secret, where it is to be found. Null where a literal secret is not shown. */
  readonly value: unknown;
  readonly origin: "environment" | "project" | "user" | "default";
  readonly file: string | null;
  readonly line: number | null;
  readonly variable: string | null;
  /** Null for what is no secret. `set`: null where only running a program would tell. */
  readonly secret: { readonly set: boolean | null } | null;
}

type Path = readonly (string | number)[];

/** Every value of a checked configuration with its origin. Resolves no secret and runs nothing. */
export function settingsOf(found: Found, config: Config, env: NodeJS.ProcessEnv): Setting[] {
  const { project, user, environment } = found;
  const lines = new Map([project, user].map((file) => [file, file === null ? null : linesOf(file)]));
  const given = Object.entries(found.merged).flatMap(([key, value]) => {
    const file = Object.hasOwn(project?.content ?? {}, key) ? project : user;
    return leaves(value, [key]).map(([path, value]): Setting => {
      const secret = isSecret(path, value, config)
        ? { set: isSet(value as SecretReference, config.folder, env) }
        : null;
      const base = {
        key: keyOf(path),
        value: secret === null ? value : shown(value as SecretReference),
        secret,
      };
      return Object.hasOwn(environment, key)
        ? { ...base, origin: "environment", file: null, line: null, variable: `STATUS_${key.toUpperCase()}` }
        : {
            ...{ ...base, origin: file === project ? "project" : "user", variable: null },
            ...{ file: file?.path ?? null, line: lines.get(file)?.(path) ?? null },
          };
    });
  });
  const known = new Set(given.map(({ key }) => key));
  return [
    ...given,
    ...defaultsOf(found, config).filter(({ key }) => !known.has(key) && !isBelow(key, known)),
  ];
}

/** What nobody has said: of the schemas, and of each channel's kind. */
function defaultsOf({ merged }: Found, config: Config): Setting[] {
  const { channels: _, $schema: __, ...parsed } = configSchema.parse(merged);
  const channels = config.channels.map(({ name, common, settings }) => [name, { ...common, ...settings }]);
  return leaves({ ...parsed, channels: Object.fromEntries(channels) }, [])
    .filter(([, value]) => value !== undefined)
    .map(([path, value]) => ({
      key: keyOf(path),
      value: isDuration(path) ? inUnits(value) : value,
      origin: "default",
      file: null,
      line: null,
      variable: null,
      secret: null,
    }));
}

/** What was written in another form than it is used in: a folder for a list of one. */
function isBelow(key: string, known: ReadonlySet<string>): boolean {
  for (const other of known)
    if (
      key.startsWith(`${other}.`) ||
      key.startsWith(`${other}[`) ||
      other.startsWith(`${key}[`) ||
      other.startsWith(`${key}.`)
    )
      return true;
  return false;
}

/** All durations have their unit where they are written, and are milliseconds once they are read. */
function isDuration([first, , third]: Path): boolean {
  return first === "cadence" || (first === "channels" && third === "timeout");
}

function inUnits(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inUnits);
  if (typeof value !== "number") return value;
  for (const [unit, ms] of [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
  ] as const)
    if (value >= ms && value % ms === 0) return `${value / ms}${unit}`;
  return `${value}ms`;
}

/** Values with their paths; a list of single values, and a reference, is one value. */
function leaves(value: unknown, path: Path): [Path, unknown][] {
  if (Array.isArray(value) && value.some((each) => typeof each === "object" && each !== null))
    return value.flatMap((each, index) => leaves(each, [...path, index]));
  if (typeof value !== "object" || value === null || Array.isArray(value) || Object.hasOwn(value, "cmd"))
    return [[path, value]];
  return Object.entries(value).flatMap(([key, each]) => leaves(each, [...path, key]));
}

function keyOf(path: Path): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${part}`))
    .join("")
    .slice(1);
}

function isSecret([first, second, third]: Path, value: unknown, { channels }: Config): boolean {
  // A server's address holds a password.
  if (first === "store") return typeof value === "string" && isAddress(value);
  const channel = first === "channels" ? channels.find(({ name }) => name === second) : undefined;
  if (channel === undefined) return false;
  if (channel.from === null) return channel.kind.secrets.includes(String(third));
  // Which of its own settings are secrets only its code knows.
  const common = ["kind", ...COMMON_KEYS].includes(String(third));
  return !common && [value].flat().every((each) => typeof each === "string");
}

function shown(reference: SecretReference): unknown {
  if (Array.isArray(reference)) return reference.map(shown);
  return isLiteral(reference) ? null : reference;
}

function isSet(reference: SecretReference, folder: string, env: NodeJS.ProcessEnv): boolean | null {
  if (Array.isArray(reference)) {
    const each = reference.map((one: SecretReference) => isSet(one, folder, env));
    return each.includes(false) ? false : each.includes(null) ? null : true;
  }
  if (typeof reference !== "string") return null;
  const [, scheme, rest = ""] = /^(env|file):(.*)$/s.exec(reference) ?? [];
  if (scheme === "env") return Boolean(env[rest]);
  return scheme === "file" ? existsSync(resolve(folder, rest)) : true;
}

/** Tells on which line of the file a value stands. */
function linesOf({ path }: ConfigFile): (at: Path) => number | null {
  const counter = new LineCounter();
  const document = parseDocument(readFileSync(path, "utf8"), { lineCounter: counter });
  const inPackage = basename(path) === "package.json" && document.has("status");
  return (at) => {
    const whole = inPackage ? ["status", ...at] : at;
    const node = document.getIn(whole, true) as Node | undefined;
    const holder = document.getIn(whole.slice(0, -1), true);
    const pair = isMap(holder)
      ? holder.items.find(({ key }) => isScalar(key) && key.value === whole.at(-1))
      : undefined;
    const start = (isScalar(pair?.key) ? pair.key.range?.[0] : undefined) ?? node?.range?.[0];
    return start === undefined ? null : counter.linePos(start).line;
  };
}
