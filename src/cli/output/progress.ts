import type { BroadcastEvent } from "../../broadcast/context.ts";
import type { Delivery } from "../../broadcast/ledger.ts";
import type { LiveSink } from "./live-sink.ts";
import { oneLine } from "./printable.ts";
import type { Style } from "./style.ts";

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

  watch(event: BroadcastEvent): void {
    const line = this.#say(event);
    if (line === null || this.#lines.get(event.delivery.channel) === line) return;
    this.#lines.set(event.delivery.channel, line);
    if (!this.#redraw) {
      if (event.type !== "sending") this.#sink.write(`  ${event.delivery.channel}: ${line}\n`);
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

  #say(event: BroadcastEvent): string | null {
    const { delivery } = event;
    switch (event.type) {
      case "sending":
        return "sending …";
      case "looking":
        return "looking whether it is already there …";
      case "delayed":
        return `not sent yet; trying again in ${Math.max(0.1, (event.until.getTime() - Date.now()) / 1000).toFixed(1)} s`;
      case "settled":
        return settledLine(delivery, this.#style);
      case "verified":
        return null;
    }
  }
}

function settledLine(delivery: Delivery, { symbols }: Style): string {
  const seconds = delivery.elapsedMs === null ? "" : ` in ${(delivery.elapsedMs / 1000).toFixed(1)} s`;
  switch (delivery.state) {
    case "sent":
      return `${symbols.good} sent${seconds}`;
    case "unknown":
      return `${symbols.unsure} unknown: ${oneLine(delivery.error?.message ?? "")}`;
    case "pending":
      return `${symbols.unsure} held for moderation`;
    default:
      return `${symbols.bad} ${delivery.state}: ${oneLine(delivery.error?.message ?? delivery.reason ?? "")}`;
  }
}
