import type { ZodError } from "zod";
import { usageError } from "../../base/errors.ts";
import { isOneLine } from "../../base/one-line.ts";
import { oneLine } from "../../base/printable.ts";
import { adviceOn } from "../../config/explain.ts";
import { propertySchema } from "../../config/schema.ts";
import type { Dialog } from "../dialog.ts";
import type { Detected } from "./detect.ts";

export interface PropertyFlags {
  readonly property?: string;
  readonly url?: string;
  readonly statusUrl?: string;
  readonly timeZone?: string;
  readonly locale?: string;
}

/** An empty address is left out. */
const OPTIONAL: readonly Flag[] = ["url", "statusUrl"];

type Flag = keyof PropertyFlags;

const FLAGS = {
  property: { field: "name", written: "--property", such: '"Example Shop"' },
  url: { field: "url", written: "--url", such: "https://www.example.com" },
  statusUrl: { field: "statusUrl", written: "--status-url", such: "https://status.example.org" },
  timeZone: { field: "timeZone", written: "--time-zone", such: "America/Los_Angeles" },
  locale: { field: "locale", written: "--locale", such: "de-AT" },
} as const;

/** Throws a usage error that names the first flag whose value no configuration takes. */
export function refuseUnusable(flags: PropertyFlags): void {
  for (const [flag, { written, such }] of Object.entries(FLAGS) as [Flag, (typeof FLAGS)[Flag]][]) {
    const value = flags[flag];
    if (value === undefined || (value === "" && OPTIONAL.includes(flag))) continue;
    const fault = faultOf(flag, value);
    if (fault === null) continue;
    if (flag === "timeZone")
      throw usageError(
        "TIME_ZONE_UNKNOWN",
        `--time-zone ${oneLine(value)}: there is no such zone.`,
        "Such as: --time-zone America/Los_Angeles",
      );
    throw usageError(
      "PROPERTY_UNUSABLE",
      `${written} ${oneLine(value)}: ${fault}.`,
      `Such as: ${written} ${such}`,
    );
  }
}

/** What is wrong with it for a configuration, in words; null where nothing is. */
function faultOf(flag: Flag, value: string): string | null {
  if (!isOneLine(value)) return "give one line without control characters";
  if (flag === "property" && value.trim() === "") return "give a name";
  if (flag === "property" && value.trim().length > 100) return "give at most 100 characters";
  if (OPTIONAL.includes(flag) && /\s/.test(value)) return "give an address without blanks";
  const read: { error?: Pick<ZodError, "issues"> | undefined } =
    propertySchema.shape[FLAGS[flag].field].safeParse(value);
  const issue = read.error?.issues[0];
  return issue === undefined ? null : adviceOn(issue);
}

/** The same to somebody who has just typed it. */
function checkFor(flag: Flag): (answer: string) => string | null {
  return (answer) => {
    if (OPTIONAL.includes(flag) && /^(?:|none)$/.test(answer.trim())) return null;
    const fault = faultOf(flag, OPTIONAL.includes(flag) ? asAddress(answer.trim()) : answer);
    return fault === null ? null : `${fault[0]!.toUpperCase()}${fault.slice(1)}.`;
  };
}

/** Asks for what neither flags nor this machine know for sure; Enter takes what was found. */
export async function askProperty(
  dialog: Dialog,
  flags: PropertyFlags,
  detected: Detected,
): Promise<PropertyFlags & { readonly property: string }> {
  const property =
    flags.property ??
    (await dialog.input("What do customers call you?", {
      ...(detected.name === null ? {} : { initial: detected.name }),
      check: checkFor("property"),
    }));
  const { homepage } = detected;
  const url =
    flags.url ??
    (await askAddress(
      dialog,
      "url",
      `Your website, for a link on the status page (${homepage === null ? "Enter" : "none"}: no link)`,
      homepage,
    ));
  const statusUrl =
    flags.statusUrl ??
    (await askAddress(dialog, "statusUrl", "The status page's address, for every post (Enter: later)", null));
  // A machine in UTC is a server, and says nothing of where people are.
  const timeZone =
    flags.timeZone ??
    (/^(?:Etc\/)?(?:UTC|GMT|UCT)$/.test(detected.timeZone)
      ? await dialog.input("In which time zone do you say times?", {
          initial: "UTC",
          check: checkFor("timeZone"),
        })
      : detected.timeZone);
  const locale =
    flags.locale ??
    (detected.locale === "en"
      ? "en"
      : await dialog.input("In which language do customers read? (en, de, es …)", {
          initial: detected.locale,
          check: checkFor("locale"),
        }));
  return { property: property.trim(), url, statusUrl, timeZone, locale };
}

async function askAddress(
  dialog: Dialog,
  flag: "url" | "statusUrl",
  question: string,
  initial: string | null,
): Promise<string> {
  const answer = await dialog.input(question, {
    ...(initial === null ? {} : { initial }),
    check: checkFor(flag),
  });
  return answer.trim() === "none" ? "" : asAddress(answer.trim());
}

/** Browsers taught people to leave https:// out. */
export function asAddress(text: string): string {
  return /^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d+)?(?:\/\S*)?$/i.test(text)
    ? `https://${text}`
    : text;
}
