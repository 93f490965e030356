import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import type {
  BoardEntry,
  BoardUpdate,
  ChannelKit,
  ComposeContext,
  Post,
} from "../../src/channels/contract.ts";
import { ChannelError } from "../../src/channels/contract.ts";
import { page } from "../../src/channels/page/index.ts";
import { settings as schema } from "../../src/channels/page/settings.ts";
import { kitFor, NOWHERE } from "./loopback.ts";

export const NOW = new Date("2010-06-29T17:00:00Z");
export const NEVER = new AbortController().signal;

export const message = {
  subject: "Amazon.com is unavailable",
  body: [{ type: "paragraph", children: [{ type: "text", text: "We are on it & will write again." }] }],
  short: "We are on it.",
  keep: null,
  link: null,
} as const;

export const context: ComposeContext = {
  keyOf: (part) => `key-of-${part}`,
  incident: {
    id: "2010-06-29-outage",
    type: "incident",
    title: "Amazon.com is unavailable",
    phase: "investigating",
    impact: "critical",
    components: [{ id: "storefront", state: "major_outage" }],
    startedAt: NOW,
    endsAt: null,
    nextUpdateAt: null,
  },
  update: { id: "u1", number: 1, verb: "announce", at: NOW },
  rootSubject: null,
};

/** What stands in a ledger about one page. */
export class Board {
  readonly entries: BoardEntry[] = [];
  readonly updates = new Map<string, readonly BoardUpdate[]>();
  revision = 0;

  /** Adds one more update; an incident that the board does not know is opened by it. */
  tell(id: string, change: Partial<BoardEntry> = {}): void {
    const known = this.entries.findIndex((entry) => entry.id === id);
    const fresh: BoardEntry = { ...context.incident, id, resolvedAt: null, explained: false, told: 0 };
    const before = known < 0 ? fresh : this.entries[known]!;
    const entry: BoardEntry = { ...before, told: before.told + 1, ...change };
    if (known < 0) this.entries.unshift(entry);
    else this.entries[known] = entry;
    const said = this.updates.get(id) ?? [];
    const { phase, impact, components } = entry;
    const payload = { subject: `${id}: update ${said.length + 1}`, blocks: message.body };
    const update = { number: said.length + 1, phase, impact, components, at: NOW, template: phase, payload };
    this.updates.set(id, [update, ...said]);
  }

  /** An incident of that month that is over. */
  tellEnded(id: string, at: string): void {
    const startedAt = new Date(at);
    this.tell(id, { startedAt, phase: "resolved", resolvedAt: startedAt });
  }

  forget(id: string): void {
    this.entries.splice(
      this.entries.findIndex((entry) => entry.id === id),
      1,
    );
    this.updates.delete(id);
  }
}

export interface Given {
  readonly publish?: readonly string[];
  readonly url?: string;
  readonly directory: string;
  readonly board?: Board;
  readonly kit?: Partial<ChannelKit>;
  readonly loopbackOnly?: boolean;
  readonly timeoutMs?: number;
  readonly propertyUrl?: string;
}

/** A page channel on a board that has told of one incident, unless another board is given. */
export function connectPage(given: Given) {
  const board = given.board ?? new Board();
  if (given.board === undefined) board.tell(context.incident.id);
  const lines: string[] = [];
  const base = kitFor({ timeoutMs: given.timeoutMs ?? 5000 });
  const kit: ChannelKit = {
    ...base,
    name: "page",
    property: {
      ...base.property,
      url: given.propertyUrl ?? "https://www.example.com",
      components: [{ id: "storefront", name: "Storefront", components: [] }],
    },
    http: kitFor({ loopbackOnly: true }).http,
    clock: new ScriptedClock(NOW),
    loopbackOnly: given.loopbackOnly ?? false,
    board: {
      entries: async () => [...board.entries],
      updates: async (_channel, ids) => new Map(ids.map((id) => [id, board.updates.get(id) ?? []])),
      actions: async () => [],
      readings: async () => [],
      exclusively: async (_channel, write) => {
        board.revision += 1;
        return write(board.revision, () => {
          board.revision -= 1;
        });
      },
    },
    tell: (line) => lines.push(line),
    ...given.kit,
  };
  const settings = schema.parse({
    kind: "page",
    directory: given.directory,
    ...(given.url === undefined ? {} : { url: given.url }),
    ...(given.publish === undefined ? {} : { publish: given.publish }),
  });
  const channel = page.connect(settings, kit);
  const [post] = channel.compose(message, context) as [Post];
  return {
    ...{ channel, post, board, kit, settings, directory: given.directory },
    /** What the user was told. */
    lines,
    publish: (signal = NEVER) => channel.publish(post, NOWHERE, signal),
    verify: (receipt: Parameters<NonNullable<typeof channel.verify>>[0]) =>
      channel.verify!(receipt, post, NOWHERE, NEVER),
  };
}

/** A folder of the test's own. */
export async function ownFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "status-page-"));
  onTestFinished(async () => {
    await chmod(folder, 0o755);
    await rm(folder, { recursive: true, force: true });
  });
  return folder;
}

export async function failure(promise: Promise<unknown>): Promise<ChannelError> {
  const error = await promise.then(
    () => null,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(ChannelError);
  return error as ChannelError;
}
