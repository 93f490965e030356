import { ChannelError, type Place, type Post, type Receipt } from "../contract.ts";
import { defineKind } from "../define-kind.ts";
import { checkHostedPage } from "./check.ts";
import { connectHostedPage, type HostedPage } from "./client.ts";
import { composeHostedPost, type HostedPayload } from "./compose.ts";
import { hostedIds, incidentShape, receiptFor, sameBody } from "./hosted-incident.ts";
import { findHostedPost, verifyHostedPost } from "./lookup.ts";
import { statuspageSettings } from "./settings.ts";

/** Atlassian Statuspage: one hosted incident, an incident update for each of ours. */
export const statuspage = defineKind({
  kind: "statuspage",
  title: "Statuspage",
  guide: async () => (await import("./guide.ts")).guide,
  settings: statuspageSettings,
  secrets: ["apiKey"],
  connect(settings, kit) {
    const page = connectHostedPage(settings, kit);
    return {
      compose: (message, context) => [composeHostedPost(message, context, settings, kit.property)],
      publish: (post, place, signal) => publish(page, post, place, signal),
      find: (post, place, since, signal) => findHostedPost(page, post, place, since, signal),
      verify: (receipt, post, _place, signal) => verifyHostedPost(page, receipt, post, signal),
      amend: (receipt, post, signal) => amend(page, receipt, post, signal),
      check: (signal) => checkHostedPage(page, settings, kit.property, signal),
    };
  },
});

async function publish(page: HostedPage, post: Post, place: Place, signal: AbortSignal): Promise<Receipt> {
  const { incident } = post.payload as HostedPayload;
  const { status, body, components, component_ids, deliver_notifications, impact_override } = incident;
  const { scheduled_for, scheduled_until } = incident;
  const opening = place.root === null;
  const known = hostedIds(place.root);
  if (!opening && known === null)
    throw new ChannelError(
      "refused",
      "STATUSPAGE_NO_INCIDENT",
      "the first post's receipt names no hosted incident",
      {
        hint: "continue on the hosted page by hand",
      },
    );
  const answer =
    known === null
      ? await page.call("POST", "/incidents", signal, { incident })
      : await page.call("PATCH", `/incidents/${encodeURIComponent(known.incidentId)}`, signal, {
          incident: {
            status,
            body,
            components,
            component_ids,
            deliver_notifications,
            impact_override,
            ...(scheduled_for === undefined ? {} : { scheduled_for }),
            ...(scheduled_until === undefined ? {} : { scheduled_until }),
          },
        });
  if (answer.status < 200 || answer.status > 299) throw page.refusal(answer);
  const made = incidentShape.safeParse(answer.json).data;
  if (made === undefined) throw page.refusal(answer);
  const update = made.incident_updates.find((one) => one.status === status && sameBody(one.body, body));
  return receiptFor(made, update ?? made.incident_updates[0], opening);
}

async function amend(page: HostedPage, receipt: Receipt, post: Post, signal: AbortSignal): Promise<Receipt> {
  const ids = hostedIds(receipt);
  if (ids === null || ids.updateId === null)
    throw new ChannelError(
      "refused",
      "STATUSPAGE_NO_UPDATE",
      "the receipt names no update on the hosted page",
      {
        hint: "change it on the hosted page by hand",
      },
    );
  const { body } = (post.payload as HostedPayload).incident;
  const path = `/incidents/${encodeURIComponent(ids.incidentId)}/incident_updates/${encodeURIComponent(ids.updateId)}`;
  const answer = await page.call("PATCH", path, signal, { incident_update: { body } });
  if (answer.status < 200 || answer.status > 299) throw page.refusal(answer);
  return receipt;
}
