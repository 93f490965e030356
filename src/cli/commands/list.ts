import { oneLine } from "../../base/printable.ts";
import { SHORT_HASH } from "../../broadcast/frozen.ts";
import { hasSpoken } from "../../broadcast/report.ts";
import { type Incident, isOpen } from "../../incident/incident.ts";
import { sayStanding as sayAgreement, sayNextApproval } from "../../status/approvals.ts";
import type { ChannelCoverage } from "../../status/coverage.ts";
import { type Overview, list as overview } from "../../status/list.ts";
import type { WaitingPlan } from "../../status/waiting-plans.ts";
import type { App } from "../app.ts";
import { sayCoverage } from "../coverage.ts";
import { EXIT } from "../exit-codes.ts";
import { styleFor } from "../output/style.ts";
import { sayPromise, sayStanding } from "../output/table.ts";
import { sayPlanned } from "../planned-time.ts";

/** `status list`: what is open, who has heard what, when the next update is due. `all` adds what has ended. */
export async function list(
  app: App,
  flags: { json?: boolean; plain?: boolean; all?: boolean },
): Promise<number> {
  showList(app, await overview(app, flags), flags);
  return EXIT.ok.code;
}

export function showList(
  app: App,
  { incidents, unheard, overdueActions, plans, document }: Overview,
  flags: { json?: boolean; plain?: boolean },
): void {
  const { stdout, clock } = app.surroundings;
  if (flags.json === true) {
    stdout.write(`${JSON.stringify(document)}\n`);
    return;
  }
  const style = styleFor(stdout, app.surroundings, flags.plain === true);
  if (incidents.length === 0)
    stdout.write(`No incident is open.\n${unheard.length === 0 ? "To open one: status announce\n" : ""}`);
  for (const { incident, coverage, promise } of incidents) {
    const { timeZone } = app.config.property;
    const due = promiseLine(incident, promise, clock.now(), timeZone);
    stdout.write(
      [
        style.chalk.bold(oneLine(incident.title)),
        `  ${style.chalk.dim([incident.id, sayStanding(incident.type, incident)].join(" · "))}`,
        ...(incident.type === "maintenance" ? [`  ${sayPlanned(incident, clock.now(), timeZone)}`] : []),
        `  heard on ${sayCoverage(coverage)}`,
        ...(due === null ? [] : [`  ${due.overdue ? style.chalk.red(due.text) : due.text}`]),
        "",
        "",
      ].join("\n"),
    );
  }
  for (const { id, coverage } of unheard)
    stdout.write(
      `${id} has ended, and ${silentIn(coverage).join(", ")} has still to hear all of it: status retry ${id}\n`,
    );
  for (const waiting of plans.slice(0, MOST_PLANS))
    stdout.write(planLines(waiting, clock.now(), app.config.property.timeZone));
  if (plans.length > MOST_PLANS)
    stdout.write(`${plans.length - MOST_PLANS} older plans: status list --json\n`);
  const { length } = overdueActions;
  if (length > 0)
    stdout.write(`${length === 1 ? "One action is" : `${length} actions are`} overdue: status action list\n`);
}

/** More would be the tries of one author. */
const MOST_PLANS = 5;

function planLines({ plan, frozen, approvals }: WaitingPlan, now: Date, timeZone: string): string {
  const { need, by, missing, open } = approvals;
  if (need === null) return "";
  const short = plan.hash.slice(0, SHORT_HASH);
  const what = `Plan ${short}: status ${plan.verb} by ${oneLine(plan.by)}, "${oneLine(frozen.incident.title)}"`;
  const until = `until ${sayPromise(plan.expiresAt, now, timeZone)}`;
  return missing === 0
    ? `${what}\n  is agreed to, ${until}; to say it: status ${plan.verb} --plan ${short}\n`
    : `${what}\n  waits ${until} for ${sayAgreement(need, { by, open })}\n  ${sayNextApproval(plan, open)}\n`;
}

/** The channels that were meant to hear it and have not. */
export function silentIn(coverage: readonly ChannelCoverage[]): string[] {
  return coverage.filter((channel) => hasSpoken(channel) === false).map(({ channel }) => channel);
}

function promiseLine(
  incident: Incident,
  promise: Date | null,
  now: Date,
  timeZone: string,
): { text: string; overdue: boolean } | null {
  if (promise === null) return isOpen(incident) ? { text: "no next update promised", overdue: false } : null;
  return { text: `next update ${sayPromise(promise, now, timeZone)}`, overdue: promise <= now };
}
