import type { Sink } from "../surroundings.ts";

/** A sink whose last lines are redrawn as they change; whatever else is written goes above them. */
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
    const erase = eraseOf(this.#lines.length);
    this.#sink.write(`${erase}${text}${this.#lines.map((line) => `${line}\n`).join("")}`);
  }

  /** Puts these lines in the place of those before; none takes them away. Each must fit the terminal's width. */
  show(lines: readonly string[]): void {
    const before = this.#lines.length;
    if (before === 0 && lines.length === 0) return;
    const erase = eraseOf(before);
    this.#lines = lines;
    this.#sink.write(`${erase}${lines.map((line) => `${line}\n`).join("")}`);
  }
}

/** From the first of so many lines on. What a terminal echoes of a key has moved the cursor from the margin. */
function eraseOf(lines: number): string {
  return lines > 0 ? `\r\u001b[${lines}A\u001b[J` : "";
}
