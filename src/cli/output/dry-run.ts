import { type Need, sayNeed } from "../../broadcast/approval.ts";
import { SHORT_HASH } from "../../broadcast/frozen.ts";
import type { FrozenPlan } from "../../broadcast/journal.ts";
import type { Finding } from "../../render/wording/check.ts";
import type { App } from "../app.ts";
import { EXIT } from "../exit-codes.ts";
import type { SpeakFlags } from "../flags.ts";
import type { Composed } from "../say.ts";
import { findingsText } from "./findings.ts";
import { broadcastDocument } from "./json.ts";
import { previewText } from "./preview.ts";
import { styleFor } from "./style.ts";
import { heading } from "./table.ts";

/** What is known of a plan beside its texts. */
interface Aside {
  readonly findings: readonly Finding[];
  readonly need: Need | null;
  /** Null where the ledger could not keep it. */
  readonly kept: FrozenPlan | null;
}

/** Shows each channel's text, what the rules have against it, and how the plan is said later. Returns the exit code. */
export function showDryRun(
  app: App,
  { said, update, plan }: Composed,
  { findings, need, kept }: Aside,
  flags: SpeakFlags,
): number {
  const { stdout } = app.surroundings;
  if (flags.json === true) {
    const deliveries = plan.map(({ speaker, leftOut, posts }) => ({
      ...{ channel: speaker.name, kind: speaker.kind, state: "skipped", reason: leftOut ?? "dry run" },
      ...{ verification: null, remoteId: null, url: null, attempts: 0, elapsedMs: null },
      text: posts[0]?.text ?? null,
      parts: posts.length > 1 ? posts.map(({ part, text }) => ({ part, state: "skipped", text })) : [],
      error: speaker.setAside,
      ...{ required: speaker.required, audience: speaker.audience },
      length: posts[0]?.length ?? null,
      notes: posts[0]?.notes ?? [],
    }));
    const approval = need?.asks ?? [];
    const document = {
      ...broadcastDocument("dry-run", said.incident, update, []),
      ...{ deliveries, findings },
      plan: kept === null ? null : { hash: kept.hash, expiresAt: kept.expiresAt, needs: approval },
    };
    stdout.write(`${JSON.stringify(document)}\n`);
    return EXIT.ok.code;
  }
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
