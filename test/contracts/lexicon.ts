import { existsSync, readFileSync } from "node:fs";
import { isRecord } from "../../src/channels/answer.ts";
import type { Exchange } from "../channels/damaging-proxy.ts";
import type { Judge } from "./description.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Formats of strings (atproto.com, Lexicon, read 2026-11), as far as the lexicons read here name them. */
const FORMATS: Readonly<Record<string, RegExp>> = {
  "at-identifier": /^(?:did:[a-z]+:[\w.:%-]+|[a-z0-9-]+(?:\.[a-z0-9-]+)+)$/i,
  did: /^did:[a-z]+:[\w.:%-]+$/,
  handle: /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i,
  nsid: /^[a-z][a-z0-9.-]+\.[a-zA-Z]+$/,
  "record-key": /^[\w.~:-]{1,512}$/,
  "at-uri": /^at:\/\/[^/]+\/[^/]+\/[^/]+$/,
  cid: /^baf[a-z2-7]{50,}$/,
  tid: /^[234567a-j][234567a-z]{12}$/,
  datetime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/,
  language: /^[a-z]{2,3}(?:-[A-Za-z0-9]+)*$/,
  uri: /^\w+:(?:\/\/)?[^\s/]\S*$/,
};

/** Reads lexicons below `folder`; `base` stands before `/xrpc/` in a request. */
export function readLexicons(folder: URL, base: string): Judge {
  const documents = new Map<string, Fields>();
  const documentOf = (nsid: string): Fields | null => {
    const url = new URL(`${nsid.replaceAll(".", "/")}.json`, folder);
    if (!documents.has(nsid) && existsSync(url))
      documents.set(nsid, JSON.parse(readFileSync(url, "utf8")) as Fields);
    return documents.get(nsid) ?? null;
  };
  const definitionOf = (reference: string, within: string): { schema: Fields; nsid: string } | null => {
    const [name = "", part = "main"] = reference.split("#");
    const nsid = name === "" ? within : name;
    const schema = (documentOf(nsid)?.defs as Record<string, Fields> | undefined)?.[part];
    return schema === undefined ? null : { schema, nsid };
  };

  const check = (schema: Fields, value: unknown, at: string, nsid: string): string[] => {
    switch (schema.type) {
      case "ref": {
        const found = definitionOf(String(schema.ref), nsid);
        return found === null ? [] : check(found.schema, value, at, found.nsid);
      }
      case "union": {
        const type = isRecord(value) ? String(value.$type) : "";
        const named = (schema.refs as string[]).find(
          (reference) => (reference.startsWith("#") ? `${nsid}${reference}` : reference) === type,
        );
        if (named === undefined) return [`${at} is none of ${(schema.refs as string[]).join(", ")}`];
        return check({ type: "ref", ref: named }, value, at, nsid);
      }
      case "array":
        if (!Array.isArray(value)) return [`${at} is no list`];
        if (value.length > Number(schema.maxLength ?? Infinity)) return [`${at} is too long a list`];
        return value.flatMap((item) => check(schema.items as Fields, item, `${at}/…`, nsid));
      case "params":
      case "object":
        return isRecord(value) ? checkObject(schema, value, at, nsid) : [`${at} is no object`];
      case "string":
        return typeof value === "string" ? checkString(schema, value, at) : [`${at} is no string`];
      case "integer":
        if (!Number.isInteger(value)) return [`${at} is no integer`];
        return Number(value) < Number(schema.minimum ?? -Infinity) ? [`${at} is too small`] : [];
      case "boolean":
        return typeof value === "boolean" ? [] : [`${at} is no boolean`];
      default:
        return [];
    }
  };
  const checkObject = (schema: Fields, value: Fields, at: string, nsid: string): string[] => {
    const described = (schema.properties ?? {}) as Record<string, Fields>;
    const nullable = (schema.nullable ?? []) as string[];
    const absent = ((schema.required ?? []) as string[]).filter((name) => value[name] === undefined);
    return [
      ...absent.map((name) => `${at} lacks ${name}`),
      ...Object.entries(value).flatMap(([name, child]) => {
        if (child === null && nullable.includes(name)) return [];
        const property = described[name];
        if (property === undefined)
          return name === "$type" ? [] : [`${at} has ${name}, which is not described`];
        return check(property, child, `${at}/${name}`, nsid);
      }),
    ];
  };
  /** A record whose lexicon is at hand. */
  const checkRecord = (value: unknown, at: string): string[] => {
    const type = isRecord(value) ? String(value.$type) : "";
    const found = definitionOf(type, type);
    return found === null
      ? [`${at} is of no known kind`]
      : check(found.schema.record as Fields, value, at, type);
  };

  return {
    complaints({ method, path, body, answer }: Exchange) {
      const url = new URL(path, "http://127.0.0.1");
      const nsid = url.pathname.replace(`${base}/xrpc/`, "");
      const main = definitionOf(nsid, nsid)?.schema;
      if (main === undefined) return [`${method} ${url.pathname} is not described`];
      const faults: string[] = [];
      if (method !== (main.type === "query" ? "GET" : "POST"))
        faults.push(`is a ${main.type}, asked with ${method}`);
      if (main.type === "query") {
        const query = Object.fromEntries(url.searchParams);
        const numbers = Object.fromEntries(
          Object.entries(query).map(([name, text]) => [name, name === "limit" ? Number(text) : text]),
        );
        faults.push(...check(main.parameters as Fields, numbers, "the query", nsid));
      } else {
        const sent: unknown = JSON.parse(body);
        faults.push(...check((main.input as Fields).schema as Fields, sent, "the body", nsid));
        if (isRecord(sent) && sent.record !== undefined)
          faults.push(...checkRecord(sent.record, "the record"));
      }
      if (answer !== null) faults.push(...judgeAnswer(answer, main, nsid));
      return faults.map((fault) => `${nsid}: ${fault}`);
    },
  };

  function judgeAnswer(
    { status, body }: { status: number; body: string },
    main: Fields,
    nsid: string,
  ): string[] {
    const said: unknown = JSON.parse(body);
    if (status === 200) return check((main.output as Fields).schema as Fields, said, "the answer", nsid);
    return isRecord(said) && typeof said.error === "string" && typeof said.message === "string"
      ? []
      : [`answers ${status} without error and message`];
  }
}

function checkString(schema: Fields, value: string, at: string): string[] {
  const format = FORMATS[String(schema.format)];
  if (schema.format !== undefined && format === undefined)
    return [`${at} is in the unknown format ${schema.format}`];
  const graphemes = [...new Intl.Segmenter("en", { granularity: "grapheme" }).segment(value)].length;
  return [
    ...(format === undefined || format.test(value) ? [] : [`${at} is no ${schema.format}`]),
    ...(Buffer.byteLength(value) <= Number(schema.maxLength ?? Infinity) ? [] : [`${at} has too many bytes`]),
    ...(graphemes <= Number(schema.maxGraphemes ?? Infinity) ? [] : [`${at} has too many graphemes`]),
  ];
}
