import { localTime } from "../../base/zone.ts";
import type { Ledger } from "../../broadcast/ledger.ts";
import { type Figures, figuresOf } from "../../cadence/figures.ts";
import { type IncidentSilence, type SilencePolicy, silenceOf } from "../../cadence/silence.ts";
import type { Incident, Update } from "../../incident/incident.ts";

/** One incident with all that is told of it afterwards. */
export interface Report {
  readonly incident: Incident;
  /** Oldest first. */
  readonly updates: readonly Update[];
  readonly silence: IncidentSilence;
  readonly figures: Figures;
}

/** Where, when and in whose words reports are told. */
export interface Telling {
  readonly property: string;
  readonly timeZone: string;
  readonly now: Date;
  readonly policy: SilencePolicy;
  /** Kind of channel → what people call it. */
  readonly kinds: ReadonlyMap<string, string>;
}

export async function reportOn(incident: Incident, ledger: Ledger, telling: Telling): Promise<Report> {
  const updates = await ledger.updates(incident.id);
  const deliveries = await ledger.deliveries({ incidentId: incident.id });
  const silence = silenceOf(incident, updates, deliveries, telling.now, telling.policy);
  return { incident, updates, silence, figures: figuresOf(silence) };
}

/** `09:40` in the property's zone; which zone that is stands once beside many of them. */
export function clockTime(at: Date, timeZone: string): string {
  const { hour, minute } = localTime(at, timeZone);
  return `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
}

/** `29 Jun` in the property's zone. */
export function dayOf(at: Date, timeZone: string): string {
  const { month, day } = localTime(at, timeZone);
  return `${day} ${MONTHS[month - 1]}`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
