import { sayDuration } from "../../base/duration.ts";
import { leftOf, type MailingProgress, reachable } from "../../broadcast/mailings.ts";
import type { LiveSink } from "./live-sink.ts";
import type { Style } from "./style.ts";

/** The rate is that of so much time past: steady enough to read, and soon true again after a pause. */
const WINDOW_MS = 15_000;
const WIDTH = 20;
/** Where nothing is redrawn: how often a line is written. */
const LINE_EVERY_MS = 30_000;

interface Sample {
  readonly at: number;
  readonly done: number;
}

/** How far each mailing is, at what rate, and how long it still takes. */
export class MailingBar {
  readonly #sink: LiveSink;
  readonly #style: Style;
  readonly #redraw: boolean;
  readonly #samples = new Map<string, Sample[]>();
  readonly #lines = new Map<string, string>();
  readonly #written = new Map<string, number>();

  constructor(sink: LiveSink, style: Style, redraw: boolean) {
    this.#sink = sink;
    this.#style = style;
    this.#redraw = redraw;
  }

  show(channel: string, words: string, progress: MailingProgress, at: number): void {
    const done = reachable(progress) - leftOf(progress);
    const samples = (this.#samples.get(channel) ?? []).filter((sample) => at - sample.at <= WINDOW_MS);
    samples.push({ at, done });
    this.#samples.set(channel, samples);
    const line = this.#line(words, progress, done, rateOf(samples));
    if (this.#redraw) {
      this.#lines.set(channel, line);
      this.#draw();
    } else if (at - (this.#written.get(channel) ?? 0) >= LINE_EVERY_MS) {
      this.#written.set(channel, at);
      this.#sink.write(`  ${channel}: ${line}\n`);
    }
  }

  clear(): void {
    this.#sink.show([]);
    this.#lines.clear();
  }

  #draw(): void {
    const width = Math.max(...[...this.#lines.keys()].map((name) => name.length));
    this.#sink.show(
      [...this.#lines].map(([name, text]) =>
        `  ${name.padEnd(width)}  ${text}`.slice(0, this.#sink.columns - 1),
      ),
    );
  }

  #line(words: string, progress: MailingProgress, done: number, rate: number): string {
    const all = reachable(progress);
    const pace = rate > 0 ? `${rate >= 10 ? Math.round(rate) : rate.toFixed(1)}/s` : "";
    const left = leftOf(progress);
    const time =
      rate > 0 && progress.collected && left > 0
        ? `${sayDuration(Math.max(1000, (left / rate) * 1000))} left`
        : "";
    const join = (...parts: string[]) => parts.filter((part) => part !== "").join(" · ");
    if (!this.#redraw || !progress.collected || all === 0) return join(words, pace, time);
    const filled = Math.floor((done / all) * WIDTH);
    const { full, empty } = this.#style.symbols;
    return `${full.repeat(filled)}${empty.repeat(WIDTH - filled)} ${join(`${Math.floor((done / all) * 100)} %`, pace, time, words)}`;
  }
}

/** Per second. */
function rateOf(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.at === first.at) return 0;
  return ((last.done - first.done) * 1000) / (last.at - first.at);
}
