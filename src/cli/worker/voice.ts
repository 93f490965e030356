import { oneLine } from "../../base/printable.ts";
import type { App } from "../app.ts";
import { secondsOf } from "../watch/view.ts";

/** One thing that a worker did, or that befell it. */
export interface Telling {
  readonly event:
    | "started"
    | "said"
    | "resumed"
    | "reminded"
    | "mailed"
    | "fault"
    | "unreachable"
    | "reachable"
    | "draining"
    | "ended";
  readonly text: string;
  readonly incidentId?: string;
  /** For `--json`. */
  readonly document?: Readonly<Record<string, unknown>>;
}

/** Tells one line a thing, or one document with `--json`. */
export class Voice {
  readonly #app: Pick<App, "surroundings" | "config">;
  readonly #json: boolean;
  readonly #debugs: boolean;
  /** What was last told, by what it is about: what stays as it is, is told once. */
  readonly #told = new Map<string, string>();

  constructor(app: Pick<App, "surroundings" | "config">, flags: { json?: boolean; debug?: boolean }) {
    this.#app = app;
    this.#json = flags.json === true;
    this.#debugs = flags.debug === true;
  }

  tell({ event, text, incidentId, document = {} }: Telling): void {
    const { stdout, clock } = this.#app.surroundings;
    const at = clock.now();
    if (this.#json) {
      const about = incidentId === undefined ? {} : { incident: { id: incidentId } };
      const said = Object.keys(document).length === 0 ? { message: text } : document;
      stdout.write(`${JSON.stringify({ version: 1, at, event, ...about, ...said })}\n`);
    } else stdout.write(`${secondsOf(at, this.#app.config.property.timeZone)}  ${oneLine(text)}\n`);
  }

  /** Once, until `mended` or until the words are others. True where it was told. */
  once(of: string, telling: Telling): boolean {
    if (this.#told.get(of) === telling.text) return false;
    this.#told.set(of, telling.text);
    this.tell(telling);
    return true;
  }

  fault(of: string, text: string, more: Omit<Telling, "event" | "text"> = {}): boolean {
    return this.once(of, { event: "fault", text, ...more });
  }

  mended(of: string): void {
    this.#told.delete(of);
  }

  debug(text: string): void {
    if (this.#debugs) this.#app.surroundings.stderr.write(`debug ${oneLine(text)}\n`);
  }
}
