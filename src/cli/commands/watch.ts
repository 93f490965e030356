import { sayDuration } from "../../base/duration.ts";
import { StatusError, usageError } from "../../base/errors.ts";
import { oneLine } from "../../base/printable.ts";
import type { Ledger } from "../../broadcast/ledger.ts";
import { actionDebts, type Case } from "../../cadence/due.ts";
import { type DueReminder, dueReminders } from "../../cadence/reminders.ts";
import type { Incident } from "../../incident/incident.ts";
import { WHAT } from "../../status/due.ts";
import { NOBODY_TO_REMIND, turnOf } from "../../status/follow-up.ts";
import { namedIncident } from "../../status/incidents.ts";
import { internalChannels, remindColleagues, sayReminded } from "../../status/remind.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { codeOfRound, followUpRound } from "../follow-up-round.ts";
import { mayRedraw, styleFor } from "../output/style.ts";
import type { Sink, Surroundings } from "../surroundings.ts";
import { changeDocument, changeLine, endedLine } from "../watch/changes.ts";
import { readRoom, type Watched } from "../watch/room.ts";
import { Screen } from "../watch/screen.ts";
import { secondsOf, viewLines, type WatchEvent } from "../watch/view.ts";

export interface WatchFlags {
  readonly followUp?: boolean;
  readonly remind?: boolean;
  readonly json?: boolean;
  readonly plain?: boolean;
}

const TICK_MS = 1000;
const READ_EVERY_MS = 2000;
/** After a fault of its follow-up, how long it waits before it tries again. */
const PAUSE_MS = 30_000;

/**
 * `status watch [incident]`: an incident room's view of promises and coverage until Ctrl-C. Reminds colleagues on internal
 * channels before a promise lapses and after; says nothing publicly unless `--follow-up` asks it to.
 * `open` gives an App that prints nothing of its own, for what happens behind the view.
 */
export async function watch(
  app: App,
  reference: string | null,
  flags: WatchFlags,
  open: (quiet: Surroundings) => Promise<App>,
): Promise<number> {
  const { surroundings } = app;
  if (surroundings.drill !== null)
    throw usageError(
      "WATCH_IN_DRILL",
      "In a rehearsal time stands still while a command runs.",
      "Type: list",
    );
  const ledger = reference === null ? null : await app.existingLedger();
  if (reference !== null && ledger === null)
    throw usageError(
      "INCIDENT_UNKNOWN",
      `There is no incident "${oneLine(reference)}".`,
      "To open one: status announce",
    );
  const id = reference === null ? null : (await namedIncident(ledger!, reference)).id;
  const watch = new Watch(app, id, flags, open);
  try {
    while (!surroundings.stopping.aborted) {
      await watch.tick();
      await surroundings.wait(TICK_MS, surroundings.stopping);
    }
  } finally {
    watch.end();
  }
  return EXIT.ok.code;
}

class Watch {
  readonly #app: App;
  readonly #id: string | null;
  readonly #flags: WatchFlags;
  readonly #open: (quiet: Surroundings) => Promise<App>;
  readonly #screen: Screen | null;
  readonly #internal: readonly string[];
  #watched: readonly Watched[] = [];
  /** Actions of earlier incidents that should be carried out by now. */
  #overdueActions = 0;
  #readAt: number | null = null;
  readonly #events: WatchEvent[] = [];
  /** What was last told of each incident, where there is no screen. */
  readonly #lines = new Map<string, string>();
  #emptyTold = false;
  /** Whether the ledger could be read yet. */
  #known = false;
  readonly #reminded = new Set<string>();
  /** Until when an incident's follow-up is left alone after a fault. */
  readonly #paused = new Map<string, number>();
  #nobodyTold = false;

  constructor(app: App, id: string | null, flags: WatchFlags, open: (quiet: Surroundings) => Promise<App>) {
    this.#app = app;
    this.#id = id;
    this.#flags = flags;
    this.#open = open;
    this.#internal = internalChannels(app);
    const { stdout } = app.surroundings;
    const draws = flags.json !== true && mayRedraw(stdout, app.surroundings, flags.plain === true);
    this.#screen = draws ? new Screen(stdout) : null;
  }

