import { localTime } from "../../base/zone.ts";
import type { SilencePolicy } from "../../cadence/silence.ts";

export type { Report } from "../../status/report.ts";

/** Where, when and in whose words reports are told. */
export interface Telling {
  readonly property: string;
  readonly timeZone: string;
  readonly now: Date;
  readonly policy: SilencePolicy;
  /** Kind of channel → what people call it. */
  readonly kinds: ReadonlyMap<string, string>;
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
