import type { Call } from "./http-server.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** True for an object that is no array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The body's fields: a JSON object, or a form whose `a[b]` and `a[]` names nest; null where the body is neither. */
export function readBody(call: Call): Fields | null {
  if (call.body === "") return {};
  const type = (call.headers["content-type"] ?? "").toLowerCase();
  if (type.startsWith("application/json")) {
    const value = parseJson(call.body);
    return isObject(value) ? value : null;
  }
  return type.startsWith("application/x-www-form-urlencoded")
    ? readForm(new URLSearchParams(call.body))
    : null;
}

/** Undefined where the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function readForm(form: URLSearchParams): Fields {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of form) {
    const nested = /^([^[]+)\[([^\]]*)\]$/.exec(name);
    if (nested === null) fields[name] = value;
    else {
      const [, outer = "", inner = ""] = nested;
      const held = fields[outer];
      if (inner === "") fields[outer] = Array.isArray(held) ? [...held, value] : [value];
      else fields[outer] = { ...(isObject(held) ? held : {}), [inner]: value };
    }
  }
  return fields;
}

/** A string or a number as text; anything else is undefined. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : undefined;
}

/** `true`, `"true"`, `1` and `"1"`. */
export function isTrue(value: unknown): boolean {
  return value === true || value === 1 || value === "true" || value === "1";
}
