import type { Command } from "commander";
import { speakOptions } from "./options.ts";
import type { Run } from "./program.ts";

export function maintenanceCommands(group: Command, run: Run): void {
  group
    .addHelpText(
      "after",
      '\nExamples:\n  $ status maintenance schedule --title "Database upgrade" --from 02:00 --until 90m\n  $ status maintenance start\n  $ status maintenance complete\n\nMore: docs/maintenance.md',
    )
    .action(() => group.outputHelp());
  const speaks = (command: Command, examples: string) =>
    speakOptions(command).addHelpText("after", `\nExamples:\n${examples}`);
  const until = [
    "--until <time>",
    "when it ends: 04:00, 2026-12-01T04:00, 'in 3d' or how long: 90m",
  ] as const;
  speaks(
    group
      .command("schedule")
      .description("tell everyone of work that is still to come")
      .option("--from <time>", "when it begins: 02:00, 2026-12-01T02:00, 2h or 'in 3d'")
      .option(...until)
      .option("--automatic", "begins and ends by the clock, said by status follow-up"),
    `  $ status maintenance schedule --title "Database upgrade" --from 2026-12-01T02:00 --until 90m --component storefront --yes
  $ status maintenance schedule --title "New certificates" --from 'in 3d' --until 10m --automatic --set works="Everything else" --yes`,
  ).action((flags) => run("maintenance schedule", null, flags));
  const named = (verb: string, description: string) =>
    group
      .command(verb)
      .argument("[incident]", "id, the beginning of one, or its key; default: the only planned work")
      .description(description);
  const acts = (verb: string) => (incident: string | undefined, flags: Record<string, unknown>) =>
    run(`maintenance ${verb}`, incident ?? null, flags);
  speaks(
    named("start", "the work begins now").option(...until),
    "  $ status maintenance start --yes\n  $ status maintenance start 2026-12-01 --until 04:00 --yes",
  ).action(acts("start"));
  speaks(
    named("complete", "the work is done"),
    '  $ status maintenance complete --message "Searches are twice as fast." --yes',
  ).action(acts("complete"));
  speaks(
    named("extend", "it takes longer than planned, or will take place at another time")
      .option("--from <time>", "a new start, while it has not begun")
      .option(...until),
    "  $ status maintenance extend --until 45m --yes\n  $ status maintenance extend 2026-12-01 --from 2026-12-03T02:00 --yes",
  ).action(acts("extend"));
  speaks(
    named("cancel", "the work will not take place"),
    "  $ status maintenance cancel 2026-12-01 --yes",
  ).action(acts("cancel"));
}
