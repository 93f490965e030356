import type { Speaker } from "../../broadcast/context.ts";
import type { Property } from "../../channels/contract.ts";
import { INCIDENT_PHASES } from "../../incident/incident.ts";
import type { TemplatePlaces } from "../../render/template-files.ts";
import { languagesOf } from "./languages.ts";
import { readTemplates } from "./read-templates.ts";
import { blame, type Fault, isFault, tryTemplate } from "./rehearse.ts";

/** What commands fall back on: without one of these an incident could not be told. */
const NEEDED = ["acknowledge", ...INCIDENT_PHASES, "holding"];

/** Whether every template can be said to every channel's own readers; how many there are, and what is wrong with them. */
export async function templateFaults(
  speakers: readonly Speaker[],
  property: Property,
  places: TemplatePlaces,
  now: Date,
): Promise<{ readonly count: number; readonly faults: readonly Fault[] }> {
  const nowhere = { channel: null, locale: null };
  try {
    const { names, sets, faults } = await readTemplates(null, places);
    const locales = [...new Set(speakers.flatMap((speaker) => languagesOf(speaker, property)))];
    const outcomes = sets.flatMap((set) =>
      locales.flatMap((locale) => {
        const readers = speakers.filter((speaker) => languagesOf(speaker, property).includes(locale));
        return tryTemplate(set, readers, locale, property, now).map(({ outcome }) => outcome);
      }),
    );
    const absent = NEEDED.filter((name) => !names.includes(name)).map((name) => ({
      ...{ template: name, ...nowhere, code: "TEMPLATE_NOT_FOUND" },
      ...{ message: `There is no template "${name}".`, hint: `Write templates/${name}.md` },
    }));
    return {
      count: names.length,
      faults: [...absent, ...faults, ...gathered(outcomes.filter(isFault), speakers.length, locales.length)],
    };
  } catch (error) {
    return { count: 0, faults: [{ template: "", ...nowhere, ...blame(error) }] };
  }
}

/** One fault is told once, however many channels and languages it shows on; those channels are named. */
export function gathered(faults: readonly Fault[], channels: number, locales: number): Fault[] {
  const alike = new Map<string, Fault[]>();
  for (const fault of faults) {
    const key = JSON.stringify([fault.template, fault.code, fault.message]);
    alike.set(key, [...(alike.get(key) ?? []), fault]);
  }
  return [...alike.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const on = [...new Set(same.map(({ channel }) => channel))];
    const inside = [...new Set(same.map(({ locale }) => locale))];
    const locale = inside.length === locales && locales > 1 ? null : first.locale;
    if (on.length === channels && channels > 1) return [{ ...first, channel: null, locale }];
    const names = on.filter((channel) => channel !== null);
    return [{ ...first, locale, ...(names.length > 1 ? { channels: names } : {}) }];
  });
}
