import { usageError } from "../../base/errors.ts";
import { suggest } from "../../base/nearest.ts";
import { oneLine } from "../../base/printable.ts";
import { SHELLS } from "../completion/candidates.ts";
import { SCRIPTS } from "../completion/scripts.ts";
import { EXIT } from "../exit-codes.ts";
import { type Surroundings, verbatim } from "../surroundings.ts";

/** `status completion SHELL`: prints the script that the shell is to load. Throws usageError for another shell. */
export function completion({ stdout }: Surroundings, typed: string | null): number {
  const shell = SHELLS.find((known) => known === typed);
  if (shell === undefined)
    throw usageError(
      "SHELL_UNKNOWN",
      typed === null ? "status completion for which shell?" : `There is no completion for ${oneLine(typed)}.`,
      typed === null ? `One of: ${SHELLS.join(", ")}.` : suggest(typed, SHELLS),
    );
  verbatim(stdout, SCRIPTS[shell]);
  return EXIT.ok.code;
}
