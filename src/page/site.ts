import type { Component } from "../incident/components.ts";
import type { AffectedComponent, Impact, IncidentType, Phase } from "../incident/incident.ts";
import type { Block } from "../render/document.ts";

/** All that the status page is made from; the same site gives the same files, byte for byte. */
export interface Site {
  readonly property: {
    readonly name: string;
    readonly url: string | null;
    /** IANA name; the times on the page are in this zone and in UTC. */
    readonly timeZone: string;
    /** BCP 47; decides how dates are written and in which language the updates are read aloud. */
    readonly locale: string;
  };
  readonly components: readonly Component[];
  /** In any order. */
  readonly incidents: readonly PageIncident[];
  /** Rises with every writing of the page, so that anyone can tell which of two copies is newer. */
  readonly revision: number;
  readonly generatedAt: Date;
}

/** An incident, maintenance or notice as the page has told it. */
export interface PageIncident {
  readonly id: string;
  readonly type: IncidentType;
  readonly title: string;
  readonly phase: Phase;
  readonly impact: Impact;
  readonly components: readonly AffectedComponent[];
  readonly startedAt: Date;
  readonly resolvedAt: Date | null;
  readonly nextUpdateAt: Date | null;
  /** Newest first. */
  readonly updates: readonly PageUpdate[];
}

export interface PageUpdate {
  readonly number: number;
  readonly phase: Phase;
  readonly at: Date;
  readonly subject: string;
  readonly blocks: readonly Block[];
}
