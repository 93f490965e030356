import type { ChannelError } from "../channels/contract.ts";

/** A server that says "later", or no, to so many in a row means the sender, not them. */
const IN_A_ROW = 50;
/** Of answers that were lost; each one leaves somebody in doubt. */
const UNKNOWN_IN_A_ROW = 8;

interface Refusal {
  readonly number: number;
  readonly error: ChannelError;
}

/** Knows when a server takes no mail at all: that says something about the sender, whoever it says it about. */
export class Brakes {
  readonly #mostUnknown: number;
  #refusals: Refusal[] = [];
  #laters = 0;
  #unknowns = 0;

  /** Each of the `connections` may lose an answer or two before any other is heard. */
  constructor(connections: number) {
    this.#mostUnknown = Math.max(UNKNOWN_IN_A_ROW, 2 * connections);
  }

  /** Somebody was reached. */
  ease(): void {
    this.#refusals = [];
    this.#laters = 0;
    this.#unknowns = 0;
  }

  /** Recipient `number` was not reached. True where nobody will be, and the sending is to stop. */
  press(error: ChannelError, number: number): boolean {
    if (error.fate === "refused") this.#refusals.push({ number, error });
    else if (error.fate === "not-sent") this.#laters++;
    else this.#unknowns++;
    return Math.max(this.#refusals.length, this.#laters) >= IN_A_ROW || this.#unknowns >= this.#mostUnknown;
  }

  /** The refusals since somebody was last reached, where they are no verdict on anybody: there are too many, or none but these. */
  unjust(reachedNobody: boolean): readonly Refusal[] {
    return this.#refusals.length >= IN_A_ROW || reachedNobody ? this.#refusals : [];
  }
}
