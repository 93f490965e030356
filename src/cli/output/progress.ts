import { oneLine } from "../../base/printable.ts";
import type { DeliveryEvent } from "../../status/events.ts";
import type { LiveSink } from "./live-sink.ts";
import type { Style } from "./style.ts";
import { DONE, saySeconds } from "./table.ts";

/** One live line per channel on stderr: redrawn on a terminal, appended as they change elsewhere. */
export class Progress {
  readonly #sink: LiveSink;
  readonly #style: Style;
  readonly #redraw: boolean;
  readonly #lines = new Map<string, string>();

  constructor(sink: LiveSink, style: Style, redraw: boolean) {
    this.#sink = sink;
    this.#style = style;
    this.#redraw = redraw;
  }

  watch(event: DeliveryEvent): void {
    const line = this.#say(event);
    if (line === null || this.#lines.get(event.channel) === line) return;
    this.#lines.set(event.channel, line);
    if (!this.#redraw) {
      if (event.type !== "sending") this.#sink.write(`  ${event.channel}: ${line}\n`);
      return;
    }
    const width = Math.max(...[...this.#lines.keys()].map((name) => name.length));
    this.#sink.show(
      [...this.#lines].map(([name, text]) =>
        `  ${name.padEnd(width)}  ${text}`.slice(0, this.#sink.columns - 1),
      ),
    );
  }

  /** Takes the live lines away, so that the table can stand in their place. */
  clear(): void {
    this.#sink.show([]);
    this.#lines.clear();
  }

  #say(event: DeliveryEvent): string | null {
    switch (event.type) {
      case "sending":
        return "sending …";
      case "looking":
        return "looking whether it is already there …";
      case "verified":
        return null;
      default:
        return event.until === null
          ? settledLine(event, this.#style)
          : `not sent yet; trying again in ${Math.max(0.1, (event.until.getTime() - Date.now()) / 1000).toFixed(1)} s`;
    }
  }
}

function settledLine({ state, effect, elapsedMs, error, reason }: DeliveryEvent, { symbols }: Style): string {
  const seconds = elapsedMs === null ? "" : ` in ${saySeconds(elapsedMs)}`;
  switch (state) {
    case "sent":
      return `${symbols.good} ${DONE[effect]}${seconds}`;
    case "unknown":
      return `${symbols.unsure} unknown: ${oneLine(error?.message ?? "")}`;
    case "pending":
      return `${symbols.unsure} held for moderation`;
    default:
      return `${symbols.bad} ${state}: ${oneLine(error?.message ?? reason ?? "")}`;
  }
}
