import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { ScriptedClock } from "../base/clock.ts";
import { usageError } from "../base/errors.ts";
import { suggest } from "../base/nearest.ts";
import { shellWord } from "../base/printable.ts";
import { startSandbox } from "../sandbox/sandbox.ts";
import { idsOf, type ScenarioComponent } from "../sandbox/scenarios/scenario.ts";
import { audiencesOf } from "../sandbox/wall/audiences.ts";
import { isQuiet, type News, newsOf } from "../sandbox/wall/news.ts";
import { renderWall, type Wall, type WallStep } from "../sandbox/wall.ts";
import { FAULTS, type Fault, type Imitation, type Sandbox } from "../sandbox/world.ts";
import { main } from "./main.ts";
import type { Surroundings } from "./surroundings.ts";

/** What a rehearsal is about. */
export interface Property {
  readonly property: Readonly<Record<string, unknown>>;
  readonly components: readonly ScenarioComponent[];
  /** Channel name → the imitation that plays it, or the built-in page; with the settings to keep. */
  readonly channels: Readonly<
    Record<string, { readonly plays: Imitation | "page" } & Readonly<Record<string, unknown>>>
  >;
}

/** What a demonstration speaks on. */
export const USUAL_CHANNELS: Property["channels"] = {
  x: { plays: "twitter" },
  customers: { plays: "email" },
  sellers: { plays: "discourse" },
  ops: { plays: "slack", audience: "internal" },
  page: { plays: "page" },
  hosted: { plays: "statuspage" },
};

/** The other kinds that an imitation plays. */
export const MORE_CHANNELS: Property["channels"] = {
  social: { plays: "mastodon" },
  sky: { plays: "bluesky" },
  community: { plays: "discord" },
  members: { plays: "nodebb" },
  office: { plays: "teams", audience: "internal" },
  phones: { plays: "apprise" },
  receiver: { plays: "webhook" },
};

const WALL = "wall.html";

/** A property on the sandbox with its own ledger and page, at a time that the rehearsal sets. */
export class Rehearsal {
  readonly #about: Property;
  readonly #clock: ScriptedClock;
  readonly #folder: string;
  readonly #sandbox: Sandbox;
  readonly #steps: WallStep[] = [];

  private constructor(about: Property, clock: ScriptedClock, folder: string, sandbox: Sandbox) {
    this.#about = about;
    this.#clock = clock;
    this.#folder = folder;
    this.#sandbox = sandbox;
  }

  static async open(about: Property, clock: ScriptedClock): Promise<Rehearsal> {
    const sandbox = await startSandbox({ clock, hostedComponents: idsOf(about.components) });
    const folder = mkdtempSync(join(tmpdir(), "status-drill-"));
    const channels = channelsOn(about.channels, sandbox);
    const config = { property: about.property, components: about.components, channels, store: "status.db" };
    writeFileSync(join(folder, ".statusrc"), JSON.stringify(config, null, 2), { mode: 0o600 });
    return new Rehearsal(about, clock, folder, sandbox);
  }

  get steps(): readonly WallStep[] {
    return this.#steps;
  }

  /** Runs one command line as typed, and keeps what the audiences saw of it. */
  async run(
    argv: readonly string[],
    label: string,
    surroundings: Surroundings,
    marked: boolean,
  ): Promise<{ code: number; news: News }> {
    const code = await main(argv, {
      ...surroundings,
      env: { ...surroundings.env, STATUS_CONFIG: undefined, XDG_CONFIG_HOME: this.#folder },
      cwd: this.#folder,
      clock: this.#clock,
      drill: { marked },
    });
    const command = ["status", ...argv.filter((word) => word !== "--yes" && word !== "--json")]
      .map(shellWord)
      .join(" ");
    const world = structuredClone(this.#sandbox.world());
    const step = { at: this.#clock.now(), command, label, world, pageHtml: this.#page() };
    const news = newsOf(step, this.#steps.at(-1) ?? null);
    this.#steps.push(step);
    return { code, news };
  }

  /** `sellers=lost-answer`; `sellers=none` lifts it. Throws usage errors that name what is known. */
  fault(text: string): void {
    const [name = "", fault = ""] = text.split("=");
    const plays = this.#about.channels[name]?.plays;
    if (plays === undefined || plays === "page")
      throw usageError(
        "FAULT_WHERE",
        `--fault ${text}: no imitation plays the channel "${name}".`,
        suggest(name, Object.keys(this.#about.channels)),
      );
    const known = FAULTS.find((candidate) => candidate === fault);
    if (known === undefined && fault !== "none")
      throw usageError(
        "FAULT_UNKNOWN",
        `--fault ${text}: there is no fault "${fault}".`,
        suggest(fault, [...FAULTS, "none"]),
      );
    this.#sandbox.fault(plays, (known as Fault | undefined) ?? null);
  }

  /** Writes the wall into `output`, or beside the rehearsal's own files; returns its path. */
  writeWall(
    output: string | null,
    wall: Pick<Wall, "title" | "startedAt" | "history">,
  ): { path: string; firstWordAt: Date } {
    const folder = output === null ? this.#folder : resolve(output);
    mkdirSync(folder, { recursive: true });
    const path = join(folder, WALL);
    const first = this.#steps.find((step, index) => !isQuiet(newsOf(step, this.#steps[index - 1] ?? null)));
    const firstWordAt = this.#sandbox.world().tweets[0]?.at ?? first?.at ?? this.#clock.now();
    const audiences = audiencesOf(Object.values(this.#about.channels).map(({ plays }) => plays));
    const { name, timeZone = "UTC" } = this.#about.property;
    const property = String(name);
    writeFileSync(
      path,
      renderWall({
        ...wall,
        property,
        audiences,
        timeZone: String(timeZone),
        steps: this.#steps,
        firstWordAt,
      }),
    );
    return { path, firstWordAt };
  }

  /** Ends the imitations, and takes the rehearsal's own files away, save a wall that stands beside them. */
  async close(): Promise<void> {
    await this.#sandbox.close();
    const names = readdirSync(this.#folder);
    for (const name of names)
      if (name !== WALL) rmSync(join(this.#folder, name), { recursive: true, force: true });
    if (!names.includes(WALL)) rmSync(this.#folder, { recursive: true, force: true });
  }

  #page(): string | null {
    try {
      return readFileSync(join(this.#folder, "public", "index.html"), "utf8");
    } catch {
      return null;
    }
  }
}

/** The channels as a configuration has them, on these imitations. */
export function channelsOn(channels: Property["channels"], sandbox: Sandbox): Record<string, object> {
  return Object.fromEntries(
    Object.entries(channels).map(([name, { plays, ...kept }]) => [
      name,
      { ...(plays === "page" ? { kind: "page", directory: "./public" } : sandbox.channels[plays]), ...kept },
    ]),
  );
}
