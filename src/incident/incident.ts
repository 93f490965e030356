/**
 * The words of this project, one per idea.
 *
 * incident     something customers notice, with a beginning and an end
 * maintenance  the same, planned
 * notice       something worth saying that is neither (a deploy); never open, promises nothing, changes no state; more may be said of it, until its last word
 * component    a part of the property that customers know by name; components form a tree
 * impact       none, minor, major, critical
 * phase        where the incident stands: investigating, identified, monitoring, resolved
 * update       one thing said about an incident; the first is the acknowledgement
 * template     how an update is worded
 * channel      one configured place to speak; its kind is the sort of channel (slack)
 * post         one thing put on a channel for an update
 * delivery     update × channel, with attempts and a receipt
 * ledger       the durable record of deliveries
 * broadcast    delivering one update on all channels
 * promise      the time of the next update
 * drill        a rehearsal on the sandbox
 * finding      what a wording rule has against a text
 * plan         an update as it would be said: every channel's exact text
 * approval     somebody else's agreement to a plan
 * action       what was promised after an incident, to be carried out
 */

export type IncidentType = "incident" | "maintenance" | "notice";

export const IMPACTS = ["none", "minor", "major", "critical"] as const;
export type Impact = (typeof IMPACTS)[number];

export const INCIDENT_PHASES = ["investigating", "identified", "monitoring", "resolved"] as const;
export const MAINTENANCE_PHASES = ["scheduled", "in_progress", "verifying", "completed"] as const;
export type Phase = (typeof INCIDENT_PHASES)[number] | (typeof MAINTENANCE_PHASES)[number];

/** From best to worst; the order decides what a group shows. */
export const COMPONENT_STATES = [
  "operational",
  "under_maintenance",
  "degraded_performance",
  "partial_outage",
  "major_outage",
] as const;
export type ComponentState = (typeof COMPONENT_STATES)[number];

/** What an incident does to one component. `id` names a component of the configuration. */
export interface AffectedComponent {
  readonly id: string;
  readonly state: ComponentState;
}

/** Where an incident stands after an update: what the update said, in facts. */
export interface Standing {
  readonly title: string;
  readonly phase: Phase;
  readonly impact: Impact;
  readonly components: readonly AffectedComponent[];
  readonly startedAt: Date;
  /** When planned work is to end; null for an incident or a notice. */
  readonly endsAt: Date | null;
  /** True where planned work begins and ends by the clock, without a person saying so. */
  readonly automatic: boolean;
  /** True once a person has chosen the longer intervals of an incident that drags on. */
  readonly long: boolean;
  /** True for an incident of security: public channels hear of it only as the policy allows. */
  readonly security: boolean;
  /** The promise: when the next update is due; null where none was made. */
  readonly nextUpdateAt: Date | null;
}

export interface Incident extends Standing {
  /** Date, slug of the title, and a suffix where needed: `2010-06-29-amazon-com-unavailable`. */
  readonly id: string;
  readonly type: IncidentType;
  /** When the first post on a public channel was made; null while customers have heard nothing. */
  readonly acknowledgedAt: Date | null;
  readonly resolvedAt: Date | null;
}

export type Verb =
  | "announce"
  | "update"
  | "resolve"
  | "follow-up"
  | "correct"
  | "retract"
  | `maintenance ${"schedule" | "start" | "complete" | "extend" | "cancel"}`;

/** One thing said about an incident, with the standing that it left behind. */
export interface Update {
  readonly id: string;
  readonly incidentId: string;
  /** 1 for the acknowledgement, then rising by one; unique within the incident. */
  readonly number: number;
  readonly verb: Verb;
  readonly template: string;
  /** The caller's own key, or null. */
  readonly key: string | null;
  /** Who spoke, for the record: `user@host`. */
  readonly author: string;
  readonly at: Date;
  /** The number of the update whose promise this one keeps; null where none was open. One promise is kept once. */
  readonly keeps: number | null;
  readonly standing: Standing;
}

export function isClosed(phase: Phase): boolean {
  return phase === "resolved" || phase === "completed";
}

/** An incident or maintenance that has begun and not ended; a notice is never open. */
export function isOpen(incident: Pick<Incident, "type" | "phase">): boolean {
  return incident.type !== "notice" && !isClosed(incident.phase);
}
