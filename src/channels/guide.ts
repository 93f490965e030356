import type { ChannelKit } from "./contract.ts";

/** How somebody comes to a channel of a kind: what it needs, where that is to be had, and what it costs. */
export interface Guide {
  /** What a channel of it is called unless somebody says otherwise. */
  readonly name: string;
  /** One sentence on what is put there, above the channel in a new configuration. */
  readonly does: string;
  /** A word beside the kind's title, where that does not tell what it is. */
  readonly hint?: string;
  /** Who reads there as a rule; public where left out. */
  readonly audience?: "internal";
  /** Three to six lines that end in having what `needs` names. */
  readonly steps: readonly string[];
  /** What the vendor takes for it, with the date at which it was read. */
  readonly costs?: string;
  /** A text that the vendor asks for: paste it, or keep it as a file. */
  readonly paste?: { readonly file: string; readonly text: string };
  /** In the order in which they are asked for. */
  readonly needs: readonly Need[];
  /** Variables that look like what it needs and are not, with the reason. */
  readonly misleading?: Readonly<Record<string, string>>;
  /** What else is worth a look: stands as a comment below the channel in a new configuration. */
  readonly more?: readonly string[];
  /** Settings written as they are, for whoever knows no better. */
  readonly also?: Readonly<Record<string, unknown>>;
}

/** A setting that a channel of the kind cannot do without, or hardly. */
export interface Need {
  readonly field: string;
  readonly question: string;
  /** Environment variables that hold it at many places, ours first. */
  readonly env: readonly string[];
  /** Shows what is meant; never written anywhere, and none for a secret. */
  readonly example?: string | number | readonly string[];
  /** A good answer as it stands, for whoever knows no better. */
  readonly usual?: string;
  /** Another setting that makes this one needless. */
  readonly unless?: string;
  /** Enter leaves it out. */
  readonly optional?: true;
  /** Where the vendor can be asked what there is. */
  readonly choices?: Choices;
  /** How what is typed becomes a value; as it is where left out. */
  readonly reads?: "number" | "list";
}

/**
 * What may be answered, as the vendor tells it to whoever has the credential; reads only. `given` holds what was answered so
 * far, secrets as Secret. Throws ChannelError; empty where it tells nothing.
 */
export type Choices = (
  given: Readonly<Record<string, unknown>>,
  kit: ChannelKit,
  signal: AbortSignal,
) => Promise<readonly { readonly value: string | number; readonly name: string }[]>;
