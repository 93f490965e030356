import { Liquid, LiquidError, type Template } from "liquidjs";
import { setupError } from "../base/errors.ts";
import { suggest } from "../base/nearest.ts";
import { harmless } from "./literal.ts";
import { Slots } from "./slots.ts";
import { Leak, TemplateAddress, TemplateMessage } from "./variables.ts";

/** Liquid source and where it stands, so that a fault can be found. */
export interface Source {
  readonly file: string;
  /** The line of the file at which the text begins, counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** A template's text, ready to render as often as there are channels. */
export interface Program {
  readonly source: Source;
  /** Text with marks, and the values that they stand for. Throws TEMPLATE_VARIABLE_UNKNOWN, TEMPLATE_LEAKS, TEMPLATE_INVALID. */
  render(scope: Readonly<Record<string, unknown>>): {
    readonly text: string;
    readonly slots: Slots;
  };
}

/** What the text that is being rendered puts in; rendering is never interrupted. */
let slots = new Slots();
let engine: Liquid | null = null;

/** One for all templates: what differs is handed to each parsing and each rendering. */
function makeEngine(): Liquid {
  const liquid = new Liquid({
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
    parseLimit: 500_000,
    renderLimit: 2_000,
    memoryLimit: 10_000_000,
    templates: {},
    outputEscape: (value: unknown) => hold(slots, value),
  });
  for (const tag of ["include", "render", "layout", "block"])
    liquid.registerTag(tag, {
      parse: () => {
        throw new Error(`a template cannot ${tag} another file`);
      },
      render: () => "",
    });
  // The original would let a value past the marks.
  liquid.registerFilter("raw", (value: unknown) => value);
  return liquid;
}

/** Parses Liquid without files: no include, render, layout. Throws TEMPLATE_INVALID with file, line and column. */
export function compile(source: Source): Program {
  const parsed = parse(source);
  return { source, render: (scope) => render(parsed, source, scope) };
}

/** The same for text that is known to be in order, parsed once it is rendered: most of what we ship, nobody reads here. */
export function compileLater(source: Source): Program {
  let parsed: Template[] | null = null;
  return {
    source,
    render(scope) {
      parsed ??= parse(source);
      return render(parsed, source, scope);
    },
  };
}

function parse(source: Source): Template[] {
  engine ??= makeEngine();
  try {
    return engine.parse(harmless(source.text));
  } catch (error) {
    throw located(error, source, {});
  }
}

function render(
  parsed: Template[],
  source: Source,
  scope: Readonly<Record<string, unknown>>,
): { readonly text: string; readonly slots: Slots } {
  engine ??= makeEngine();
  const own = new Slots();
  slots = own;
  try {
    return { text: String(engine.renderSync(parsed, scope)), slots: own };
  } catch (error) {
    throw located(error, source, scope);
  }
}

function hold(slots: Slots, value: unknown): string {
  if (value instanceof TemplateMessage) {
    value.used = true;
    return slots.hold({ type: "message", blocks: value.blocks });
  }
  if (value instanceof TemplateAddress) return slots.hold({ type: "address", href: String(value) });
  return slots.hold({ type: "text", text: printed(value) });
}

function printed(value: unknown): string {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.map(printed).join("") : String(value);
}

function located(error: unknown, source: Source, scope: Readonly<Record<string, unknown>>): Error {
  if (!LiquidError.is(error)) return error instanceof Error ? error : new Error(String(error));
  const [line, column] = error.token.getPosition() as [number, number];
  const place = `${source.file}:${source.line + line - 1}:${column}`;
  if (error.originalError instanceof Leak)
    return setupError(
      "TEMPLATE_LEAKS",
      `${place}: "${error.originalError.variable}" is for colleagues only, and this text is public.`,
      `Take it out, or put it between {% if audience == "internal" %} and {% endif %}.`,
    );
  const [reason = ""] = error.message.split(", line:");
  const unknown = /undefined variable: (.+)$/.exec(reason)?.[1];
  if (unknown === undefined)
    return setupError("TEMPLATE_INVALID", `${place}: ${literalReason(reason)}`, null, error);
  return setupError(
    "TEMPLATE_VARIABLE_UNKNOWN",
    `${place}: there is no variable "${unknown}".`,
    `${suggest(unknown, namesOf(scope))} A value of your own: --set ${unknown.split(".")[0]}=…`,
    error,
  );
}

function literalReason(reason: string): string {
  return reason.replace(/[\ufdd0\ufdd1]/g, "");
}

/** Every name that a template may print: `title`, `update.number`, `nextUpdate.time`. */
function namesOf(scope: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(Object.getOwnPropertyDescriptors(scope)).flatMap(([name, { value }]) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? [name, ...Object.keys(value).map((field) => `${name}.${field}`)]
      : [name],
  );
}
