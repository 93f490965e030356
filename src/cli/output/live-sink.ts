import type { Sink } from "../surroundings.ts";

/** A sink whose last lines are drawn anew as they change; whatever else is written goes above them. */
export class LiveSink implements Sink {
  readonly #sink: Sink;
  #lines: readonly string[] = [];

  constructor(sink: Sink) {
    this.#sink = sink;
  }

  get isTerminal(): boolean {
    return this.#sink.isTerminal;
  }

  get columns(): number {
    return this.#sink.columns;
  }

  /** Whole lines, while there are live ones. */
  write(text: string): void {
    const erase = this.#lines.length > 0 ? `\u001b[${this.#lines.length}A\u001b[J` : "";
    this.#sink.write(`${erase}${text}${this.#lines.map((line) => `${line}\n`).join("")}`);
  }

  /** Puts these lines in the place of those before; none takes them away. Each must fit the terminal's width. */
  show(lines: readonly string[]): void {
    const before = this.#lines.length;
    if (before === 0 && lines.length === 0) return;
    const erase = before > 0 ? `\u001b[${before}A\u001b[J` : "";
    this.#lines = lines;
    this.#sink.write(`${erase}${lines.map((line) => `${line}\n`).join("")}`);
  }
}
