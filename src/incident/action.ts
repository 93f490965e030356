/** Something promised after an incident, to be carried out. */
export interface Action {
  /** Short, for typing: `a3f9c1`. */
  readonly id: string;
  /** The incident that it follows from; null where it follows from none. */
  readonly incidentId: string | null;
  /** One line of plain text: what will be done. */
  readonly text: string;
  /** Who sees to it; never shown to the public. Null while nobody does. */
  readonly owner: string | null;
  /** When it is to be done by; null where nothing was promised. */
  readonly dueAt: Date | null;
  /** Whether customers see it, on the page and in the postmortem. */
  readonly public: boolean;
  readonly addedAt: Date;
  readonly doneAt: Date | null;
}

export function isOverdue({ dueAt, doneAt }: Pick<Action, "dueAt" | "doneAt">, now: Date): boolean {
  return doneAt === null && dueAt !== null && dueAt.getTime() <= now.getTime();
}

/** Open ones first, the most pressing first; then those that are carried out, newest first. */
export function byPressure(a: Action, b: Action): number {
  if (a.doneAt !== null && b.doneAt !== null) return b.doneAt.getTime() - a.doneAt.getTime();
  if (a.doneAt !== null || b.doneAt !== null) return a.doneAt === null ? -1 : 1;
  const due = ({ dueAt, addedAt }: Action) => dueAt?.getTime() ?? addedAt.getTime() + NEVER_MS;
  return due(a) - due(b);
}

/** What has no day stands behind all that has one. */
const NEVER_MS = 1e14;
