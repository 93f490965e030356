import { Command, Option } from "commander";
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
  $ status announce deploy --set version=1.4.2 --key "deploy-$CI_PIPELINE_ID" --yes`,
  ).action((template: string | undefined, flags) => run("announce", template ?? null, flags));
  speaks(
    program
      .command("update")
      .argument("[incident]", incidentArgument)
      .description("tell everyone what is new"),
    `  $ status update --message "We found the cause and are putting a fix in place." --phase identified --yes
  $ status update 2010-06-29 --next-update 18:30 --message-file note.md`,
  ).action((incident: string | undefined, flags) => run("update", incident ?? null, flags));
  speaks(
    program
      .command("resolve")
      .argument("[incident]", incidentArgument)
      .description("tell everyone that it is over"),
    `  $ status resolve --message "Orders go through again. No data was lost." --yes
  $ status resolve 2010-06-29 --dry-run`,
  ).action((incident: string | undefined, flags) => run("resolve", incident ?? null, flags));
  const silent = "default: the newest one with a silent or unknown channel";
  common(
    program
      .command("retry")
      .argument("[incident]", silent)
      .description("speak again on silent channels only"),
  )
    .option("--only <channel>", "only this channel (repeatable)", collect)
    .option("--except <channel>", "not this channel (repeatable)", collect)
    .addOption(timeoutOption())
    .option("--no-verify", "do not read the posts back")
    .option("--resend-unknown <channel>", "send again although it may be out already (repeatable)", collect)
    .option("-y, --yes", "do not ask about what may be out already")
    .option("--dry-run", "say which posts would be tried again; send nothing")
    .addHelpText("after", "\nExamples:\n  $ status retry\n  $ status retry 2010-06-29 --only sellers --yes")
    .action((incident: string | undefined, flags) => run("retry", incident ?? null, flags));
  program
    .command("preview")
    .argument("[command]", "announce, update or resolve")
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
  common(program.command("list").description("what is open, who has heard what, when the next update is due"))
    .option("--all", "what has ended as well")
    .addHelpText("after", "\nExamples:\n  $ status list\n  $ status list --all --json")
    .action((flags) => run("list", null, flags));
  common(
    program
      .command("show")
      .argument("[incident]", silent)
      .description("one incident's timeline and coverage"),
  )
    .addHelpText("after", "\nExamples:\n  $ status show\n  $ status show 2010-06-29 --json")
    .action((incident: string | undefined, flags) => run("show", incident ?? null, flags));
  common(
    program
      .command("due")
      .description("exit 0 if nothing is due, 8 if something is overdue; for cron and CI"),
  )
    .option("--within <duration>", "also what falls due within this time, such as 5m")
    .addHelpText("after", "\nExamples:\n  $ status due\n  $ status due --within 5m || notify-the-commander")
    .action((flags) => run("due", null, flags));
  speaks(
    program
      .command("follow-up")
      .argument("[incident]", "default: every open one")
      .description("say the holding update if it is due and nobody has spoken since"),
    "  $ status follow-up --yes\n  */5 * * * *  cd /srv/status && status follow-up --yes",
  ).action((incident: string | undefined, flags) => run("follow-up", incident ?? null, flags));
  common(
    program
      .command("verify")
      .argument("[incident]", silent)
      .description("read posts back as the public sees them"),
  )
    .addOption(timeoutOption())
    .addHelpText("after", "\nExamples:\n  $ status verify\n  $ status verify 2010-06-29 --json")
    .action((incident: string | undefined, flags) => run("verify", incident ?? null, flags));
  const corrects = (verb: "correct" | "retract", description: string, examples: string) =>
    speaks(
      program
        .command(verb)
        .argument("[incident]", "default: the newest one with a silent or unknown channel, else the newest")
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
  common(
    program.command("doctor").description("prove every credential, permission and setting without posting"),
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

function common(command: Command): Command {
  return command
    .option("--json", "one JSON document on stdout")
    .option("--plain", "no colour, no symbols, no redrawing")
    .option("--debug", "say on stderr what happens when")
    .option("--config <file>", "this configuration instead of the nearest .statusrc");
}

function timeoutOption(): Option {
  return new Option("--timeout <duration>", "for the whole broadcast").default(undefined, "60s");
}

function speakOptions(command: Command): Command {
  common(
    command
      .option("--template <name>", "how to word it")
      .option("--title <text>", "what customers see, in one line")
      .option("--message <markdown>", "your own words; - reads them from stdin")
      .option("--message-file <file>", "your own words, from a file")
      .option("--short <text>", "the words for channels with tight limits")
      .option("--impact <impact>", "none, minor, major or critical")
      .option("--component <id[=state]>", "what is affected (repeatable)", collect)
      .option("--phase <phase>", "where it stands; chooses the template of that name")
      .option("--started-at <time>", "when it began: 09:40, '10m ago', or ISO 8601")
      .option("--next-update <time>", "when you will speak next: 30m, 18:30 or none")
      .option("--set <key=value>", "a value for the template (repeatable)", collect)
      .option("--only <channel>", "only this channel (repeatable)", collect)
      .option("--except <channel>", "not this channel (repeatable)", collect)
      .option("--key <key>", "makes repeating the command safe: the same key never speaks twice")
      .option("--new", "announce although a similar incident is open")
      .addOption(timeoutOption())
      .option("--no-verify", "do not read the posts back")
      .option("--resend-unknown <channel>", "send again although it may be out already (repeatable)", collect)
      .option("-y, --yes", "do not ask")
      .option("--dry-run", "show each channel's text; send nothing"),
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
