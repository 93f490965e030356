import type { ZodError } from "zod";
import { type StatusError, setupError } from "../base/errors.ts";
import { suggest } from "../base/nearest.ts";

const WORDS: Readonly<Record<string, string>> = {
  string: "text",
  record: "a list of names and settings",
  object: "a list of settings",
  array: "a list in [brackets]",
  boolean: "true or false",
  number: "a number",
  int: "a whole number",
};

function mistaken({ expected, message }: { expected?: unknown; message: string }): string {
  const wanted = WORDS[String(expected)] ?? String(expected);
  if (/received undefined/.test(message)) return `is missing: ${wanted}`;
  return `should be ${wanted}${wanted === "text" ? ", in quotes; a duration has its unit: 5s" : ""}`;
}

/** Turns a schema's complaints into one error that names each place, what is wrong there, and the nearest known key. */
export function explain(
  error: ZodError,
  origin: string,
  prefix: readonly string[],
  knownKeys: readonly string[],
): StatusError {
  let unknownKey = false;
  const lines = error.issues.map((issue) => {
    const path = [...prefix, ...issue.path.map(String)];
    const place = path.length > 0 ? path.join(".") : "the top level";
    if (issue.code === "unrecognized_keys") {
      unknownKey = true;
      const known = issue.path.length === 0 ? knownKeys : [];
      return issue.keys
        .map((key) => `unknown key "${key}" in ${place}.${known.length > 0 ? ` ${suggest(key, known)}` : ""}`)
        .join("\n  ");
    }
    if (issue.code === "invalid_type") return `${place} ${mistaken(issue)}`;
    return `${place}: ${issue.message}`;
  });
  return setupError(
    unknownKey ? "CONFIG_UNKNOWN_KEY" : "CONFIG_INVALID",
    `${origin}:\n  ${lines.join("\n  ")}`,
    "Mend the configuration; `status doctor` checks it again without posting.",
  );
}
