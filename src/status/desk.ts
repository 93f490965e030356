import { existsSync, statSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import { StatusError, setupError } from "../base/errors.ts";
import { oneLine } from "../base/printable.ts";
import { processIdentity } from "../base/process-identity.ts";
import type { Scrubber } from "../base/scrubber.ts";
import { Secret } from "../base/secret.ts";
import type { Speaker } from "../broadcast/context.ts";
import type { DeliveryError, Ledger } from "../broadcast/ledger.ts";
import {
  type BoardSource,
  ChannelError,
  type ChannelKit,
  type SecretReference,
} from "../channels/contract.ts";
import { createHttp, type ServerTime } from "../channels/http.ts";
import { type ChannelConfig, type Config, checkConfig, isAddress, loadConfig } from "../config/load.ts";
import { resolveSecret } from "../config/secrets.ts";
import type { Database } from "../store/database.ts";
import type { Circumstances } from "./circumstances.ts";
import type { Happening } from "./events.ts";
import { mirrorsThere } from "./mirror-path.ts";
import { packageRoot } from "./package-root.ts";

export interface OpenOptions {
  /** This file instead of the nearest one; or what a file would hold, with paths relative to the working folder. */
  readonly config?: string | object | null;
  /** From this machine's mirror of the ledger. */
  readonly offline?: boolean;
  /** Nothing is to be recorded: a ledger that cannot be written is read as it stands. */
  readonly looking?: boolean;
}

/** Where incidents are spoken about: everything an operation works with, wired once. */
export interface Desk {
  readonly surroundings: Circumstances;
  /** Its own kinds are loaded once `speakers` was asked for. */
  readonly config: Config;
  readonly templates: {
    readonly projectDirectory: string | null;
    readonly bundledDirectory: string;
  };
  readonly owner: string;
  readonly author: string;
  /** What the vendors' clocks showed in their answers. */
  readonly serverTimes: readonly ServerTime[];
  /** Opens the ledger, creating it where absent. */
  ledger(): Promise<Ledger>;
  /** The ledger if there is one already; null where nothing was ever said. One on a server always is there. */
  existingLedger(): Promise<Ledger | null>;
  /** Opens what the ledger is kept in, for whoever works on the rows themselves; the caller closes it. */
  openStore(): Promise<Database>;
  /**
   * The channels. `ready` fetches their secrets; without it they can compose but not speak. `locale` stands in for each
   * channel's own, as if its readers read that language.
   */
  speakers(ready: boolean, locale?: string): Promise<Speaker[]>;
  /** What a channel is given to work with. */
  kitOf(channel: ChannelConfig): ChannelKit;
  /** Tells whoever follows what happens. */
  tell(happening: Happening): void;
  remark(message: string): void;
  close(): Promise<void>;
}

/** Throws setupError CONFIG_*. `tell` hears of whatever no operation tells of. */
export async function openDesk(
  surroundings: Circumstances,
  scrubber: Scrubber,
  { config: given = null, offline = false, looking = false }: OpenOptions,
  tell: (happening: Happening) => void,
): Promise<Desk> {
  const { cwd, env } = surroundings;
  let config =
    typeof given === "object" && given !== null
      ? await checkConfig(given, { path: join(cwd, "createStatus") })
      : await loadConfig({ named: given, cwd, env });
  let own: Promise<ReadonlyMap<string, StatusError>> | null = null;
  const loadOwn = async () => {
    if (config.channels.every(({ from }) => from === null)) return new Map<string, StatusError>();
    surroundings.beforeOwnCode?.();
    const { channels, faults } = await (await import("../config/own-kinds.ts")).loadOwnKinds(config);
    config = { ...config, channels };
    return faults;
  };
  const remark = (message: string) => tell({ type: "remark", channel: null, message });
  let ledger: Promise<Ledger> | null = null;
  const opened: Speaker[] = [];
  const serverTimes: ServerTime[] = [];
  const { store } = config;
  const onServer = isAddress(store);
  const rehearsing = surroundings.drill !== null;
  let file: string | null = null;
  const openStore = async (): Promise<Database> => {
    if (!onServer) return (await import("../store/sqlite.ts")).openSqlite(store);
    const address = await resolveSecret(store, "store", config.folder, surroundings.env, false);
    scrubber.learn(address.reveal());
    return (await import("../store/postgres.ts")).openPostgres(address);
  };
  const openOne = async (): Promise<Ledger> => {
    const scrub = (text: string) => scrubber.scrub(text);
    const now = surroundings.clock.now();
    const { openOffline, openMirrored } = await import("./mirrored.ts");
    const say = remark;
    if (offline) return openOffline({ config, env: surroundings.env, scrub, now, say, rehearsing });
    let shared: Database;
    try {
      shared = await openStore();
    } catch (error) {
      if (!looking || onServer || !(error instanceof StatusError) || !UNWRITABLE.includes(error.code))
        throw error;
      const { emptySqlite, readSqlite } = await import("../store/sqlite.ts");
      const { LedgerStore } = await import("../store/ledger-store.ts");
      if (fileAt(store) === null) {
        const copied = !rehearsing && mirrorsThere(config, env).length > 0;
        say(
          `The ledger ${store} cannot be reached: ${copied ? "this machine's copy is read." : "nothing is known of what was said before."}`,
        );
        return copied
          ? openOffline({ config, env: surroundings.env, scrub, now, say, rehearsing })
          : new LedgerStore(await emptySqlite(error), scrub);
      }
      const asItStands = await readSqlite(store, error);
      say(`The ledger ${store} is read as it stands, for it cannot be written.`);
      return new LedgerStore(asItStands, scrub);
    }
    return openMirrored(shared, { config, env: surroundings.env, scrub, now, say, rehearsing });
  };
  const openLedger = () => {
    ledger ??= openOne().then(
      (opened) => {
        file = onServer || offline ? null : fileAt(store);
        return opened;
      },
      (error: unknown) => {
        // Whoever keeps running tries again.
        ledger = null;
        throw error;
      },
    );
    return ledger;
  };
  const loopbackOnly = surroundings.drill !== null;
  const http = createHttp({ loopbackOnly, userAgent: "status-cli", seen: (time) => serverTimes.push(time) });
  const board = boardOf(openLedger);
  const kitOf = ({ name, common }: ChannelConfig): ChannelKit => ({
    name,
    folder: config.folder,
    env: surroundings.env,
    property: config.property,
    http,
    clock: surroundings.clock,
    timeoutMs: common.timeout,
    loopbackOnly,
    locale: common.locale ?? config.property.locale,
    board,
    // Cut last: half a secret would not be known for one.
    tell: (line) =>
      tell({ type: "remark", channel: name, message: oneLine(scrubber.scrub(line)).slice(0, LONGEST_TOLD) }),
  });
  const projectDirectory = join(config.folder, "templates");
  return {
    surroundings,
    get config() {
      return config;
    },
    templates: {
      projectDirectory: existsSync(projectDirectory) ? projectDirectory : null,
      bundledDirectory: join(packageRoot(), "templates"),
    },
    owner: processIdentity(),
    serverTimes,
    author: `${userInfo().username}@${hostname()}`,
    ledger: openLedger,
    openStore,
    async existingLedger() {
      if (onServer || offline) return openLedger();
      const there = fileAt(store);
      // A program that runs for long would go on with what it opened, whatever stands there now.
      if (file !== null && there !== file)
        throw setupError(
          "LEDGER_REPLACED",
          `The ledger ${store} is another file than the one that was opened, or gone.`,
          "Type the command again.",
        );
      // What was said offline is brought into a new one.
      const spoken =
        there !== null ||
        isHidden(store) ||
        (!rehearsing && mirrorsThere(config, surroundings.env).length > 0);
      return spoken ? openLedger() : null;
    },
    async speakers(ready, locale) {
      const kit = (channel: ChannelConfig): ChannelKit =>
        locale === undefined ? kitOf(channel) : { ...kitOf(channel), locale };
      own ??= loadOwn();
      const faults = await own;
      const speakers = await Promise.all(
        config.channels.map((channel) => {
          const fault = faults.get(channel.name);
          return fault === undefined
            ? connect(channel, config, surroundings, scrubber, kit, ready)
            : outOfOrder(channel, fault);
        }),
      );
      opened.push(...speakers);
      return speakers;
    },
    kitOf,
    tell,
    remark,
    async close() {
      await Promise.allSettled(opened.map((speaker) => speaker.channel.close?.()));
      await (await ledger?.catch(() => null))?.close();
    },
  };
}

/** Which file stands there; null where none does, or none can be seen. Opening it says why. */
function fileAt(path: string): string | null {
  try {
    const { dev, ino } = statSync(path);
    return `${dev}/${ino}`;
  } catch {
    return null;
  }
}

/** Whether one may stand there unseen: its folder may not be entered, or is no folder. */
function isHidden(path: string): boolean {
  try {
    statSync(path);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ENOENT";
  }
}

/** What keeps from writing, and perhaps not from reading. */
const UNWRITABLE: readonly string[] = ["LEDGER_NOT_WRITABLE", "LEDGER_DISK_FULL", "LEDGER_IO"];

/** So much of one line that a channel has to tell. */
const LONGEST_TOLD = 1000;

function isList(given: SecretReference | readonly SecretReference[]): given is readonly SecretReference[] {
  return Array.isArray(given);
}

async function connect(
  channel: ChannelConfig,
  config: Config,
  surroundings: Circumstances,
  scrubber: Scrubber,
  kitOf: (channel: ChannelConfig) => ChannelKit,
  ready: boolean,
): Promise<Speaker> {
  const { kind, name } = channel;
  const settings: Record<string, unknown> = { ...channel.settings };
  let setAside: DeliveryError | null = null;
  for (const field of kind.secrets) {
    const given = settings[field] as SecretReference | readonly SecretReference[] | undefined;
    if (given === undefined) continue;
    const list = isList(given);
    const references = list ? given : [given];
    const secrets = references.map(() => new Secret(""));
    settings[field] = list ? secrets : secrets[0];
    if (!ready || setAside !== null) continue;
    try {
      for (const [index, reference] of references.entries()) {
        const secret = await resolveSecret(
          reference,
          `channels.${name}.${field}${list ? `[${index}]` : ""}`,
          config.folder,
          surroundings.env,
          surroundings.drill === null,
        );
        scrubber.learn(secret.reveal());
        secrets[index] = secret;
      }
      settings[field] = list ? secrets : secrets[0];
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      setAside = {
        code: error.code,
        message: error.message,
        hint: error.hint,
        retryAt: null,
      };
    }
  }
  try {
    return { ...whatIsSaidOf(channel), channel: kind.connect(settings, kitOf(channel)), setAside };
  } catch (error) {
    if (channel.from === null || !(error instanceof StatusError)) throw error;
    return outOfOrder(channel, error);
  }
}

function whatIsSaidOf({ name, kind, common }: ChannelConfig): Omit<Speaker, "channel" | "setAside"> {
  return {
    name,
    kind: kind.kind,
    required: common.required,
    audience: common.audience,
    locale: common.locale ?? null,
    timeoutMs: common.timeout,
  };
}

/** An own channel that cannot work: it stops a plan that it stands in, and doctor tells of it. */
function outOfOrder(channel: ChannelConfig, { blame, code, message, hint }: StatusError): Speaker {
  const told = `${channel.name}: ${message}`;
  const goOn = `To go on without this channel: add --except ${channel.name}`;
  return {
    ...whatIsSaidOf(channel),
    channel: {
      compose() {
        throw new StatusError(blame, code, told, hint === null ? goOn : `${hint}\n${goOn}`);
      },
      publish: () => Promise.reject(new ChannelError("refused", code, message, { hint })),
      check: async () => [{ name: "kind", level: "fail", message, hint }],
    },
    setAside: { code, message, hint, retryAt: null },
  };
}

/** What a page shows: each incident as that page has told it, with the standing of its newest update there. */
function boardOf(ledger: () => Promise<Ledger>): BoardSource {
  return {
    entries: async (channel) =>
      (await (await ledger()).toldEntries(channel)).map(
        ({ id, type, startedAt, resolvedAt, standing, explained, told }) => {
          const { title, phase, impact, components, endsAt, nextUpdateAt } = standing;
          return {
            id,
            type,
            title,
            phase,
            impact,
            components,
            startedAt,
            endsAt,
            resolvedAt,
            nextUpdateAt,
            explained,
            told,
          };
        },
      ),
    updates: async (channel, ids) =>
      new Map(
        (await (await ledger()).told(channel, ids)).map(({ incidentId, updates }) => [
          incidentId,
          updates.map(({ number, at, template, standing, payload }) => {
            const { phase, impact, components } = standing;
            return { number, phase, impact, components, at, template, payload };
          }),
        ]),
      ),
    actions: async () =>
      (await (await ledger()).actions({ public: true })).map(({ id, incidentId, text, dueAt, doneAt }) => ({
        ...{ id, incidentId, text, dueAt, doneAt },
      })),
    readings: async () => (await ledger()).readings(),
    exclusively: async (channel, write) => (await ledger()).exclusively(`page:${channel}`, 10_000, write),
  };
}
