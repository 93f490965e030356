import type { Argument, Command } from "commander";
import { RECIPIENT_STATES } from "../../broadcast/mailings.ts";
import { exitCodesAsText } from "../exit-codes.ts";
import type { SpeakFlags } from "../flags.ts";
import { afterwardsCommands, wordingCommands } from "./afterwards.ts";
import { AttentiveCommand } from "./attentive-command.ts";
import { maintenanceCommands } from "./maintenance.ts";
import { collect, common, offline, speakOptions, timeoutOption } from "./options.ts";
import { pageCommands } from "./page.ts";

/** A command's work. */
export type Run = (
  command: string,
  argument: string | null,
  flags: Readonly<Record<string, unknown>>,
) => Promise<void>;

const FIRST_EXAMPLES = `At 3 a.m.:
  $ status announce
  $ status announce --title "Checkout is failing" --component storefront --yes

The first asks three questions, shows every channel's text, and asks once more.
`;

const THEN = `
Then:
  $ status update --message "We found the cause." --phase identified
  $ status resolve --message "Checkout works again."
  $ status retry                       speaks again on silent channels only

Exit codes:
${exitCodesAsText()}

See it all work, without an account: status drill amazon-2010
`;

/** Commands as a person looks for them; each stands in one group, and in one line of a narrow terminal. */
const GROUPS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "Speaking:": {
    announce: "open an incident and tell everyone",
    update: "tell everyone what is new",
    resolve: "tell everyone that it is over",
    retry: "speak again on silent channels only",
    "follow-up": "say the holding update if it is due and nobody has spoken",
    correct: "change what was said, on every channel that can",
    retract: "withdraw what was said",
    maintenance: "planned work: schedule, start, extend, complete, cancel",
  },
  "Before you speak:": {
    preview: "each channel's exact text with its limits; nothing is sent",
    lint: "check templates and wording",
    approve: "agree to what somebody else is about to say",
  },
  "Looking:": {
    list: "what is open, who has heard what, when the next update is due",
    show: "one incident's timeline and coverage",
    due: "exit 0 if nothing is due, 8 if something is due or overdue",
    watch: "an incident room's view of promises and coverage",
    report: "time to the first word, promises kept, the silence chart",
    verify: "read posts back as the public sees them",
    recipients: "who on a mailing list was not reached, and why",
    log: "who said, approved, overrode and corrected what",
  },
  "Afterwards:": {
    postmortem: "explain: draft, publish",
    action: "what was promised to improve: add, list, done, drop",
  },
  "Behind the scenes:": {
    page: "the built-in status page: build, look at, publish",
    worker: "background work for a team whose ledger is in PostgreSQL",
  },
  "Setting up:": {
    init: "write a commented configuration",
    doctor: "prove every credential and setting; nothing is posted",
    config: "every setting and where it comes from; carry the ledger over",
    completion: "the script that completes commands and names in your shell",
    drill: "rehearse on local imitations of the vendors",
    sandbox: "keep the imitations running, with a configuration for them",
  },
};

/** Puts the commands into their groups. Help lists them in the order in which they stand. */
function group(program: Command): void {
  const order = Object.values(GROUPS).flatMap((names) => Object.keys(names));
  (program.commands as Command[]).sort((a, b) => order.indexOf(a.name()) - order.indexOf(b.name()));
  for (const [heading, names] of Object.entries(GROUPS))
    for (const command of program.commands) {
      const summary = names[command.name()];
      if (summary !== undefined) command.helpGroup(heading).summary(summary);
    }
}

/** A command that was not typed: help tells its name, and nobody asks for its options, which take most of the time to make. */
class NotTyped extends AttentiveCommand {
  override createCommand(name?: string): AttentiveCommand {
    return new NotTyped(name);
  }
  override option(): this {
    return this;
  }
  override addOption(): this {
    return this;
  }
  override addHelpText(): this {
    return this;
  }
}

/** The program, of which only commands whose names are among the words are made whole. */
class Typed extends AttentiveCommand {
  readonly #words: readonly string[] | null;
  constructor(words: readonly string[] | null) {
    super("status");
    this.#words = words;
  }
  override createCommand(name = ""): AttentiveCommand {
    return this.#words === null || this.#words.includes(name)
      ? super.createCommand(name)
      : new NotTyped(name);
  }
}

/**
 * The command line. Parsing loads nothing but commander; `run` loads what the command needs. With the words that were typed, only
 * their commands have options; null makes all.
 */
