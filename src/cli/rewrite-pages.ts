import { oneLine, printable } from "../base/printable.ts";
import { rewritePages as rewrite } from "../status/pages.ts";
import type { App } from "./app.ts";

/**
 * Rewrites the folders of all pages, as `status page build` does, and tells what is left to do: a folder that a command
 * carries to its host is not carried. Says nothing on stdout where `quiet`. False where a page could not be written.
 */
export async function rewritePages(app: App, quiet: boolean): Promise<boolean> {
  const { stdout, stderr } = app.surroundings;
  const say = (line: string) => (quiet ? stderr : stdout).write(`${line}\n`);
  const rewritten = await rewrite(app);
  for (const { name, toCarry, error } of rewritten) {
    if (error !== null)
      stderr.write(
        `The page ${oneLine(name)} was not written: ${printable(error)}\n  status page build ${name}\n`,
      );
    else if (toCarry)
      say(`The status page is rewritten: ${name}. To carry it to its host: status page publish ${name}`);
    else if (!quiet) say(`The status page is rewritten: ${name}`);
  }
  return rewritten.every(({ error }) => error === null);
}
