import { existsSync, readFileSync } from "node:fs";
import { Ajv, type ErrorObject } from "ajv";
import formats from "ajv-formats";
import { expect, it } from "vitest";
import { isRecord } from "../../src/channels/answer.ts";
import type { Exchange } from "../channels/damaging-proxy.ts";

/** Where the vendors' own descriptions lie, beside the project; they are nobody's to copy. */
const SPECS = new URL("../../../shared/specs/", import.meta.url);

type Fields = Readonly<Record<string, unknown>>;

/** Something that the description gets wrong, or leaves out. */
export interface Defect {
  /** Found in the complaint: `POST /2/tweets answers 403: …`. */
  readonly about: RegExp;
  readonly reason: string;
}

export interface Judge {
  /** What the description holds against a request and its answer. */
  complaints(exchange: Exchange): string[];
}

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly required?: boolean;
  readonly explode?: boolean;
  /** OpenAPI 3; in Swagger 2 the parameter is its own schema. */
  readonly schema?: Fields;
  readonly type?: string;
}

interface Operation {
  readonly parameters?: readonly Fields[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema?: Fields }>> };
  readonly responses: Readonly<Record<string, Fields>>;
}

/** A test of its own where the description is at hand; else a skipped one that tells why. */
export function itObeys(vendor: string, file: string, run: (text: string) => Promise<void>): void {
  const url = new URL(file, SPECS);
  const name = `${vendor}'s own description has no complaint`;
  if (existsSync(url)) it(name, () => run(readFileSync(url, "utf8")));
  else {
    const reason = `skipped: ${vendor}'s description is not at ${url.pathname}`;
    process.stdout.write(`${reason}\n`);
    it(name, (context) => context.skip(reason));
  }
}

/** Expects every complaint to be a known defect of the description, and every known defect to be one still. */
export function expectObeyed(judge: Judge, exchanges: readonly Exchange[], defects: readonly Defect[]): void {
  expect(exchanges.length).toBeGreaterThan(0);
  const complaints = [...new Set(exchanges.flatMap((exchange) => judge.complaints(exchange)))];
  expect(complaints.filter((text) => !defects.some(({ about }) => about.test(text)))).toEqual([]);
  const stale = defects.filter(({ about }) => !complaints.some((text) => about.test(text)));
  expect(stale.map(({ about }) => String(about))).toEqual([]);
}

export interface Manners {
  /** What stands before the description's paths in a request. */
  readonly base: string;
  /** True where every method takes GET and POST alike, whichever of them is described. */
  readonly methodless?: boolean;
  /** True for an answer that the description calls a failure, whatever its HTTP status. */
  readonly refuses?: (body: Fields) => boolean;
}

