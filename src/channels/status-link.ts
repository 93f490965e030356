import type { ChannelKit, Finding } from "./contract.ts";

/**
 * Whether people find the way to the status page where they look before anything is wrong: `where` names the place and
 * `texts` are what stands there. Nothing where the property has no page, or where nothing could be read.
 */
export function linkFindings(
  { property: { statusUrl } }: Pick<ChannelKit, "property">,
  where: string,
  texts: readonly (string | null | undefined)[],
  hint: (link: string) => string,
): Finding[] {
  const read = texts.filter((text) => typeof text === "string");
  if (statusUrl === null || read.length === 0) return [];
  if (read.some((text) => shows(text, statusUrl)))
    return [{ name: "link", level: "ok", message: `${where} shows the way to ${statusUrl}`, hint: null }];
  const message = `${where} does not show the way to ${statusUrl}`;
  return [{ name: "link", level: "warn", message, hint: hint(statusUrl) }];
}

/** Whether a text holds this address, however it is written: without its scheme, its last slash, or in HTML. */
function shows(text: string, address: string): boolean {
  const bare = (given: string) => given.replace(/^https?:\/\//i, "").replace(/\/+$/, "");
  const wanted = bare(address).toLowerCase();
  const shown = text.replaceAll("&amp;", "&").replaceAll("<wbr>", "").toLowerCase();
  for (let at = shown.indexOf(wanted); at >= 0; at = shown.indexOf(wanted, at + 1)) {
    const before = shown[at - 1] ?? " ";
    const after = shown.slice(at + wanted.length);
    // Neither a longer name nor another page of the same site.
    if (!/[\w.@-]/.test(before) && !/^(?:[\w-]|\.\w|\/+[^\s/<>"')|\]]|:\d)/.test(after)) return true;
  }
  return false;
}
