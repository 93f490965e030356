import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { StatusError } from "../../base/errors.ts";
import { renderPage } from "../../page/render-page.ts";
import { ChannelError, type ChannelKind, type ChannelKit, type Receipt } from "../contract.ts";
import { checkPage } from "./check.ts";
import { composePage, toPageIncident } from "./compose.ts";
import { readBack } from "./read-back.ts";
import { runCommand } from "./run-command.ts";
import { type PageSettings, settings } from "./settings.ts";
import { writeFiles } from "./write-files.ts";

/** Writes the built-in status page into a folder, and has a command carry it to its host. */
export const page: ChannelKind<PageSettings> = {
  kind: "page",
  title: "Status page",
  settings,
  secrets: [],
  paths: ["directory"],
  connect(settings, kit) {
    return {
      compose: composePage,
      publish: (_post, _place, signal) => publish(settings, kit, signal),
      find: async () => ({
        found: null,
        conclusive: true,
        reason: "the page is written anew as a whole, so publishing again repeats nothing",
      }),
      verify: (receipt, _post, _place, signal) => readBack(receipt, settings, kit, signal),
      amend: (_receipt, _post, signal) => publish(settings, kit, signal),
      remove: async (_receipt, signal) => void (await publish(settings, kit, signal)),
      check: () => checkPage(settings, kit),
    };
  },
};

/** Writes all that the board holds, whichever post asked for it. */
async function publish(settings: PageSettings, kit: ChannelKit, signal: AbortSignal): Promise<Receipt> {
  if (signal.aborted)
    throw new ChannelError("not-sent", "PAGE_STOPPED", "stopped before the page was written");
  try {
    return await kit.board.exclusively(kit.name, async (revision) => {
      await refuseOlder(settings.directory, revision);
      const { name, url, timeZone, locale, components } = kit.property;
      const files = renderPage({
        property: { name, url, timeZone, locale },
        components,
        incidents: (await kit.board.incidents(kit.name)).map(toPageIncident),
        revision,
        generatedAt: kit.clock.now(),
      });
      await writeFiles(settings.directory, files);
      // Within the lease: an older page must not be carried out after a newer one.
      if (settings.publish !== undefined && !kit.loopbackOnly)
        await runCommand(settings.publish, {
          cwd: kit.folder,
          timeoutMs: kit.timeoutMs,
          signal,
        });
      return {
        remoteId: String(revision),
        url: settings.url ?? null,
        extra: { revision, directory: settings.directory },
      };
    });
  } catch (error) {
    if (error instanceof StatusError)
      throw new ChannelError("not-sent", error.code, error.message, {
        hint: error.hint,
        cause: error,
      });
    throw error;
  }
}

/**
 * A revision in the folder that this ledger has not reached was written from another ledger, which knows more:
 * an empty or older one must not wipe its incidents off the page.
 */
async function refuseOlder(directory: string, revision: number): Promise<void> {
  const there = await revisionIn(directory);
  if (there === null || there < revision) return;
  throw new ChannelError(
    "refused",
    "PAGE_FROM_ANOTHER_LEDGER",
    `the page in ${directory} was written from another ledger (revision ${there}; this ledger is at ${revision})`,
    {
      hint: `bring that ledger back, or give the page up to this one: rm ${directory}/status.json — then: status retry`,
    },
  );
}

async function revisionIn(directory: string): Promise<number | null> {
  try {
    const { revision } = JSON.parse(await readFile(join(directory, "status.json"), "utf8")) as {
      revision?: unknown;
    };
    return typeof revision === "number" ? revision : null;
  } catch {
    return null;
  }
}
