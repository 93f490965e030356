import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ScriptedClock } from "../../../src/base/clock.ts";
import type { BoardEntry, BoardUpdate } from "../../../src/channels/contract.ts";
import { page } from "../../../src/channels/page/index.ts";
import type { Ground, Heard } from "../ground.ts";
import { NOW } from "../loopback.ts";
import { describeChannel } from "../suite.ts";

describeChannel({
  kind: page,
  ground: inAFolder,
  remove: async (_receipt, { settings }) => rm(join(String(settings.directory), "index.html")),
  wrong: { directory: "/dev/null/public" },
  exempt: [
    { case: "stays within the vendor's limits", reason: "our own page has none" },
    {
      case: "calls a post that waits for a moderator pending, and not yet seen",
      reason: "nobody moderates our own page",
    },
    { case: "gives each of several addressees its own fate", reason: "one page has one audience" },
    {
      case: "fates",
      reason: "it writes files and asks no server; writing again is safe, so nothing is unknown",
    },
    { case: "find", reason: "the page is rewritten as a whole, so publishing again repeats nothing" },
    { case: "tells of a post that was altered", reason: "a page is proved by its revision" },
    { case: "takes trouble for nothing but trouble", reason: "it reads its own files" },
    {
      case: "fails with a hint, and never throws, where the vendor cannot be asked",
      reason: "there is no vendor",
    },
    {
      case: "while it waits, it ends at once and says that the outcome is unknown",
      reason: "it waits for its publish command only, whose end is never unknown",
    },
  ],
});

/** A folder, and a board that holds what was planned. */
async function inAFolder(): Promise<Ground> {
  const directory = await mkdtemp(join(tmpdir(), "status-conformance-"));
  const told: (BoardEntry & { readonly updates: readonly BoardUpdate[] })[] = [];
  let revision = 0;
  return {
    settings: { kind: "page", directory, url: "https://status.example.org" },
    secrets: ["no secret at all"],
    sandbox: null,
    clock: new ScriptedClock(NOW),
    proxy: null,
    provocations: {},
    kit: {
      board: {
        entries: async () => told,
        updates: async (_channel, ids) =>
          new Map(told.filter(({ id }) => ids.includes(id)).map(({ id, updates }) => [id, updates])),
        actions: async () => [],
        readings: async () => [],
        exclusively: (_channel, write) => {
          revision += 1;
          return write(revision, () => {});
        },
      },
    },
    plan({ payload, key }, { incident, update, rootSubject }) {
      const open = rootSubject === null ? undefined : told[0];
      const { phase, impact, components } = incident;
      const said = {
        number: update.number,
        phase,
        impact,
        components,
        at: update.at,
        template: phase,
        payload,
      };
      if (open === undefined)
        told.unshift({
          ...incident,
          id: key,
          endsAt: null,
          resolvedAt: null,
          explained: false,
          told: 1,
          updates: [said],
        });
      else told[0] = { ...open, told: open.told + 1, updates: [said, ...open.updates] };
    },
    heard: () => shownIn(join(directory, "status.json")),
    close: () => rm(directory, { recursive: true, force: true }),
  };
}

function shownIn(file: string): Heard[] {
  if (!existsSync(file)) return [];
  const { incidents } = JSON.parse(readFileSync(file, "utf8")) as {
    incidents: { id: string; updateCount: number }[];
  };
  return [...incidents]
    .reverse()
    .flatMap(({ id, updateCount }) => Array.from({ length: updateCount }, () => ({ thread: id })));
}
