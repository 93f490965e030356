import pLimit from "p-limit";
import type { Clock } from "../../../base/clock.ts";
import { deadline } from "../../../base/deadline.ts";
import { type Component, type ComponentSource, flatten } from "../../../incident/components.ts";
import type { DashboardReport, Reading } from "../../../page/site.ts";
import type { Http } from "../../http.ts";
import { decodeText } from "./charset.ts";
import { readFeed } from "./feed.ts";
import { fetchSource, type SourceAnswer } from "./fetch-source.ts";
import { SourceFault } from "./source-fault.ts";
import { readSummary, summaryAddress } from "./statuspage.ts";

const AT_ONCE = 8;
const TIMEOUT_MS = 5_000;

interface ReadOptions {
  readonly http: Http;
  readonly clock: Clock;
  /** Once it aborts, what was not yet read stays as it was. */
  readonly signal: AbortSignal;
  /** For one source, redirects included; 5 s where nobody says. */
  readonly timeoutMs?: number;
}

/**
 * Reads every dashboard that the tree names: one reading for each address, in the tree's order, at most eight at a time.
 * A dashboard that cannot be read gives a reading with the fault and with what `before` has of it; nothing it does throws.
 * Where two components name one address, the first says which form it has.
 */
export async function readSources(
  components: readonly Component[],
  before: readonly Reading[],
  options: ReadOptions,
): Promise<readonly Reading[]> {
  const sources = new Map<string, ComponentSource>();
  for (const { source } of flatten(components))
    if (source !== undefined && !sources.has(source.url)) sources.set(source.url, source);
  const known = new Map(before.map((reading) => [reading.url, reading]));
  const limit = pLimit(AT_ONCE);
  return Promise.all(
    [...sources.values()].map((source) =>
      limit(() => readSource(source, known.get(source.url) ?? null, options)),
    ),
  );
}

async function readSource(
  source: ComponentSource,
  before: Reading | null,
  { http, clock, signal, timeoutMs = TIMEOUT_MS }: ReadOptions,
): Promise<Reading> {
  const { url } = source;
  const triedAt = clock.now();
  const limit = deadline(timeoutMs, signal);
  try {
    const answer = await fetchSource(http, addressOf(source), {
      accept: ACCEPTED[source.form],
      timeoutMs,
      signal: limit.signal,
    });
    const readAt = clock.now();
    return { url, triedAt, readAt, fault: null, report: reportIn(answer, source.form, readAt) };
  } catch (error) {
    if (!(error instanceof SourceFault)) throw error;
    // Whoever stops the reading says nothing about the dashboard.
    if (signal.aborted && before !== null) return before;
    const fault = signal.aborted ? "stopped before it answered" : error.message;
    return { url, triedAt, readAt: before?.readAt ?? null, fault, report: before?.report ?? null };
  } finally {
    limit.end();
  }
}

const ACCEPTED: Readonly<Record<ComponentSource["form"], string>> = {
  statuspage: "application/json",
  feed: "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5",
};

function addressOf({ form, url }: ComponentSource): string {
  return form === "statuspage" ? summaryAddress(url) : url;
}

/** Strangers wrote the answer: whatever it makes the parsers stumble over is that dashboard's fault, not the run's end. */
function reportIn(
  { bytes, contentType }: SourceAnswer,
  form: ComponentSource["form"],
  now: Date,
): DashboardReport {
  try {
    return form === "statuspage"
      ? readSummary(new TextDecoder().decode(bytes))
      : readFeed(decodeText(bytes, contentType), now);
  } catch (error) {
    throw error instanceof SourceFault ? error : new SourceFault("its answer makes no sense", error);
  }
}
