import type { Speaker } from "../../broadcast/context.ts";
import type { Property } from "../../channels/contract.ts";
import {
  findTemplateFiles,
  ranked,
  type TemplateFile,
  type TemplatePlaces,
} from "../../render/template-files.ts";

/** The languages that a channel's readers read: its own, and those of its list. */
export function languagesOf({ locale, channel }: Speaker, property: Pick<Property, "locale">): string[] {
  return [...new Set([locale ?? property.locale, ...(channel.mailing?.locales ?? [])])];
}

/** Those in use, the property's first, then those that templates have files for. */
export async function knownLanguages(
  speakers: readonly Speaker[],
  property: Pick<Property, "locale">,
  places: TemplatePlaces,
): Promise<string[]> {
  const used = [property.locale, ...speakers.flatMap((speaker) => languagesOf(speaker, property))];
  const files = [...(await findTemplateFiles(places)).values()].flat();
  const worded = files.flatMap(({ locale }) => (locale === null ? [] : [locale]));
  const known: string[] = [];
  for (const tag of used) if (!known.includes(tag)) known.push(tag);
  for (const tag of ["en", ...worded.sort()])
    if (!known.some((other) => base(other) === base(tag))) known.push(tag);
  return known;
}

/** Readers who get another language than theirs, because a template has no words in it. */
export interface Missing {
  /** Null where it is so of all that come with the program. */
  readonly template: string | null;
  readonly channels: readonly string[];
  readonly locale: string;
  /** Where the words belong: `de/foo.md`. */
  readonly place: string;
  readonly message: string;
}

/** Templates of the project's own that have no words for some of its readers, and languages that none of the others has. */
export async function missingLanguages(
  names: readonly string[],
  speakers: readonly Speaker[],
  property: Pick<Property, "locale">,
  places: TemplatePlaces,
): Promise<Missing[]> {
  const files = await findTemplateFiles(places);
  const missing = new Map<string, Missing>();
  for (const name of names)
    for (const speaker of speakers)
      for (const locale of languagesOf(speaker, property)) {
        const [chosen] = ranked(files.get(name) ?? [], { channel: speaker.name, kind: speaker.kind, locale });
        const found = chosen === undefined ? null : missingOf(chosen, locale, property.locale);
        if (found === null) continue;
        const before = missing.get(found.place)?.channels ?? [];
        missing.set(found.place, { ...found, channels: [...new Set([...before, speaker.name])] });
      }
  return [...missing.values()];
}

/** A project writes its templates in its own language; those that come with the program are English. */
function missingOf(
  { name, audience, locale, origin }: TemplateFile,
  wanted: string,
  own: string,
): Omit<Missing, "channels"> | null {
  const written = origin === "project" ? own : "en";
  if (locale !== null || base(wanted) === base(written)) return null;
  const readers = `${languageName(wanted)} readers get ${languageName(written)}.`;
  const folder = `${base(wanted)}/`;
  if (origin === "bundled")
    return {
      ...{ template: null, locale: wanted, place: folder },
      message: `The templates that come with status have no ${languageName(wanted)} words: ${readers}`,
    };
  const place = placeOf({ name, audience, locale: base(wanted) });
  return { template: name, locale: wanted, place, message: `${place} is missing: ${readers}` };
}

/** `de/identified.twitter.md` */
export function placeOf({
  name,
  audience,
  locale,
}: Pick<TemplateFile, "name" | "audience" | "locale">): string {
  return `${locale === null ? "" : `${locale}/`}${name}${audience === null ? "" : `.${audience}`}.md`;
}

/** The language that a file's words are in, as the first part of a tag. */
export function writtenIn(
  { locale, origin }: Pick<TemplateFile, "locale" | "origin">,
  property: Pick<Property, "locale">,
): string {
  return base(locale ?? (origin === "project" ? property.locale : "en"));
}

/** In English: `German`. */
export function languageName(tag: string): string {
  const language = base(tag);
  return new Intl.DisplayNames("en", { type: "language", fallback: "code" }).of(language) ?? language;
}

/** In itself: `Deutsch`. */
export function ownName(tag: string): string {
  const name = new Intl.DisplayNames(tag, { type: "language", fallback: "code" }).of(tag) ?? tag;
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1);
}

export function sameLanguage(one: string, other: string): boolean {
  return base(one) === base(other);
}

function base(tag: string): string {
  return tag.split("-", 1)[0]?.toLowerCase() ?? "";
}
