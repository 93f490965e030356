import type { Ask } from "../broadcast/approval.ts";
import type { Delivery, DeliveryError, Verification } from "../broadcast/ledger.ts";
import type { RecipientState } from "../broadcast/mailings.ts";
import {
  type ChannelReport,
  type Outcome,
  type PartReport,
  reportChannels,
  silentChannels,
} from "../broadcast/report.ts";
import type { Finding as ChannelFinding } from "../channels/contract.ts";
import type { Incident, Phase, Update, Verb } from "../incident/incident.ts";
import type { Finding } from "../render/wording/check.ts";
import type { ChannelCoverage } from "./coverage.ts";

/** An incident, as every document shows it. */
export type IncidentDocument = Pick<
  Incident,
  | "id"
  | "title"
  | "type"
  | "phase"
  | "impact"
  | "components"
  | "startedAt"
  | "acknowledgedAt"
  | "resolvedAt"
  | "nextUpdateAt"
  | "endsAt"
  | "automatic"
>;

/** What became of an update on one channel; `parts` lists each post where there are several. */
export type DeliveryDocument = Omit<ChannelReport, "effect" | "parts"> & {
  readonly parts: readonly Omit<PartReport, "effect">[];
};

/** What became of an update everywhere; the `--json` document of every command that speaks. Fields are only ever added. */
export interface BroadcastDocument {
  readonly version: 1;
  readonly outcome: Outcome;
  readonly incident: IncidentDocument;
  readonly update: Pick<Update, "id" | "number" | "template" | "key">;
  readonly deliveries: readonly DeliveryDocument[];
  /** The channels whose audience has surely not heard it. */
  readonly silent: readonly string[];
}

/** Where there was nothing to say, or to retry. */
export interface NothingDocument {
  readonly version: 1;
  readonly outcome: "nothing-to-do";
  readonly deliveries: readonly [];
  readonly silent: readonly [];
}

/** What one channel would say. */
export interface PlannedDelivery
  extends Omit<DeliveryDocument, "verification" | "remoteId" | "url" | "elapsedMs" | "parts"> {
  readonly state: "skipped";
  /** Why the channel is left out; `dry run` where it is not. */
  readonly reason: string;
  readonly verification: null;
  readonly remoteId: null;
  readonly url: null;
  readonly elapsedMs: null;
  readonly parts: readonly Pick<PartReport, "part" | "state" | "text">[];
  /** How much of the place's limit is used; null where there is none. */
  readonly length: { readonly used: number; readonly limit: number; readonly unit: string } | null;
  /** What else to know, such as a price. */
  readonly notes: readonly string[];
}

/** What would be said: nothing was sent. */
export interface PreviewDocument extends Omit<BroadcastDocument, "deliveries"> {
  readonly outcome: "dry-run";
  readonly deliveries: readonly PlannedDelivery[];
  /** What the wording rules have against it. */
  readonly findings: readonly Finding[];
  /** The plan by which exactly this can be said; null where the ledger could not keep it, or it may not be said as it is. */
  readonly plan: { readonly hash: string; readonly expiresAt: Date; readonly needs: readonly Ask[] } | null;
}

/** What would be tried again. */
export interface RetryPreviewDocument extends Pick<BroadcastDocument, "version" | "deliveries" | "silent"> {
  readonly outcome: "dry-run";
}

export interface ListDocument {
  readonly version: 1;
  readonly incidents: readonly (IncidentDocument & {
    readonly open: boolean;
    /** When the next word is due to those who were promised one; null where nobody was. */
    readonly promise: { readonly dueAt: Date; readonly overdue: boolean } | null;
    readonly coverage: readonly Pick<ChannelCoverage, "channel" | "state" | "updateNumber" | "url">[];
  })[];
  readonly overdueActions: readonly {
    readonly id: string;
    readonly incident: string | null;
    readonly text: string;
    readonly dueAt: Date;
  }[];
  /** Plans that need somebody's agreement, may still be said and have not been; newest first. */
  readonly plans: readonly {
    readonly hash: string;
    readonly verb: string;
    readonly incident: string;
    readonly title: string;
    readonly by: string;
    readonly at: Date;
    readonly expiresAt: Date;
    readonly needs: readonly Ask[];
    readonly approvedBy: readonly string[];
    /** How many approvals are still missing; 0 where it may be said. */
    readonly missing: number;
  }[];
}

export interface ShowDocument {
  readonly version: 1;
  readonly incident: IncidentDocument;
  readonly updates: readonly {
    readonly id: string;
    readonly number: number;
    readonly verb: Verb;
    readonly template: string;
    readonly key: string | null;
    readonly at: Date;
    readonly author: string;
    readonly phase: Phase;
    readonly impact: Incident["impact"];
    readonly components: Incident["components"];
    readonly nextUpdateAt: Date | null;
    readonly deliveries: readonly DeliveryDocument[];
  }[];
  /** Where each channel stands. */
  readonly coverage: readonly (DeliveryDocument & Pick<ChannelCoverage, "updateNumber">)[];
}

export interface DueDocument {
  readonly version: 1;
  readonly due: readonly DueEntry[];
}

/** Something that is owed. */
export interface DueEntry {
  readonly incident: string | null;
  readonly title: string;
  readonly kind: "acknowledgement" | "update" | "start" | "end" | "postmortem" | "action";
  readonly dueAt: Date;
  readonly overdue: boolean;
  readonly beyondBound: boolean;
  /** The channels that have still to hear what was said. */
  readonly silent: readonly string[];
  /** What to type to pay it. */
  readonly command: string;
  /** The action's id; null for what is no action. */
  readonly action: string | null;
}

