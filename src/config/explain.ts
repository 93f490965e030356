import { type ZodError, z } from "zod";
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
  schema: z.ZodType,
  alsoKnown: readonly string[] = [],
): StatusError {
  let unknownKey = false;
  const lines = error.issues.map((issue) => {
    const path = [...prefix, ...issue.path.map(String)];
    const place = path.length > 0 ? path.join(".") : "the top level";
    if (issue.code === "unrecognized_keys") {
      unknownKey = true;
      const known = [...keysAt(schema, issue.path), ...(issue.path.length === 0 ? alsoKnown : [])];
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

/** The keys that may stand at this place; none where any may, or where it cannot be told. */
function keysAt(schema: unknown, path: readonly PropertyKey[]): string[] {
  if (schema instanceof z.ZodLazy) return keysAt(schema.unwrap(), path);
  if (schema instanceof z.ZodPipe) return keysAt(schema.in, path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => keysAt(option, path));
  if (
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable
  )
    return keysAt(schema.unwrap(), path);
  const [next, ...rest] = path;
  if (schema instanceof z.ZodObject) {
    const shape = schema.shape as Record<string, unknown>;
    return next === undefined ? Object.keys(shape) : keysAt(shape[String(next)], rest);
  }
  if (next === undefined) return [];
  if (schema instanceof z.ZodArray) return keysAt(schema.element, rest);
  return schema instanceof z.ZodRecord ? keysAt(schema.valueType, rest) : [];
}
