import type { Mailings } from "../broadcast/mailings.ts";
import type { Database } from "./database.ts";
import { mailingList } from "./mailing-list.ts";
import { mailingSending } from "./mailing-sending.ts";

/** Mailings over SQL. `scrub` takes secrets out of what servers said before it is kept. */
export function mailingStore(database: Database, scrub: (text: string) => string): Mailings {
  return { ...mailingList(database), ...mailingSending(database, scrub) };
}
