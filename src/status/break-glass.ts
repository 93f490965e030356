import { oneLine } from "../base/printable.ts";
import { type Note, remind } from "../broadcast/remind.ts";
import type { Update } from "../incident/incident.ts";
import { literal } from "../render/literal.ts";
import { wordsIn } from "../render/words/index.ts";
import type { Desk } from "./desk.ts";
import { internalChannels } from "./remind.ts";

/**
 * Tells colleagues on every internal channel that an update is said without the approval that it needs, by whom and why; save
 * on those where the update itself tells them (`told`). Where nobody can be told so, the terminal says it.
 */
export async function tellOfBrokenGlass(
  desk: Desk,
  update: Update,
  by: string,
  reason: string,
  told: ReadonlySet<string>,
): Promise<void> {
  const ledger = await desk.ledger();
  const incident = (await ledger.incident(update.incidentId))!;
  const before = await ledger.deliveries({ incidentId: incident.id });
  const { property } = desk.config;
  const note: Note = {
    ...{
      incident,
      promise: String(update.number),
      kind: "glass",
      property,
      number: update.number,
      told: before,
    },
    word({ locale }) {
      const { brokenGlass } = wordsIn(locale ?? property.locale);
      const text = `${brokenGlass} ${literal(by)}: ${literal(reason)}`;
      return {
        subject: `${brokenGlass} ${incident.title}`,
        body: [
          { type: "paragraph", children: [{ type: "strong", children: [{ type: "text", text }] }] },
          {
            type: "paragraph",
            children: [{ type: "text", text: `${incident.title} (${incident.id}), ${update.number}` }],
          },
        ],
        short: `${text} – ${incident.title}`,
        ...{ keep: null, link: null },
      };
    },
  };
  const internal = internalChannels(desk);
  const speakers = (await desk.speakers(true)).filter(
    ({ name }) => internal.includes(name) && !told.has(name),
  );
  const { clock, stopped } = desk.surroundings;
  const reminded = await remind(note, speakers, { ledger, clock, stopped });
  for (const { channel, error } of reminded)
    desk.remark(
      error === null
        ? `Told ${oneLine(channel)} that this was said without approval.`
        : `${oneLine(channel)} could not be told that this was said without approval: ${oneLine(error.message)}`,
    );
  if (internal.length === 0)
    desk.remark(
      "There is no internal channel to tell that this was said without approval; the record has it.",
    );
}
