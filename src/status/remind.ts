import { sayDuration } from "../base/duration.ts";
import type { Ledger, ReminderKey } from "../broadcast/ledger.ts";
import { type Note, type Reminded, remind } from "../broadcast/remind.ts";
import type { Case, Debt } from "../cadence/due.ts";
import { flatten } from "../incident/components.ts";
import { loadTemplateSet } from "../render/template.ts";
import type { Desk } from "./desk.ts";
import { commandFor, WHAT } from "./due.ts";

/** What colleagues are to be told: which promise, and what to type. */
export interface Reminding {
  /** The number of the update that made the promise, or `acknowledgement`. */
  readonly promise: string;
  readonly kind: ReminderKey["kind"];
  readonly debt: Pick<Debt, "incident" | "kind" | "dueAt" | "silent">;
}

/** These show where an incident stands: a note on one would look like an update of it. */
const SHOWS_A_STATE = new Set(["page", "statuspage"]);

/** The channels that a note to colleagues goes to. */
export function internalChannels({ config }: Desk): string[] {
  return config.channels
    .filter(({ kind, common }) => common.audience === "internal" && !SHOWS_A_STATE.has(kind.kind))
    .map(({ name }) => name);
}

/**
 * Reminds colleagues on every internal channel that nobody has put this note on before. Returns what became of those that
 * this call sent. Throws a StatusError for a fault of the template `reminder`.
 */
export async function remindColleagues(
  desk: Desk,
  ledger: Ledger,
  each: Case,
  { promise, kind, debt }: Reminding,
): Promise<Reminded[]> {
  const { incident } = each;
  const sent = await ledger.reminders(incident.id);
  const missing = internalChannels(desk).filter(
    (name) => !sent.some((row) => row.promise === promise && row.kind === kind && row.channel === name),
  );
  if (missing.length === 0) return [];
  const { clock, stopped, stopping, drill } = desk.surroundings;
  if (stopping.aborted) return [];
  const template = await loadTemplateSet({ name: "reminder", ...desk.templates });
  const now = clock.now();
  const { property } = desk.config;
  const names = new Map(flatten(property.components).map(({ id, name }) => [id, name]));
  const note: Note = {
    ...{ incident, promise, kind, property, told: each.deliveries },
    number: each.updates.at(-1)?.number ?? 0,
    word(speaker) {
      const message = template.render({
        ...{ channel: speaker.name, kind: speaker.kind, audience: speaker.audience },
        ...{ locale: speaker.locale ?? property.locale, timeZone: property.timeZone },
        facts: {
          ...{
            title: incident.title,
            message: null,
            short: null,
            internal: null,
            brokenGlass: null,
            type: incident.type,
            phase: incident.phase,
          },
          impact: incident.impact,
          components: incident.components.map(({ id, state }) => ({ id, name: names.get(id) ?? id, state })),
          ...{ property, statusUrl: property.statusUrl, startedAt: incident.startedAt },
          endsAt: incident.endsAt,
          ...{ nextUpdateAt: debt.dueAt, resolvedAt: null, now, incidentId: incident.id },
          updateNumber: each.updates.at(-1)?.number ?? 0,
          set: {
            ...{ reminder: kind, what: WHAT[debt.kind], silent: debt.silent.join(", ") },
            left: sayDuration(debt.dueAt.getTime() - now.getTime()),
            command: kind === "words" ? `status update ${incident.id} --message "…"` : commandFor(debt),
          },
          drill: drill?.marked === true,
        },
      });
      return { ...message, link: null };
    },
  };
  const speakers = (await desk.speakers(true)).filter(({ name }) => missing.includes(name));
  return remind(note, speakers, { ledger, clock, stopped });
}

/** What to say on the terminal of notes that were sent or not; null where there is nothing to say. */
export function sayReminded(reminded: readonly Reminded[]): string | null {
  const names = (chosen: readonly Reminded[]) => chosen.map(({ channel }) => channel).join(", ");
  const sent = reminded.filter(({ error }) => error === null);
  const failed = reminded.flatMap(({ channel, error }) =>
    error === null ? [] : [`${channel} could not be reminded: ${error.message}`],
  );
  const parts = [...(sent.length > 0 ? [`reminded ${names(sent)}`] : []), ...failed];
  return parts.length === 0 ? null : parts.join("; ");
}
