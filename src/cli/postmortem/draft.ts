import type { Config } from "../../config/load.ts";
import type { Action } from "../../incident/action.ts";
import { flatten } from "../../incident/components.ts";
import { inComment, type PostmortemDocument, SECTIONS, writePostmortem } from "../../incident/postmortem.ts";
import { textOf } from "../../page/html.ts";
import { createSpeech, type Speech } from "../../page/speech.ts";
import { createTimes, datesOf, type Times } from "../../page/times.ts";
import { fit as cutToFit } from "../../render/fit.ts";
import { literal } from "../../render/literal.ts";
import type { PostmortemFacts, Said } from "./facts.ts";
import { wordsFor } from "./words/index.ts";
import type { PostmortemWords } from "./words/words.ts";

/** What was said is read in full on the incident's page. */
const LONGEST_SAID = 400;

interface Telling {
  readonly words: PostmortemWords;
  readonly speech: Speech;
  readonly times: Times;
  /** What customers call a component. */
  readonly nameOf: (id: string) => string;
}

/** The document with the facts filled in; what a person wrote into `before`, an older draft, stays. */
export function draftOf(
  facts: PostmortemFacts,
  { property }: Pick<Config, "property">,
  before: PostmortemDocument | null,
): string {
  const { own: words, page } = wordsFor(property.locale);
  const names = new Map(flatten(property.components).map(({ id, name }) => [id, name]));
  const telling: Telling = {
    words,
    speech: createSpeech(page),
    times: createTimes(datesOf(page.language, property.locale), property.timeZone),
    nameOf: (id) => names.get(id) ?? id,
  };
  const filled: Readonly<Record<string, string>> = {
    glance: glanceOf(facts, telling),
    actions: actionsOf(facts.actions, telling),
    timeline: timelineOf(facts, telling),
  };
  const sections = SECTIONS.map(({ id, kind }) => {
    const { heading, question } = words.sections[id];
    const older = before?.sections.filter((section) => section.id === id) ?? [];
    return {
      ...{ id, kind, facts: filled[id] ?? null },
      heading: older.find((section) => section.heading !== "")?.heading ?? `## ${heading}`,
      question: question === null ? null : question.replaceAll("{id}", facts.id),
      own: older
        .map(({ own }) => own)
        .filter((own) => own !== "")
        .join("\n\n"),
    };
  });
  const known = new Set<string>(SECTIONS.map(({ id }) => id));
  const others = (before?.sections ?? [])
    .filter(({ id }) => !known.has(id))
    .map((section) => ({ ...section, facts: null, question: inComment(section.question) }));
  return writePostmortem({
    front: before?.front ?? frontOf(facts, property.name, words),
    preamble: before?.preamble ?? preambleOf(facts, telling),
    sections: [...sections, ...others],
  });
}

function frontOf({ id }: PostmortemFacts, property: string, { summary }: PostmortemWords): string {
  return [
    `incident: ${JSON.stringify(id)}`,
    `property: ${JSON.stringify(literal(property))}`,
    `# ${summary}`,
    'summary: ""',
  ].join("\n");
}

function preambleOf({ id, title }: PostmortemFacts, { words, speech }: Telling): string {
  return `# ${speech.say(words.title, { title: markdownOf(title) })}\n\n<!--\n${words.guide.replaceAll("{id}", id)}\n-->`;
}

function glanceOf(facts: PostmortemFacts, { words, speech, times, nameOf }: Telling): string {
  const { glance } = words;
  const { texts } = speech;
  const { startedAt, endedAt, firstWordMs } = facts;
  const names = facts.components
    .filter(({ state }) => state !== "operational")
    .map(({ id, state }) =>
      speech.say(glance.component, {
        name: markdownOf(nameOf(id)),
        state: texts.states[state].toLowerCase(),
      }),
    );
  const firstWord =
    firstWordMs === null
      ? glance.noWord
      : firstWordMs < 0
        ? glance.firstWordBefore
        : speech.say(glance.firstWord, {
            duration: times.lasted(startedAt, new Date(startedAt.getTime() + firstWordMs)),
          });
  return [
    speech.say(glance.began, { time: textOf(times.full(startedAt)) }),
    speech.say(glance.ended, { time: textOf(times.full(endedAt)) }),
    speech.say(glance.lasted, { duration: times.lasted(startedAt, endedAt) }),
    speech.say(glance.impact, { impact: texts.impacts[facts.impact] }),
    ...(names.length === 0 ? [] : [speech.say(glance.affected, { components: names.join(", ") })]),
    firstWord,
  ]
    .map((line) => `- ${line}`)
    .join("\n");
}

/** Those that customers see, each with its id in a comment; the others in one comment. */
function actionsOf(actions: readonly Action[], telling: Telling): string {
  const { words } = telling;
  const line = (action: Action, text: string) => sayAction(action, text, telling);
  const shown = actions.filter((action) => action.public);
  const hidden = actions.filter((action) => !action.public);
  const kept = hidden.map((action) => `- ${inComment(line(action, literal(action.text)))} ${action.id}`);
  return [
    ...(shown.length === 0
      ? []
      : [
          shown
            .map((action) => `- ${line(action, markdownOf(action.text))} <!-- ${action.id} -->`)
            .join("\n"),
        ]),
    ...(kept.length === 0 ? [] : [`<!-- ${words.actions.internal}\n${kept.join("\n")}\n-->`]),
  ].join("\n\n");
}

function sayAction({ dueAt, doneAt }: Action, text: string, { words, speech, times }: Telling): string {
  const date = (at: Date) => textOf(times.day(at));
  if (doneAt !== null) return speech.say(words.actions.done, { text, date: date(doneAt) });
  return dueAt === null ? text : speech.say(words.actions.due, { text, date: date(dueAt) });
}

function timelineOf({ timeline, promises }: PostmortemFacts, telling: Telling): string {
  const { words, speech } = telling;
  const { kept, late, broken, noPromise } = words.timeline;
  const sum = promises.kept + promises.late + promises.broken;
  const counted =
    sum === 0
      ? [noPromise]
      : [
          speech.count(kept, promises.kept),
          ...(promises.late === 0 ? [] : [speech.count(late, promises.late)]),
          ...(promises.broken === 0 ? [] : [speech.count(broken, promises.broken)]),
        ];
  return [
    ...(timeline.length === 0 ? [] : [timeline.map((said) => saidLines(said, telling)).join("\n\n")]),
    counted.join(" "),
  ].join("\n\n");
}

function saidLines(
  { at, phase, text, withdrawn, heard, meant }: Said,
  { words, speech, times }: Telling,
): string {
  const facts = [
    speech.count(words.timeline.heard, meant, { heard }),
    ...(withdrawn ? [words.timeline.withdrawn] : []),
  ];
  const measure = ({ length }: string) => length;
  const shown = cutToFit(text, { limit: LONGEST_SAID, measure }).text;
  const quoted = shown
    .split(/\n+/)
    .map(markdownOf)
    .filter((line) => line !== "")
    .map((line) => `  > ${line}`);
  const head = `- **${textOf(times.full(at))} · ${speech.texts.phases[phase]}** · ${facts.join(" · ")}`;
  return [head, ...(quoted.length === 0 ? [] : [quoted.join("\n  >\n")])].join("\n\n");
}

/** Text as one line of Markdown that reads as it is, and holds no comment. */
function markdownOf(text: string): string {
  return literal(text)
    .replace(/[\\`*_[\]<>&]/g, "\\$&")
    .replace(/^(?=[-+=#~])/, "\\")
    .replace(/^(\d+)(?=[.)])/, "$1\\");
}
