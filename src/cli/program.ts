import { Command, Option } from "commander";
import { RECIPIENT_STATES } from "../broadcast/mailings.ts";
import { exitCodesAsText } from "./exit-codes.ts";
import type { SpeakFlags } from "./flags.ts";

/** A command's work. */
export type Run = (
  command: string,
  argument: string | null,
  flags: Readonly<Record<string, unknown>>,
) => Promise<void>;

const FIRST_EXAMPLES = `
At 3 a.m.:
  $ status announce                                  asks two questions, shows every text, then asks once
  $ status announce --title "Checkout is failing" --component storefront --impact major --yes

Then:
  $ status update --message "We found the cause." --phase identified
  $ status resolve --message "Checkout works again."
  $ status retry                                     speaks again on silent channels only

Exit codes:
${exitCodesAsText()}

See it all work, without an account: status drill amazon-2010
`;

/** The whole command line. Parsing loads nothing but commander; `run` loads what the command needs. */
export function createProgram(run: Run, version: string): Command {
  const program = new Command("status")
    .description(
      "One command tells everyone: X, mail, forum, Slack and the status page — the same facts, once.",
    )
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .addHelpText("after", FIRST_EXAMPLES)
    .showSuggestionAfterError(true)
    .enablePositionalOptions()
    .configureHelp({ sortSubcommands: false })
    .option("--json", "one JSON document on stdout")
    .option("--plain", "no colour, no symbols, no redrawing")
    .option("--config <file>", "this configuration instead of the nearest .statusrc")
    .action((flags) => run("list", null, flags));

  const speaks = (command: Command, examples: string) =>
    speakOptions(command).addHelpText("beforeAll", "").addHelpText("after", `\nExamples:\n${examples}`);
  const incidentArgument =
    "id, the beginning of one, or the key it was announced with; default: the only open one";

  speaks(
    program
      .command("announce")
      .argument("[template]", "how to word it", undefined)
      .description("open an incident and tell everyone"),
    `  $ status announce --title "Checkout is failing" --component storefront=major_outage --yes
  $ status announce deploy --set version=1.4.2 --until 30m --key "deploy-$CI_PIPELINE_ID" --yes`,
  )
    .option("--until <time>", "when a notice, or work that begins now, ends: 30m, 18:30 or ISO 8601")
    .action((template: string | undefined, flags) => run("announce", template ?? null, flags));
  speaks(
    program
      .command("update")
      .argument("[incident]", incidentArgument)
      .description("tell everyone what is new"),
    `  $ status update --message "We found the cause and are putting a fix in place." --phase identified --yes
  $ status update 2010-06-29 --next-update 18:30 --message-file note.md`,
  )
    .option("--long", "longer intervals from now on, for an incident that drags on")
    .option("--no-long", "the usual intervals again")
    .action((incident: string | undefined, flags) => run("update", incident ?? null, flags));
  speaks(
    program
      .command("resolve")
      .argument("[incident]", incidentArgument)
      .description("tell everyone that it is over"),
    `  $ status resolve --message "Orders go through again. No data was lost." --yes
  $ status resolve 2010-06-29 --dry-run`,
  ).action((incident: string | undefined, flags) => run("resolve", incident ?? null, flags));
  const silent = "default: the newest one with a silent or unknown channel";
  const silentOrNewest = `${silent}, else the newest`;
  offline(
    common(
      program
        .command("retry")
        .argument("[incident]", silent)
        .description("speak again on silent channels only"),
    ),
  )
    .option("--only <channel>", "only this channel (repeatable)", collect)
    .option("--except <channel>", "not this channel (repeatable)", collect)
    .addOption(timeoutOption())
    .option("--no-verify", "do not read the posts back")
    .option("--no-wait", "leave mailing lists to status worker, or to status retry")
    .option("--resend-unknown <channel>", "send again although it may be out already (repeatable)", collect)
    .option("-y, --yes", "do not ask about what may be out already")
    .option("--dry-run", "say which posts would be tried again; send nothing")
    .addHelpText("after", "\nExamples:\n  $ status retry\n  $ status retry 2010-06-29 --only sellers --yes")
    .action((incident: string | undefined, flags) => run("retry", incident ?? null, flags));
  program
    .command("preview")
    .argument("[command]", "announce, update or resolve, or maintenance with its own command")
    .argument("[arguments...]", "as for that command")
    .description("show each channel's exact text with its limits; nothing is sent")
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .addHelpText(
      "after",
      '\nExamples:\n  $ status preview announce --title "Checkout is failing"\n  $ status preview resolve',
    )
    .action((verb: string | undefined, rest: string[]) => run("preview", verb ?? null, { arguments: rest }));
  offline(
    common(
      program.command("list").description("what is open, who has heard what, when the next update is due"),
    ),
  )
    .option("--all", "what has ended as well")
    .addHelpText("after", "\nExamples:\n  $ status list\n  $ status list --all --json")
    .action((flags) => run("list", null, flags));
  offline(
    common(
      program
        .command("show")
        .argument("[incident]", silentOrNewest)
        .description("one incident's timeline and coverage"),
    ),
  )
    .addHelpText("after", "\nExamples:\n  $ status show\n  $ status show 2010-06-29 --json")
    .action((incident: string | undefined, flags) => run("show", incident ?? null, flags));
  offline(
    common(
      program
        .command("due")
        .description("exit 0 if nothing is due, 8 if something is overdue; for cron and CI"),
    ),
  )
    .option("--within <duration>", "also what falls due within this time, such as 5m")
    .addHelpText("after", "\nExamples:\n  $ status due\n  $ status due --within 5m || notify-the-commander")
    .action((flags) => run("due", null, flags));
  offline(
    common(
      program
        .command("report")
        .argument("[incident]", "default: all that began within --since")
        .description("time to the first word, promises kept, and the silence on each channel"),
    ),
  )
    .option("--since <duration>", "how far back to look (default: 90d)")
    .option("--html <file>", "write it as one HTML file with the silence chart; - for stdout")
    .option("--svg <file>", "write the chart alone as an SVG file, for a postmortem (default: of the newest)")
    .addHelpText(
      "after",
      "\nExamples:\n  $ status report\n  $ status report 2010-06-29 --html report.html\n  $ status report 2010-06-29 --svg silence.svg",
    )
    .action((incident: string | undefined, flags) => run("report", incident ?? null, flags));
  speaks(
    program
      .command("follow-up")
      .argument("[incident]", "default: every open one")
      .description("say the holding update if it is due and nobody has spoken since"),
    `  $ status follow-up --yes
  $ status follow-up --every 30m --until 18:30 --yes
  */5 * * * *  cd /srv/status && status follow-up --yes

More: docs/follow-ups.md`,
  )
    .option("--every <duration>", "keep doing so this often until it has ended, such as 30m")
    .option("--max <number>", "end after so many follow-ups")
    .option("--until <time>", "end then: 2h, 18:30 or ISO 8601")
    .action((incident: string | undefined, flags) => run("follow-up", incident ?? null, flags));
  offline(
    common(
      program
        .command("watch")
        .argument("[incident]", "default: every open one")
        .description(
          "an incident room's view of promises and coverage; reminds colleagues, tells customers nothing unless asked to",
        ),
    ),
  )
    .option("--follow-up", "also say the holding update when it is due, on every channel")
    .option("--no-remind", "do not remind colleagues")
    .addHelpText(
      "after",
      "\nExamples:\n  $ status watch\n  $ status watch --follow-up\n\nMore: docs/follow-ups.md",
    )
    .action((incident: string | undefined, flags) => run("watch", incident ?? null, flags));
  common(
    program
      .command("worker")
      .description("background work for a team whose ledger is in PostgreSQL; any number, on any machines"),
  )
    .option("--follow-ups", "also say the holding update where a promise has lapsed, on every channel")
    .option("--no-remind", "do not remind colleagues")
    .option("--listen <address:port>", "answer /healthz and /metrics there, such as 127.0.0.1:9464")
    .option("--expose", "let --listen be an address that other machines reach; nobody is asked who they are")
    .option("--grace <duration>", "how long to finish what is under way when told to stop (default: 20s)")
    .addHelpText(
      "after",
      "\nExamples:\n  $ status worker --follow-ups\n  $ status worker --follow-ups --listen 127.0.0.1:9464 --json\n\nMore: docs/worker.md",
    )
    .action((flags) => run("worker", null, flags));
  offline(
    common(
      program
        .command("verify")
        .argument("[incident]", silentOrNewest)
        .description("read posts back as the public sees them"),
    ),
  )
    .addOption(timeoutOption())
    .addHelpText("after", "\nExamples:\n  $ status verify\n  $ status verify 2010-06-29 --json")
    .action((incident: string | undefined, flags) => run("verify", incident ?? null, flags));
  common(
    program
      .command("recipients")
      .argument("[incident]", "id, beginning of an id, or key; without it the newest")
      .description("who on a mailing list was not reached, and why"),
  )
    .option("--state <state>", `in this state instead: ${RECIPIENT_STATES.join(", ")} (repeatable)`, collect)
    .option("--channel <name>", "of this list only")
    .option(
      "--forget <address>",
      "write again to a mailbox that a server said is not there (repeatable)",
      collect,
    )
    .addHelpText(
      "after",
      "\nExamples:\n  $ status recipients\n  $ status recipients --state unknown --json\n  $ status recipients --forget kiosk@example.com\n\nMore: docs/mailings.md",
    )
    .action((incident: string | undefined, flags) => run("recipients", incident ?? null, flags));
  const corrects = (verb: "correct" | "retract", description: string, examples: string) =>
    speaks(
      program
        .command(verb)
        .argument("[incident]", silentOrNewest)
        .description(description)
        .option("--update <number>", "which update (default: the newest that is out)"),
      examples,
    ).action((incident: string | undefined, flags) => run(verb, incident ?? null, flags));
  corrects(
    "correct",
    "change what was said, on every channel that can",
    `  $ status correct --message "It began at 09:40, not at 10:40."
  $ status correct 2010-06-29 --update 1 --message-file right.md --yes`,
  );
  corrects(
    "retract",
    "withdraw what was said",
    `  $ status retract --message "That update was meant for another incident."
  $ status retract --update 2 --delete --yes`,
  ).option("--delete", "delete posts where the vendor can");
  maintenanceCommands(
    program.command("maintenance").description("planned work: schedule, start, extend, complete, cancel"),
    run,
  );
  pageCommands(program.command("page").description("the built-in status page: build, look at, publish"), run);
  configCommands(program.command("config").description("the configuration: carry the ledger elsewhere"), run);
  offline(
    common(
      program.command("doctor").description("prove every credential, permission and setting without posting"),
    ),
  )
    .addHelpText("after", "\nExamples:\n  $ status doctor\n  $ status doctor --json")
    .action((flags) => run("doctor", null, flags));
  common(program.command("init").description("write a commented configuration"))
    .option("--property <name>", "what customers call you")
    .option("--url <address>", "your own address")
    .option("--status-url <address>", "where the status page will be")
    .option("--time-zone <zone>", "the zone to say times in, such as America/Los_Angeles")
    .option("--channel <kind>", "a kind of channel to include (repeatable)", collect)
    .option("--output <file>", "where to write it", ".statusrc")
    .option("-y, --yes", "do not ask")
    .addHelpText(
      "after",
      '\nExamples:\n  $ status init\n  $ status init --property "Example Shop" --channel slack --channel page --yes',
    )
    .action((flags) => run("init", null, flags));
  common(
    program
      .command("drill")
      .argument("[scenario]", "amazon-2010; without one you rehearse yourself")
      .description("rehearse on local imitations of the vendors; nothing leaves this machine"),
  )
    .option("--output <folder>", "where to write the wall (default: a temporary folder)")
    .option(
      "--fault <channel=fault>",
      "make an imitation fail, such as sellers=lost-answer (repeatable)",
      collect,
    )
    .addHelpText(
      "after",
      "\nExamples:\n  $ status drill amazon-2010\n  $ status drill --fault sellers=lost-answer",
    )
    .action((scenario: string | undefined, flags) => run("drill", scenario ?? null, flags));
  common(
    program
      .command("sandbox")
      .description("keep the imitations running, with a ready configuration for them"),
  )
    .option("--port <number>", "port of the first imitation (default: any free one)")
    .option("--output <file>", "where to write the configuration (default: a temporary folder)")
    .addHelpText("after", "\nExamples:\n  $ status sandbox\n  $ status sandbox --port 8025")
    .action((flags) => run("sandbox", null, flags));
  return program;
}

