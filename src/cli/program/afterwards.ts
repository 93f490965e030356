import type { Command } from "commander";
import { collect, common, offline, speakOptions } from "./options.ts";
import type { Run } from "./program.ts";

/** What comes after the incident: the postmortem, and what it promises. */
export function afterwardsCommands(program: Command, run: Run): void {
  const postmortem = program.command("postmortem").description("explain afterwards: draft, publish");
  postmortem
    .addHelpText(
      "after",
      "\nExamples:\n  $ status postmortem draft\n  $ status postmortem publish\n\nMore: docs/postmortems.md",
    )
    .action(() => postmortem.outputHelp());
  offline(
    common(
      postmortem
        .command("draft")
        .argument("[incident]", "id, the beginning of one, or its key; default: the one that is owed longest")
        .description(
          "write the document from the timeline, with the questions that are still to be answered",
        ),
    ),
  )
    .option(
      "--output <file>",
      "where to write it (default: postmortems/<incident>.md beside the configuration)",
    )
    .option("--force", "write over a draft that is there")
    .addHelpText(
      "after",
      "\nExamples:\n  $ status postmortem draft\n  $ status postmortem draft 2010-06-29 --output outage.md",
    )
    .action((incident: string | undefined, flags) => run("postmortem draft", incident ?? null, flags));
  speakOptions(
    postmortem
      .command("publish")
      .argument("[incident]", "id, the beginning of one, or its key; default: the one with a draft")
      .description("tell everyone, and put the document on the page"),
  )
    .option("--file <file>", "the document (default: where the draft was written)")
    .addHelpText(
      "after",
      "\nExamples:\n  $ status postmortem publish\n  $ status postmortem publish 2010-06-29 --file outage.md --yes",
    )
    .action((incident: string | undefined, flags) => run("postmortem publish", incident ?? null, flags));

  const action = program.command("action").description("what was promised to improve: add, list, done, drop");
  action
    .addHelpText(
      "after",
      '\nExamples:\n  $ status action add "Alert when the queue grows" --owner ops@example.com --due 2026-12-01 --public\n  $ status action done a3f9c1\n\nMore: docs/postmortems.md',
    )
    .action(() => action.outputHelp());
  common(
    action
      .command("add")
      .argument("[text]", "what will be done, in one line")
      .description("promise an action"),
  )
    .option("--incident <incident>", "what it follows from (default: the newest that has ended)")
    .option("--owner <name>", "who sees to it; customers never see this")
    .option("--due <time>", "when it is to be done by: 2026-12-01, 'in 14d' or 14d")
    .option("--public", "customers see it: on the page and in the postmortem")
    .option("--allow <rule=reason>", "promise it although this wording rule forbids it (repeatable)", collect)
    .addHelpText(
      "after",
      '\nExamples:\n  $ status action add "Alert when the queue grows" --due 14d --public\n  $ status action add "Rotate the keys" --owner security@example.com --due 2026-12-01',
    )
    .action((text: string | undefined, flags) => run("action add", text ?? null, flags));
  const named = (verb: "done" | "drop", description: string, example: string) =>
    common(
      action.command(verb).argument("[action]", "its id, or the beginning of one").description(description),
    )
      .option("--reason <text>", "why, for the record")
      .addHelpText("after", `\nExamples:\n  $ status action ${verb} ${example}`)
      .action((id: string | undefined, flags) => run(`action ${verb}`, id ?? null, flags));
  named("done", "it is carried out", "a3f9c1");
  named("drop", "it will not be carried out", 'a3f9c1 --reason "The queue is gone."');
  offline(
    common(
      action
        .command("list")
        .argument("[incident]", "default: of all incidents")
        .description("what is still to be carried out"),
    ),
  )
    .option("--all", "what has been carried out as well")
    .addHelpText(
      "after",
      "\nExamples:\n  $ status action list\n  $ status action list 2010-06-29 --all --json",
    )
    .action((incident: string | undefined, flags) => run("action list", incident ?? null, flags));
}

/** Words and who agreed to them. */
export function wordingCommands(program: Command, run: Run): void {
  common(
    program
      .command("lint")
      .argument("[template]", "this template only")
      .description("check templates and wording; nothing is sent"),
  )
    .option("--message <markdown>", "check these words instead; - reads them from stdin")
    .option("--message-file <file>", "check the words in a file instead")
    .option("--internal", "as words for internal channels only")
    .option("--impact <impact>", "as said of an incident of this impact (default: minor)")
    .option("--phase <phase>", "as said in this phase (default: investigating)")
    .option("--locale <tag>", "in this language only (repeatable)", collect)
    .option("--strict", "warnings count as well")
    .option("--gallery [file]", "write all templates side by side, as audiences see them, as one HTML page")
    .addHelpText(
      "after",
      '\nExamples:\n  $ status lint\n  $ status lint --message "We expect to be back by noon."\n  $ status lint --gallery templates.html\n\nMore: docs/wording.md',
    )
    .action((template: string | undefined, flags) => run("lint", template ?? null, flags));
  offline(
    common(
      program
        .command("approve")
        .argument("[plan]", "the plan's hash, or the beginning of it; default: the newest that waits")
        .description("agree to what somebody else is about to say"),
    ),
  )
    .option("--sign <key>", "sign with this SSH key")
    .option("--signature <file>", "a signature made elsewhere; - reads it from stdin")
    .option("--send", "say it at once, where no other approval is missing")
    .option("-y, --yes", "do not ask")
    .addHelpText(
      "after",
      "\nExamples:\n  $ status approve 3f9a1c20\n  $ status approve 3f9a1c20 --sign ~/.ssh/id_ed25519 --send\n\nMore: docs/approval.md",
    )
    .action((plan: string | undefined, flags) => run("approve", plan ?? null, flags));
  offline(
    common(
      program
        .command("log")
        .argument("[incident]", "id, the beginning of one, or its key; default: all")
        .description("who said, approved, overrode and corrected what"),
    ),
  )
    .option("--since <duration>", "how far back to look (default: 30d; with an incident: all)")
    .option("--export <file>", "write the whole record as NDJSON; - for stdout")
    .addHelpText(
      "after",
      "\nExamples:\n  $ status log\n  $ status log 2010-06-29 --json\n  $ status log --export record.ndjson",
    )
    .action((incident: string | undefined, flags) => run("log", incident ?? null, flags));
}
