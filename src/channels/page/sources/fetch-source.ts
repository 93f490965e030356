import { gunzipSync } from "node:zlib";
import { wordsOfConnection } from "../../connection-fault.ts";
import { type Http, HttpError, type HttpResponse, isLoopback } from "../../http.ts";
import { SourceFault } from "./source-fault.ts";

const LARGEST = 1024 * 1024;
const MOST_REDIRECTS = 3;

/** What a dashboard answered, unpacked. */
export interface SourceAnswer {
  readonly bytes: Uint8Array;
  readonly contentType: string;
}

/**
 * Gets what stands at `url`, following at most three redirects, all within one `timeoutMs`; at most 1 MiB, packed or not.
 * Throws SourceFault for anything but an answer 200; a signal that aborted on its own account gives `stopped`.
 */
export async function fetchSource(
  http: Http,
  url: string,
  options: { accept: string; timeoutMs: number; signal: AbortSignal },
): Promise<SourceAnswer> {
  let address = addressIn(url, null);
  for (let redirects = 0; ; redirects++) {
    const response = await ask(http, address, options);
    if (![301, 302, 303, 307, 308].includes(response.status)) return accept(response);
    if (redirects === MOST_REDIRECTS) throw new SourceFault(`more than ${MOST_REDIRECTS} redirects`);
    const location = response.headers.location ?? "";
    if (location === "") throw new SourceFault("redirects without saying where to");
    address = addressIn(location, address);
  }
}

function addressIn(text: string, from: URL | null): URL {
  if (!URL.canParse(text, from?.href))
    throw new SourceFault(from ? "redirects to no address" : "not an address");
  const url = new URL(text, from?.href);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new SourceFault(from ? "redirects to something other than http(s)" : "not an http(s) address");
  if (from !== null && isLoopback(url.hostname) && !isLoopback(from.hostname))
    throw new SourceFault("redirects to this machine");
  return url;
}

async function ask(
  http: Http,
  url: URL,
  { accept, timeoutMs, signal }: { accept: string; timeoutMs: number; signal: AbortSignal },
): Promise<HttpResponse> {
  try {
    return await http.request({
      method: "GET",
      url: url.href,
      headers: { accept, "accept-encoding": "identity" },
      timeoutMs,
      signal,
      maxBytes: LARGEST,
    });
  } catch (error) {
    if (error instanceof HttpError) throw new SourceFault(faultOf(error.reason, timeoutMs), error);
    throw error;
  }
}

function accept(response: HttpResponse): SourceAnswer {
  if (response.status !== 200) throw new SourceFault(`answered ${response.status}`);
  const contentType = response.headers["content-type"] ?? "";
  return { bytes: unpack(response), contentType };
}

/** Nothing packed is asked for, but files in an object store are often kept and sent so all the same. */
function unpack({ bytes, headers }: HttpResponse): Uint8Array {
  const coding = (headers["content-encoding"] ?? "").trim().toLowerCase();
  if (coding === "" || coding === "identity") return bytes;
  if (coding !== "gzip" && coding !== "x-gzip")
    throw new SourceFault("answered in a packing that was not asked for");
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST });
  } catch (error) {
    const large = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    throw new SourceFault(large ? "the answer is larger than 1 MB" : "the answer cannot be unpacked", error);
  }
}

const FAULTS: Readonly<Record<string, string>> = {
  TOO_LARGE: "the answer is larger than 1 MB",
  TRUNCATED: "the answer broke off",
  NOT_LOOPBACK: "a drill reaches this machine only",
};

function faultOf(reason: string, timeoutMs: number): string {
  if (reason === "TIMEOUT" || reason === "ABORTED" || reason === "ETIMEDOUT")
    return `no answer within ${timeoutMs / 1000} s`;
  if (/CERT|SSL|TLS|SIGNATURE/.test(reason)) return "no safe connection (certificate)";
  if (reason.startsWith("HPE_")) return "the answer is not HTTP";
  return FAULTS[reason] ?? wordsOfConnection(reason) ?? "no connection";
}
