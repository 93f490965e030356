import { oneLine } from "../../base/printable.ts";
import { doctor as examine } from "../../status/doctor.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { styleFor } from "../output/style.ts";

/** `status doctor`: proves every credential, permission and setting without posting. Exit 0, or 3 where something fails. */
export async function doctor(
  app: App,
  flags: { json?: boolean; plain?: boolean; offline?: boolean },
): Promise<number> {
  const { stderr, stdout } = app.surroundings;
  const { length } = app.config.channels;
  if (flags.json !== true)
    stderr.write(`Checking ${length} channel${length === 1 ? "" : "s"}; nothing is posted …\n`);
  const document = await examine(app, flags);
  const { checks } = document;
  const failed = checks.filter(({ level }) => level === "fail").length;
  if (flags.json === true) stdout.write(`${JSON.stringify(document)}\n`);
  else {
    const { chalk, symbols } = styleFor(stdout, app.surroundings, flags.plain === true);
    const marks = {
      ok: chalk.green(symbols.good),
      warn: chalk.yellow("!"),
      fail: chalk.red(symbols.bad),
    };
    let heading: string | null | undefined;
    for (const { channel, name, level, message, hint } of checks) {
      if (channel !== heading)
        stdout.write(
          `${heading === undefined ? "" : "\n"}${chalk.bold(channel ?? "status")}${audienceOf(channel, app, chalk.dim)}\n`,
        );
      heading = channel;
      stdout.write(`  ${marks[level]} ${oneLine(name).padEnd(12)} ${oneLine(message)}\n`);
      if (hint !== null && level !== "ok")
        stdout.write(`    ${" ".repeat(12)} ${chalk.dim(oneLine(hint))}\n`);
    }
    const warned = checks.filter(({ level }) => level === "warn").length;
    stdout.write(
      failed > 0
        ? `\n${chalk.red(`${failed} of ${checks.length} checks fail.`)}\n`
        : `\n${chalk.green(`All ${checks.length} checks pass${warned > 0 ? `, ${warned} with a warning` : ""}.`)}\n`,
    );
  }
  return failed > 0 ? EXIT.setup.code : EXIT.ok.code;
}

function audienceOf(channel: string | null, { config }: App, dim: (text: string) => string): string {
  const found = config.channels.find(({ name }) => name === channel);
  return found === undefined ? "" : dim(` (${found.kind.kind}, ${found.common.audience})`);
}
