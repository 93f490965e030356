import type { ComponentState, Impact, Phase } from "../../incident/incident.ts";

/** What this project says by itself in and around an update, in one language. */
export interface Words {
  readonly phases: Readonly<Record<Phase, string>>;
  readonly states: Readonly<Record<ComponentState, string>>;
  /** Within a line, after the phase. */
  readonly impacts: Readonly<Record<Impact, string>>;
  /** First in every text of a rehearsal that is to say so. */
  readonly rehearsal: string;
  /** First in what colleagues read of an update that nobody approved; who said it, and why, follows. */
  readonly brokenGlass: string;
  readonly maintenance: string;
  readonly notice: string;
  /** Before the address of the status page. */
  readonly statusPage: string;
  /** On a button that leads there. */
  readonly seeStatusPage: string;
  readonly statusOf: (property: string) => string;
  readonly mail: {
    /** Why this reader gets this mail: what stands before and after their address. */
    readonly reason: (property: string) => readonly [string, string];
    readonly unsubscribe: string;
  };
  readonly forum: {
    /** In a topic's title: planned work, which may be moved, tells when it was announced. */
    readonly announced: (time: string) => string;
    readonly update: (number: number) => string;
    /** A line of words for an update that is shorter than a forum takes. */
    readonly statusUpdate: (title: string) => string;
  };
}
