import { StatusError } from "../base/errors.ts";
import { oneLine } from "../base/printable.ts";
import type { Ledger } from "../broadcast/ledger.ts";
import { type Incident, isOpen } from "../incident/incident.ts";
import { loadTemplateSet } from "../render/template.ts";
import { caseOf } from "../status/due.ts";
import type { Round } from "../status/follow-up.ts";
import { namedIncident } from "../status/incidents.ts";
import type { App } from "./app.ts";
import { EXIT, EXIT_OF_BLAME } from "./exit-codes.ts";
import { codeOfRound, followUpRound, type Script } from "./follow-up-round.ts";
import { sayPromise } from "./output/table.ts";
import { carryOut } from "./speaking.ts";

export interface Bounds {
  readonly max: number;
  readonly until: Date | null;
}

/** A longer wait is slept in steps against the wall clock: after a sleep, or a step of the clock, one word is said, not many. */
const STEP_MS = 30_000;
const SHORTEST_MS = 1000;
/** How soon silent channels are tried again; each time twice as late. */
const RETRY_MS = 60_000;

type Ended = "ended" | "max" | "until" | "interrupted";

/**
 * Follows up until the incidents have ended or a bound is reached. One turn's fault is told once and does not end it.
 * Returns the exit code: the worst of what still stands on incidents that are open, 130 at Ctrl-C.
 */
export async function keepFollowingUp(
  app: App,
  reference: string | null,
  script: Script,
  bounds: Bounds,
): Promise<number> {
  const { clock, stopping, wait } = app.surroundings;
  // Better now than when the first word is due.
  await loadTemplateSet({ name: script.flags.template ?? "holding", ...app.templates });
  const loop = new Loop(app, reference, script, bounds);
  for (;;) {
    let next: Date | null = null;
    let ended: Ended | null = null;
    try {
      ({ next, ended } = await loop.turn());
    } catch (error) {
      if (!(error instanceof StatusError) || error.blame === "usage") throw error;
      loop.tellFault(error);
    }
    if (ended !== null) return loop.end(ended);
    const left =
      Math.min(next?.getTime() ?? Infinity, bounds.until?.getTime() ?? Infinity) - clock.now().getTime();
    await wait(Math.max(SHORTEST_MS, Math.min(left, STEP_MS)), stopping);
  }
}

class Loop {
  readonly #app: App;
  readonly #reference: string | null;
  readonly #script: Script;
  readonly #bounds: Bounds;
  #said = 0;
  /** What each incident's last turn came to, and what was last told of it. */
  readonly #codes = new Map<string, number>();
  readonly #told = new Map<string, string>();
  readonly #retries = new Map<string, { at: number; pauseMs: number }>();
  #announced: number | null = null;
  #followed: string | null = null;

  constructor(app: App, reference: string | null, script: Script, bounds: Bounds) {
    this.#app = app;
    this.#reference = reference;
    this.#script = script;
    this.#bounds = bounds;
  }

