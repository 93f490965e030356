import { dirname, resolve } from "node:path";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { setupError, usageError } from "../base/errors.ts";
import { suggest } from "../base/nearest.ts";
import type { ApprovalPolicy } from "../broadcast/approval.ts";
import type { CadencePolicy } from "../cadence/policy.ts";
import type { ChannelKind, Property, SecretReference } from "../channels/contract.ts";
import { isLoopback } from "../channels/http.ts";
import { KINDS } from "../channels/registry.ts";
import { flatten } from "../incident/components.ts";
import type { WordingPolicy } from "../render/wording/policy.ts";
import { explain } from "./explain.ts";
import { type ConfigFile, isAddress, readNamed, readUserFile } from "./file.ts";
import { findUpwards } from "./find.ts";
import {
  COMMON_KEYS,
  commonSchema,
  componentTree,
  configSchema,
  OWN_KIND,
  TOP_LEVEL_KEYS,
} from "./schema.ts";
import { isLiteral, isLocalOnly } from "./secrets.ts";

export { isAddress } from "./file.ts";

/** A channel as configured: checked, with its secrets still references. */
export interface ChannelConfig {
  readonly name: string;
  /** Of an own kind that is not loaded yet: a stand-in that knows nothing but the name in the configuration. */
  readonly kind: ChannelKind;
  /** The file or package that the kind comes from; null where it is built in. */
  readonly from: string | null;
  readonly common: Omit<z.infer<typeof commonSchema>, "kind">;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface Config {
  /** The project's file, else the user's; paths are relative to its folder. */
  readonly path: string;
  readonly folder: string;
  readonly property: Property;
  readonly channels: readonly ChannelConfig[];
  readonly cadence: CadencePolicy;
  readonly wording: WordingPolicy;
  readonly approval: ApprovalPolicy;
  /** A file's absolute path, or a reference such as `env:DATABASE_URL`. */
  readonly store: string;
}

export interface ConfigSources {
  /** `--config`. */
  readonly named: string | null;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** What was found before it is merged and checked. */
export interface Found {
  readonly project: ConfigFile | null;
  readonly user: ConfigFile | null;
  /** By top-level key. */
  readonly environment: Readonly<Record<string, unknown>>;
  /** The file whose folder paths are relative to. */
  readonly file: ConfigFile;
  /** All of it, by precedence. */
  readonly merged: Readonly<Record<string, unknown>>;
}

/** Finds the files and the environment's values. Throws setupError CONFIG_* where there is no file, or one is not to be trusted. */
export async function findConfig({ named, cwd, env }: ConfigSources): Promise<Found> {
  if (named !== null && named.trim() === "")
    throw usageError(
      "CONFIG_EMPTY",
      "--config names no file.",
      "Is a variable unset? Name a file, or leave --config out for the nearest.",
    );
  const project =
    named || env.STATUS_CONFIG
      ? readNamed(resolve(cwd, named || env.STATUS_CONFIG!))
      : await findUpwards(cwd);
  const user = readUserFile(env);
  const file = project ?? user;
  if (file === null)
    throw setupError(
      "CONFIG_NOT_FOUND",
      "There is no configuration here: no .statusrc from this folder up to the root of the repository.",
      "Write one: status init — or see everything work without one: status drill amazon-2010",
    );
  const environment = fromEnvironment(env);
  return {
    project,
    user,
    environment,
    file,
    merged: { ...user?.content, ...project?.content, ...environment },
  };
}

/**
 * Finds, merges and checks the configuration: environment over project file over user file over defaults, by top-level key.
 * Resolves no secret and runs nothing. Throws setupError CONFIG_* naming each place and the nearest known key.
 */
export async function loadConfig(sources: ConfigSources): Promise<Config> {
  const { merged, file } = await findConfig(sources);
  return checkConfig(merged, file);
}

/** STATUS_STORE, STATUS_PROPERTY and so on: YAML, one variable for each top-level key. */
function fromEnvironment(env: NodeJS.ProcessEnv): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const key of TOP_LEVEL_KEYS) {
    const value = env[`STATUS_${key.toUpperCase()}`];
    if (value === undefined || value === "") continue;
    try {
      values[key] = parseYaml(value) as unknown;
    } catch (error) {
      throw setupError(
        "CONFIG_BROKEN",
        `The environment's STATUS_${key.toUpperCase()} is no YAML: ${(error as Error).message.split("\n")[0]}`,
        "Mend it, or unset it.",
      );
    }
  }
  return values;
}

/** A key that is lost in an object of JavaScript: what stands there would be dropped without a word. */
function findUnusable(
  content: unknown,
  place: readonly string[],
  seen = new Set<object>(),
): readonly string[] | null {
  // YAML's aliases may lead back to where they stand.
  if (typeof content !== "object" || content === null || seen.has(content)) return null;
  seen.add(content);
  for (const key of Object.keys(content)) {
    if (key === "__proto__") return [...place, key];
    const below = findUnusable((content as Record<string, unknown>)[key], [...place, key], seen);
    if (below !== null) return below;
  }
  return null;
}

