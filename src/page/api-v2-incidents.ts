import { isClosed, isOpen, type Phase } from "../incident/incident.ts";
import { toPlainText } from "../render/formats/plain.ts";
import { changesBy, type ListedComponent } from "./api-v2-components.ts";
import { cut } from "./cut.ts";
import { addressOf, pageId, toldAt } from "./identity.ts";
import type { PageIncident, PageUpdate } from "./site.ts";
import type { View } from "./view.ts";

/** Statuspage takes no longer body (manage API, description of 2024-08). */
const BODY = 25_000;
/** The words of one document together, in characters; past them an update's body tells where to read it. */
const WORDS = 500_000;
const HOUR_MS = 3_600_000;

/** Writes the incidents of one document, newest first; of components in `unheard` it gives no state. */
export function createIncidentWriter(
  view: View,
  componentOf: (id: string) => ListedComponent,
  unheard: ReadonlySet<string>,
): (incident: PageIncident) => object {
  const { site } = view;
  let left = WORDS;
  const body = ({ blocks }: PageUpdate, address: string): string => {
    const text = left <= 0 ? null : cut(toPlainText(blocks), BODY);
    left -= text?.length ?? 0;
    return text !== null && left >= 0
      ? text
      : view.speech.say(view.speech.texts.feeds.elsewhere, { address });
  };
  return (incident) => {
    const { id, title, type, updates, startedAt, endsAt } = incident;
    const { first, last } = toldAt(incident);
    const address = addressOf(id, site);
    return {
      ...{ id, name: title, status: statusOf(incident), created_at: first, updated_at: last },
      monitoring_at: beganAt(updates, (phase) => phase === "monitoring" || phase === "verifying"),
      resolved_at: isOpen(incident) ? null : (incident.resolvedAt ?? beganAt(updates, isClosed)),
      impact: type === "maintenance" ? "maintenance" : incident.impact,
      ...{ shortlink: address, started_at: startedAt, page_id: pageId(site) },
      incident_updates: updates.map((update, index) => {
        const affected = changesBy(update, updates[index + 1]);
        return {
          id: `${id}-${update.number}`,
          status: update.template === "postmortem" ? "postmortem" : update.phase,
          body: body(update, address),
          incident_id: id,
          ...{ created_at: update.at, updated_at: update.at, display_at: update.at },
          affected_components:
            affected.length === 0
              ? null
              : affected.map((change) => ({
                  code: change.id,
                  name: componentOf(change.id).name,
                  old_status: change.from,
                  new_status: change.to,
                })),
          ...{ deliver_notifications: true, custom_tweet: null, tweet_id: null },
        };
      }),
      components: incident.components.flatMap(({ id }) => (unheard.has(id) ? [] : [componentOf(id)])),
      ...(type === "maintenance"
        ? {
            scheduled_for: startedAt,
            scheduled_until: endsAt ?? new Date(startedAt.getTime() + HOUR_MS),
          }
        : {}),
    };
  };
}

/** As on a Statuspage, an ended incident with its postmortem out stands at `postmortem`. */
function statusOf(incident: PageIncident): string {
  const explained = incident.updates.some(({ template }) => template === "postmortem");
  return explained && isClosed(incident.phase) ? "postmortem" : incident.phase;
}

/** When the updates, newest first, last came to such a phase. */
function beganAt(updates: readonly PageUpdate[], such: (phase: Phase) => boolean): Date | null {
  const newest = updates.findIndex(({ phase }) => such(phase));
  if (newest === -1) return null;
  const older = updates.slice(newest);
  const end = older.findIndex(({ phase }) => !such(phase));
  return older[(end === -1 ? older.length : end) - 1]?.at ?? null;
}
