import { Chalk, type ChalkInstance } from "chalk";
import type { Sink, Surroundings } from "../surroundings.ts";

/** How output looks: colour only on a terminal that wants it, symbols only where they can be shown. */
export interface Style {
  readonly chalk: ChalkInstance;
  /** How wide a terminal is; infinite where there is none. */
  readonly columns: number;
  readonly symbols: {
    readonly good: string;
    readonly bad: string;
    readonly unsure: string;
    readonly none: string;
    readonly bar: string;
    readonly full: string;
    readonly empty: string;
  };
}

export function styleFor(sink: Sink, { env }: Pick<Surroundings, "env">, plain: boolean): Style {
  const utf8 = /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || "") || sink.isTerminal === false;
  return {
    columns: sink.isTerminal ? sink.columns : Number.POSITIVE_INFINITY,
    chalk: new Chalk({ level: wantsColour(sink, env, plain) ? 1 : 0 }),
    symbols:
      utf8 && !plain
        ? { good: "✓", bad: "✗", unsure: "?", none: "–", bar: "│", full: "█", empty: "░" }
        : { good: "+", bad: "!", unsure: "?", none: "-", bar: "|", full: "#", empty: "." },
  };
}

/** Whether lines may be redrawn: on a terminal that can, for somebody who has not asked for plain lines. */
export function mayRedraw(sink: Sink, { env }: Pick<Surroundings, "env">, plain: boolean): boolean {
  return sink.isTerminal && !plain && !env.CI && env.TERM !== "dumb";
}

/** NO_COLOR and FORCE_COLOR as their conventions say: set and not empty. */
function wantsColour(sink: Sink, env: NodeJS.ProcessEnv, plain: boolean): boolean {
  if (plain || env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== "0";
  return sink.isTerminal && env.TERM !== "dumb";
}
