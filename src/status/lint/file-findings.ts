import type { Property } from "../../channels/contract.ts";
import { readTemplateFile } from "../../render/front-matter.ts";
import type { TemplateSet } from "../../render/template.ts";
import {
  findTemplateFiles,
  ranked,
  readTemplate,
  type TemplateFile,
  type TemplatePlaces,
} from "../../render/template-files.ts";
import type { Found } from "./findings.ts";
import { languageName, placeOf, writtenIn } from "./languages.ts";
import {
  type AuthorsWords,
  INTERNAL_TEMPLATES,
  isFault,
  type Rehearsed,
  rehearse,
  type Trial,
} from "./rehearse.ts";

/** What the files of templates leave out, so that they fail, or say less, once they are used. */
export async function fileFindings(
  trials: readonly Trial[],
  sets: readonly TemplateSet[],
  property: Property,
  places: TemplatePlaces,
): Promise<Found[]> {
  const files = await findTemplateFiles(places);
  const found: Found[] = [];
  for (const { template, ignored, filling, outcome } of trials) {
    const set = sets.find(({ name }) => name === template);
    if (isFault(outcome) || set === undefined) continue;
    const { name: channel, kind } = outcome.speaker;
    const order = ranked(files.get(template) ?? [], { channel, kind, locale: outcome.locale });
    const [file] = order;
    if (file === undefined) continue;
    const at: Omit<Found, "rule" | "reason" | "better"> = {
      ...{ template, channels: [channel], locale: outcome.locale, level: "warn" },
      ...{ place: placeOf(file), excerpt: "" },
    };
    if (!INTERNAL_TEMPLATES.has(template))
      for (const words of ignored) found.push({ ...at, ...IGNORED[words] });
    if (filling !== "typical" || file.origin !== "project") continue;
    if (hidesNextUpdate(set, outcome, property)) found.push({ ...at, ...HIDDEN });
    for (const { line, from, words } of await strangeLines(order, outcome, property))
      found.push({
        ...at,
        ...{ rule: "mixed-languages", excerpt: words },
        reason: `${languageName(at.locale)} readers get the ${languageName(writtenIn(from, property))} ${line}: of ${placeOf(from)}.`,
        better: `Give ${at.place} a ${line}: of its own`,
      });
  }
  return found;
}

const IGNORED: Readonly<Record<AuthorsWords, Pick<Found, "rule" | "reason" | "better">>> = {
  message: {
    rule: "ignores-message",
    reason: "It does not say the author's words: a command with --message fails.",
    better: "{% if message %}{{ message }}{% else %}the words that it has now{% endif %}",
  },
  internal: {
    rule: "ignores-internal",
    reason: "It does not say the author's words for colleagues: a command with --internal fails.",
    better: "Put {% if internal %}{{ internal }}{% endif %} at its end",
  },
};

const HIDDEN: Pick<Found, "rule" | "reason" | "better"> = {
  rule: "hides-next-update",
  reason: "Readers do not learn when you speak next, although it was promised.",
  better: "{% if nextUpdate %}**Next update:** {{ nextUpdate }}{% endif %}",
};

const LATER = 25.6 * 3_600_000;

/** Whether it reads the same whatever time is promised. A page shows the promise beside the words. */
function hidesNextUpdate(set: TemplateSet, said: Rehearsed, property: Property): boolean {
  const { speaker, locale, specimen, posts } = said;
  const { facts } = specimen;
  if (facts.type !== "incident" || facts.nextUpdateAt === null) return false;
  if (INTERNAL_TEMPLATES.has(set.name) || speaker.kind === "page") return false;
  const nextUpdateAt = new Date(facts.nextUpdateAt.getTime() + LATER);
  const other = rehearse(set, speaker, locale, { ...specimen, facts: { ...facts, nextUpdateAt } }, property);
  return !isFault(other) && posts.every(({ text }, index) => text === other.posts[index]?.text);
}

interface StrangeLine {
  readonly line: "subject" | "short" | "keep";
  readonly from: TemplateFile;
  /** Its own, without what Liquid puts in. */
  readonly words: string;
}

/** Lines of front matter that come from a file in another language than the words, and that the channel shows. */
async function strangeLines(
  order: readonly TemplateFile[],
  { speaker, locale, message, specimen, posts }: Rehearsed,
  property: Property,
): Promise<StrangeLine[]> {
  const [file] = order;
  const language = writtenIn({ locale, origin: "project" }, property);
  // Readers who get another language altogether are told of elsewhere.
  if (file === undefined || writtenIn(file, property) !== language) return [];
  const strange: StrangeLine[] = [];
  for (const line of ["subject", "short", "keep"] as const) {
    if (line === "short" && file.audience !== null) continue;
    const [from, text] = await firstWith(line, order);
    if (from === undefined || writtenIn(from, property) === language) continue;
    const words = wordsIn(text);
    const shown =
      JSON.stringify(speaker.channel.compose({ ...message, [line]: "-" }, specimen.context)) !==
      JSON.stringify(posts);
    if (words !== "" && shown) strange.push({ line, from, words });
  }
  return strange;
}

async function firstWith(
  line: StrangeLine["line"],
  order: readonly TemplateFile[],
): Promise<[TemplateFile, string] | [undefined, ""]> {
  for (const file of order) {
    const { front } = readTemplateFile(file.path, await readTemplate(file));
    const text = front[line]?.text;
    if (text !== undefined) return [file, text];
  }
  return [undefined, ""];
}

function wordsIn(liquid: string): string {
  return liquid
    .split(/\{\{.*?\}\}|\{%.*?%\}/s)
    .map((part) => part.trim())
    .filter((part) => /\p{L}{2}/u.test(part))
    .join(" … ");
}
