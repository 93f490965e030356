import type { Delivery, Ledger } from "../../broadcast/ledger.ts";
import type { Entry } from "../../status/record.ts";

/**
 * The record as NDJSON: of every entry a line (`record: "entry"`), and of every update one more with where it left the
 * incident and the words on each channel (`record: "update"`), before the entries about it. Times in UTC.
 */
export async function exportLines(ledger: Ledger, record: readonly Entry[]): Promise<string> {
  const lines: string[] = [];
  const told = new Set<string>();
  const incidents = [...new Set(record.flatMap(({ incident }) => (incident === null ? [] : [incident.id])))];
  const updates = new Map(
    (await Promise.all(incidents.map((id) => ledger.updates(id))))
      .flat()
      .map((update) => [update.id, update]),
  );
  for (const { incident, update, ...entry } of record) {
    const whole = update === null ? undefined : updates.get(update.id);
    if (whole !== undefined && !told.has(whole.id)) {
      told.add(whole.id);
      const posts = (await ledger.deliveries({ updateId: whole.id })).map(postOf);
      lines.push(inertJson({ version: 1, record: "update", ...whole, posts }));
    }
    lines.push(
      inertJson({
        ...{ version: 1, record: "entry", ...entry },
        ...{ incidentId: incident?.id ?? null, updateId: update?.id ?? null },
      }),
    );
  }
  return lines.map((line) => `${line}\n`).join("");
}

function postOf(row: Delivery) {
  const { channel, kind, audience, part, effect, state, reason, sentAt, receipt, post } = row;
  return {
    ...{ channel, kind, audience, part, effect, state, reason, sentAt },
    ...{ url: receipt?.url ?? null, text: post?.text ?? null },
  };
}

/** JSON in which no character is one that a terminal would obey: written as an escape, it reads back the same. */
export function inertJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
