import type { SpeakFlags } from "./flags.ts";

/** What a person has typed at prompts or piped in: it must survive every failure. */
export class Typed {
  #flags: SpeakFlags = {};
  #worthKeeping = false;

  keep(flags: SpeakFlags): void {
    this.#flags = { ...this.#flags, ...flags };
    this.#worthKeeping = true;
  }

  get worthKeeping(): boolean {
    return this.#worthKeeping;
  }

  /** The flags with the answers among them. */
  over(flags: SpeakFlags): SpeakFlags {
    return { ...flags, ...this.#flags };
  }
}
