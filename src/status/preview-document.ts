import { broadcastDocument, type PreviewDocument } from "./documents.ts";
import type { Preview } from "./say.ts";

export function previewDocument({ said, update, plan, findings, need, kept }: Preview): PreviewDocument {
  return {
    ...broadcastDocument("dry-run", said.incident, update, []),
    outcome: "dry-run",
    deliveries: plan.map(({ speaker, leftOut, posts }) => ({
      ...{ channel: speaker.name, kind: speaker.kind, state: "skipped", reason: leftOut ?? "dry run" },
      ...{ verification: null, remoteId: null, url: null, attempts: 0, elapsedMs: null },
      text: posts[0]?.text ?? null,
      parts: posts.length > 1 ? posts.map(({ part, text }) => ({ part, state: "skipped", text })) : [],
      error: speaker.setAside,
      ...{ required: speaker.required, audience: speaker.audience },
      length: posts[0]?.length ?? null,
      notes: posts[0]?.notes ?? [],
    })),
    findings,
    plan: kept === null ? null : { hash: kept.hash, expiresAt: kept.expiresAt, needs: need?.asks ?? [] },
  };
}
