import { sayNeed } from "../../broadcast/approval.ts";
import { SHORT_HASH } from "../../broadcast/frozen.ts";
import { previewDocument } from "../../status/preview-document.ts";
import type { Preview } from "../../status/say.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import type { SpeakFlags } from "../flags.ts";
import { findingsText } from "./findings.ts";
import { previewText } from "./preview.ts";
import { styleFor } from "./style.ts";
import { heading } from "./table.ts";

/** Shows each channel's text, what the rules have against it, and how the plan is said later. Returns the exit code. */
export function showDryRun(app: App, preview: Preview, flags: SpeakFlags): number {
  const { stdout } = app.surroundings;
  if (flags.json === true) {
    stdout.write(`${JSON.stringify(previewDocument(preview))}\n`);
    return EXIT.ok.code;
  }
  const { said, update, plan, findings, need, kept } = preview;
  const style = styleFor(stdout, app.surroundings, flags.plain === true);
  const later =
    kept === null
      ? findings.some(({ level }) => level === "block")
        ? "As it stands it would not be said, so it is not kept. Change the words, or where they are right: --allow RULE=REASON"
        : "The ledger could not keep this plan: it can only be said by typing the command again."
      : `To say exactly this within 15 minutes: status ${update.verb} --plan ${kept.hash.slice(0, SHORT_HASH)}`;
  const waits =
    need === null
      ? ""
      : `It needs ${sayNeed(need)}${kept === null ? "" : `: status approve ${kept.hash.slice(0, SHORT_HASH)}`}\n`;
  stdout.write(
    `${heading(said.incident, update, style)}${previewText(plan, style)}\n${findingsText(findings, style)}Nothing was sent.\n${waits}${later}\n`,
  );
  return EXIT.ok.code;
}
