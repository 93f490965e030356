import { usageError } from "../base/errors.ts";
import { oneLine } from "../base/printable.ts";
import type { Json } from "../channels/contract.ts";
import type { Verb } from "../incident/incident.ts";
import { carryOut, type Said } from "./carry-out.ts";
import type { Desk } from "./desk.ts";
import type { SpeakOptions } from "./options.ts";

/**
 * Where this key has spoken before with the same verb and inputs: completes what is missing, with the stored payloads.
 * Null where the key is new. Throws KEY_REUSED, naming the difference, for other words or another verb.
 */
export async function resumeKey(
  desk: Desk,
  verb: Verb,
  inputs: Readonly<Record<string, Json>>,
  options: SpeakOptions,
): Promise<Said | null> {
  if (options.key === undefined) return null;
  const ledger = await desk.existingLedger();
  const known = await ledger?.updateByKey(options.key);
  if (ledger === null || known === undefined || known === null) return null;
  const difference =
    known.update.verb === verb
      ? differenceOf(known.inputs as Record<string, Json>, inputs)
      : `it was used by \`status ${known.update.verb}\``;
  if (difference !== null)
    throw usageError(
      "KEY_REUSED",
      `--key ${options.key} has already spoken, and ${difference}.`,
      "Repeat the command as it was, or use another key for other words.",
    );
  if (options.dryRun === true)
    throw usageError(
      "KEY_SPOKEN",
      `--key ${options.key} has already spoken.`,
      `To see what was said: status show ${options.key}`,
    );
  return carryOut(desk, known.update.id, await ledger.deliveries({ updateId: known.update.id }), options, {
    resumed: true,
  });
}

function differenceOf(
  before: Readonly<Record<string, Json>>,
  now: Readonly<Record<string, Json>>,
): string | null {
  for (const name of new Set([...Object.keys(before), ...Object.keys(now)])) {
    if (JSON.stringify(before[name]) === JSON.stringify(now[name])) continue;
    // What was said before may hold what was meant for its channels only.
    const secret = before[name] !== undefined && (name === "message" || name === "internal");
    return `${name} was ${secret ? "other words" : say(before[name])}, now ${say(now[name])}`;
  }
  return null;
}

function say(value: Json | undefined): string {
  if (value === undefined) return "not given";
  const text = oneLine(Array.isArray(value) ? value.join(", ") : String(value));
  return `"${text.length > 60 ? `${text.slice(0, 60)}…` : text}"`;
}
