import { usageError } from "../../base/errors.ts";
import { suggest } from "../../base/nearest.ts";
import { oneLine } from "../../base/printable.ts";
import type { Scrubber } from "../../base/scrubber.ts";
import type { Secret } from "../../base/secret.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Detected, Offer } from "./detect.ts";
import type { PropertyFlags } from "./property.ts";

export interface InitFlags extends PropertyFlags {
  readonly channel?: readonly string[];
  readonly set?: readonly string[];
  readonly output?: string;
  readonly drill?: boolean;
  /** A kind: say how to get what it needs, and write nothing. */
  readonly guide?: string;
  /** A kind: print the text that its vendor asks for, such as Slack's app manifest. */
  readonly manifest?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly plain?: boolean;
}

/** What every step of the set-up works with. */
export interface Setup {
  readonly surroundings: Surroundings;
  readonly flags: InitFlags;
  readonly scrubber: Scrubber;
  readonly all: readonly Offer[];
  readonly detected: Detected;
  /** Where the configuration will stand. */
  readonly path: string;
  /** What was typed in hiding: reference → secret. Added to. */
  readonly typed: Map<string, Secret>;
}

/** Throws a usage error that names the flag and the nearest kind. */
export function offerFor(kind: string, flag: string, all: readonly Offer[]): Offer {
  const offer = all.find((offer) => offer.kind.kind === kind);
  if (offer !== undefined) return offer;
  throw usageError(
    "CHANNEL_KIND_UNKNOWN",
    `${flag} ${oneLine(kind)}: there is no such kind.`,
    suggest(
      kind,
      all.map((offer) => offer.kind.kind),
    ),
  );
}

export function unique(chosen: readonly Offer[]): readonly Offer[] {
  return [...new Set(chosen)];
}
