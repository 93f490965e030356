import type { Message } from "../../render/document.ts";
import type { Facts } from "../../render/facts.ts";
import { loadTemplateSet, type TemplateSet } from "../../render/template.ts";
import {
  findTemplateFiles,
  ranked,
  type TemplateFile,
  type TemplatePlaces,
} from "../../render/template-files.ts";
import { blame, type Fault } from "./rehearse.ts";

/**
 * Reads templates; one that cannot be read hides none of the others. `name` null reads all in use.
 * Throws TEMPLATE_NOT_FOUND where the one that was named is not there.
 */
export async function readTemplates(
  name: string | null,
  places: TemplatePlaces,
): Promise<{ readonly names: string[]; readonly sets: TemplateSet[]; readonly faults: Fault[] }> {
  const files = await findTemplateFiles(places);
  const names = name === null ? [...files.keys()].sort() : [name];
  const sets: TemplateSet[] = [];
  const faults: Fault[] = [];
  for (const each of names)
    try {
      sets.push(sharing(await loadTemplateSet({ name: each, ...places }), files.get(each) ?? []));
    } catch (error) {
      const why = blame(error);
      if (why.code === "TEMPLATE_NOT_FOUND") throw error;
      faults.push({ template: each, channel: null, locale: null, ...why });
    }
  return { names, sets, faults };
}

/** The same template, that words the same facts once for all channels which the same files word. */
function sharing(template: TemplateSet, files: readonly TemplateFile[]): TemplateSet {
  const said = new WeakMap<Facts, Map<string, Message>>();
  return {
    ...template,
    render(request) {
      const { facts, locale, timeZone, audience } = request;
      const words = said.get(facts) ?? new Map<string, Message>();
      said.set(facts, words);
      const paths = ranked(files, request).map(({ path }) => path);
      const key = JSON.stringify([locale, timeZone, audience, paths]);
      const message = words.get(key) ?? template.render(request);
      words.set(key, message);
      return message;
    },
  };
}
