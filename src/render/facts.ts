import type { ComponentState, Impact, IncidentType, Phase } from "../incident/incident.ts";

/** What there is to say, before a template words it. Everything in it is data: escaped, never parsed. */
export interface Facts {
  readonly title: string;
  /** The author's Markdown, or null for the template's own words. */
  readonly message: string | null;
  /** The author's words for channels with tight limits, or null. */
  readonly short: string | null;
  /** The author's Markdown for internal channels only, or null. */
  readonly internal: string | null;
  /** Why it is said without the approval that it needs, and by whom; colleagues are told. Null where it is not so. */
  readonly brokenGlass: string | null;
  readonly type: IncidentType;
  readonly phase: Phase;
  readonly impact: Impact;
  readonly components: readonly {
    readonly id: string;
    readonly name: string;
    readonly state: ComponentState;
  }[];
  readonly property: { readonly name: string; readonly url: string | null };
  readonly statusUrl: string | null;
  readonly startedAt: Date;
  /** The planned end; null where none was planned. */
  readonly endsAt: Date | null;
  readonly nextUpdateAt: Date | null;
  readonly resolvedAt: Date | null;
  readonly now: Date;
  readonly incidentId: string;
  readonly updateNumber: number;
  /** The `--set` values. */
  readonly set: Readonly<Record<string, string>>;
  /** True in a rehearsal whose texts are to say so. */
  readonly drill: boolean;
}

/** For whom a message is rendered. */
export interface RenderRequest {
  /** The channel's name in the configuration. */
  readonly channel: string;
  readonly kind: string;
  readonly locale: string;
  readonly timeZone: string;
  readonly audience: "public" | "internal";
  readonly facts: Facts;
}