export function createProgram(run: Run, version: string, typed: readonly string[] | null = null): Command {
  const program = new Typed(typed)
    .description(
      "One command tells everyone: X, mail, forum, Slack and the status page — the same facts, once. Alone, it says what is open and what to type next.",
    )
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "show help")
    .commandsGroup("Setting up:")
    .helpCommand("help [command]", "all that a command takes, with examples")
    .addHelpText("before", FIRST_EXAMPLES)
    .addHelpText("after", THEN)
    .showSuggestionAfterError(true)
    .enablePositionalOptions()
    .configureHelp({ sortSubcommands: false, subcommandTerm: termOf })
    .option("--json", "one JSON document on stdout")
    .option("--plain", "no colour, no symbols, no redrawing")
    .option("--config <file>", "this configuration instead of the nearest .statusrc")
    .action((flags) => run("", null, flags));

  const speaks = (command: Command, examples: string) =>
    speakOptions(command).addHelpText("beforeAll", "").addHelpText("after", `\nExamples:\n${examples}`);
  const incidentArgument =
    "id, the beginning of one, or the key it was announced with; default: the only open one";

  speaks(
    program
      .command("announce")
      .argument("[template]", "how to word it", undefined)
      .description("open an incident and tell everyone")
      .option(
        "--security",
        "an incident of security: public channels stay closed until the policy opens them",
      ),
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
    .option("--security", "an incident of security from now on: public channels are closed")
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
        .description("exit 0 if nothing is due, 8 if something is due or overdue; for cron and CI"),
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
  afterwardsCommands(program, run);
  wordingCommands(program, run);
  maintenanceCommands(
    program.command("maintenance").description("planned work: schedule, start, extend, complete, cancel"),
    run,
  );
  pageCommands(program.command("page").description("the built-in status page: build, look at, publish"), run);
  configCommands(
    program.command("config").description("every setting with its origin; carry the ledger elsewhere"),
    run,
  );
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
    .option("--locale <tag>", "the language that customers read: en, de, es …")
    .option("--channel <kind>", "a kind of channel to include (repeatable)", collect)
    .option("--set <kind.setting=value>", "a setting, such as slack.channel=C0123456 (repeatable)", collect)
    .option("--output <file>", "where to write it; YAML, or JSON by its ending", ".statusrc")
    .option("--drill", "rehearse the new configuration on imitations of the vendors")
    .option("--guide <kind>", "say how to get what a kind of channel needs; writes nothing")
    .option("--manifest <kind>", "print what its vendor asks for, such as Slack's app manifest")
    .option("-y, --yes", "do not ask")
    .addHelpText(
      "after",
      '\nExamples:\n  $ status init\n  $ status init --property "Example Shop" --channel page --channel slack --set slack.channel=C0123456 --yes\n  $ status init --guide slack\n  $ status init --manifest slack > slack-app.yaml',
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
    .option(
      "--channel <kind>",
      "a channel of this kind, or all (repeatable; default: those of the demonstration)",
      collect,
    )
    .option("--output <file>", "where to write the configuration (default: a temporary folder)")
    .addHelpText(
      "after",
      "\nExamples:\n  $ status sandbox\n  $ status sandbox --channel discord --channel teams\n  $ status sandbox --channel all --port 8025",
    )
    .action((flags) => run("sandbox", null, flags));
  program
    .command("completion")
    .argument("[shell]", "bash, zsh or fish")
    .description("print what makes a shell complete commands, channels, incidents …")
    .addHelpText(
      "after",
      `
Examples:
  $ source <(status completion bash)
  $ source <(status completion zsh)
  $ command status completion fish | source

More: docs/terminal.md`,
    )
    .action((shell: string | undefined, flags) => run("completion", shell ?? null, flags));
  group(program);
  return program;
}

/** A command and what it takes; that it takes flags as well goes without saying. Among many, its name must do. */
function termOf(command: Command): string {
  if (command.parent?.parent === null) return command.name();
  return [command.name(), ...command.registeredArguments.map(argumentTerm)].join(" ");
}

function argumentTerm(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return argument.required ? `<${name}>` : `[${name}]`;
}

function configCommands(group: Command, run: Run): void {
  common(group)
    .addHelpText(
      "after",
      "\nExamples:\n  $ status config\n  $ status config --json\n  $ status config migrate-store --dry-run\n\nMore: docs/terminal.md",
    )
    .action((flags) => run("config", null, flags));
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

/** Commander's options object is a superset of the flags it was told of. */
export function speakFlags(flags: Readonly<Record<string, unknown>>): SpeakFlags {
  return flags as SpeakFlags;
}