/** What a scripted follow-up came to on one incident. */
export interface FollowUpDocument {
  readonly version: 1;
  readonly outcome?: Outcome;
  readonly incident?: IncidentDocument;
  readonly update?: BroadcastDocument["update"];
  readonly deliveries?: readonly (DeliveryDocument | PlannedDelivery)[];
  readonly silent?: readonly string[];
  /** What a person has to type, where words stay due. */
  readonly command?: string;
  /** Why nothing was said. */
  readonly error?: {
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
    readonly retryAt: null;
  };
  /** The channels on which colleagues were reminded instead. */
  readonly reminded?: readonly { readonly channel: string; readonly error: object | null }[];
}

/** The same on several. */
export interface FollowUpsDocument {
  readonly version: 1;
  readonly outcome: Outcome;
  readonly followUps: readonly FollowUpDocument[];
  readonly silent: readonly string[];
}

export interface Check extends ChannelFinding {
  /** Null for what concerns no single channel. */
  readonly channel: string | null;
}

/** What `status doctor --json` prints. */
export interface DoctorDocument {
  readonly version: 1;
  readonly checks: readonly Check[];
}

/** What became of one recipient: a line that `status recipients --json` prints. */
export interface RecipientDocument {
  readonly channel: string;
  readonly updateNumber: number;
  readonly address: string;
  readonly state: RecipientState;
  readonly error: DeliveryError | null;
}

/** What `status approve --json` prints. */
export interface ApprovalDocument {
  readonly version: 1;
  readonly outcome: "approved" | "waiting";
  readonly incident: IncidentDocument;
  readonly plan: {
    readonly hash: string;
    /** Who made it. */
    readonly by: string;
    readonly at: Date;
    readonly expiresAt: Date;
    readonly verb: string;
  };
  readonly approval: {
    /** What it needs; nothing where nobody's agreement is. */
    readonly asks: readonly Ask[];
    /** Whose agreement counts. */
    readonly by: readonly string[];
    readonly missing: number;
    readonly open: readonly Ask[];
    /** Why an approval that was given does not count. */
    readonly invalid: readonly string[];
  };
}

/** What `status lint --json` prints. */
export interface LintDocument {
  readonly version: 1;
  readonly findings: readonly (Omit<Finding, "rule"> & {
    /** Null for all that come with the program. */
    readonly template: string | null;
    /** The language in which it was seen first. */
    readonly locale: string;
    readonly rule: string;
  })[];
  /** Templates that cannot be said. */
  readonly faults: readonly {
    readonly template: string;
    /** Null where it is so on all channels, or in all languages. */
    readonly channel: string | null;
    readonly locale: string | null;
    readonly code: string;
    readonly message: string;
    readonly hint: string | null;
  }[];
}

/** What `status page build` and `publish` print. */
export interface PagesDocument {
  readonly version: 1;
  readonly outcome: Extract<Outcome, "delivered" | "partial" | "silent">;
  readonly pages: readonly {
    readonly channel: string;
    readonly state: "written" | "published" | "failed";
    readonly revision: number | null;
    /** Paths within the page's folder. */
    readonly changed: readonly string[];
    /** Its first file, as an address. */
    readonly file: string;
    readonly url: string | null;
    readonly verification: Verification | null;
    readonly error: DeliveryError | null;
  }[];
  /** Components that another dashboard speaks for; `fault`: why that could not be read. */
  readonly sources: readonly {
    readonly component: string;
    readonly url: string;
    readonly readAt: Date | null;
    readonly fault: string | null;
  }[];
}

export const NOTHING: NothingDocument = { version: 1, outcome: "nothing-to-do", deliveries: [], silent: [] };

export function broadcastDocument(
  outcome: Outcome,
  incident: Incident,
  update: Update,
  reports: readonly ChannelReport[],
): BroadcastDocument {
  return {
    version: 1,
    outcome,
    incident: incidentFields(incident),
    update: updateFields(update),
    deliveries: reports.map(deliveryFields),
    silent: silentChannels(reports),
  };
}

export function updateFields({ id, number, template, key }: Update): BroadcastDocument["update"] {
  return { id, number, template, key };
}

export function incidentFields(incident: Incident): IncidentDocument {
  const { id, title, type, phase, impact, components, startedAt, acknowledgedAt, resolvedAt, nextUpdateAt } =
    incident;
  const { endsAt, automatic } = incident;
  return {
    ...{ id, title, type, phase, impact, components },
    ...{ startedAt, acknowledgedAt, resolvedAt, nextUpdateAt, endsAt, automatic },
  };
}

export function deliveryFields(report: ChannelReport): DeliveryDocument {
  const { channel, kind, state, reason, verification, remoteId, url, attempts, elapsedMs, text, error } =
    report;
  const { required, audience, parts } = report;
  return {
    ...{ channel, kind, state, reason, verification, remoteId, url, attempts, elapsedMs, text },
    parts: parts.map(({ effect: _, ...part }) => part),
    ...{ error, required, audience },
  };
}

export function retryPreviewDocument(rows: readonly Delivery[]): RetryPreviewDocument {
  const reports = reportChannels(rows);
  return {
    ...{ version: 1, outcome: "dry-run" },
    ...{ deliveries: reports.map(deliveryFields), silent: silentChannels(reports) },
  };
}
