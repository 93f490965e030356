import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setupError } from "../base/errors.ts";
import { suggest } from "../base/nearest.ts";

/** `de/acknowledge.twitter.md`: name `acknowledge`, locale `de`, for `twitter` (a channel or a kind). */
export interface TemplateFile {
  readonly path: string;
  readonly name: string;
  readonly locale: string | null;
  readonly audience: string | null;
  readonly origin: "project" | "bundled";
}

export interface TemplatePlaces {
  /** `templates/` beside the configuration; null where there is no configuration, and it need not exist. */
  readonly projectDirectory: string | null;
  readonly bundledDirectory: string;
}

const FILE = /^([a-z0-9][\w-]*)(?:\.([a-z0-9][\w-]*))?\.md$/i;
const LOCALE = /^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$/i;

/**
 * All template files in use by name. Where the project has the base file of a name, the bundled ones of that name are
 * not used; where it words it for one channel, kind or language only, the bundled ones word it for the others.
 */
export async function findTemplateFiles(places: TemplatePlaces): Promise<Map<string, TemplateFile[]>> {
  const files = new Map<string, TemplateFile[]>();
  if (places.projectDirectory !== null) await collect(places.projectDirectory, "project", files);
  const bundled = new Map<string, TemplateFile[]>();
  await collect(places.bundledDirectory, "bundled", bundled);
  for (const [name, found] of bundled) {
    const own = files.get(name) ?? [];
    const whole = own.some(({ locale, audience }) => locale === null && audience === null);
    if (!whole) files.set(name, [...own, ...found]);
  }
  return files;
}

/** The files of one template. Throws TEMPLATE_NOT_FOUND, naming the nearest. */
export async function filesNamed(name: string, places: TemplatePlaces): Promise<TemplateFile[]> {
  const all = await findTemplateFiles(places);
  const found = all.get(name);
  if (found !== undefined) return found;
  const hint = `${suggest(name, [...all.keys()].sort())} Your own: templates/<name>.md beside the configuration.`;
  throw setupError("TEMPLATE_NOT_FOUND", `There is no template "${name}".`, hint);
}

/** Places that say little, as X does, are worded as it is where nobody words them themselves. */
const WORDED_AS: Readonly<Record<string, string>> = { mastodon: "twitter", bluesky: "twitter" };

/**
 * The files that may word a channel's update, best first: locale (de-AT, de, none), and within it the channel, its kind,
 * the kind that it is worded as, the base. The project's stand before all bundled ones.
 */
export function ranked(
  files: readonly TemplateFile[],
  request: {
    readonly channel: string;
    readonly kind: string;
    readonly locale: string;
  },
): TemplateFile[] {
  const parts = request.locale.toLowerCase().split("-");
  const { channel, kind } = request;
  const audiences = new Set([channel, kind, WORDED_AS[kind] ?? null, null]);
  const locales = [...parts.map((_, index) => parts.slice(0, parts.length - index).join("-")), null];
  return (["project", "bundled"] as const).flatMap((origin) =>
    locales.flatMap((locale) =>
      [...audiences].flatMap((audience) => {
        const file = files.find(
          (each) =>
            each.origin === origin &&
            (each.locale?.toLowerCase() ?? null) === locale &&
            each.audience === audience,
        );
        return file === undefined ? [] : [file];
      }),
    ),
  );
}

export async function readTemplate(file: TemplateFile): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file.path));
  } catch (error) {
    throw setupError(
      "TEMPLATE_UNREADABLE",
      `The template ${file.path} cannot be read.`,
      "Check its permissions.",
      error,
    );
  }
}

async function collect(
  directory: string,
  origin: TemplateFile["origin"],
  files: Map<string, TemplateFile[]>,
  locale: string | null = null,
): Promise<void> {
  for (const entry of await entries(directory)) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) {
      if (locale === null && LOCALE.test(entry.name)) await collect(path, origin, files, entry.name);
      continue;
    }
    const [, name, audience = null] = FILE.exec(entry.name) ?? [];
    if (name === undefined || name.toLowerCase() === "readme") continue;
    files.set(name, [...(files.get(name) ?? []), { path, name, locale, audience, origin }]);
  }
}

async function entries(directory: string) {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw setupError(
      "TEMPLATE_UNREADABLE",
      `The folder ${directory} cannot be read.`,
      "Check its permissions.",
      error,
    );
  }
}
