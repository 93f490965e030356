import { StatusError } from "../../base/errors.ts";
import { ChannelError, type ChannelKit, type Receipt } from "../contract.ts";
import { defineKind } from "../define-kind.ts";
import { composePage } from "./compose.ts";
import { readBack } from "./read-back.ts";
import { type PageSettings, settings } from "./settings.ts";

/** Writes the built-in status page into a folder, and has a command carry it to its host. */
export const page = defineKind({
  kind: "page",
  title: "Status page",
  guide: async () => (await import("./guide.ts")).guide,
  settings,
  secrets: [],
  paths: ["directory", "logo"],
  connect(settings, kit) {
    return {
      compose: composePage,
      publish: (_post, _place, signal) => publish(settings, kit, signal),
      find: async () => ({
        found: null,
        conclusive: true,
        reason: "the page is rewritten as a whole, so publishing again repeats nothing",
      }),
      verify: (receipt, _post, _place, signal) => readBack(receipt, settings, kit, signal),
      amend: (_receipt, _post, signal) => publish(settings, kit, signal),
      remove: async (_receipt, signal) => void (await publish(settings, kit, signal)),
      check: async (signal) => (await import("./check.ts")).checkPage(settings, kit, signal),
    };
  },
});

async function publish(settings: PageSettings, kit: ChannelKit, signal: AbortSignal): Promise<Receipt> {
  // The generator is large, and most commands write no page.
  const { publishPage } = await import("./publish-page.ts");
  try {
    const { revision } = await publishPage(settings, kit, { carry: true, signal });
    return {
      remoteId: String(revision),
      url: settings.url ?? null,
      extra: { revision, directory: settings.directory },
    };
  } catch (error) {
    if (error instanceof StatusError)
      throw new ChannelError("not-sent", error.code, error.message, {
        hint: error.hint,
        cause: error,
      });
    throw error;
  }
}
