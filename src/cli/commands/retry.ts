import { indented, oneLine } from "../../base/printable.ts";
import type { Delivery } from "../../broadcast/ledger.ts";
import { NOTHING, retryPreviewDocument } from "../../status/documents.ts";
import { retry as speakAgain } from "../../status/retry.ts";
import type { App } from "../app.ts";
import type { Dialog } from "../dialog.ts";
import { EXIT } from "../exit-codes.ts";
import { optionsOf, type SpeakFlags } from "../flags.ts";
import { styleFor } from "../output/style.ts";
import { personAt } from "../person.ts";
import { conclude, narrated } from "../speaking.ts";
import { Typed } from "../typed.ts";

/** `status retry [incident]`: speaks again on silent channels only, and settles what is unknown by looking. */
export async function retry(
  app: App,
  reference: string | null,
  flags: SpeakFlags,
  dialog: Dialog | null,
): Promise<number> {
  const { timeZone } = app.config.property;
  const person = dialog === null ? null : personAt(dialog, new Typed(), flags, timeZone);
  const options = optionsOf(flags, null);
  const result = await narrated(app, flags, (desk) => speakAgain(desk, reference, options, { person }));
  const { stdout } = app.surroundings;
  if (result === null) {
    stdout.write(
      flags.json === true ? `${JSON.stringify(NOTHING)}\n` : "Nothing to do: no channel is silent.\n",
    );
    return EXIT.ok.code;
  }
  return "rows" in result ? showRetry(app, result.rows, flags) : conclude(app, flags, result);
}

/** What would be tried, and with which words. */
function showRetry(app: App, rows: readonly Delivery[], flags: SpeakFlags): number {
  const { stdout } = app.surroundings;
  if (flags.json === true) {
    stdout.write(`${JSON.stringify(retryPreviewDocument(rows))}\n`);
    return EXIT.ok.code;
  }
  const style = styleFor(stdout, app.surroundings, flags.plain === true);
  for (const { channel, part, state, post } of rows)
    stdout.write(
      `${style.chalk.bold(channel)} ${style.chalk.dim(part === "1" ? state : `${oneLine(part)}, ${state}`)}\n${indented(post?.text ?? "", `  ${style.symbols.bar} `, style.columns)}\n\n`,
    );
  stdout.write("Nothing was sent.\n");
  return EXIT.ok.code;
}
