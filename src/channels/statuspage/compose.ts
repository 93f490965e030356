import { flatten, worse } from "../../incident/components.ts";
import type { ComponentState, Impact, Phase } from "../../incident/incident.ts";
import type { Message } from "../../render/document.ts";
import { fit as cutToFit } from "../../render/fit.ts";
import { toPlainText } from "../../render/formats/plain.ts";
import { literal } from "../../render/literal.ts";
import { type ComposeContext, type Post, type Property, TooLong } from "../contract.ts";
import type { StatuspageSettings } from "./settings.ts";

/** All that opens an incident; a follow-up uses the part that an update may carry. */
export type HostedPayload = {
  readonly incident: {
    readonly name: string;
    readonly status: Phase;
    readonly body: string;
    readonly impact_override: Impact | "maintenance";
    readonly components: Readonly<Record<string, ComponentState>>;
    readonly component_ids: readonly string[];
    readonly deliver_notifications: boolean;
    readonly metadata: {
      readonly status_cli: {
        readonly key: string;
        readonly incident: string;
        readonly update: string;
      };
    };
    /** Of planned work only, ISO 8601. */
    readonly scheduled_for?: string;
    readonly scheduled_until?: string;
    readonly [switchedOff: string]: unknown;
  };
};

/** Statuspage, manage API v1, Create an incident, read 2026-11. */
const LIMITS = { name: 255, body: 25_000 };

/** What Statuspage would say or do by itself, later and without us. */
const SWITCHED_OFF = {
  auto_transition_to_maintenance_state: false,
  auto_transition_to_operational_state: false,
  auto_transition_deliver_notifications_at_start: false,
  auto_transition_deliver_notifications_at_end: false,
  scheduled_auto_in_progress: false,
  scheduled_auto_completed: false,
  scheduled_remind_prior: false,
  auto_tweet_at_beginning: false,
  auto_tweet_on_completion: false,
  auto_tweet_on_creation: false,
  auto_tweet_one_hour_before: false,
};

/** One incident or update. Throws TooLong where the body exceeds 25,000 characters. */
export function composeHostedPost(
  message: Message,
  context: ComposeContext,
  settings: Pick<StatuspageSettings, "components" | "notifySubscribers">,
  property: Property,
): Post {
  const { incident, update } = context;
  const key = context.keyOf("1");
  const notice = incident.type === "notice";
  const plain = toPlainText(message.body);
  const body = escapeBody(plain);
  const used = [...body].length;
  if (used > LIMITS.body)
    throw new TooLong(`Statuspage takes ${LIMITS.body} characters in an update, and this has ${used}`);
  const title = literal(incident.title);
  const name = cutToFit(title, {
    limit: LIMITS.name,
    measure: (text) => [...text].length,
  }).text;
  const { components, unmapped } = notice ? NOTHING : mapComponents(context, settings, property);
  // The page's subscribers chose to hear of trouble.
  const notifies = settings.notifySubscribers && !notice;
  const payload = {
    incident: {
      name,
      status: notice ? "resolved" : incident.phase,
      body,
      impact_override: notice ? "none" : incident.type === "maintenance" ? "maintenance" : incident.impact,
      components: touchesComponents(context) ? components : {},
      component_ids: Object.keys(components),
      deliver_notifications: notifies,
      metadata: {
        status_cli: { key, incident: incident.id, update: update.id },
      },
      ...SWITCHED_OFF,
      ...(incident.type === "maintenance" ? timesOf(incident) : { reminder_intervals: "[]" }),
    },
  } as const;
  return {
    part: "1",
    key,
    payload,
    text: context.rootSubject === null ? `${name}\n\n${plain}` : plain,
    length: { used, limit: LIMITS.body, unit: "characters" },
    notes: [
      ...(name === title ? [] : ["title cut to fit"]),
      ...unmapped.map((label) => `${label} is not on the hosted page: add it to the channel's components`),
      ...(notifies ? ["the page's subscribers are notified"] : []),
    ],
  };
}

/** Work that is only planned, or will not take place, leaves the components' states alone. */
function touchesComponents({ incident, update }: ComposeContext): boolean {
  return incident.phase !== "scheduled" && update.verb !== "maintenance cancel";
}

/** The page takes no end that is not after the start. */
function timesOf({ startedAt, endsAt }: ComposeContext["incident"]) {
  return {
    scheduled_for: startedAt.toISOString(),
    ...(endsAt === null || endsAt <= startedAt ? {} : { scheduled_until: endsAt.toISOString() }),
  };
}

const NOTHING = { components: {}, unmapped: [] };

function mapComponents(
  context: ComposeContext,
  settings: Pick<StatuspageSettings, "components">,
  property: Property,
): { components: Record<string, ComponentState>; unmapped: string[] } {
  const components: Record<string, ComponentState> = {};
  const unmapped: string[] = [];
  const names = new Map(flatten(property.components).map(({ id, name }) => [id, name]));
  for (const { id, state } of context.incident.components) {
    const vendorId = Object.hasOwn(settings.components, id) ? settings.components[id] : undefined;
    if (vendorId === undefined) unmapped.push(names.get(id) ?? id);
    else {
      const shown = worse(state, context.elsewhere?.get(id) ?? "operational");
      components[vendorId] = worse(components[vendorId] ?? shown, shown);
    }
  }
  return { components, unmapped };
}

/** The page reads Markdown and HTML in a body; only what would open a tag or an entity is dangerous. */
function escapeBody(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
