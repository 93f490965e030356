import type { Clock } from "../base/clock.ts";
import type { Channel } from "../channels/contract.ts";
import type { Delivery, DeliveryError, Ledger } from "./ledger.ts";

/** A configured channel, ready to compose and, unless it was set aside, to speak. */
export interface Speaker {
  readonly name: string;
  readonly kind: string;
  readonly required: boolean;
  readonly audience: "public" | "internal";
  readonly locale: string | null;
  /** Per call, in milliseconds. */
  readonly timeoutMs: number;
  readonly channel: Channel;
  /** Why it cannot speak now (a missing secret); its deliveries are refused without an attempt. */
  readonly setAside: DeliveryError | null;
}

/** What everybody may watch while a broadcast runs. */
export type BroadcastEvent =
  | { readonly type: "sending"; readonly delivery: Delivery }
  | { readonly type: "looking"; readonly delivery: Delivery }
  | {
      readonly type: "delayed";
      readonly delivery: Delivery;
      readonly until: Date;
    }
  | { readonly type: "settled"; readonly delivery: Delivery }
  | { readonly type: "verified"; readonly delivery: Delivery };

/** All that one broadcast shares. */
export interface BroadcastContext {
  readonly ledger: Ledger;
  readonly speakers: ReadonlyMap<string, Speaker>;
  readonly clock: Clock;
  /** The identity of this process, for the ledger's leases. */
  readonly owner: string;
  /** When sending must have ended, in real milliseconds since the epoch. */
  readonly deadline: number;
  /** Aborted at Ctrl-C: nothing new is started. */
  readonly stopping: AbortSignal;
  /** Aborted a moment after, or at the second Ctrl-C: what is in flight is given up as unknown. */
  readonly stopped: AbortSignal;
  /** How long after an attempt a fruitless search begins to count, in milliseconds. */
  readonly settleMs: number;
  /** Channels whose unknown posts a person has decided to send again. */
  readonly resendUnknown: ReadonlySet<string>;
  /** Whether a first attempt is preceded by a look: the caller's key may have spoken before, with a ledger that is gone. */
  readonly lookFirst: boolean;
  watch(event: BroadcastEvent): void;
}
