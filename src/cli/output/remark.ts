import type { Happening } from "../../status/events.ts";
import type { Sink } from "../surroundings.ts";

/** A remark on stderr, a channel's behind its name; nothing for whatever else happens. */
export function tellRemark(happening: Happening, stderr: Pick<Sink, "write">): void {
  if (happening.type !== "remark") return;
  const { channel, message } = happening;
  stderr.write(channel === null ? `${message}\n` : `  ${channel}: ${message}\n`);
}
