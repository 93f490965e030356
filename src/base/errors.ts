/**
 * Whose turn it is after a failure of the whole command; decides the exit code.
 * `usage` what was typed · `setup` configuration, template or ledger · `refused` stopped before anything was public.
 */
export type Blame = "usage" | "setup" | "refused";

/** A failure that a person can mend: what failed, why, and what to type next. Anything else thrown is a bug. */
export class StatusError extends Error {
  readonly blame: Blame;
  /** In words: `CONFIG_UNKNOWN_KEY`. Stable; scripts compare it. */
  readonly code: string;
  /** What to do or type next. */
  readonly hint: string | null;

  constructor(blame: Blame, code: string, message: string, hint: string | null = null, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "StatusError";
    this.blame = blame;
    this.code = code;
    this.hint = hint;
  }
}

export function usageError(code: string, message: string, hint: string | null = null): StatusError {
  return new StatusError("usage", code, message, hint);
}

export function setupError(
  code: string,
  message: string,
  hint: string | null = null,
  cause?: unknown,
): StatusError {
  return new StatusError("setup", code, message, hint, cause);
}

export function refusal(code: string, message: string, hint: string | null = null): StatusError {
  return new StatusError("refused", code, message, hint);
}
