import { type Sink, verbatim } from "../surroundings.ts";

const ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J";
const LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";
const DEFAULT_ROWS = 24;

/**
 * The whole terminal, redrawn line by line over what stood there, so that nothing flickers. It is a second screen: what
 * the terminal showed before comes back at `leave`. Lines do not wrap, so that neither a resize nor a wide character can
 * push others out of place.
 */
export class Screen {
  readonly #sink: Sink;
  #last: readonly string[] = [];

  constructor(sink: Sink) {
    this.#sink = sink;
    verbatim(sink, ENTER);
  }

  get rows(): number {
    return this.#sink.rows ?? DEFAULT_ROWS;
  }

  get columns(): number {
    return this.#sink.columns;
  }

  /** As many lines as fit; the caller has seen to it that they do. */
  show(lines: readonly string[]): void {
    this.#last = lines.slice(0, this.rows);
    verbatim(this.#sink, `\u001b[H${this.#last.map((line) => `${line}\u001b[K`).join("\r\n")}\u001b[J`);
  }

  bell(): void {
    this.#sink.write("\u0007");
  }

  /** Gives the terminal back, with what was shown last below what it showed before. */
  leave(): void {
    const lines = this.#last.filter((line, index) => line !== "" || this.#last[index - 1] !== "");
    verbatim(this.#sink, `${LEAVE}${lines.map((line) => `${line}\n`).join("")}`);
  }
}
