import type { TemplateSet } from "../../../render/template.ts";

/** Templates that belong together, in the order of an incident's life. */
export interface Chapter {
  readonly title: string;
  readonly sets: readonly TemplateSet[];
}

const CHAPTERS: readonly { readonly title: string; readonly names: Readonly<Record<string, string>> }[] = [
  {
    title: "An incident",
    names: {
      acknowledge: "The first word about an incident",
      investigating: "While the cause is not known",
      identified: "The cause is known",
      monitoring: "It is repaired, and being watched",
      holding: "Nothing new, said on time all the same",
      resolved: "It is over",
    },
  },
  {
    title: "When something said was wrong",
    names: { correction: "Words put right", retraction: "Words taken back" },
  },
  {
    title: "Planned work",
    names: {
      "maintenance-scheduled": "Planned, or planned again",
      "maintenance-reminder": "Some time before it begins",
      "maintenance-started": "The work begins",
      "maintenance-verifying": "The work is done and being checked",
      "maintenance-overrun": "It takes longer",
      "maintenance-completed": "It is over",
      "maintenance-cancelled": "It will not take place",
    },
  },
  {
    title: "News, and what comes afterwards",
    names: { deploy: "A new version is live", postmortem: "What happened, and what follows from it" },
  },
  { title: "For colleagues", names: { reminder: "A promise is soon due, or overdue" } },
];

/** Every template once; names that are the project's own come last. */
export function chaptersOf(sets: readonly TemplateSet[]): Chapter[] {
  const known = new Set(CHAPTERS.flatMap(({ names }) => Object.keys(names)));
  const chapters = CHAPTERS.map(({ title, names }) => ({
    title,
    sets: Object.keys(names).flatMap((name) => sets.find((set) => set.name === name) ?? []),
  }));
  const own = sets.filter(({ name }) => !known.has(name));
  return [...chapters, { title: "Your own", sets: own }].filter((chapter) => chapter.sets.length > 0);
}

/** When a template is said; null for one that the project has named. */
export function occasionOf(name: string): string | null {
  for (const { names } of CHAPTERS) if (Object.hasOwn(names, name)) return names[name] ?? null;
  return null;
}
