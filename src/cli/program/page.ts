import type { Command } from "commander";
import { common, offline } from "./options.ts";
import type { Run } from "./program.ts";

export function pageCommands(page: Command, run: Run): void {
  const several = "default: every channel of kind page";
  page
    .addHelpText(
      "after",
      "\nExamples:\n  $ status page build\n  $ status page serve --port 8080\n  $ status page publish\n\nMore: docs/page.md",
    )
    .action(() => page.outputHelp());
  offline(
    common(
      page
        .command("build")
        .argument("[channel]", several)
        .description("read the other dashboards and write the page into its folder"),
    ),
  )
    .option("--no-sources", "do not read the other dashboards")
    .addHelpText(
      "after",
      "\nExamples:\n  $ status page build\n  $ status page build page --no-sources --json",
    )
    .action((channel: string | undefined, flags) => run("page build", channel ?? null, flags));
  offline(
    common(
      page
        .command("serve")
        .argument("[channel]", "default: the only channel of kind page")
        .description("look at the page on this machine; the published folder is not touched"),
    ),
  )
    .option("--port <number>", "the port to listen on (default: any free one)")
    .option("--host <address>", "the address to listen on; other machines see the page there", "127.0.0.1")
    .addHelpText("after", "\nExamples:\n  $ status page serve\n  $ status page serve page --port 8080")
    .action((channel: string | undefined, flags) => run("page serve", channel ?? null, flags));
  offline(
    common(
      page
        .command("publish")
        .argument("[channel]", several)
        .description("build, run the channel's publish command, and read the page back from its address"),
    ),
  )
    .option("--no-sources", "do not read the other dashboards")
    .option("--no-verify", "do not read the page back")
    .addHelpText(
      "after",
      "\nExamples:\n  $ status page publish\n  */5 * * * *  cd /srv/status && status page publish --plain",
    )
    .action((channel: string | undefined, flags) => run("page publish", channel ?? null, flags));
}
