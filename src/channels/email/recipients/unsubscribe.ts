/** What a list's entry is known by where it ends its subscription. */
export interface Subscriber {
  readonly id: string | null;
  readonly address: string;
}

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** True where the address differs for each on the list. */
export function isTemplate(url: string): boolean {
  return /[{}]/.test(url);
}

/** True where an entry without an id has no such address. */
export function needsId(url: string | undefined): boolean {
  return url?.includes("{id}") ?? false;
}

/** What is wrong with the placeholders of an address, or null: only `{id}` and `{address}`, behind the host. */
export function faultOfTemplate(url: string): string | null {
  const unknown = [...url.matchAll(PLACEHOLDER)].find(([, name]) => name !== "id" && name !== "address");
  if (unknown !== undefined) return `there is no ${unknown[0]}; write {id} or {address}`;
  if (isTemplate(url.replace(PLACEHOLDER, ""))) return "a brace that stands alone; write {id} or {address}";
  // A fragment never reaches the server; a host that entries could choose would be anybody's.
  if (!/^https:\/\/[^/?#{}\\]+[/?][^#]*$/i.test(url))
    return "{id} and {address} stand in the path or the query";
  return null;
}

/** The address of one on the list; null where it has no id that will do, or the address is no template. */
export function fillUnsubscribe(url: string, { id, address }: Subscriber): string | null {
  if (!isTemplate(url)) return null;
  // Dots would be a step in the path, percent-encoded as well.
  if (needsId(url) && (id === null || /^\.{1,2}$/.test(id))) return null;
  const values: Record<string, string> = { id: id ?? "", address };
  return new URL(url.replace(PLACEHOLDER, (_, name: string) => encodeValue(values[name] ?? ""))).href;
}

function encodeValue(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
