import { ChannelError } from "../../contract.ts";

/** The list cannot be read to its end: nothing is sent to those that were read, and a later attempt may do better. */
export function unreadable(
  name: string,
  what: string,
  hint: string | null = null,
  cause?: unknown,
): ChannelError {
  return new ChannelError("not-sent", "LIST_UNREADABLE", `${name} ${what}`, { hint, cause });
}

/** Time or the caller ended the reading. */
export function stopped(name: string, why: string, hint: string | null = null): ChannelError {
  return new ChannelError("not-sent", "LIST_STOPPED", `${name} ${why}`, { hint });
}

/** A drill runs no command and asks no database. */
export function barred(name: string): ChannelError {
  return new ChannelError("refused", "LIST_NOT_IN_DRILL", `${name} is not asked in a drill`, {
    hint: "rehearse with a file: recipients: rehearsal.csv",
  });
}
