import { parseDuration } from "../../base/duration.ts";
import { usageError } from "../../base/errors.ts";
import { type Debt, debts } from "../../cadence/due.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { oneLine } from "../output/printable.ts";
import { styleFor } from "../output/style.ts";
import { sayPromise } from "../output/table.ts";

/** `status due`: exit 0 where nothing is due, 8 where something is overdue or falls due within `--within`. */
export async function due(
  app: App,
  flags: { within?: string; json?: boolean; plain?: boolean },
): Promise<number> {
  const within = flags.within === undefined ? 0 : parseDuration(flags.within);
  if (within === null)
    throw usageError("WITHIN_UNREADABLE", `--within ${flags.within} is no duration.`, "Say 5m or 1h.");
  const { stdout, clock } = app.surroundings;
  const ledger = await app.existingLedger();
  const now = clock.now();
  const found = debts((await ledger?.incidents()) ?? [], now, within, app.config.cadence.acknowledgeWithin);
  if (flags.json === true) {
    const document = found.map(({ incident, kind, dueAt, overdue }) => ({
      ...{ incident: incident.id, title: incident.title, kind, dueAt, overdue },
      command: commandFor({ incident, kind }),
    }));
    stdout.write(`${JSON.stringify({ version: 1, due: document })}\n`);
  } else if (found.length === 0) stdout.write("Nothing is due.\n");
  else {
    const style = styleFor(stdout, app.surroundings, flags.plain === true);
    for (const debt of found) {
      const when = sayPromise(debt.dueAt, now, app.config.property.timeZone);
      const what = debt.kind === "update" ? "next update" : "first public word";
      stdout.write(
        `${style.chalk.bold(oneLine(debt.incident.title))}  ${what} due ${debt.overdue ? style.chalk.red(when) : when}\n  ${commandFor(debt)}\n`,
      );
    }
  }
  return found.length === 0 ? EXIT.ok.code : EXIT.overdue.code;
}

function commandFor({ incident, kind }: Pick<Debt, "incident" | "kind">): string {
  return kind === "update" ? `status update ${incident.id}` : `status retry ${incident.id}`;
}
