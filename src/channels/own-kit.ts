import type { ChannelKit } from "./contract.ts";
import type { OwnKit } from "./own.ts";

/** What an own channel is given to work with: copies and bound calls, so that nothing it does to them reaches other channels. */
export function ownKit(kit: ChannelKit): OwnKit {
  const { name, folder, timeoutMs, loopbackOnly, locale } = kit;
  return Object.freeze({
    ...{ name, folder, timeoutMs, loopbackOnly, locale },
    property: frozenCopy(kit.property),
    http: Object.freeze<OwnKit["http"]>({ request: (request) => kit.http.request(request) }),
    clock: Object.freeze<OwnKit["clock"]>({ now: () => new Date(kit.clock.now()) }),
    tell: (line: string) => kit.tell(line),
  });
}

/** The same data, of which nothing can be changed; a Date or a Map in it can, and is nobody else's. */
export function frozenCopy<T>(data: T): T {
  return frozen(structuredClone(data));
}

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Map) for (const inner of value.values()) frozen(inner);
  else for (const inner of Object.values(value)) frozen(inner);
  return Object.freeze(value);
}
