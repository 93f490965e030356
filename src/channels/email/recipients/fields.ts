import type { ChannelError } from "../../contract.ts";
import { unreadable } from "./fault.ts";

/** What a list says of one recipient, unchecked. */
export interface Fields {
  readonly address: string | null;
  readonly name: string | null;
  readonly locale: string | null;
  readonly id: string | null;
  readonly unsubscribe: string | null;
}

/** One entry of a source: what it says, or why that cannot be read. */
export type Row =
  | { readonly line: number; readonly text: string; readonly fields: Fields }
  | { readonly line: number; readonly text: string; readonly fault: string };

/** What each may be called, the more telling name first; in any case. */
const NAMES = {
  address: ["email", "address"],
  name: ["name"],
  locale: ["locale", "language"],
  id: ["id"],
  unsubscribe: ["unsubscribe"],
} as const satisfies Record<keyof Fields, readonly string[]>;

const KEYS = Object.keys(NAMES) as (keyof Fields)[];

/** At which place of a row each stands; -1 where it has none. */
export type Columns = Readonly<Record<keyof Fields, number>>;

/** Null where no column holds an address. Throws ChannelError where two columns have the same name. */
export function columnsOf(header: readonly string[], source: string): Columns | null {
  const names = header.map((name) => name.trim().toLowerCase());
  const placeOf = (key: keyof Fields) => {
    const name = NAMES[key].find((name) => names.includes(name));
    if (name === undefined) return -1;
    const place = names.indexOf(name);
    if (names.lastIndexOf(name) !== place) throw unreadable(source, `has two columns "${name}"`);
    return place;
  };
  const columns = Object.fromEntries(KEYS.map((key) => [key, placeOf(key)])) as Record<keyof Fields, number>;
  return columns.address === -1 ? null : columns;
}

export function noAddressColumn(source: string, header: readonly string[]): ChannelError {
  const seen = header.length === 0 ? "" : `; its columns are ${header.map((name) => `"${name}"`).join(", ")}`;
  return unreadable(
    source,
    `has no column "email" or "address"${seen}`,
    "Name the columns in its first line, one of them email.",
  );
}

export function fieldsAt(cells: readonly (string | null)[], columns: Columns): Fields {
  const at = (place: number) => (place === -1 ? null : (cells[place] ?? null));
  return {
    address: at(columns.address),
    name: at(columns.name),
    locale: at(columns.locale),
    id: at(columns.id),
    unsubscribe: at(columns.unsubscribe),
  };
}

/** Reads a line of NDJSON: an object with the columns' names as keys, or an address in quotes. Null for anything else. */
export function fieldsOfJson(text: string): Fields | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value === "string")
    return { address: value, name: null, locale: null, id: null, unsubscribe: null };
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const given = new Map<string, unknown>();
  for (const [key, content] of Object.entries(value)) {
    const name = key.trim().toLowerCase();
    if (!given.has(name)) given.set(name, content);
  }
  const of = (key: keyof Fields) => {
    for (const name of NAMES[key]) {
      const content = given.get(name);
      if (typeof content === "string") return content;
      if (typeof content === "number") return String(content);
    }
    return null;
  };
  return {
    address: of("address"),
    name: of("name"),
    locale: of("locale"),
    id: of("id"),
    unsubscribe: of("unsubscribe"),
  };
}
