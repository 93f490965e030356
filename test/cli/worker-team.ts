import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { abortableWait, type Surroundings } from "../../src/cli/surroundings.ts";
import { type Config, type Ran, runIn, type Stage, setStage } from "../support/stage.ts";

/** A worker in this process, that turns as fast as its work lets it. */
export interface Hired {
  /** All it has written to stdout so far. */
  readonly text: string;
  /** Resolves with the first line that matches, written before or after. */
  line(pattern: RegExp): Promise<string>;
  /** Resolves when it has begun that many turns more. */
  turns(count: number): Promise<void>;
  readonly signals: Record<"stopping" | "stopped" | "insisted", AbortController>;
  /** Tells it to stop, as SIGTERM does. */
  stop(): Promise<Ran>;
  readonly ended: Promise<Ran>;
}

/** One property, the folders of several machines that speak for it, and the workers on them. */
export interface Team {
  readonly stage: Stage;
  readonly address: string;
  folder(who: string): string;
  as(who: string, argv: readonly string[], more?: Partial<Surroundings>): Promise<Ran>;
  hire(who: string, flags?: readonly string[], more?: Partial<Surroundings>): Hired;
}

export async function team(address: string, change?: (config: Config) => void): Promise<Team> {
  const stage = await setStage((config) => {
    config.store = "env:DATABASE_URL";
    change?.(config);
  });
  const folder = (who: string) => {
    const own = join(stage.folder, who);
    mkdirSync(own, { recursive: true });
    const channels = { ...stage.config.channels };
    if (channels.page !== undefined)
      channels.page = { kind: "page", directory: join(stage.folder, "public") };
    writeFileSync(join(own, ".statusrc"), JSON.stringify({ ...stage.config, channels }), { mode: 0o600 });
    return own;
  };
  const envOf = (own: string) => ({ HOME: own, PATH: process.env.PATH, DATABASE_URL: address });
  return {
    stage,
    address,
    folder,
    as(who, argv, more = {}) {
      const own = folder(who);
      return runIn(own, stage.clock, argv, { env: envOf(own), ...more });
    },
    hire(who, flags = [], more = {}) {
      const own = folder(who);
      const signals = {
        stopping: new AbortController(),
        stopped: new AbortController(),
        insisted: new AbortController(),
      };
      let text = "";
      let begun = 0;
      const watchers = new Set<() => void>();
      const changed = () => {
        for (const watcher of watchers) watcher();
      };
      const when = <T>(look: () => T | undefined) =>
        new Promise<T>((resolve, reject) => {
          const watcher = () => {
            const found = look();
            if (found === undefined) return;
            watchers.delete(watcher);
            clearTimeout(late);
            resolve(found);
          };
          const late = setTimeout(() => reject(new Error(`the worker has only said:\n${text}`)), 15_000);
          watchers.add(watcher);
          watcher();
        });
      const ended = runIn(own, stage.clock, ["worker", ...flags], {
        env: envOf(own),
        stopping: signals.stopping.signal,
        stopped: signals.stopped.signal,
        insisted: signals.insisted.signal,
        wait: (ms, signal) => {
          begun++;
          changed();
          return abortableWait(Math.min(ms, 20), signal);
        },
        stdout: {
          write: (more) => {
            text += more;
            changed();
          },
          isTerminal: false,
          columns: 80,
        },
        ...more,
      });
      const hired: Hired = {
        get text() {
          return text;
        },
        line: (pattern) =>
          Promise.race([
            when(() => text.split("\n").find((line) => pattern.test(line))),
            ended.then(({ code, stderr }) => {
              const found = text.split("\n").find((line) => pattern.test(line));
              if (found !== undefined) return found;
              throw new Error(`the worker ended with ${code}:\n${text}${stderr}`);
            }),
          ]),
        turns(count) {
          const until = begun + count;
          return when(() => (begun >= until ? true : undefined)).then(() => {});
        },
        signals,
        stop() {
          signals.stopping.abort();
          return ended;
        },
        ended,
      };
      onTestFinished(async () => {
        signals.stopping.abort();
        signals.insisted.abort();
        await ended;
      });
      return hired;
    },
  };
}

export const ANNOUNCE = [
  "announce",
  ...["--title", "Checkout is failing", "--component", "checkout", "--impact", "major", "--yes", "--json"],
];
