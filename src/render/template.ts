import { setupError } from "../base/errors.ts";
import type { IncidentType, Phase } from "../incident/incident.ts";
import type { Block, Message } from "./document.ts";
import type { RenderRequest } from "./facts.ts";
import { toPlainText } from "./formats/plain.ts";
import { type Ask, type FrontMatter, readTemplateFile } from "./front-matter.ts";
import { compile, type Program, type Source } from "./liquid.ts";
import { harmless, literal } from "./literal.ts";
import { parseMarkdown, plainText } from "./markdown.ts";
import { checkMessage } from "./message-check.ts";
import {
  filesNamed,
  findTemplateFiles,
  ranked,
  readTemplate,
  type TemplateFile,
  type TemplatePlaces,
} from "./template-files.ts";
import { type Variables, variablesOf } from "./variables.ts";

/** One template with its wordings for kinds, channels and locales. */
export interface TemplateSet {
  readonly name: string;
  readonly origin: "project" | "bundled";
  readonly type: IncidentType;
  /** The phase that the template announces; null keeps the incident's. */
  readonly phase: Phase | null;
  /** What to ask the author for, by the name of the `--set` value. */
  readonly ask: Readonly<Record<string, Ask>>;
  /** Words an update for one channel. Throws usage and setup errors, each naming what to mend. */
  render(request: RenderRequest): Message;
}

export type TemplateSummary = Pick<TemplateSet, "name" | "origin" | "type" | "phase">;

interface Wording {
  readonly file: TemplateFile;
  readonly front: FrontMatter;
  readonly body: Program;
  readonly lines: Readonly<Partial<Record<Line, Program>>>;
}
type Line = "subject" | "short" | "keep";
const LINES: readonly Line[] = ["subject", "short", "keep"];

/** Reads and parses all files of a template. Throws TEMPLATE_NOT_FOUND, TEMPLATE_FRONT_MATTER, TEMPLATE_INVALID. */
export async function loadTemplateSet(
  options: { readonly name: string } & TemplatePlaces,
): Promise<TemplateSet> {
  const wordings = await Promise.all((await filesNamed(options.name, options)).map(readWording));
  const base = baseOf(wordings);
  const { name, origin } = base.file;
  const { type = "incident", phase = null, ask = {} } = base.front;
  return {
    name,
    origin,
    type,
    phase,
    ask,
    render: (request) => render(wordings, request, variablesOf(request, name, ask)),
  };
}

/** Every template in use, by name, with what its base file says. */
export async function listTemplates(places: TemplatePlaces): Promise<TemplateSummary[]> {
  const names = [...(await findTemplateFiles(places)).keys()].sort();
  const sets = await Promise.all(names.map((name) => loadTemplateSet({ ...places, name })));
  return sets.map(({ name, origin, type, phase }) => ({
    name,
    origin,
    type,
    phase,
  }));
}

async function readWording(file: TemplateFile): Promise<Wording> {
  const { front, body } = readTemplateFile(file.path, await readTemplate(file));
  const lines = LINES.flatMap((line): [Line, Program][] => {
    const source: Source | undefined = front[line];
    return source === undefined ? [] : [[line, compile(source)]];
  });
  return { file, front, body: compile(body), lines: Object.fromEntries(lines) };
}

/** The file whose front matter speaks for the whole set. */
function baseOf(wordings: readonly Wording[]): Wording {
  const bases = wordings.filter(({ file }) => file.audience === null);
  const base = bases.find(({ file }) => file.locale === null) ?? bases[0];
  if (base !== undefined) return base;
  const [only] = wordings.map(({ file }) => file);
  throw setupError(
    "TEMPLATE_HAS_NO_BASE",
    `${only?.path} words "${only?.name}" for one sort of channel only.`,
    `Write ${only?.name}.md beside it for the others.`,
  );
}

function render(wordings: readonly Wording[], request: RenderRequest, variables: Variables): Message {
  const { facts } = request;
  if (facts.message !== null) checkMessage(facts.message);
  const order = ranked(
    wordings.map(({ file }) => file),
    request,
  ).flatMap((file) => wordings.find((wording) => wording.file === file) ?? []);
  const [chosen] = order;
  if (chosen === undefined)
    throw setupError(
      "TEMPLATE_HAS_NO_BASE",
      `"${wordings[0]?.file.name}" has no wording for ${request.channel} (${request.kind}, ${request.locale}).`,
      `Write templates/${wordings[0]?.file.name}.md`,
    );
  const line = (name: Line) => {
    const program = order.find(({ lines }) => lines[name] !== undefined)?.lines[name];
    if (program === undefined) return null;
    const { text, slots } = program.render(variables.scope);
    return plainText(text, slots);
  };

  const { text, slots } = chosen.body.render(variables.scope);
  const body = parseMarkdown(text, slots);
  const replaced = facts.short !== null && chosen.file.audience !== null;
  if (variables.message !== null && !variables.message.used && !replaced)
    throw setupError(
      "TEMPLATE_IGNORES_MESSAGE",
      `${chosen.file.path} never uses the message, so ${request.channel} would not say it.`,
      "Put {{ message }} into the template, or leave --message out.",
    );
  const own = chosen.file.audience === null ? line("short") : null;
  const short = facts.short === null ? own || toPlainText(body) : harmless(facts.short).trim();
  const subject = literal(line("subject") ?? facts.title);
  if (body.length === 0)
    throw setupError(
      "TEMPLATE_EMPTY",
      `${chosen.file.path} says nothing to ${request.channel || "anybody"}.`,
      "Write what it is to say.",
    );
  return {
    subject: marked(subject, facts.drill),
    body: facts.drill ? [REHEARSAL, ...body] : body,
    short: marked(short, facts.drill),
    keep: line("keep") || null,
    link: facts.statusUrl,
  };
}

/** The title of a rehearsed incident may say it already. */
function marked(text: string, drill: boolean): string {
  return drill && !text.includes("DRILL") ? `DRILL: ${text}` : text;
}

const REHEARSAL: Block = {
  type: "paragraph",
  children: [
    {
      type: "strong",
      children: [
        {
          type: "text",
          text: "DRILL — this is a rehearsal, nothing is wrong.",
        },
      ],
    },
  ],
};