function maintenanceCommands(group: Command, run: Run): void {
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

function pageCommands(page: Command, run: Run): void {
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

function configCommands(group: Command, run: Run): void {
  group
    .addHelpText(
      "after",
      "\nExamples:\n  $ status config migrate-store --dry-run\n  $ status config migrate-store",
    )
    .action(() => group.outputHelp());
  common(
    group
      .command("migrate-store")
      .description("carry the ledger over from a file into the configured store, and check every row"),
  )
    .option("--from <file>", "the ledger's file (default: .status/status.db beside the configuration)")
    .option("--dry-run", "say what would be carried over; carry nothing")
    .addHelpText(
      "after",
      "\nExamples:\n  $ status config migrate-store --dry-run\n  $ status config migrate-store --from /srv/status/.status/status.db",
    )
    .action((flags) => run("config migrate-store", null, flags));
}

function common(command: Command): Command {
  return command
    .option("--json", "one JSON document on stdout")
    .option("--plain", "no colour, no symbols, no redrawing")
    .option("--debug", "say on stderr what happens when")
    .option("--config <file>", "this configuration instead of the nearest .statusrc");
}

function offline(command: Command): Command {
  return command.option(
    "--offline",
    "from this machine's copy of the ledger, where the shared one cannot be reached",
  );
}

function timeoutOption(): Option {
  return new Option("--timeout <duration>", "for the whole broadcast").default(undefined, "60s");
}

function speakOptions(command: Command): Command {
  offline(
    common(
      command
        .option("--template <name>", "how to word it")
        .option("--title <text>", "what customers see, in one line")
        .option("--message <markdown>", "your own words; - reads them from stdin")
        .option("--message-file <file>", "your own words, from a file")
        .option("--short <text>", "the words for channels with tight limits")
        .option("--impact <impact>", "none, minor, major or critical")
        .option("--component <id[=state]>", "what is affected (repeatable)", collect)
        .option(
          "--phase <phase>",
          "investigating, identified, monitoring or resolved; chooses the template of that name",
        )
        .option("--started-at <time>", "when it began: 09:40, '10m ago', or ISO 8601")
        .option("--next-update <time>", "when you will speak next: 30m, 18:30 or none")
        .option("--set <key=value>", "a value for the template (repeatable)", collect)
        .option("--only <channel>", "only this channel (repeatable)", collect)
        .option("--except <channel>", "not this channel (repeatable)", collect)
        .option("--key <key>", "makes repeating the command safe: the same key never speaks twice")
        .option("--new", "announce although a similar incident is open")
        .addOption(timeoutOption())
        .option("--no-verify", "do not read the posts back")
        .option("--no-wait", "leave mailing lists to status worker, or to status retry")
        .option(
          "--resend-unknown <channel>",
          "send again although it may be out already (repeatable)",
          collect,
        )
        .option("-y, --yes", "do not ask")
        .option("--dry-run", "show each channel's text; send nothing"),
    ),
  );
  return command;
}

function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** Commander's options object is a superset of the flags it was told of. */
export function speakFlags(flags: Readonly<Record<string, unknown>>): SpeakFlags {
  return flags as SpeakFlags;
}
