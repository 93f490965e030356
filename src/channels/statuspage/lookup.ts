import { z } from "zod";
import { ChannelError, type Place, type Post, type Receipt, type Search, type Verdict } from "../contract.ts";
import type { HostedPage } from "./client.ts";
import type { HostedPayload } from "./compose.ts";
import {
  type HostedIncident,
  hostedIds,
  incidentShape,
  keyOfIncident,
  receiptFor,
  sameBody,
} from "./hosted-incident.ts";

/** The vendor's clock and ours may differ by this much. */
const CLOCK_SKEW_MS = 5 * 60 * 1000;
const PAGE_SIZE = 100;
/** Reads at most 1,000 incidents: the vendor allows one request a second. */
const MOST_PAGES = 10;

/** Looks for the incident with our key, or for an update of the incident with the same words since the attempt. */
export async function findHostedPost(
  page: HostedPage,
  post: Post,
  place: Place,
  since: Date,
  signal: AbortSignal,
): Promise<Search> {
  try {
    return place.root === null
      ? await findIncident(page, post, since, signal)
      : await findUpdate(page, post, place, since, signal);
  } catch (error) {
    if (error instanceof ChannelError) return inconclusive(error.message);
    throw error;
  }
}

function inconclusive(reason: string): Search {
  return { found: null, conclusive: false, reason };
}

async function findIncident(page: HostedPage, post: Post, since: Date, signal: AbortSignal): Promise<Search> {
  for (let number = 1; number <= MOST_PAGES; number++) {
    const answer = await page.call("GET", `/incidents?limit=${PAGE_SIZE}&page=${number}`, signal);
    const incidents = answer.status === 200 ? z.array(incidentShape).safeParse(answer.json).data : undefined;
    if (incidents === undefined) throw page.refusal(answer);
    const found = incidents.find((incident) => keyOfIncident(incident) === post.key);
    if (found !== undefined) return { found: receiptFor(found, found.incident_updates.at(-1), true) };
    // Newest first, as observed: a page of older ones is followed by older ones only.
    const allOlder = incidents.every((incident) => isBefore(incident.created_at, since));
    if (incidents.length < PAGE_SIZE || allOlder)
      return {
        found: null,
        conclusive: true,
        reason: "no incident on the page carries our key",
      };
  }
  return inconclusive(`our key is not among the newest ${MOST_PAGES * PAGE_SIZE} incidents`);
}

async function findUpdate(
  page: HostedPage,
  post: Post,
  place: Place,
  since: Date,
  signal: AbortSignal,
): Promise<Search> {
  const root = hostedIds(place.root);
  if (root === null) return inconclusive("the first post's receipt names no hosted incident");
  const incident = await readIncident(page, root.incidentId, signal);
  if (incident === null) return inconclusive("the hosted incident is gone");
  const { status, body } = (post.payload as HostedPayload).incident;
  const known = [root.updateId, hostedIds(place.previous)?.updateId];
  const update = incident.incident_updates.find(
    (one) =>
      one.status === status &&
      sameBody(one.body, body) &&
      !known.includes(one.id) &&
      !isBefore(one.created_at, since),
  );
  return update === undefined
    ? {
        found: null,
        conclusive: true,
        reason: "no update with these words since the attempt",
      }
    : { found: receiptFor(incident, update, false) };
}

/** Null where the incident does not exist; throws ChannelError where that cannot be told. */
async function readIncident(
  page: HostedPage,
  id: string,
  signal: AbortSignal,
): Promise<HostedIncident | null> {
  const answer = await page.call("GET", `/incidents/${encodeURIComponent(id)}`, signal);
  if (answer.status === 404) return null;
  const incident = answer.status === 200 ? incidentShape.safeParse(answer.json).data : undefined;
  if (incident === undefined) throw page.refusal(answer);
  return incident;
}

function isBefore(instant: string | undefined, since: Date): boolean {
  return instant !== undefined && Date.parse(instant) < since.getTime() - CLOCK_SKEW_MS;
}

/** Reads the update back and compares its words and phase. */
export async function verifyHostedPost(
  page: HostedPage,
  receipt: Receipt,
  post: Post,
  signal: AbortSignal,
): Promise<Verdict> {
  const ids = hostedIds(receipt);
  if (ids === null) return { state: "cannot", note: "the receipt names no hosted incident" };
  try {
    const incident = await readIncident(page, ids.incidentId, signal);
    if (incident === null) return { state: "missing", note: "the hosted incident is gone" };
    const { status, body } = (post.payload as HostedPayload).incident;
    const update = incident.incident_updates.find((one) => one.id === ids.updateId);
    if (update === undefined)
      return {
        state: "missing",
        note: "the hosted incident has lost this update",
      };
    return update.status === status && sameBody(update.body, body)
      ? { state: "seen", note: null }
      : {
          state: "altered",
          note: "the update on the hosted page differs from what was posted",
        };
  } catch (error) {
    if (error instanceof ChannelError) return { state: "cannot", note: error.message };
    throw error;
  }
}
