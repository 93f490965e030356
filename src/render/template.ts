import { setupError } from "../base/errors.ts";
import type { IncidentType, Phase } from "../incident/incident.ts";
import type { Block, Message } from "./document.ts";
import type { Facts, RenderRequest } from "./facts.ts";
import { toPlainText } from "./formats/plain.ts";
import { type Ask, type FrontMatter, readTemplateFile } from "./front-matter.ts";
import { compile, compileLater, type Program, type Source } from "./liquid.ts";
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
import { wordsIn } from "./words/index.ts";

/** One template with its wordings for kinds, channels and locales. */
export interface TemplateSet {
  readonly name: string;
  readonly origin: "project" | "bundled";
  readonly type: IncidentType;
  /** The phase that the template announces; null keeps the incident's. */
  readonly phase: Phase | null;
  /** What to ask the author for, by the name of the `--set` value. */
  readonly ask: Readonly<Record<string, Ask>>;
  /** Whether any of its wordings has a place for a value of this name. */
  mentions(name: string): boolean;
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
  const rendered = new WeakMap<Facts, Map<string, Message>>();
  return {
    name,
    origin,
    type,
    phase,
    ask,
    mentions: (value) => wordings.some((wording) => mentions(wording, value)),
    render(request) {
      const order = inOrder(wordings, request);
      const { facts, locale, timeZone, audience } = request;
      // Of a channel nothing else is in its words: all that are alike in this are told the same.
      const alike = JSON.stringify([locale, timeZone, audience, ...order.map(({ file }) => file.path)]);
      const known = rendered.get(facts) ?? new Map<string, Message>();
      rendered.set(facts, known);
      const message = known.get(alike) ?? render(wordings, order, request, variablesOf(request, name, ask));
      known.set(alike, message);
      return message;
    },
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
  const program = file.origin === "bundled" ? compileLater : compile;
  const lines = LINES.flatMap((line): [Line, Program][] => {
    const source: Source | undefined = front[line];
    return source === undefined ? [] : [[line, program(source)]];
  });
  return { file, front, body: program(body), lines: Object.fromEntries(lines) };
}

function mentions({ body, lines }: Wording, name: string): boolean {
  const word = new RegExp(`\\b${name}\\b`);
  return [body, ...Object.values(lines)].some(({ source }) => word.test(source.text));
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

/** From what words the request best to what words it least. */
function inOrder(wordings: readonly Wording[], request: RenderRequest): Wording[] {
  return ranked(
    wordings.map(({ file }) => file),
    request,
  ).flatMap((file) => wordings.find((wording) => wording.file === file) ?? []);
}

function render(
  wordings: readonly Wording[],
  order: readonly Wording[],
  request: RenderRequest,
  variables: Variables,
): Message {
  const { facts } = request;
  if (facts.message !== null) checkMessage(facts.message);
  if (facts.internal !== null) checkMessage(facts.internal, "internal");
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
  if (variables.internal !== null && !variables.internal.used)
    throw setupError(
      "TEMPLATE_IGNORES_INTERNAL",
      `${chosen.file.path} never uses the internal message, so ${request.channel} would not say it.`,
      "Put {% if internal %}{{ internal }}{% endif %} into the template, or leave --internal out.",
    );
  const own = chosen.file.audience === null ? line("short") : null;
  const short =
    facts.short === null
      ? own || toPlainText(body)
      : joined(harmless(facts.short).trim(), toPlainText(variables.internal?.blocks ?? []));
  const subject = literal(line("subject") ?? facts.title);
  if (body.length === 0)
    throw setupError(
      "TEMPLATE_EMPTY",
      `${chosen.file.path} says nothing to ${request.channel || "anybody"}.`,
      "Write what it is to say.",
    );
  const words = wordsIn(request.locale);
  const glass = facts.brokenGlass === null || request.audience === "public" ? "" : literal(facts.brokenGlass);
  return {
    subject: marked(subject, facts.drill),
    body: [
      ...(facts.drill ? [notice(words.rehearsal)] : []),
      ...(glass === "" ? [] : [notice(words.brokenGlass, glass)]),
      ...body,
    ],
    // Who broke the glass, and why, is the first to go where there is no room.
    short: marked(glass === "" ? short : joined(words.brokenGlass, short, glass), facts.drill),
    keep: line("keep") || null,
    link: facts.statusUrl,
  };
}

/** The title of a rehearsed incident may say it already. */
function marked(text: string, drill: boolean): string {
  return drill && !text.includes("DRILL") ? `DRILL: ${text}` : text;
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n\n");
}

/** What stands before all that the template says: words of ours, and data. */
function notice(words: string, data = ""): Block {
  return {
    type: "paragraph",
    children: [
      { type: "strong", children: [{ type: "text", text: words }] },
      ...(data === "" ? [] : [{ type: "text", text: ` ${data}` } as const]),
    ],
  };
}
