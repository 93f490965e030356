import { clauseAfter, clauseBefore, wordsOf } from "./passage.ts";
import { anyOf, apart, maySay, phrasesIn, type Span } from "./phrases.ts";
import { ENGLISH, GERMAN, type Promising, SPANISH } from "./promises.ts";
import type { Hit, TextRule } from "./rule.ts";

/** Words about us coming back to say more, not about the service coming back. */
const SPEAKING = anyOf(
  "updates?|news|report|postmortem|explanation|support|hotline|phone|more (?:information|details|to say)|an answer|report back|next (?:message|post)",
  "neuigkeiten|informationen|melden|informieren|bericht|kundendienst|telefonisch|telefon",
  "informe|soporte|teléfono|actualizaci(?:ón|ones)|novedades|información|informaremos",
);
/** Said of what is over: "was back up within 30 minutes". */
const PAST = anyOf("was|were|came|had|has been|have been|is|are|got|brought|went");
const PLANNED_WORK = anyOf("maintenance|planned work|wartung|wartungsarbeiten|wartungsfenster|mantenimiento");
/** "Available until Friday", "bis 20 Uhr erreichbar" say how long, not from when. */
const LASTING = anyOf("until|till|bis|hasta");
const STANDING =
  /^(?:be )?(?:fully )?(?:available|online|operational|functional)$|^(?:verfügbar|erreichbar|disponibles?)$/i;
/** "We will be back": we, or the service? */
const BARE =
  /^(?:be )?(?:back|available)$|^(?:wieder (?:da|verfügbar|erreichbar)|verfügbar|erreichbar|de vuelta|disponibles?)$/i;

export const recoveryTime: TextRule = {
  publicOnly: true,
  liveOnly: false,
  find: ({ text }, { facts }): Hit[] => {
    // Planned work has its times from a plan and says them; a notice has nothing to recover from.
    if (facts.type !== "incident") return [];
    // "Fixed by 14:00" tells of what is over where the incident is.
    const over = facts.phase === "resolved";
    const found = [ENGLISH, GERMAN, SPANISH].flatMap((language) =>
      promisesIn(text, over ? { ...language, terse: null } : language),
    );
    return apart(found)
      .filter(({ start, end, back }) => {
        const before = clauseBefore(text, start);
        const words = text.slice(start, end);
        const sentence = before + words + clauseAfter(text, end);
        if (phrasesIn(sentence, PLANNED_WORK).length > 0) return false;
        if (back !== null && STANDING.test(back) && phrasesIn(words, LASTING).length > 0) return false;
        if (back === null || !BARE.test(back)) return true;
        return phrasesIn(sentence, SPEAKING).length === 0 && !isNextUpdate(words, facts.nextUpdateAt);
      })
      .map(({ start, end }) => ({
        start,
        end,
        reason: "This promises when it will work again; a broken promise costs more trust than none.",
        better: "Promise the next update instead: “Next update at 10:30, or sooner if we know more.”",
      }));
  },
};

interface Promised extends Span {
  /** The words for being well again, or null where the phrase is a promise by itself. */
  readonly back: string | null;
}

/** A promise has three parts: that it will, be well again, at a time; in the orders that people say them. */
function promisesIn(
  text: string,
  { will, back, time, lead, verbless, terse, whole, barred }: Promising,
): Promised[] {
  const complete = phrasesIn(text, whole).map((span) => ({ ...span, back: null }));
  // Most updates say a time, and few a word of being well again.
  const signs = [back, lead, verbless, terse?.words ?? null].filter((phrases) => phrases !== null);
  const times = maySay(text, ...signs) ? phrasesIn(text, time) : [];
  if (times.length === 0) return complete;
  const wills = phrasesIn(text, will);
  const backs = phrasesIn(text, back);
  const near = (a: Span, b: Span, most: number) => isNear(text, a, b, most, barred);
  const found: Promised[] = complete;
  const add = (first: Span, last: Span, well: Span | null) =>
    found.push({ start: first.start, end: last.end, back: well && text.slice(well.start, well.end) });
  for (const begin of wills) {
    for (const well of following(backs, begin)) {
      if (near(begin, well, 5))
        for (const at of following(times, well)) if (near(well, at, 3)) add(begin, at, well);
    }
    for (const at of following(times, begin)) {
      if (near(begin, at, 5))
        for (const well of following(backs, at)) if (near(at, well, 5)) add(begin, well, well);
    }
  }
  for (const at of times.filter(({ start }) => opensClause(text, start))) {
    for (const begin of following(wills, at)) {
      if (near(at, begin, 5))
        for (const well of following(backs, begin)) if (near(begin, well, 6)) add(at, well, well);
    }
    for (const begin of following(phrasesIn(text, lead), at)) if (near(at, begin, 4)) add(at, begin, null);
  }
  for (const begin of phrasesIn(text, lead))
    for (const at of following(times, begin)) if (near(begin, at, 4)) add(begin, at, null);
  for (const begin of verbless === null ? [] : phrasesIn(text, verbless))
    if (phrasesIn(clauseBefore(text, begin.start).slice(-30), PAST).length === 0)
      // "Back up at 10:05" tells as well of what is over.
      for (const at of following(times, begin))
        if (near(begin, at, 0) && !/^at\b/i.test(text.slice(at.start, at.end))) add(begin, at, null);
  if (terse !== null)
    for (const begin of phrasesIn(text, terse.words))
      if (opensClause(text, begin.start) && phrasesIn(clauseBefore(text, begin.start), PAST).length === 0)
        for (const at of following(times, begin))
          if (
            /^\s+$/.test(text.slice(begin.end, at.start)) &&
            (terse.until.test(text.slice(at.start, at.end).toLowerCase()) || isTerse(text, begin, at))
          )
            add(begin, at, begin);
  return found;
}

/** "Fixed today." and nothing else; "Login works again at 14:00", which would be "since" if it did. */
function isTerse(text: string, begin: Span, at: Span): boolean {
  const time = text.slice(at.start, at.end);
  if (/works?\s+again$/i.test(text.slice(begin.start, begin.end))) return /^at\b/i.test(time);
  return (
    /^(?:later\s+)?(?:today|tonight)$/i.test(time) &&
    `${clauseBefore(text, begin.start)}${clauseAfter(text, at.end)}`.trim() === ""
  );
}

/** Those that begin soon after, so that a long text costs no more than many short ones. */
function following(all: readonly Span[], { end }: Span): readonly Span[] {
  let low = 0;
  for (let high = all.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (all[middle]!.start < end) low = middle + 1;
    else high = middle;
  }
  return all.slice(low, low + 3).filter(({ start }) => start - end < 100);
}

function isNear(text: string, a: Span, b: Span, most: number, barred: ReadonlySet<string>): boolean {
  const between = text.slice(a.end, b.start);
  if (/[.!?;…](?:\s|$)|\n\s*\n/.test(between)) return false;
  const words = wordsOf(between);
  return words.length <= most && !words.some((word) => barred.has(word));
}

function opensClause(text: string, start: number): boolean {
  const before = clauseBefore(text, start);
  return wordsOf(before).length <= 1 || /[,:–—-]\s*$/.test(before);
}

/** True where the time said is that of the next update, in whatever zone. */
function isNextUpdate(words: string, nextUpdateAt: Date | null): boolean {
  const minutes = /\d{1,2}[:.h](\d{2})(?!\d)/.exec(words)?.[1];
  return nextUpdateAt !== null && minutes !== undefined && Number(minutes) === nextUpdateAt.getUTCMinutes();
}
