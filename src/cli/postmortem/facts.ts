import type { Delivery, Ledger } from "../../broadcast/ledger.ts";
import { countPromises, type PromiseCount } from "../../cadence/figures.ts";
import { isHeard } from "../../cadence/heard.ts";
import { silenceOf } from "../../cadence/silence.ts";
import type { Action } from "../../incident/action.ts";
import { worse } from "../../incident/components.ts";
import type { ComponentState, Impact, Incident, Phase, Update } from "../../incident/incident.ts";

/** What the record tells of an ended incident; nothing but what was public, save the actions. */
export interface PostmortemFacts {
  readonly id: string;
  readonly title: string;
  readonly type: Incident["type"];
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly impact: Impact;
  /** Every component that the public heard was affected, with its worst state. */
  readonly components: readonly { readonly id: string; readonly state: ComponentState }[];
  /** From the beginning to the first public word, in milliseconds; below zero where it came before. Null: no word. */
  readonly firstWordMs: number | null;
  readonly promises: PromiseCount;
  readonly timeline: readonly Said[];
  readonly actions: readonly Action[];
}

/** One update as the public heard it. */
export interface Said {
  readonly at: Date;
  readonly phase: Phase;
  /** As it reads after all corrections. */
  readonly text: string;
  readonly withdrawn: boolean;
  /** On so many public channels, of those that were meant to hear it. */
  readonly heard: number;
  readonly meant: number;
}

/** Where an update stands with the fewest words around it. */
const PLAINEST = [
  ...["page", "discourse", "nodebb", "statuspage", "email"],
  ...["discord", "webhook", "command", "apprise", "slack", "teams"],
];

export async function factsOf(
  incident: Incident & { readonly resolvedAt: Date },
  ledger: Ledger,
  now: Date,
  acknowledgeWithinMs: number,
): Promise<PostmortemFacts> {
  const updates = (await ledger.updates(incident.id)).filter(({ template }) => template !== "postmortem");
  const all = await ledger.deliveries({ incidentId: incident.id });
  const rows = all.filter(({ audience }) => audience === "public");
  const told = updates.filter(({ id }) => rows.some((row) => row.updateId === id && isHeard(row)));
  const { promises, firstWord } = silenceOf(incident, updates, rows, now, { acknowledgeWithinMs });
  const last = told.at(-1)?.standing ?? incident;
  return {
    ...{ id: incident.id, title: last.title, type: incident.type, startedAt: incident.startedAt },
    ...{ endedAt: incident.resolvedAt, impact: last.impact, components: worstOf(told) },
    ...{ firstWordMs: firstWord?.afterMs ?? null, promises: countPromises(promises) },
    timeline: told.flatMap((update) => saidOf(update, rows)),
    actions: await ledger.actions({ incidentId: incident.id }),
  };
}

function worstOf(told: readonly Update[]): PostmortemFacts["components"] {
  const worst = new Map<string, ComponentState>();
  for (const { id, state } of told.flatMap(({ standing }) => standing.components))
    worst.set(id, worse(worst.get(id) ?? "operational", state));
  return [...worst].map(([id, state]) => ({ id, state }));
}

/** None for a correction that only gave posts that were out other words. */
function saidOf(update: Update, rows: readonly Delivery[]): Said[] {
  const posts = rows.filter(
    ({ updateId, effect, state }) => updateId === update.id && effect === "post" && state !== "skipped",
  );
  const out = posts.filter(isHeard);
  if (out.length === 0) return [];
  const channels = (of: readonly Delivery[]) => new Set(of.map(({ channel }) => channel)).size;
  const standing = out.filter((row) => !isRemoved(row, rows));
  const plainest =
    PLAINEST.map((kind) => standing.find((row) => row.kind === kind)).find((row) => row !== undefined) ??
    standing[0];
  return [
    {
      ...{ at: update.at, phase: update.standing.phase, withdrawn: standing.length === 0 },
      text: plainest === undefined ? "" : textOf(plainest, rows),
      ...{ heard: channels(out), meant: channels(posts) },
    },
  ];
}

function isRemoved({ id }: Delivery, rows: readonly Delivery[]): boolean {
  return rows.some((row) => row.target === id && row.effect === "remove" && isHeard(row));
}

/** As it reads now: the newest words that were put in its place. */
function textOf(row: Delivery, rows: readonly Delivery[]): string {
  const amended = rows
    .filter(isHeard)
    .findLast(({ target, effect, post }) => target === row.id && effect === "amend" && post !== null);
  return (amended ?? row).post?.text ?? "";
}
