import type { Property } from "../channels/contract.ts";
import type { Names } from "./circumstances.ts";

/**
 * What the status page shares with the property that it reports on, in words; empty where it stands alone, `unknown` where a name cannot be resolved.
 * On 28 February 2017 a large provider's dashboard could not be changed because it stood on what had failed.
 */
export async function sharedWithProperty(
  { url, statusUrl }: Pick<Property, "url" | "statusUrl">,
  names: Names,
): Promise<string[] | "unknown"> {
  if (url === null || statusUrl === null) return [];
  const [property, page] = [new URL(url).hostname, new URL(statusUrl).hostname];
  if (property === page) return [`the host ${page}`];
  const shared: string[] = [];
  const domain = commonDomain(property, page);
  if (domain !== null) shared.push(`the domain ${domain}`);
  const [ours, theirs, servers, theirServers] = await Promise.all([
    names.addresses(page),
    names.addresses(property),
    names.nameServers(page),
    names.nameServers(property),
  ]);
  const address = ours.find((candidate) => theirs.includes(candidate));
  if (address !== undefined) shared.push(`the address ${address}`);
  const server = servers.find((candidate) => theirServers.includes(candidate));
  if (server !== undefined) shared.push(`the name server ${server}`);
  return shared.length === 0 && (ours.length === 0 || theirs.length === 0) ? "unknown" : shared;
}

/** The labels that two hosts have in common at their end, if these are more than a public ending such as `co.uk`. */
function commonDomain(a: string, b: string): string | null {
  const [left, right] = [a.split(".").reverse(), b.split(".").reverse()];
  let count = 0;
  while (count < left.length && left[count] === right[count]) count++;
  const common = left.slice(0, count).reverse();
  const least =
    common.length > 0 && (common.at(-1)?.length ?? 0) === 2 && (common.at(-2)?.length ?? 0) <= 3 ? 3 : 2;
  return common.length >= least ? common.join(".") : null;
}