  /** Once a second: reads and does what is due every other time, and shows what stands now. */
  async tick(): Promise<void> {
    const now = this.#app.surroundings.clock.now().getTime();
    if (this.#readAt === null || now - this.#readAt >= READ_EVERY_MS || now < this.#readAt) {
      this.#readAt = now;
      await this.#while(this.#read());
    }
    this.#show();
  }

  end(): void {
    this.#screen?.leave();
  }

  /** The countdown goes on while posts are under way. */
  async #while(work: Promise<void>): Promise<void> {
    if (this.#screen === null) return work;
    const done = new AbortController();
    const settled = work.finally(() => done.abort());
    while (!done.signal.aborted) {
      await Promise.race([settled, this.#app.surroundings.wait(TICK_MS, done.signal)]);
      this.#show();
    }
    await settled;
  }

  async #read(): Promise<void> {
    try {
      const { clock } = this.#app.surroundings;
      const ledger = await this.#app.existingLedger();
      await this.#refresh(ledger);
      if (ledger === null) return;
      // First what stands, then what is done about it.
      this.#show();
      if (this.#flags.followUp === true && (await this.#followUp())) await this.#refresh(ledger);
      if (this.#flags.remind === false) return;
      for (const { each } of this.#watched)
        for (const reminder of dueReminders(each, clock.now(), this.#app.config.cadence))
          await this.#remind(ledger, each, reminder);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      this.#tell({ text: `${error.message} [${error.code}]`, good: false }, null);
    }
  }

  async #refresh(ledger: Ledger | null): Promise<void> {
    const { clock } = this.#app.surroundings;
    const before = this.#watched;
    this.#watched = await readRoom(ledger, this.#id, clock.now(), this.#app.config);
    this.#overdueActions = actionDebts((await ledger?.actions({ open: true })) ?? [], clock.now(), 0).length;
    this.#known = true;
    for (const { each } of before)
      if (!this.#watched.some((watched) => watched.each.incident.id === each.incident.id))
        this.#tellEnd((await ledger?.incident(each.incident.id)) ?? each.incident);
  }

  async #remind(ledger: Ledger, each: Case, { promise, kind, debt }: DueReminder): Promise<void> {
    const key = [each.incident.id, promise, kind].join("\n");
    if (this.#reminded.has(key)) return;
    if (this.#internal.length === 0) {
      this.#reminded.add(key);
      this.#bell();
      if (!this.#nobodyTold)
        this.#tell({ text: `the bell rings: ${NOBODY_TO_REMIND}`, good: false }, each.incident);
      this.#nobodyTold = true;
      return;
    }
    const said = await this.#quietly((quiet) =>
      remindColleagues(quiet, ledger, each, { promise, kind, debt }),
    );
    this.#reminded.add(key);
    const text = sayReminded(said);
    if (text === null) return;
    const why = `${WHAT[debt.kind]} ${kind === "before" ? "soon due" : "overdue"}`;
    this.#tell({ text: `${text} (${why})`, good: said.every(({ error }) => error === null) }, each.incident, {
      event: "reminded",
      promise,
      kind,
      channels: said.map(({ channel, error }) => ({ channel, error })),
    });
  }

  /** Says what is due; true where anything may have changed. */
  async #followUp(): Promise<boolean> {
    const { clock } = this.#app.surroundings;
    const now = clock.now();
    const due = this.#watched.filter(({ each }) => {
      if ((this.#paused.get(each.incident.id) ?? 0) > now.getTime()) return false;
      return turnOf(each, now, null).act === "speak";
    });
    for (const { each } of due)
      await this.#quietly(async (quiet) => {
        const flags = { yes: true, json: true };
        const round = await followUpRound(quiet, await quiet.ledger(), each.incident, {
          ...{ flags, message: null, everyMs: null },
        });
        const { silent = [], update } = round.document;
        const good = codeOfRound(round) === EXIT.ok.code;
        if (round.came === "said") {
          const text = `said update ${update?.number ?? ""} of ${each.incident.id}${silent.length === 0 ? "" : `; silent: ${silent.join(", ")}`}`;
          this.#tell({ text, good }, each.incident, {
            event: "said",
            ...round.document,
          });
        } else if (round.came === "fault")
          this.#tell({ text: oneLine(round.told ?? ""), good: false }, each.incident, {
            event: "fault",
            ...round.document,
          });
        if (round.came !== "said" || !good)
          this.#paused.set(each.incident.id, clock.now().getTime() + PAUSE_MS);
      });
    return due.length > 0;
  }

  /** Behind the view: what commands and channels would print goes nowhere. */
  async #quietly<T>(work: (quiet: App) => Promise<T>): Promise<T> {
    const nowhere: Sink = { write: () => {}, isTerminal: false, columns: 80 };
    const quiet = await this.#open({ ...this.#app.surroundings, stdout: nowhere, stderr: nowhere });
    try {
      return await work(quiet);
    } finally {
      await quiet.close();
    }
  }

  #bell(): void {
    const { stderr } = this.#app.surroundings;
    if (this.#screen !== null) this.#screen.bell();
    else if (stderr.isTerminal) stderr.write("\u0007");
  }

  /** What happened: below the view, or as a line of its own. The same fault again is not told again. */
  #tell(
    { text, good }: Pick<WatchEvent, "text" | "good">,
    incident: Incident | null,
    document: Readonly<Record<string, unknown>> = { event: "fault", message: text },
  ): void {
    if (!good && this.#events.at(-1)?.text === text) return;
    const at = this.#app.surroundings.clock.now();
    this.#events.push({ at, text, good });
    if (this.#events.length > 20) this.#events.shift();
    if (this.#screen !== null) return;
    if (this.#flags.json === true)
      this.#json({
        version: 1,
        at,
        ...(incident === null ? {} : { incident: { id: incident.id } }),
        ...document,
      });
    else this.#line(at, incident === null ? text : `${oneLine(incident.title)}: ${oneLine(text)}`);
  }

  #tellEnd(incident: Incident): void {
    this.#lines.delete(incident.id);
    const text = endedLine(incident);
    this.#tell({ text, good: true }, null, {
      event: "ended",
      incident: { id: incident.id, phase: incident.phase },
    });
  }

  #show(): void {
    const { surroundings, config } = this.#app;
    const { clock, stdout } = surroundings;
    const now = clock.now();
    const { timeZone, name } = config.property;
    if (!this.#known) {
      // Nobody knows yet whether anything is open.
      this.#screen?.show(this.#events.map(({ text }) => oneLine(text)));
      return;
    }
    if (this.#screen !== null) {
      const { columns, rows } = this.#screen;
      this.#screen.show(
        viewLines({
          ...{ property: name, timeZone, policy: config.cadence, now, watched: this.#watched },
          ...{ events: this.#events, does: this.#does(), style: styleFor(stdout, surroundings, false) },
          ...{ columns, rows, overdueActions: this.#overdueActions },
        }),
      );
      return;
    }
    for (const watched of this.#watched) {
      const { id } = watched.each.incident;
      const line = changeLine(watched, now, timeZone, config.cadence);
      if (this.#lines.get(id) === line) continue;
      this.#lines.set(id, line);
      if (this.#flags.json === true) this.#json(changeDocument(watched, now, config.cadence));
      else this.#line(now, line);
    }
    if (this.#watched.length === 0 && !this.#emptyTold) {
      if (this.#flags.json === true) this.#json({ version: 1, at: now, event: "quiet" });
      else this.#line(now, "No incident is open.");
    }
    this.#emptyTold = this.#watched.length === 0;
  }

  #does(): string {
    const { remindBefore } = this.#app.config.cadence;
    const reminds =
      this.#flags.remind === false
        ? "Reminds nobody"
        : this.#internal.length === 0
          ? "No internal channel: the bell rings instead of reminding"
          : `Reminds ${this.#internal.join(", ")} ${sayDuration(remindBefore)} before, and after`;
    const says =
      this.#flags.followUp === true ? "says the holding update when it is due" : "says nothing publicly";
    return ` ${reminds}; ${says}. Ctrl-C ends it.`;
  }

  #line(at: Date, text: string): void {
    this.#app.surroundings.stdout.write(`${secondsOf(at, this.#app.config.property.timeZone)}  ${text}\n`);
  }

  #json(document: Readonly<Record<string, unknown>>): void {
    this.#app.surroundings.stdout.write(`${JSON.stringify(document)}\n`);
  }
}
