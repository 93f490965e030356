import type { Dialog } from "../dialog.ts";
import type { Detected } from "./detect.ts";

export interface PropertyFlags {
  readonly property?: string;
  readonly url?: string;
  readonly statusUrl?: string;
  readonly timeZone?: string;
  readonly locale?: string;
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
      check: (answer) => (answer.trim() === "" ? "A name." : null),
    }));
  const known = detected.homepage ?? detected.repository;
  const url =
    flags.url ??
    (await askAddress(
      dialog,
      known === null ? "Your own address? (Enter to leave it out)" : "Your own address? (none: leave it out)",
      known,
    ));
  const statusUrl =
    flags.statusUrl ?? (await askAddress(dialog, "Where will the status page be? (Enter: later)", null));
  // A machine in UTC is a server, and says nothing of where people are.
  const timeZone =
    flags.timeZone ??
    (/^(?:Etc\/)?(?:UTC|GMT|UCT)$/.test(detected.timeZone)
      ? await dialog.input("In which time zone do you say times?", {
          initial: "UTC",
          check: (answer) => (isTimeZone(answer) ? null : "A time zone such as America/Los_Angeles or UTC."),
        })
      : detected.timeZone);
  const locale =
    flags.locale ??
    (detected.locale === "en"
      ? "en"
      : await dialog.input("In which language do customers read? (en, de, es …)", {
          initial: detected.locale,
          check: (answer) => (isLocale(answer) ? null : "A language tag such as en or de-AT."),
        }));
  return { property, url, statusUrl, timeZone, locale };
}

async function askAddress(dialog: Dialog, question: string, initial: string | null): Promise<string> {
  const answer = await dialog.input(question, {
    ...(initial === null ? {} : { initial }),
    check: (answer) =>
      answer === "" || answer === "none" || isAddress(answer)
        ? null
        : "An address that begins with https://, without a user name; or nothing.",
  });
  return answer === "none" ? "" : answer;
}

function isAddress(text: string): boolean {
  if (!/^https?:\/\/\S+$/.test(text) || !URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username === "" && password === "";
}

export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function isLocale(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length === 1;
  } catch {
    return false;
  }
}
