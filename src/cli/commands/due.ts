import { oneLine } from "../../base/printable.ts";
import { dueDocument, due as owed } from "../../status/due.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { styleFor } from "../output/style.ts";
import { sayPromise } from "../output/table.ts";

/** `status due`: exit 0 where nothing is due, 8 where something is overdue or falls due within `--within`. */
export async function due(
  app: App,
  flags: { within?: string; json?: boolean; plain?: boolean },
): Promise<number> {
  const { stdout, clock } = app.surroundings;
  const found = await owed(app, flags);
  if (flags.json === true) stdout.write(`${JSON.stringify(dueDocument(found))}\n`);
  else if (found.length === 0) stdout.write("Nothing is due.\n");
  else {
    const style = styleFor(stdout, app.surroundings, flags.plain === true);
    for (const { title, what, dueAt, overdue, command } of found) {
      const when = sayPromise(dueAt, clock.now(), app.config.property.timeZone);
      stdout.write(
        `${style.chalk.bold(oneLine(title))}  ${what} due ${overdue ? style.chalk.red(when) : when}\n  ${command}\n`,
      );
    }
  }
  return found.length === 0 ? EXIT.ok.code : EXIT.overdue.code;
}