  /** Says what is due now. `next` is when something falls due. */
  async turn(): Promise<{ next: Date | null; ended: Ended | null }> {
    const { clock, stopping } = this.#app.surroundings;
    const ledger = await this.#app.existingLedger();
    const open = ledger === null ? [] : await this.#open(ledger);
    this.#told.delete("");
    for (const id of this.#codes.keys()) if (!open.some((each) => each.id === id)) this.#codes.delete(id);
    let next: Date | null = null;
    for (const incident of open) {
      const ended = this.#bound();
      if (ended !== null) return { next, ended };
      const due = await this.#follow(ledger!, incident);
      if (due !== null && (next === null || due < next)) next = due;
    }
    const ended = this.#bound() ?? (open.length === 0 ? "ended" : null);
    if (ended === null && !stopping.aborted && next !== null && next > clock.now()) this.#announce(next);
    return { next, ended };
  }

  #bound(): Ended | null {
    const { clock, stopping } = this.#app.surroundings;
    if (stopping.aborted) return "interrupted";
    if (this.#said >= this.#bounds.max) return "max";
    return this.#bounds.until !== null && clock.now() >= this.#bounds.until ? "until" : null;
  }

  async #open(ledger: Ledger): Promise<Incident[]> {
    if (this.#reference === null) return ledger.openIncidents();
    this.#followed ??= (await namedIncident(ledger, this.#reference)).id;
    return [(await ledger.incident(this.#followed))!].filter(isOpen);
  }

  /** One incident's turn; returns when its next one comes. */
  async #follow(ledger: Ledger, incident: Incident): Promise<Date | null> {
    const retried = await this.#retryScripted(ledger, incident);
    const round = await followUpRound(this.#app, ledger, incident, this.#script);
    this.#tell(round);
    if (round.came !== "wait" && round.came !== "leave") this.#codes.set(incident.id, codeOfRound(round));
    else if (retried !== null) this.#codes.set(incident.id, retried);
    if (round.came !== "said") return round.until;
    this.#said++;
    this.#retries.delete(incident.id);
    return new Date(this.#app.surroundings.clock.now().getTime() + this.#script.everyMs!);
  }

  /** Speaks again where a follow-up's own words are surely not out. Null where there was nothing to try. */
  async #retryScripted(ledger: Ledger, incident: Incident): Promise<number | null> {
    const { clock } = this.#app.surroundings;
    const { updates, deliveries } = await caseOf(ledger, incident, this.#app.config);
    const newest = updates.at(-1);
    const now = clock.now().getTime();
    if (newest?.verb !== "follow-up" || now - newest.at.getTime() < RETRY_MS) return null;
    const rows = deliveries.filter(
      ({ updateId, state }) =>
        updateId === newest.id && (state === "planned" || state === "waiting" || state === "refused"),
    );
    const retry = this.#retries.get(incident.id) ?? { at: 0, pauseMs: RETRY_MS };
    const notBefore = Math.max(retry.at, ...rows.map(({ error }) => error?.retryAt?.getTime() ?? 0));
    if (rows.length === 0 || now < notBefore) return null;
    const code = await carryOut(this.#app, newest.id, rows, this.#script.flags);
    const pauseMs = Math.min(retry.pauseMs * 2, this.#script.everyMs!);
    this.#retries.set(incident.id, { at: clock.now().getTime() + retry.pauseMs, pauseMs });
    return code;
  }

  /** What stays as it is, is told once. */
  #tell({ incident, came, told, document }: Round): void {
    const { stdout, stderr } = this.#app.surroundings;
    const json = this.#script.flags.json === true;
    if (came === "said" && json) stdout.write(`${JSON.stringify(document)}\n`);
    if (came === "said" || came === "wait" || told === null) this.#told.delete(incident.id);
    else if (this.#told.get(incident.id) !== told) {
      this.#told.set(incident.id, told);
      if (json && came !== "leave") stdout.write(`${JSON.stringify(document)}\n`);
      else if (!json) stderr.write(`${told}\n`);
    }
  }

  /** A fault that is no incident's: the ledger, the configuration. */
  tellFault({ code, message, hint, blame }: StatusError): void {
    const told = `${oneLine(message)} [${code}]${hint === null ? "" : `\n  ${oneLine(hint)}`}`;
    this.#codes.set("", EXIT_OF_BLAME[blame]);
    if (this.#told.get("") === told) return;
    this.#told.set("", told);
    const { stdout, stderr } = this.#app.surroundings;
    if (this.#script.flags.json === true)
      stdout.write(`${JSON.stringify({ version: 1, error: { code, message, hint, retryAt: null } })}\n`);
    else stderr.write(`${told}\n`);
  }

  #announce(next: Date): void {
    if (this.#announced === next.getTime() || this.#script.flags.json === true) return;
    this.#announced = next.getTime();
    const { stderr, clock } = this.#app.surroundings;
    const when = sayPromise(next, clock.now(), this.#app.config.property.timeZone);
    stderr.write(`Next follow-up: ${when}, unless somebody speaks before. Ctrl-C ends it.\n`);
  }

  end(ended: Ended): number {
    const { stdout } = this.#app.surroundings;
    const count = `${this.#said} follow-up${this.#said === 1 ? " was" : "s were"} said`;
    if (this.#script.flags.json === true)
      stdout.write(`${JSON.stringify({ version: 1, ended, followUps: this.#said })}\n`);
    else stdout.write(`${WHY[ended]} ${count}.\n`);
    return ended === "interrupted" ? EXIT.interrupted.code : Math.max(EXIT.ok.code, ...this.#codes.values());
  }
}

const WHY: Readonly<Record<Ended, string>> = {
  ended: "Nothing is open any more:",
  max: "As many as --max allows:",
  until: "The time of --until has come:",
  interrupted: "Stopped:",
};
