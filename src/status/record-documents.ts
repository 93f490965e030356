import type { Figures, Totals } from "../cadence/figures.ts";
import type { IncidentSilence, Lane } from "../cadence/silence.ts";
import type { Action } from "../incident/action.ts";
import type { IncidentDocument } from "./documents.ts";
import type { Entry } from "./record.ts";

/** What `status report --json` prints: lengths in milliseconds. Fields are only ever added. */
export interface ReportDocument {
  readonly version: 1;
  /** Newest first. */
  readonly incidents: readonly ReportedIncident[];
  readonly totals: Totals;
}

export interface ReportedIncident
  extends IncidentDocument,
    Pick<IncidentSilence, "open" | "from" | "to">,
    Pick<Figures, "longestSilence" | "worst"> {
  readonly firstWord: {
    readonly channel: string | null;
    readonly at: Date | null;
    readonly afterMs: number | null;
    readonly inTime: boolean | null;
  };
  readonly promises: Figures["promises"] & { readonly each: IncidentSilence["promises"] };
  readonly lanes: readonly (Lane & { readonly brokenMs: number; readonly longestMs: number })[];
}

/** What `status log --json` prints. */
export interface LogDocument {
  readonly version: 1;
  /** Oldest first. */
  readonly entries: readonly Entry[];
}

/** Something promised, as `--json` shows it. */
export interface ActionFields
  extends Pick<Action, "id" | "text" | "owner" | "dueAt" | "public" | "addedAt" | "doneAt"> {
  readonly incident: string | null;
  readonly overdue: boolean;
}

/** What `status action add`, `done` and `drop` print with `--json`. */
export interface ActionDocument {
  readonly version: 1;
  readonly action: ActionFields;
}

export interface ActionsDocument {
  readonly version: 1;
  /** Most pressing first; those that are carried out behind. */
  readonly actions: readonly ActionFields[];
}
