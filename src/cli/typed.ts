import type { SpeakFlags } from "./flags.ts";

/** What a person has typed at prompts or piped in: it must survive every failure. */
export class Typed {
  #flags: SpeakFlags = {};
  #worthKeeping = false;
  #edited: { readonly message: string | null } | null = null;

  /** `own`: whether a person typed any of it, rather than took what was suggested. */
  keep(flags: SpeakFlags, own = true): void {
    this.#flags = { ...this.#flags, ...flags };
    const { title, message, short, internal, until, set = [] } = flags;
    const words = [title, message, short, internal, until, ...set];
    this.#worthKeeping ||= own && words.some((text) => text !== undefined && text.trim() !== "");
  }

  /** The words as an editor left them: they take the place of whatever was given before; null is the template's own. */
  keepEdited(message: string | null): void {
    this.#edited = { message };
    this.keep({ message: message ?? "" });
  }

  get edited(): boolean {
    return this.#edited !== null;
  }

  /** The words to say, where `given` were given. */
  words(given: string | null): string | null {
    return this.#edited === null ? given : this.#edited.message;
  }

  /** Whether words were typed: what is chosen from a list is soon chosen again. */
  get worthKeeping(): boolean {
    return this.#worthKeeping;
  }

  /** The flags with the answers among them. */
  over(flags: SpeakFlags): SpeakFlags {
    return { ...flags, ...this.#flags };
  }
}
