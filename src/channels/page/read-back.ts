import { join } from "node:path";
import type { ChannelKit, Receipt, Verdict } from "../contract.ts";
import { HttpError } from "../http.ts";
import { LIMITS, readPlain } from "./read-plain.ts";
import type { PageSettings } from "./settings.ts";

/**
 * Whether a reader gets the revision of the receipt, or a later one: from the page's address where a command carries it
 * there, else from the folder. Both files must say so, because the public reads the one and machines the other.
 */
export async function readBack(
  receipt: Receipt,
  settings: PageSettings,
  kit: ChannelKit,
  signal: AbortSignal,
): Promise<Verdict> {
  const wanted = Number(receipt.remoteId);
  if (settings.publish === undefined || kit.loopbackOnly) return readFolder(settings.directory, wanted);
  if (settings.url === undefined)
    return {
      state: "cannot",
      note: "the channel has a publish command but no url to read the page from",
    };
  return readPublic(settings.url, wanted, kit, signal);
}

async function readFolder(directory: string, wanted: number): Promise<Verdict> {
  for (const [name, revisionIn] of REVISIONS) {
    const limit = name === "index.html" ? LIMITS.document : LIMITS.status;
    const content = await readPlain(join(directory, name), limit).catch((error: Error) => error);
    if (content === null) return { state: "missing", note: `${name} is not in ${directory}` };
    if (typeof content !== "string")
      return { state: "cannot", note: `${name} cannot be read: ${content.message}` };
    const found = revisionIn(content);
    if (found === null || found < wanted) return { state: "missing", note: stale(name, found, wanted) };
  }
  return { state: "seen", note: null };
}

async function readPublic(
  url: string,
  wanted: number,
  { http, timeoutMs }: ChannelKit,
  signal: AbortSignal,
): Promise<Verdict> {
  for (const [name, revisionIn] of REVISIONS) {
    const address = name === "index.html" ? `${url}/` : `${url}/${name}`;
    try {
      const answer = await http.request({
        method: "GET",
        url: address,
        timeoutMs,
        signal,
      });
      if (answer.status !== 200)
        return {
          state: "not-yet",
          note: `${address} answers ${answer.status}`,
        };
      const found = revisionIn(answer.body);
      if (found === null || found < wanted) return { state: "not-yet", note: stale(address, found, wanted) };
    } catch (error) {
      if (error instanceof HttpError) return { state: "cannot", note: error.message };
      throw error;
    }
  }
  return { state: "seen", note: null };
}

const REVISIONS: readonly (readonly [string, (content: string) => number | null])[] = [
  ["status.json", revisionOfJson],
  ["index.html", revisionOfHtml],
];

/** Which writing of the page a status.json tells of; null where it is none of ours. */
export function revisionOfJson(content: string): number | null {
  try {
    const { revision } = JSON.parse(content) as { revision?: unknown };
    return isRevision(revision) ? revision : null;
  } catch {
    return null;
  }
}

function revisionOfHtml(content: string): number | null {
  const found = /<meta name="status-revision" content="(\d+)">/.exec(content)?.[1];
  return isRevision(Number(found)) ? Number(found) : null;
}

/** Nothing else can be counted on from, and would lock every later writing out. */
function isRevision(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function stale(where: string, found: number | null, wanted: number): string {
  if (found === null) return `${where} is not a page of ours`;
  return `${where} shows revision ${found}, not ${wanted} yet`;
}
