import type { Overview } from "./overview.ts";
import type { PageIncident, Site } from "./site.ts";
import type { Speech } from "./speech.ts";
import type { Times } from "./times.ts";

/** What every part of the page is drawn from. */
export interface View {
  readonly site: Site;
  readonly overview: Overview;
  readonly speech: Speech;
  readonly times: Times;
  /**
   * An incident with all that was said. Loaded are those open or planned, those of the last 90 days, the 50 newest
   * incidents, maintenances and notices; asking for another is a bug.
   */
  told(id: string): PageIncident;
  /** The entries that `told` knows, newest first. */
  readonly recent: readonly PageIncident[];
}
