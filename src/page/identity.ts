import { createHash } from "node:crypto";
import type { PageIncident, Site } from "./site.ts";

/** The stable address of an incident, within the page's folder. */
export function incidentPath(id: string): string {
  return `incidents/${id}.html`;
}

/** The incident's own page: its public address, or its path within the page's folder where nobody said where that is read. */
export function addressOf(id: string, { url }: Pick<Site, "url">): string {
  const path = incidentPath(id);
  return url === null ? path : `${url}/${path}`;
}

/** Twelve characters that stand for the page as long as the property keeps its name. */
export function pageId({ property }: Pick<Site, "property">): string {
  const hash = createHash("sha256").update(property.name).digest();
  return [...hash.subarray(0, 12)].map((byte) => (byte % 36).toString(36)).join("");
}

/** A name for the incident that holds wherever the page stands: a UUID made from the names (RFC 9562, version 8). */
export function urnOf(id: string, site: Pick<Site, "property">): string {
  const hash = createHash("sha256")
    .update(`${pageId(site)}/${id}`)
    .digest();
  hash[6] = (hash[6]! & 0x0f) | 0x80;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString("hex");
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)];
  return `urn:uuid:${parts.join("-")}`;
}

/** When something was first said about the incident, and last; its beginning where all was withdrawn. */
export function toldAt({ updates, startedAt }: PageIncident): { readonly first: Date; readonly last: Date } {
  const times = updates.map(({ at }) => at.getTime());
  if (times.length === 0) return { first: startedAt, last: startedAt };
  return { first: new Date(Math.min(...times)), last: new Date(Math.max(...times)) };
}
