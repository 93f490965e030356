import { oneLine } from "../../base/printable.ts";
import { sayTime } from "../../base/zone.ts";
import { sayMailing } from "../../broadcast/mailings.ts";
import type { ChannelReport } from "../../broadcast/report.ts";
import { isOpen } from "../../incident/incident.ts";
import type { Happening, ListWait, MailedEvent, SpokenEvent } from "../../status/events.ts";
import type { App } from "../app.ts";
import type { SpeakFlags } from "../flags.ts";
import { MailingBar } from "./mailing-bar.ts";
import { Progress } from "./progress.ts";
import { tellRemark } from "./remark.ts";
import { mayRedraw, type Style, styleFor } from "./style.ts";
import { closing, coverageTable, heading } from "./table.ts";

/** Tells on the terminal what an operation does: progress on stderr, what came of it on stdout as soon as it is known. */
export class Narrator {
  readonly #app: App;
  readonly #flags: SpeakFlags;
  readonly #style: Style;
  readonly #progress: Progress;
  readonly #bar: MailingBar;
  readonly #started = Date.now();
  #told = false;

  constructor(app: App, flags: SpeakFlags) {
    const { stdout, stderr } = app.surroundings;
    const plain = flags.plain === true;
    const onStderr = styleFor(stderr, app.surroundings, plain);
    const redraw = mayRedraw(stderr, app.surroundings, plain);
    this.#app = app;
    this.#flags = flags;
    this.#style = styleFor(stdout, app.surroundings, plain);
    this.#progress = new Progress(app.live, onStderr, redraw);
    this.#bar = new MailingBar(app.live, onStderr, redraw);
  }

  tell(happening: Happening): void {
    const { stdout, stderr } = this.#app.surroundings;
    const quiet = this.#flags.json === true;
    switch (happening.type) {
      case "planned":
        return;
      case "remark":
        tellRemark(happening, stderr);
        return;
      case "mailing": {
        const { channel, progress } = happening;
        this.#bar.show(channel, sayMailing(progress), progress, Date.now());
        return;
      }
      case "spoken":
        this.#app.live.show([]);
        if (quiet) return;
        stdout.write(heading(happening.incident, happening.update, this.#style));
        this.#told = happening.reports.length > 0;
        if (this.#told) this.#table(happening.reports);
        if (!happening.goesOn) this.#close(happening);
        return;
      case "read-back":
        if (!quiet) stdout.write(readBack(happening.reports));
        return;
      case "mailed":
        this.#bar.clear();
        if (quiet) return;
        if (this.#told) stdout.write("\n");
        this.#table(happening.lists);
        stdout.write(notDueYet(happening.waits, this.#app.config.property.timeZone));
        this.#close(happening);
        return;
      default: {
        const { type, channel, state, attempts } = happening;
        if (this.#flags.debug === true)
          stderr.write(
            `debug ${Date.now() - this.#started} ms ${type} ${channel} ${state} attempt ${attempts}\n`,
          );
        this.#progress.watch(happening);
      }
    }
  }

  /** Takes away what is redrawn. */
  end(): void {
    this.#app.live.show([]);
  }

  #table(reports: readonly ChannelReport[]): void {
    this.#app.surroundings.stdout.write(
      coverageTable(reports, this.#style, this.#app.config.property.timeZone),
    );
  }

  #close(event: SpokenEvent | MailedEvent): void {
    const { outcome, incident, reports, overtaken } = event;
    const { stdout, clock } = this.#app.surroundings;
    const { timeZone } = this.#app.config.property;
    stdout.write(closing(outcome, incident, reports, clock.now(), timeZone, this.#style, overtaken));
    stdout.write(afterwards(this.#app, event));
  }
}

function notDueYet(waits: readonly ListWait[], timeZone: string): string {
  if (waits.length === 0) return "";
  const lines = waits.map(({ channel, recipients, until }) => {
    const [who, wait] = [recipients.toLocaleString("en-US"), recipients === 1 ? "waits" : "wait"];
    return `${who} of ${oneLine(channel)}'s list ${wait} until ${sayTime(until, timeZone)}; nobody is due before.`;
  });
  return `\n${lines.join("\n")}\n`;
}

/** What is owed, or still stands, after the last word or a withdrawn one; and how the public hears of what it was not told. */
function afterwards({ config }: App, { incident, update, reports }: SpokenEvent | MailedEvent): string {
  const { verb, number } = update;
  const { id, impact, type, resolvedAt, security } = incident;
  if (security && reports.some(({ state, audience }) => state === "skipped" && audience === "public"))
    return config.approval.security === null
      ? `\nThe public was not told of update ${number}: this is an incident of security. In an emergency: --break-glass REASON\n`
      : `\nThe public was not told of update ${number}: this is an incident of security. To tell it: the command with --dry-run, then status approve.\n`;
  if (verb === "retract" && isOpen(incident))
    return `\nThe incident is still open, and its components stand as they were. If it never was one:\n  status resolve ${id} --message "This was announced by mistake; nothing was affected."\n`;
  const { postmortemFor, postmortemWithin } = config.cadence;
  if (verb !== "resolve" || type !== "incident" || resolvedAt === null || !postmortemFor.includes(impact))
    return "";
  const by = sayTime(new Date(resolvedAt.getTime() + postmortemWithin), config.property.timeZone, true);
  return `\nA postmortem is owed by ${by}:\n  status postmortem draft ${id}\n`;
}

/** What was seen of it afterwards. */
function readBack(reports: readonly ChannelReport[]): string {
  const lines: string[] = [];
  const of = (verification: string) =>
    reports.filter((report) => report.verification === verification).map((report) => report.channel);
  const seen = of("seen");
  if (seen.length > 0) lines.push(`Read back: ${seen.join(", ")}.`);
  const cannot = of("cannot");
  if (cannot.length > 0) lines.push(`Sent, but cannot be read back: ${cannot.join(", ")}.`);
  const later = of("not-yet");
  if (later.length > 0) lines.push(`Not visible yet: ${later.join(", ")}. Look again: status verify`);
  for (const [word, names] of [
    ["missing", of("missing")],
    ["altered", of("altered")],
  ] as const)
    if (names.length > 0) lines.push(`Sent, but now ${word}: ${oneLine(names.join(", "))}.`);
  return lines.length > 0 ? `\n${lines.join("\n")}\n` : "";
}
