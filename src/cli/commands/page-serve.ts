import { mkdtemp, rm } from "node:fs/promises";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setupError, usageError } from "../../base/errors.ts";
import { oneLine } from "../../base/printable.ts";
import { isLoopback } from "../../channels/http.ts";
import { PagePreview } from "../../channels/page/preview.ts";
import { pagesOf } from "../../status/pages.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import { startPageServer } from "../page-server.ts";

interface ServeFlags {
  readonly port?: string;
  readonly host?: string;
  readonly json?: boolean;
}

/**
 * `status page serve [channel]`: shows the page on this machine until Ctrl-C, as it would be written now. Works in a folder
 * of its own: the published one, its lease and its revision are not touched.
 */
export async function servePage(app: App, name: string | null, flags: ServeFlags): Promise<number> {
  const { stdout, stderr, stopping } = app.surroundings;
  const port = portOf(flags.port);
  const host = flags.host ?? "127.0.0.1";
  const pages = pagesOf(app, name);
  const [page, ...others] = pages;
  if (page === undefined || others.length > 0)
    throw usageError(
      "PAGE_WHICH",
      `There are ${pages.length} pages: ${pages.map((each) => each.name).join(", ")}.`,
      `Name one: status page serve ${page?.name ?? ""}`,
    );
  const folder = await mkdtemp(join(tmpdir(), "status-page-"));
  try {
    const preview = new PagePreview(page.settings, page.kit, folder);
    await preview.refresh();
    const server = await startPageServer({
      folder,
      host,
      port,
      refresh: () => preview.refresh(),
      failed: (error) => stderr.write(`${oneLine(error instanceof Error ? error.message : String(error))}\n`),
    }).catch((error: NodeJS.ErrnoException) => {
      throw setupError(
        "PAGE_NOT_SERVED",
        `The page cannot be served: ${error.message}.`,
        "Leave --port and --host out, or give others.",
      );
    });
    try {
      const url = `http://${isIP(host) === 6 ? `[${host}]` : host}:${server.port}/`;
      if (flags.json === true)
        stdout.write(
          `${JSON.stringify({ version: 1, channel: page.name, url, revision: preview.revision })}\n`,
        );
      else stdout.write(`${url}\n`);
      if (!isLoopback(host))
        stderr.write(`Whoever reaches ${oneLine(host)} can read this page, not only you.\n`);
      stderr.write("The page is rebuilt as the ledger changes. Ctrl-C ends it.\n");
      await new Promise<void>((resolve) => {
        if (stopping.aborted) resolve();
        stopping.addEventListener("abort", () => resolve(), { once: true });
      });
      return EXIT.ok.code;
    } finally {
      await server.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function portOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port >= 1 && port <= 65_535) return port;
  throw usageError("PORT_UNREADABLE", `--port ${text} is no port.`, "Give a number from 1 to 65535.");
}
