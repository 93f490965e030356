import { sayDuration } from "../../base/duration.ts";
import type { ChannelKit, Finding } from "../contract.ts";
import { HttpError, type HttpResponse } from "../http.ts";
import { revisionOfJson } from "./read-back.ts";
import { revisionIn } from "./write-page.ts";

/** A reader may see a page as old as this; promises are told to the minute. */
const FRESH_MS = 5 * 60_000;

/**
 * What a visitor gets at the page's address: whether it is there, as new as the folder, readable from the property's own
 * pages, and not kept for long on the way. Only reads; each finding is a warning, since the page may not be published yet.
 */
export async function checkPublic(
  url: string,
  directory: string,
  { http, timeoutMs, property }: Pick<ChannelKit, "http" | "timeoutMs" | "property">,
  signal: AbortSignal,
): Promise<Finding[]> {
  const address = `${url}/status.json`;
  const origin = new URL(property.url ?? "https://www.example.com").origin;
  let answer: HttpResponse;
  try {
    // As a page of the property asks; some hosts name the allowed sites only then.
    const headers = { origin, accept: "*/*" };
    answer = await http.request({ method: "GET", url: address, headers, timeoutMs, signal });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    // A drill looks at nothing outside this machine.
    if (error.reason === "NOT_LOOPBACK") return [];
    return [warning("public", `${address} cannot be reached: ${error.message}`, BEFORE_THE_FIRST)];
  }
  if (answer.status !== 200)
    return [warning("public", `${address} answers ${answer.status}`, BEFORE_THE_FIRST)];
  const revision = revisionOfJson(answer.body);
  if (revision === null)
    return [
      warning(
        "public",
        `${address} is not a page of ours`,
        "Correct url, or look what the publish command carries there.",
      ),
    ];
  const local = await revisionIn(directory);
  const findings: Finding[] = [
    local !== null && revision < local
      ? warning(
          "public",
          `${url} shows revision ${revision}, the folder holds ${local}`,
          "To publish it: status page publish",
        )
      : { name: "public", level: "ok", message: `${url} shows revision ${revision}`, hint: null },
  ];
  if (!mayBeReadFrom(origin, answer))
    findings.push(
      warning(
        "cors",
        `status.json may not be read from ${origin}: neither error page nor banner can say there what is wrong`,
        "Have the page's host send access-control-allow-origin: * with status.json and api/ (see docs/page.md).",
      ),
    );
  const kept = keptFor(answer);
  if (kept > FRESH_MS)
    findings.push(
      warning(
        "cache",
        `readers may get a status.json that is ${sayDuration(kept)} old`,
        "Have the page's host send cache-control: max-age=60, and purge what it keeps (see docs/page.md).",
      ),
    );
  return findings;
}

const BEFORE_THE_FIRST = "This is fine before the first publishing; then type: status page publish";

function warning(name: string, message: string, hint: string): Finding {
  return { name, level: "warn", message, hint };
}

function mayBeReadFrom(origin: string, { headers }: HttpResponse): boolean {
  const allowed = headers["access-control-allow-origin"];
  return allowed === "*" || allowed === origin;
}

/** How long a browser or a cache on the way may keep the answer, or has kept it. */
function keptFor({ headers }: HttpResponse): number {
  const control = headers["cache-control"] ?? "";
  if (/\bno-(?:store|cache)\b/.test(control)) return 0;
  const ages = [...control.matchAll(/\b(?:s-maxage|max-age)\s*=\s*"?(\d+)/gi)].map(([, seconds]) =>
    Number(seconds),
  );
  return Math.max(0, ...ages, Number(/^\d+$/.exec(headers.age ?? "")?.[0] ?? 0)) * 1000;
}
