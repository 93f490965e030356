import { join } from "node:path";
import { StatusError } from "../../base/errors.ts";
import { suggest } from "../../base/nearest.ts";
import { type Brand, NO_BRAND } from "../../page/site.ts";
import type { Words } from "../../page/words/words.ts";
import type { ChannelKit } from "../contract.ts";
import { readLogo } from "./own-logo.ts";
import { type MarkupScope, readMarkup } from "./own-markup.ts";
import { readStyle } from "./own-style.ts";
import { languageOf, loadWords, ownFiles } from "./own-words.ts";
import type { PageSettings } from "./settings.ts";

/** What makes the page the property's own, as far as it can be used. */
export interface Look {
  readonly brand: Brand;
  readonly words: Words;
  /** What cannot be used; the page's own look stands in its place. */
  readonly faults: readonly StatusError[];
  /** What can be used and should be looked at all the same. */
  readonly remarks: readonly { readonly message: string; readonly hint: string }[];
}

const FILES = ["header.html", "footer.html", "style.css"] as const;

/**
 * Reads the project's own files for the page: the logo, and `header.html`, `footer.html`, `style.css` and texts such as
 * `de.yaml` in `templates/page` beside the configuration. Never throws for what is wrong with them: what is to be said
 * is said in our look where theirs is broken.
 */
export async function loadBrand(
  settings: PageSettings,
  { folder, locale, property }: Pick<ChannelKit, "folder" | "locale" | "property">,
): Promise<Look> {
  const own = join(folder, "templates", "page");
  const { words, faults: unspoken, missing } = await loadWords(own, locale);
  const faults: StatusError[] = [...unspoken];
  const attempt = async <T>(read: Promise<T>): Promise<T | null> => {
    try {
      return await read;
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      faults.push(error);
      return null;
    }
  };
  const scope: MarkupScope = {
    property: { name: property.name, url: property.url },
    page: {
      title: settings.title ?? words.texts.title.replace("{name}", () => property.name),
      url: settings.url ?? null,
    },
    language: words.language,
  };
  const brand: Brand = {
    ...NO_BRAND,
    title: settings.title ?? null,
    logo: settings.logo === undefined ? null : await attempt(readLogo(settings.logo)),
    accent: settings.accent ?? null,
    about: settings.about ?? null,
    subscribe: settings.subscribe ?? null,
    header: await attempt(readMarkup(join(own, "header.html"), scope)),
    footer: await attempt(readMarkup(join(own, "footer.html"), scope)),
    style: await attempt(readStyle(join(own, "style.css"))),
  };
  const remarks = [...untranslated(words.language, missing), ...(await unused(own))];
  return { brand, words, faults, remarks };
}

function untranslated(language: string, missing: readonly string[]): Look["remarks"] {
  if (missing.length === 0) return [];
  const named = missing.slice(0, 5).join(", ");
  const more = missing.length - 5;
  return [
    {
      message: `${missing.length} of the page's texts are said in English because ${language}.yaml lacks them: ${named}${more > 0 ? ` and ${more} more` : ""}`,
      hint: `Add them to templates/page/${language}.yaml.`,
    },
  ];
}

/** A misspelt name would leave its author wondering why nothing changes. */
async function unused(folder: string): Promise<Look["remarks"]> {
  const names = await ownFiles(folder).catch(() => []);
  return names
    .filter((name) => /^\w.*\.(?:html?|css|ya?ml)$/i.test(name))
    .filter((name) => languageOf(name) === null && !FILES.some((known) => known === name))
    .map((name) => ({
      message: `${join(folder, name)} is not used`,
      hint: suggest(
        name,
        [...FILES, name.replace(/\.ya?ml$/i, ".yaml")].filter((known) => known !== name),
      ),
    }));
}
