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

/** How zod words what a schema has no words of its own for. */
const RAW =
  /^(?:Invalid (?:input|option|string|key|element|discriminator|[A-Za-z]+$)|Invalid email address$|Too small: |Too big: |Unrecognized )/;

/** What is wrong with a value, as something to do: "give a number, such as 7". */
export function adviceOn(issue: z.core.$ZodIssue, example?: string): string {
  const wanted = wantedBy(issue);
  const isThing = RAW.test(issue.message) || /^an? /.test(wanted);
  const such = example === undefined || wanted.includes("such as") ? "" : `, such as ${example}`;
  return isThing ? `give ${wanted}${such}` : wanted;
}

/** What a value should be: the schema's own words, else ours; never zod's. */
function wantedBy(issue: z.core.$ZodIssue): string {
  if (!RAW.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return WORDS[issue.expected] ?? issue.expected;
    case "too_small":
      if (issue.origin === "string" && Number(issue.minimum) === 1) return "text that is not empty";
      if (issue.inclusive !== true) return `a number above ${issue.minimum}`;
      return `at least ${counted(Number(issue.minimum), issue.origin)}`;
    case "too_big":
      if (issue.inclusive !== true) return `a number below ${issue.maximum}`;
      return `at most ${counted(Number(issue.maximum), issue.origin)}`;
    case "invalid_value":
      return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.join(", ")}`;
    case "invalid_union": {
      if (issue.errors.length === 0) return "another value";
      const forms = issue.errors.flatMap((form) => (form[0] === undefined ? [] : [wantedBy(form[0])]));
      return [...new Set(forms)].join(", or ");
    }
    case "invalid_format":
      return FORMATS[issue.format] ?? "text of another form";
    case "invalid_key":
    case "invalid_element":
      return issue.issues[0] === undefined ? "another name" : wantedBy(issue.issues[0]);
    case "not_multiple_of":
      return `a multiple of ${issue.divisor}`;
    case "unrecognized_keys":
      return `settings without ${issue.keys.join(", ")}`;
    default:
      return "another value";
  }
}

const FORMATS: Readonly<Record<string, string>> = {
  url: "an address that begins with https://",
  email: "a mail address",
};

/** `20 entries`, `80 characters`, `7` */
function counted(count: number, origin: string): string {
  if (origin === "string") return `${count} ${count === 1 ? "character" : "characters"}`;
  const isList = origin === "array" || origin === "set" || origin === "object";
  return isList ? `${count} ${count === 1 ? "entry" : "entries"}` : String(count);
}

function mistaken(issue: z.core.$ZodIssueInvalidType): string {
  const wanted = wantedBy(issue);
  if (/received undefined/.test(issue.message)) return `is missing: ${wanted}`;
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
    return `${place}: ${RAW.test(issue.message) ? adviceOn(issue) : issue.message}`;
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