export async function checkConfig(content: unknown, file: Pick<ConfigFile, "path">): Promise<Config> {
  const unusable = findUnusable(content, []);
  if (unusable !== null)
    throw setupError(
      "CONFIG_INVALID",
      `${file.path}: ${unusable.join(".")} cannot be the name of anything.`,
      "Give it another name.",
    );
  const parsed = configSchema.safeParse(content);
  if (!parsed.success) throw explain(parsed.error, file.path, [], configSchema);
  const { property, components, channels, cadence, wording, approval, store } = parsed.data;
  const folder = dirname(file.path);
  if (isAddress(store) && !/^(env|file):/.test(store))
    throw setupError(
      "STORE_LITERAL",
      `${file.path}: store holds a server's address itself, which may hold a password.`,
      "Refer to it instead: store: env:DATABASE_URL — or keep the ledger in a file: store: .status/status.db",
    );
  const tree = componentTree(components);
  const seen = new Set<string>();
  for (const { id } of flatten(tree)) {
    if (seen.has(id))
      throw setupError(
        "CONFIG_INVALID",
        `${file.path}: two components have the id "${id}".`,
        "Give each its own id.",
      );
    seen.add(id);
  }
  const checked: ChannelConfig[] = [];
  for (const [name, entry] of Object.entries(channels))
    checked.push(await checkChannel(name, entry, file.path, folder));
  if (checked.length === 0)
    throw setupError(
      "CONFIG_NO_CHANNELS",
      `${file.path} names no channel to speak on.`,
      "Add one under `channels:`; see .statusrc.example.",
    );
  for (const { channels } of approval.rules)
    for (const name of channels)
      if (!checked.some((channel) => channel.name === name))
        throw setupError(
          "CONFIG_INVALID",
          `${file.path}: approval.rules: there is no channel "${name}".`,
          suggest(
            name,
            checked.map((channel) => channel.name),
          ),
        );
  if (asksForSignatures(approval) && approval.allowedSigners === null)
    throw setupError(
      "CONFIG_INVALID",
      `${file.path}: approval asks for signatures, and names no allowedSigners to check them with.`,
      "Name the file: allowedSigners: ./allowed_signers",
    );
  const page = checked.find(
    (channel) => channel.kind.kind === "page" && typeof channel.settings.url === "string",
  );
  return {
    path: file.path,
    folder,
    property: {
      name: property.name,
      url: property.url ?? null,
      statusUrl: property.statusUrl ?? (page === undefined ? null : (page.settings.url as string)),
      locale: property.locale,
      timeZone: property.timeZone,
      components: tree,
    },
    channels: checked,
    cadence,
    wording: { ...wording, rules: wording.rules as WordingPolicy["rules"] },
    approval: {
      ...approval,
      allowedSigners: approval.allowedSigners === null ? null : resolve(folder, approval.allowedSigners),
    },
    store: isAddress(store) ? store : resolve(folder, store),
  };
}

function asksForSignatures({ rules, security }: Pick<ApprovalPolicy, "rules" | "security">): boolean {
  return rules.some(({ signed }) => signed) || security?.signed === true;
}

async function checkChannel(
  name: string,
  entry: Readonly<Record<string, unknown>> & { kind: string },
  path: string,
  folder: string,
): Promise<ChannelConfig> {
  const own = Object.hasOwn(KINDS, entry.kind) ? null : OWN_KIND.test(entry.kind) ? entry.kind : undefined;
  if (own === undefined)
    throw setupError(
      "CONFIG_UNKNOWN_KIND",
      `${path}: channels.${name}: there is no kind "${entry.kind}".`,
      `${suggest(entry.kind, Object.keys(KINDS))} A kind of your own is named by its file or package: ./${entry.kind}.mjs, status-channel-${entry.kind}`,
    );
  const common = commonSchema.safeParse(entry);
  if (!common.success) throw explain(common.error, path, ["channels", name], commonSchema);
  const { kind: _, ...commonSettings } = common.data;
  const given = Object.fromEntries(
    Object.entries(entry).filter(([key]) => !COMMON_KEYS.some((common) => common === key)),
  );
  if (own !== null) {
    const { kind: _, ...settings } = given;
    return { name, kind: notLoaded(own), from: own, common: commonSettings, settings };
  }
  const kind = await KINDS[entry.kind]!();
  const settings = checkSettings(name, kind, given, path, folder);
  return { name, kind, from: null, common: commonSettings, settings };
}

/** Enough to list, and to say what is due. */
function notLoaded(kind: string): ChannelKind {
  const connect = () => {
    throw new Error(`${kind} was not loaded`);
  };
  return { kind, title: kind, settings: z.unknown(), secrets: [], connect };
}

/** A channel's own settings, read by its kind; paths are made absolute. Throws setupError CONFIG_*. */
export function checkSettings(
  name: string,
  kind: ChannelKind,
  given: Readonly<Record<string, unknown>>,
  path: string,
  folder: string,
): Readonly<Record<string, unknown>> {
  const settings = kind.settings.safeParse(given);
  if (!settings.success) throw explain(settings.error, path, ["channels", name], kind.settings, COMMON_KEYS);
  const values = { ...(settings.data as Record<string, unknown>) };
  const { baseUrl } = values;
  if (typeof baseUrl === "string" && baseUrl.startsWith("http:") && !isLoopback(new URL(baseUrl).hostname))
    throw setupError(
      "CONFIG_INSECURE",
      `${path}: channels.${name}.baseUrl begins with http:, so the credential would travel in clear.`,
      "Use https:// (http:// is for this machine only).",
    );
  for (const field of kind.secrets) {
    for (const reference of referencesIn(values[field])) {
      if (!isLiteral(reference) || isLocalOnly(values, reference as string)) continue;
      throw setupError(
        "CONFIG_LITERAL_SECRET",
        `${path}: channels.${name}.${field} holds a secret itself.`,
        `Refer to it instead: ${field}: env:NAME — or file:path, or { cmd: [program, argument] }.`,
      );
    }
  }
  for (const field of kind.paths ?? [])
    if (typeof values[field] === "string") values[field] = resolve(folder, values[field]);
  return values;
}

/** A field holds one secret, a list of them, or none. */
function referencesIn(value: unknown): readonly SecretReference[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as SecretReference[]) : [value as SecretReference];
}
