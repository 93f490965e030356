import { StatusError } from "../base/errors.ts";
import { oneLine, printable } from "../base/printable.ts";
import { ChannelError } from "../channels/contract.ts";
import type { App } from "./app.ts";
import { pagesOf } from "./pages.ts";

/**
 * Writes the folders of all pages anew, as `status page build` does, and tells what is left to do: a folder that a command
 * carries to its host is not carried. Says nothing on stdout where `quiet`. False where a page could not be written.
 */
export async function rewritePages(app: App, quiet: boolean): Promise<boolean> {
  const { config, surroundings } = app;
  if (!config.channels.some(({ kind }) => kind.kind === "page")) return true;
  const { isCarried, publishPage } = await import("../channels/page/publish-page.ts");
  const { stdout, stderr, stopped } = surroundings;
  const say = (line: string) => (quiet ? stderr : stdout).write(`${line}\n`);
  let written = true;
  for (const { name, settings, kit } of pagesOf(app, null)) {
    try {
      await publishPage(settings, kit, { carry: false, signal: stopped });
      if (isCarried(settings, kit))
        say(`The page ${name} is written anew. To carry it to its host: status page publish ${name}`);
      else if (!quiet) say(`The page ${name} is written anew.`);
    } catch (error) {
      // It is recorded, whatever becomes of the page.
      if (!(error instanceof ChannelError || error instanceof StatusError)) throw error;
      written = false;
      stderr.write(
        `The page ${oneLine(name)} was not written: ${printable(error.message)}\n  status page build ${name}\n`,
      );
    }
  }
  return written;
}
