import { resolve } from "node:path";
import { refusal, usageError } from "../../base/errors.ts";
import { printable, shellWord } from "../../base/printable.ts";
import type { Ledger } from "../../broadcast/ledger.ts";
import { type Missing, publishedText, unanswered } from "../../incident/postmortem.ts";
import { inlineText } from "../../render/formats/plain.ts";
import { literal } from "../../render/literal.ts";
import { parseMarkdown } from "../../render/markdown.ts";
import { usualPath } from "../../status/postmortem-path.ts";
import type { App } from "../app.ts";
import type { Dialog } from "../dialog.ts";
import { EXIT } from "../exit-codes.ts";
import type { SpeakFlags } from "../flags.ts";
import { sayPromise } from "../output/table.ts";
import {
  type Ended,
  incidentToExplain,
  ledgerOf,
  mostOwed,
  named,
  publishedIn,
} from "../postmortem/choose.ts";
import { draftOf } from "../postmortem/draft.ts";
import { factsOf } from "../postmortem/facts.ts";
import { type PostmortemFile, readPostmortemFile, writeDocument } from "../postmortem/file.ts";
import { questionsOf } from "../postmortem/words/index.ts";
import type { Typed } from "../typed.ts";
import { speak } from "./speak.ts";

export interface DraftFlags {
  readonly output?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/**
 * `status postmortem draft [incident]`: writes the document with what the record tells and the questions that a person
 * answers. `--force` renews the facts of a draft that is there and keeps what was written into it.
 */
export async function draftPostmortem(
  app: App,
  reference: string | null,
  flags: DraftFlags,
): Promise<number> {
  const { config, surroundings } = app;
  const { cadence, property } = config;
  const ledger = await ledgerOf(app);
  const incident = reference === null ? await mostOwed(app, ledger) : await named(ledger, reference);
  if (flags.output === "")
    throw usageError(
      "FILE_EMPTY",
      "--output names no file.",
      "Is a variable unset? Give a name, or leave it out.",
    );
  const path =
    flags.output === undefined
      ? usualPath(config.folder, incident.id)
      : resolve(surroundings.cwd, flags.output);
  const before = flags.force === true ? readPostmortemFile(path) : null;
  if (before !== null) refuseToRenew(before, incident.id);
  const now = surroundings.clock.now();
  const facts = await factsOf(incident, ledger, now, cadence.acknowledgeWithin);
  writeDocument(path, draftOf(facts, config, before?.document ?? null), flags.force === true);
  const missing = unanswered(readPostmortemFile(path)!.document, questionsOf(incident.id));
  const dueAt = owedAt(app, incident);
  const publish = `status postmortem publish ${incident.id}${flags.output === undefined ? "" : ` --file ${shellWord(flags.output)}`}`;
  if (flags.json === true) {
    const postmortem = {
      incident: incident.id,
      file: path,
      dueAt,
      unanswered: missing.map(asQuestion),
      command: publish,
    };
    surroundings.stdout.write(`${JSON.stringify({ version: 1, postmortem })}\n`);
    return EXIT.ok.code;
  }
  const said = await publishedIn(ledger, incident.id);
  const steps =
    missing.length === 0
      ? "All that is required is answered. To publish it:"
      : `${missing.length} required ${missing.length === 1 ? "answer is" : "answers are"} missing: write below each question. Then:`;
  surroundings.stdout.write(
    [
      `Written: ${printable(path)}`,
      steps,
      `  ${publish}`,
      ...(dueAt === null || said !== null
        ? []
        : [`It is owed by ${sayPromise(dueAt, now, property.timeZone)}.`]),
      "",
    ].join("\n"),
  );
  return EXIT.ok.code;
}

/** `status postmortem publish [incident]`: tells everyone, and puts the whole text on the page; the incident stays ended. */
export async function publishPostmortem(
  app: App,
  reference: string | null,
  flags: SpeakFlags & { readonly file?: string },
  message: string | null,
  dialog: Dialog | null,
  typed: Typed,
): Promise<number> {
  refuseMisfits(flags, message);
  const { file: given, ...spoken } = flags;
  const ledger = await ledgerOf(app);
  const file = given === undefined ? null : fileNamed(app, given);
  // A key that comes again is completed, not refused.
  const again = flags.key === undefined ? null : await ledger.updateByKey(flags.key);
  const meant = reference ?? file?.incident ?? again?.update.incidentId ?? null;
  const incident = await incidentToExplain(app, ledger, meant, dialog);
  const read = file ?? readPostmortemFile(usualPath(app.config.folder, incident.id));
  if (read === null)
    throw usageError(
      "POSTMORTEM_NOT_DRAFTED",
      `There is no draft for ${incident.id}.`,
      `To write one: status postmortem draft ${incident.id} — or name the document: --file FILE`,
    );
  const text = textToPublish(read, incident.id);
  const summary = read.summary ?? firstParagraph(text);
  const said = again === null ? await publishedIn(ledger, incident.id) : null;
  if (said !== null) throw alreadyPublished(read, incident.id, said, text);
  const set = [`summary=${summary}`, ...(flags.set ?? [])];
  const meantSo = { ...spoken, template: "postmortem", set };
  const code = await speak(app, "update", incident.id, meantSo, { message: text, dialog, typed });
  if (code === EXIT.ok.code && flags.json !== true && flags.dryRun !== true)
    app.surroundings.stdout.write(`${await nextStep(ledger, incident.id)}\n`);
  return code;
}

/** What an explanation promises is still to be carried out, or to be promised. */
async function nextStep(ledger: Ledger, id: string): Promise<string> {
  const open = (await ledger.actions({ incidentId: id, open: true })).length;
  if (open === 0)
    return `To promise an improvement: status action add "…" --incident ${id} --due 14d --public`;
  return `${open === 1 ? "One action is" : `${open} actions are`} to be carried out: status action list ${id}`;
}

function fileNamed(app: App, name: string): PostmortemFile {
  if (name === "")
    throw usageError(
      "FILE_EMPTY",
      "--file names no file.",
      "Is a variable unset? Give a name, or leave it out.",
    );
  const path = resolve(app.surroundings.cwd, name);
  const file = readPostmortemFile(path);
  if (file !== null) return file;
  throw usageError(
    "POSTMORTEM_UNREADABLE",
    `There is no file ${path}.`,
    "To write a draft: status postmortem draft",
  );
}

/** When it is owed; null where none is. */
function owedAt({ config }: App, { type, impact, resolvedAt }: Ended): Date | null {
  const { postmortemFor, postmortemWithin } = config.cadence;
  if (type !== "incident" || !postmortemFor.includes(impact)) return null;
  return new Date(resolvedAt.getTime() + postmortemWithin);
}

/** What a renewed draft would lose, it must not overwrite. */
function refuseToRenew({ path, incident, document }: PostmortemFile, id: string): void {
  if (incident !== id)
    throw usageError(
      "POSTMORTEM_OF_ANOTHER",
      `${path} is ${incident === null ? "no draft of a postmortem" : `the postmortem of ${incident}`}.`,
      "Name another file: --output FILE",
    );
  refuseUnclosed({ path, document });
}

function refuseUnclosed({ path, document }: Pick<PostmortemFile, "path" | "document">): void {
  if (document.unclosed === null) return;
  const { what, line } = document.unclosed;
  const end = { comment: "-->", code: "```", facts: "<!-- /facts -->" }[what];
  throw refusal(
    "POSTMORTEM_UNCLOSED",
    `In ${path} the ${what} that begins in line ${line} never ends: all below it would be taken for a part of it.`,
    `End it with ${end}`,
  );
}

/** Throws POSTMORTEM_OF_ANOTHER, POSTMORTEM_UNCLOSED, POSTMORTEM_UNANSWERED. */
function textToPublish(file: PostmortemFile, id: string): string {
  const { path, incident, document } = file;
  if (incident !== null && incident !== id)
    throw refusal(
      "POSTMORTEM_OF_ANOTHER",
      `${path} is the postmortem of ${incident}, not of ${id}.`,
      `To publish that one: status postmortem publish ${incident} --file ${shellWord(path)}`,
    );
  refuseUnclosed(file);
  const questions = questionsOf(id);
  const missing = unanswered(document, questions);
  if (missing.length > 0)
    throw refusal(
      "POSTMORTEM_UNANSWERED",
      [
        `${missing.length === 1 ? "A required answer is" : `${missing.length} required answers are`} missing in ${path}:`,
        ...missing.map(sayMissing),
      ].join("\n"),
      "Nothing was sent. Write below each question, outside the comment, and type the command again.",
    );
  return publishedText(document, questions);
}

function sayMissing({ id, heading, line, inComment }: Missing): string {
  if (line === null) return `  the section "${id}" is gone: put <!-- required: ${id} --> below a heading`;
  const why = inComment ? " (is it inside the comment? move it below -->)" : "";
  return `  line ${line}: ${literal(heading)}${why}`;
}

function asQuestion({ id, heading, line }: Missing) {
  return { id, heading, line };
}

function firstParagraph(text: string): string {
  const found = parseMarkdown(text).find((block) => block.type === "paragraph");
  return found?.type === "paragraph" ? literal(inlineText(found.children)) : "";
}

/** What it says now is put beside the draft, so that a correction has its words. */
function alreadyPublished({ path }: PostmortemFile, id: string, number: number, text: string): Error {
  const clean = `${path.replace(/\.md$/, "")}.published.md`;
  writeDocument(clean, `${text}\n`, true);
  return refusal(
    "POSTMORTEM_PUBLISHED",
    `${id} was explained in update ${number}.`,
    `To put what the document says now in its place: status correct ${id} --update ${number} --message-file ${shellWord(clean)}`,
  );
}

/** The document is the message, and an ended incident stays ended. */
function refuseMisfits(flags: SpeakFlags, message: string | null): void {
  for (const [flag, given, why] of [
    ["--message", message ?? undefined, "the document is the message: --file FILE"],
    ["--edit", flags.edit, "the document is edited where it stands, so that the file is what was said"],
    ["--template", flags.template, "a postmortem has a template of its own, postmortem"],
    ["--phase", flags.phase, "a postmortem leaves the incident as it is"],
    ["--next-update", flags.nextUpdate, "after a postmortem nothing more is promised"],
  ] as const)
    if (given !== undefined)
      throw usageError(
        "POSTMORTEM_MISFIT",
        `status postmortem publish takes no ${flag}: ${why}.`,
        "Leave it out.",
      );
}
