import type { Site } from "../../page/site.ts";
import { ChannelError, type ChannelKit } from "../contract.ts";
import { runCommand } from "./run-command.ts";
import type { PageSettings } from "./settings.ts";
import { refuseOlder, siteOf, writePage } from "./write-page.ts";

/** A writing of the page: its revision, and the files that it changed. */
export interface Published {
  readonly revision: number;
  /** Paths within the page's folder, in the order of writing. */
  readonly changed: readonly string[];
}

/**
 * Writes all that the board holds into the page's folder, whoever asked for it, and with `carry` has the channel's command
 * bring the folder to its host. Throws ChannelError where the folder or the command fails, and the ledger's own errors.
 */
export async function publishPage(
  settings: PageSettings,
  kit: ChannelKit,
  { carry, signal }: { carry: boolean; signal: AbortSignal },
): Promise<Published> {
  if (signal.aborted)
    throw new ChannelError("not-sent", "PAGE_STOPPED", "stopped before the page was written");
  return kit.board.exclusively(kit.name, async (revision, giveBack) => {
    const site = await prepare(settings, kit, revision).catch((error: unknown) => {
      // Else an older ledger would reach the folder's revision by being refused often enough.
      giveBack();
      throw error;
    });
    const changed = await writePage(site, settings.directory, kit);
    // Within the lease: an older page must not be carried out after a newer one.
    if (carry && isCarried(settings, kit))
      await runCommand(settings.publish!, {
        cwd: kit.folder,
        env: kit.env,
        timeoutMs: kit.timeoutMs,
        signal,
        tell: kit.tell,
      });
    return { revision, changed };
  });
}

/** All that is done before the first file is touched. */
async function prepare(settings: PageSettings, kit: ChannelKit, revision: number): Promise<Site> {
  await refuseOlder(settings.directory, revision);
  return siteOf(settings, kit, revision);
}

/** Whether a command brings the page to its readers; in a drill none does. */
export function isCarried(
  { publish }: Pick<PageSettings, "publish">,
  { loopbackOnly }: Pick<ChannelKit, "loopbackOnly">,
): boolean {
  return publish !== undefined && !loopbackOnly;
}
