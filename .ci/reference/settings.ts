import type { z } from "zod";

/** One setting of a schema. */
export interface Field {
  /** `cadence.updates.minor.investigating`; a list's entries are `[]`. */
  readonly path: string;
  /** What is written there: `text`, `true or false`, `one of: a, b`. */
  readonly form: string;
  readonly note: string | null;
  /** As one would write it. */
  readonly usual: string | null;
  readonly required: boolean;
}

/** How far lists of settings within lists are followed: a component's components have the same settings. */
const DEEPEST = 0;

interface Def {
  readonly type: string;
  readonly [key: string]: unknown;
}
const defOf = (schema: z.ZodType): Def => schema._zod.def as unknown as Def;

/** A schema without what wraps it: defaults, options, transformations. */
interface Bare {
  readonly schema: z.ZodType;
  readonly note: string | null;
  readonly usual: unknown;
  readonly optional: boolean;
  readonly nullable: boolean;
}

function bare(schema: z.ZodType): Bare {
  const def = defOf(schema);
  const note = schema.description ?? null;
  const around = (inner: unknown, more: Partial<Bare> = {}): Bare => {
    const below = bare(inner as z.ZodType);
    return { ...below, note: note ?? below.note, ...more };
  };
  if (def.type === "optional") return around(def.innerType, { optional: true });
  if (def.type === "nullable") return around(def.innerType, { nullable: true });
  if (def.type === "default" || def.type === "prefault") {
    const usual = typeof def.defaultValue === "function" ? def.defaultValue() : def.defaultValue;
    return around(def.innerType, { optional: true, usual });
  }
  if (def.type === "pipe") {
    const first = defOf(def.in as z.ZodType).type === "transform" ? def.out : def.in;
    return around(first);
  }
  if (def.type === "lazy") return around((def.getter as () => z.ZodType)());
  return { schema, note, usual: undefined, optional: false, nullable: false };
}

/** The settings of a schema, each with its whole path below `prefix`; those of an object in their order. */
export function fieldsOf(given: z.ZodType, prefix: string, depth = 0): Field[] {
  const { schema, note, usual, optional, nullable } = bare(given);
  const def = defOf(schema);
  if (def.type === "object") return inObject(schema, prefix, depth);
  const entries = def.type === "array" ? objectIn(def.element as z.ZodType) : null;
  const inside = entries === null || depth > DEEPEST ? [] : inObject(entries, `${prefix}[]`, depth + 1);
  const own: Field = {
    path: prefix,
    form: `${formOf(schema)}${nullable ? ", or null" : ""}`,
    note,
    usual: usual === undefined ? null : asWritten(usual, schema),
    required: !optional,
  };
  return [own, ...inside];
}

function inObject(schema: z.ZodType, prefix: string, depth: number): Field[] {
  const shape = defOf(schema).shape as Readonly<Record<string, z.ZodType>>;
  return Object.entries(shape).flatMap(([key, field]) =>
    fieldsOf(field, prefix === "" ? key : `${prefix}.${key}`, depth),
  );
}

function objectIn(element: z.ZodType): z.ZodType | null {
  const { schema } = bare(element);
  return defOf(schema).type === "object" ? schema : null;
}

function formOf(schema: z.ZodType): string {
  const def = defOf(schema);
  switch (def.type) {
    case "string":
      return rulesOf(schema);
    case "boolean":
      return "`true` or `false`";
    case "number":
      return rangeOf(schema);
    case "enum":
      return `one of ${Object.values(def.entries as Record<string, string>)
        .map((word) => `\`${word}\``)
        .join(", ")}`;
    case "literal":
      return `\`${String((def.values as unknown[])[0])}\``;
    case "array":
      return objectIn(def.element as z.ZodType) === null
        ? `list: ${formOf(bare(def.element as z.ZodType).schema)}`
        : "list";
    case "record":
      return `names, each with ${formOf(bare(def.valueType as z.ZodType).schema)}`;
    case "union":
      return (
        said(def.error) ??
        (def.options as z.ZodType[]).map((option) => formOf(bare(option).schema)).join(", or ")
      );
    case "object":
      return `\`{ ${Object.keys(def.shape as object).join(", ")} }\``;
    default:
      return def.type;
  }
}

/** A text's rules in the words of its own complaints. */
function rulesOf(schema: z.ZodType): string {
  const def = defOf(schema);
  const words = [said(def.error), ...checksOf(schema).map(({ error }) => said(error))]
    .filter((text): text is string => text !== null)
    .map((text) => text.replace(/^(?:give|say|use) /, ""));
  if (words.some((text) => /^a duration/.test(text))) return "duration";
  return words[0] ?? "text";
}

function rangeOf(schema: z.ZodType): string {
  const { minimum, maximum } = schema._zod.bag as { minimum?: number; maximum?: number };
  const range = [
    Number.isSafeInteger(minimum) && minimum !== Number.MIN_SAFE_INTEGER ? `at least ${minimum}` : "",
    Number.isSafeInteger(maximum) && maximum !== Number.MAX_SAFE_INTEGER ? `at most ${maximum}` : "",
  ].filter((text) => text !== "");
  return ["whole number", ...range].join(", ");
}

function checksOf(schema: z.ZodType): { error?: unknown }[] {
  const checks = (defOf(schema).checks ?? []) as { _zod: { def: { error?: unknown } } }[];
  return checks.map(({ _zod }) => _zod.def);
}

function said(error: unknown): string | null {
  const text = typeof error === "function" ? (error as (issue: object) => unknown)({}) : null;
  return typeof text === "string" ? text : null;
}

/** A default in the configuration's own spelling. */
function asWritten(value: unknown, schema: z.ZodType): string {
  const durations = formOf(schema).endsWith("duration");
  if (typeof value === "number") return durations ? duration(value) : String(value);
  if (Array.isArray(value)) return `[${value.map((each) => asWritten(each, schema)).join(", ")}]`;
  if (value !== null && typeof value === "object")
    return Object.keys(value).length === 0 ? "{}" : JSON.stringify(value);
  return String(value);
}

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
] as const;

function duration(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms >= each && ms % each === 0) ?? UNITS[4];
  return `${ms / size}${unit}`;
}
