import type { Component } from "../incident/components.ts";
import type { AffectedComponent, ComponentState, Impact, IncidentType, Phase } from "../incident/incident.ts";
import type { Block } from "../render/document.ts";
import type { Words } from "./words/words.ts";

/** All that the status page is made from, less what was said; the same site gives the same files, byte for byte. */
export interface Site {
  readonly property: {
    readonly name: string;
    readonly url: string | null;
    /** IANA name; without a script the times on the page are in this zone and in UTC. */
    readonly timeZone: string;
    /** BCP 47: the language of the updates and of the dates. */
    readonly locale: string;
  };
  /** Where the public reads the page, without a slash at its end; null where nobody said. */
  readonly url: string | null;
  readonly components: readonly Component[];
  /** Every incident, maintenance and notice that the page has told, newest first. */
  readonly incidents: readonly PageEntry[];
  /** What was promised in public to improve, of the incidents above or of none. */
  readonly actions: readonly PageAction[];
  /** What other dashboards said when they were last read, by their address. */
  readonly readings: ReadonlyMap<string, Reading>;
  readonly brand: Brand;
  readonly words: Words;
  /** Rises with every writing of the page, so that anyone can tell which of two copies is newer. */
  readonly revision: number;
  readonly generatedAt: Date;
}

/** An incident, maintenance or notice as the page has told it, without its words. */
export interface PageEntry {
  readonly id: string;
  readonly type: IncidentType;
  readonly title: string;
  readonly phase: Phase;
  readonly impact: Impact;
  readonly components: readonly AffectedComponent[];
  readonly startedAt: Date;
  /** When planned work is to end; null for an incident. */
  readonly endsAt: Date | null;
  readonly resolvedAt: Date | null;
  readonly nextUpdateAt: Date | null;
  /** Whether a postmortem was said. */
  readonly explained: boolean;
  /** Rises with everything said, corrected or withdrawn. */
  readonly told: number;
}

/** Something that was promised in public. Who sees to it is not for the public. */
export interface PageAction {
  readonly id: string;
  /** The incident that it follows from; null where it follows from none. */
  readonly incidentId: string | null;
  /** One line of literal text. */
  readonly text: string;
  readonly dueAt: Date | null;
  readonly doneAt: Date | null;
}

/** The same with all that was said. */
export interface PageIncident extends PageEntry {
  /** Newest first. */
  readonly updates: readonly PageUpdate[];
}

export interface PageUpdate {
  readonly number: number;
  readonly phase: Phase;
  readonly impact: Impact;
  /** Every component the incident affected from this update on, with its state. */
  readonly components: readonly AffectedComponent[];
  readonly at: Date;
  /** `postmortem` marks the explanation afterwards. */
  readonly template: string;
  readonly subject: string;
  readonly blocks: readonly Block[];
}

/** Another dashboard as it was when last read. */
export interface Reading {
  /** As configured: the address of a Statuspage-compatible page, or of a feed. */
  readonly url: string;
  readonly triedAt: Date;
  /** When it last answered; null where it never did. */
  readonly readAt: Date | null;
  /** Why the newest try failed, in a few words; null where it did not. */
  readonly fault: string | null;
  /** What it said at `readAt`. */
  readonly report: DashboardReport | null;
}

export interface DashboardReport {
  /** Null where it does not say how well the whole is (a feed of words only). */
  readonly state: ComponentState | null;
  /** Its own words, one line: `All Systems Operational`. */
  readonly sentence: string;
  /** Open incidents or newest items, at most five, newest first. */
  readonly items: readonly DashboardItem[];
}

export interface DashboardItem {
  readonly title: string;
  /** http(s) only. */
  readonly link: string | null;
  readonly at: Date | null;
}

/** What makes the page the property's own. */
export interface Brand {
  /** Shown instead of the property's name and `status`. */
  readonly title: string | null;
  /** Path within the page's folder; null without a logo. */
  readonly logo: { readonly path: string; readonly content: Uint8Array } | null;
  /** `#rrggbb`, for links and the line on top; contrast is checked when the configuration is read. */
  readonly accent: { readonly light: string; readonly dark: string } | null;
  /** How the data is gathered, in the property's own words; null for ours. Literal text. */
  readonly about: string | null;
  /** Where to sign up for mail: https or mailto. */
  readonly subscribe: string | null;
  /** Markup from the project's own files, trusted: in the place of our header, of our footer, and after our style. */
  readonly header: string | null;
  readonly footer: string | null;
  readonly style: string | null;
}

export const NO_BRAND: Brand = {
  title: null,
  logo: null,
  accent: null,
  about: null,
  subscribe: null,
  header: null,
  footer: null,
  style: null,
};
