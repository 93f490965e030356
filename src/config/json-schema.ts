import { z } from "zod";
import { DURATION, writeDuration } from "../base/duration.ts";
import { KINDS } from "../channels/registry.ts";
import { commonSchema, configSchema, OWN_KIND } from "./schema.ts";

/** A JSON Schema, or a part of one. */
interface Node {
  type?: string;
  pattern?: string;
  format?: string;
  items?: Node;
  default?: unknown;
  properties?: Record<string, Node>;
  required?: string[];
  [key: string]: unknown;
}

/**
 * What a configuration file may hold, as JSON Schema 2020-12, from the schemas that the loader itself checks with: for
 * editors. It knows the shapes and every key; what depends on more than one value only the loader knows.
 */
export async function configJsonSchema(): Promise<Record<string, unknown>> {
  const whole = convert(configSchema);
  const common = convert(commonSchema);
  const kinds = await Promise.all(
    Object.entries(KINDS).map(async ([name, load]) => [name, convert((await load()).settings)] as const),
  );
  const channels = whole.properties!.channels!;
  const { kind: _, ...shared } = common.properties!;
  whole.properties!.channels = {
    ...channels,
    minProperties: 1,
    additionalProperties: {
      type: "object",
      required: ["kind"],
      properties: {
        kind: {
          ...common.properties!.kind,
          anyOf: [{ enum: kinds.map(([name]) => name) }, { pattern: OWN_KIND.source }],
        },
      },
      // What a channel of one's own takes besides, only its code knows.
      if: { properties: { kind: { pattern: OWN_KIND.source } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema.
      then: { properties: shared },
      else: { oneOf: kinds.map(([name]) => ({ $ref: `#/$defs/${name}` })) },
    },
  };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "The configuration of status",
    ...whole,
    $defs: {
      ...(whole.$defs as object | undefined),
      ...Object.fromEntries(kinds.map(([name, own]) => [name, withCommon(own, common)])),
    },
  };
}

/** What a file holds: before defaults are filled in and durations read; a default as a person writes it. */
function convert(schema: z.ZodType): Node {
  const { $schema: _, ...node } = z.toJSONSchema(schema, {
    io: "input",
    unrepresentable: "any",
    override({ zodSchema, jsonSchema }) {
      const { def } = zodSchema._zod;
      const node = jsonSchema as Node;
      if (node.format === "uri") {
        // Stricter than the loader: it would refuse https://example.com/leave/{id}.
        delete node.format;
        const { protocol } = def as { readonly protocol?: RegExp };
        if (protocol !== undefined) node.pattern = protocol.source.replace(/\$$/, ":");
      }
      // A section that is made when it is needed: without it stands what an empty one says.
      const { innerType } = def as { readonly innerType?: z.ZodType };
      if (def.type === "default" && innerType instanceof z.ZodLazy) node.default = {};
      if (def.type !== "default" || (node.items ?? node).pattern !== DURATION) return;
      const { defaultValue } = def as { readonly defaultValue?: unknown };
      const written = (value: unknown) => (typeof value === "number" ? writeDuration(value) : value);
      node.default = Array.isArray(defaultValue) ? defaultValue.map(written) : written(defaultValue);
    },
  }) as Node;
  return node;
}

function withCommon(own: Node, common: Node): Node {
  const { kind, ...shared } = common.properties!;
  return { ...own, properties: { kind: kind!, ...own.properties, ...shared } };
}
