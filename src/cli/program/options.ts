import { type Command, Option } from "commander";

export function common(command: Command): Command {
  return command
    .option("--json", "one JSON document on stdout")
    .option("--plain", "no colour, no symbols, no redrawing")
    .option("--debug", "say on stderr what happens when")
    .option("--config <file>", "this configuration instead of the nearest .statusrc");
}

export function offline(command: Command): Command {
  return command.option(
    "--offline",
    "from this machine's copy of the ledger, where the shared one cannot be reached",
  );
}

export function timeoutOption(): Option {
  return new Option("--timeout <duration>", "for the whole broadcast").default(undefined, "60s");
}

export function speakOptions(command: Command): Command {
  offline(
    common(
      command
        .option("--template <name>", "how to word it")
        .option("--title <text>", "what customers see, in one line")
        .option("--message <markdown>", "your own words; - reads them from stdin")
        .option("--message-file <file>", "your own words, from a file")
        .option("--short <text>", "the words for channels with tight limits")
        .option("--internal <markdown>", "words for internal channels only, beside the others")
        .option("--edit", "write the words in $VISUAL or $EDITOR")
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
        .option("--allow <rule=reason>", "say it although this wording rule forbids it (repeatable)", collect)
        .option("--plan <hash>", "say what a dry run froze, exactly as it was shown")
        .option("--break-glass <reason>", "say it without the approval that it needs; colleagues are told")
        .option("-y, --yes", "do not ask")
        .option("--dry-run", "show each channel's text and keep it for --plan; send nothing"),
    ),
  );
  return command;
}

export function collect(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}
