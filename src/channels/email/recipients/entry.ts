import type { ListEntry } from "../../contract.ts";
import { readAddress } from "../address.ts";
import type { Fields, Row } from "./fields.ts";
import { printable } from "./printable.ts";
import { fillUnsubscribe } from "./unsubscribe.ts";

/** So much is shown of a line that is nobody. */
const SHOWN = 120;
const NAME_LENGTH = 200;
const URL_LENGTH = 2000;
const KNOWN_LOCALES = 1000;

/**
 * Judges rows. Only an address that cannot be written to makes a fault: a name with invisible characters, a language that is none
 * and a place to unsubscribe that is no https address are left out, so that they keep nobody from hearing.
 * `unsubscribe` is the channel's own, which may be a template.
 */
export function entryReader(unsubscribe: string | undefined): (row: Row) => ListEntry {
  const localeOf = localeReader();
  return (row) => {
    const { line, text } = row;
    if ("fault" in row) return { line, text: printable(text, SHOWN), fault: row.fault };
    const { fields } = row;
    const address = readAddress(fields.address?.trim() ?? "");
    if (address === null) return { line, text: printable(text, SHOWN), fault: faultOf(fields) };
    return {
      line,
      recipient: {
        address,
        name: nameOf(fields.name),
        locale: fields.locale === null ? null : localeOf(fields.locale),
        unsubscribe:
          urlOf(fields.unsubscribe) ??
          (unsubscribe === undefined ? null : fillUnsubscribe(unsubscribe, { id: idOf(fields.id), address })),
      },
    };
  };
}

function faultOf({ address }: Fields): string {
  const text = address?.trim() ?? "";
  if (text === "") return "there is no address";
  if (/[,;\s]/.test(text)) return "this is not one address: name@example.com";
  if (/^[^@]*[^\x00-\x7f][^@]*@/.test(text))
    return "before the @ there are letters that mail servers do not know";
  return "this is no address: name@example.com";
}

/** Control and format characters, line breaks among them, and half characters. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

function nameOf(text: string | null): string | null {
  const name = text?.trim() ?? "";
  return name === "" || name.length > NAME_LENGTH || INVISIBLE.test(name) ? null : name;
}

function idOf(text: string | null): string | null {
  const id = text?.trim() ?? "";
  return id === "" || id.length > NAME_LENGTH || /[\p{Cc}\p{Cs}]/u.test(id) ? null : id;
}

function urlOf(text: string | null): string | null {
  const given = text?.trim() ?? "";
  if (!/^https:\/\/[^\s\p{C}]+$/iu.test(given) || given.length > URL_LENGTH || !URL.canParse(given))
    return null;
  const { href, username, password } = new URL(given);
  return username === "" && password === "" ? href : null;
}

/** BCP 47 in its usual form; databases write `de_AT` as well. Null for anything else. */
function localeReader(): (text: string) => string | null {
  const known = new Map<string, string | null>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const locale = canonical(text.trim().replaceAll("_", "-"));
    if (known.size < KNOWN_LOCALES) known.set(text, locale);
    return locale;
  };
}

function canonical(tag: string): string | null {
  if (tag.length > 35) return null;
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? null;
  } catch {
    return null;
  }
}