/** Reads an OpenAPI 3 or Swagger 2 description. */
export function readDescription(text: string, manners: Manners): Judge {
  const { base, methodless = false, refuses = () => false } = manners;
  const document = JSON.parse(text) as {
    readonly swagger?: string;
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  };
  const ajv = new Ajv({ strict: false, allErrors: true, validateSchema: false, logger: false });
  const coercing = new Ajv({
    strict: false,
    allErrors: true,
    validateSchema: false,
    logger: false,
    coerceTypes: true,
  });
  for (const each of [ajv, coercing]) {
    formats.default(each);
    each.addSchema({ ...document, $id: "https://description.example/" });
  }
  const resolve = (value: Fields): Fields => {
    const reference = value.$ref;
    if (typeof reference !== "string") return value;
    const steps = reference
      .slice(2)
      .split("/")
      .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    return steps.reduce<unknown>((held, step) => (held as Fields)[step], document) as Fields;
  };
  const check = (schema: Fields, value: unknown, by = ajv): string[] => {
    const validate = by.compile({ ...rooted(schema) });
    return validate(value) ? [] : withoutBranches(validate.errors ?? []).map(said);
  };

  /** The path of the description, the one with the fewest blanks first, and its values for the blanks. */
  const locate = (path: string) =>
    Object.keys(document.paths)
      .map((template) => ({ template, pattern: patternOf(template), blanks: template.split("{").length }))
      .sort((a, b) => a.blanks - b.blanks)
      .map(({ template, pattern }) => ({ template, match: pattern.exec(path) }))
      .find(({ match }) => match !== null);

  const judgeValues = (
    where: string,
    given: ReadonlyMap<string, string>,
    described: readonly Parameter[],
  ): string[] => {
    const strangers = [...given.keys()].filter(
      (name) => !described.some((parameter) => parameter.name === name),
    );
    const absent = described.filter(({ required, name }) => required === true && !given.has(name));
    return [
      ...strangers.map((name) => `has the ${where} ${name}, which is not described`),
      ...absent.map(({ name }) => `lacks the ${where} ${name}`),
      ...described.flatMap((parameter) => {
        const text = given.get(parameter.name);
        if (text === undefined) return [];
        const schema = resolve(parameter.schema ?? { type: parameter.type });
        const value = schema.type === "array" ? text.split(",") : text;
        return check({ properties: { value: schema } }, { value }, coercing).map(
          (fault) => `has the ${where} ${parameter.name}, which ${fault}`,
        );
      }),
    ];
  };

  const judgeRequest = (exchange: Exchange, url: URL, operation: Operation, blanks: Map<string, string>) => {
    const parameters = (operation.parameters ?? []).map(
      (parameter) => resolve(parameter) as unknown as Parameter,
    );
    const at = (place: string) => parameters.filter((parameter) => parameter.in === place);
    const query = new Map(url.searchParams);
    const type = exchange.headers["content-type"]?.split(";")[0] ?? "";
    const form = type === "application/x-www-form-urlencoded";
    // Swagger 2 has no body for a form, and a method that takes either takes its query as a form.
    const fields = form ? new Map(new URLSearchParams(exchange.body)) : new Map<string, string>();
    const flat = [...at("formData"), ...(form ? at("query") : [])];
    const content = operation.requestBody?.content;
    const schema = content?.[type]?.schema;
    return [
      ...judgeValues("path value", blanks, at("path")),
      ...judgeValues("query value", query, form ? [] : at("query")),
      ...at("header")
        .filter(
          ({ name, required }) => required === true && exchange.headers[name.toLowerCase()] === undefined,
        )
        .map(({ name }) => `lacks the header ${name}`),
      ...(form ? judgeValues("field", fields, flat) : []),
      ...(form || exchange.body === "" || schema !== undefined
        ? []
        : [`has a body of ${type}, which is not described`]),
      ...(schema === undefined || exchange.body === ""
        ? []
        : check(schema, JSON.parse(exchange.body)).map((fault) => `has a body where ${fault}`)),
    ];
  };

  const judgeAnswer = (exchange: Exchange, operation: Operation): string[] => {
    const answer = exchange.answer;
    if (answer === null) return [];
    const json = parsed(answer.body);
    const failed = isRecord(json) && refuses(json);
    const response =
      (failed ? null : operation.responses[String(answer.status)]) ?? operation.responses.default;
    if (response === undefined) return [`answers ${answer.status}, which is not described`];
    const described = resolve(response);
    const type = answer.headers["content-type"]?.split(";")[0] ?? "";
    const content = isRecord(described.content)
      ? (described.content as Record<string, { schema?: Fields }>)
      : null;
    const schema = content === null ? described.schema : content[type]?.schema;
    if (content !== null && content[type] === undefined)
      return [`answers ${answer.status} with ${type}, which is not described`];
    if (!isRecord(schema)) return [];
    if (json === undefined) return [`answers ${answer.status} with something that is no JSON`];
    return check(schema, json).map((fault) => `answers ${answer.status}: ${fault}`);
  };

  return {
    complaints(exchange) {
      const url = new URL(exchange.path, "http://127.0.0.1");
      const path = url.pathname.startsWith(base) ? url.pathname.slice(base.length) : url.pathname;
      const found = locate(path);
      if (found === undefined) return [`${exchange.method} ${path} is not described`];
      const method = exchange.method.toLowerCase();
      const operations = document.paths[found.template] ?? {};
      const operation = operations[method] ?? (methodless ? Object.values(operations)[0] : undefined);
      const where = `${exchange.method} ${found.template}`;
      if (operation === undefined) return [`${where} is not described`];
      const blanks = new Map(Object.entries(found.match?.groups ?? {}));
      return [...judgeRequest(exchange, url, operation, blanks), ...judgeAnswer(exchange, operation)].map(
        (complaint) => `${where} ${complaint}`,
      );
    },
  };
}

function patternOf(template: string): RegExp {
  const literally = template.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literally.replace(/\{(\w+)\}/g, "(?<$1>[^/]+?)")}$`);
}

/** The schema with its references made absolute. */
function rooted(value: unknown): Fields {
  return JSON.parse(
    JSON.stringify(value).replaceAll('"$ref":"#/', '"$ref":"https://description.example/#/'),
  ) as Fields;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where a choice fits none of its branches, the faults of each branch say nothing. */
function withoutBranches(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === "oneOf" || keyword === "anyOf");
  return errors.filter(
    (error) =>
      choices.includes(error) ||
      !choices.some((choice) => error.instancePath.startsWith(choice.instancePath)),
  );
}

/** One complaint in a line, with the numbers of list items left out so that it is said once. */
function said({ instancePath, message, params }: ErrorObject): string {
  const about = params.additionalProperty ?? params.allowedValues ?? "";
  return `${instancePath.replace(/\/\d+(?=\/|$)/g, "/…")} ${message} ${about}`.trim();
}
