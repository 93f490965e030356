import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BINARY, type Command, environment, scratch } from "./measure.ts";
import type { Arrived, Ready } from "./servers.ts";

/** The servers, and a folder to work in. */
export class Ground {
  readonly ready: Ready;
  readonly folder: string;
  readonly #servers: ChildProcess;

  private constructor(servers: ChildProcess, ready: Ready, folder: string) {
    this.#servers = servers;
    this.ready = ready;
    this.folder = folder;
  }

  static async open(): Promise<Ground> {
    const file = new URL("servers.js", import.meta.url).pathname;
    const servers = fork(file, [], { env: { ...environment(tmpdir()), ...latency() }, execArgv: [] });
    const [ready] = (await once(servers, "message")) as [Ready];
    return new Ground(servers, ready, scratch());
  }

  /** What has arrived since the last question. */
  async arrived(): Promise<Arrived> {
    const told = once(this.#servers, "message");
    this.#servers.send("arrived?");
    const [arrived] = (await told) as [Arrived];
    return arrived;
  }

  /** Settings for any number of channels: one of each of five kinds, then receivers of webhooks. */
  channels(count: number): Record<string, unknown> {
    const { slack, twitter, discourse, statuspage, email, webhook } = this.ready.channels;
    const kinds = { slack, x: twitter, forum: discourse, hosted: statuspage, customers: email };
    const first = Object.entries(kinds).slice(0, count);
    const more = Array.from({ length: Math.max(0, count - 5) }, (_, index) => [
      `receiver-${index}`,
      { ...webhook, baseUrl: this.hook(index) },
    ]);
    return Object.fromEntries([...first, ...more]);
  }

  hook(index: number): string {
    return `http://127.0.0.1:${this.ready.http}/hook/${index}`;
  }

  /**
   * A project with a ledger that has been used. `again` puts it back as it was then: an announcement finds no earlier one of this
   * benchmark open.
   */
  async project(name: string, channels: Record<string, unknown>, prepare: (folder: string) => unknown) {
    const folder = join(this.folder, name);
    const kept = `${folder}-kept`;
    mkdirSync(folder);
    const property = {
      ...{ name: "Example Shop", url: "https://www.example.com", timeZone: "UTC" },
      statusUrl: "https://status.example.org",
    };
    const components = [{ id: "checkout", name: "Checkout" }];
    writeFileSync(join(folder, ".statusrc"), JSON.stringify({ property, components, channels }), {
      mode: 0o600,
    });
    await prepare(folder);
    cpSync(folder, kept, { recursive: true, preserveTimestamps: true });
    return {
      folder,
      again: () => {
        rmSync(folder, { recursive: true });
        cpSync(kept, folder, { recursive: true, preserveTimestamps: true });
      },
    };
  }

  /** Ends the servers; they end with the benchmark in any case. */
  close(): void {
    this.#servers.disconnect();
  }
}

function latency(): NodeJS.ProcessEnv {
  const { BENCH_LATENCY_MS } = process.env;
  return BENCH_LATENCY_MS === undefined ? {} : { BENCH_LATENCY_MS };
}

/** `status` as it is shipped, in a project's folder. */
export function statusIn(folder: string, argv: readonly string[], env: NodeJS.ProcessEnv = {}): Command {
  return { file: process.execPath, argv: [BINARY, ...argv], cwd: folder, env: environment(folder, env) };
}
