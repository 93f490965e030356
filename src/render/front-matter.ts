import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { setupError } from "../base/errors.ts";
import { suggest } from "../base/nearest.ts";
import { INCIDENT_PHASES, type IncidentType, MAINTENANCE_PHASES, type Phase } from "../incident/incident.ts";
import type { Source } from "./liquid.ts";

/** A value that a template wants from its author; `default` null means that it must be given, "" that it may stay unsaid. */
export interface Ask {
  readonly help: string | null;
  readonly type: "text" | "choice";
  readonly choices: readonly string[];
  readonly default: string | null;
  /** False: taken where it is given, never asked for. */
  readonly prompt: boolean;
  /** `internal`: for colleagues; a text for customers that uses it is refused. */
  readonly audience: "public" | "internal";
}

/** A template file, read but not yet parsed as Liquid. What it leaves out is absent. */
export interface FrontMatter {
  readonly type?: IncidentType;
  readonly phase?: Phase;
  readonly subject?: Source;
  readonly short?: Source;
  readonly keep?: Source;
  readonly ask?: Readonly<Record<string, Ask>>;
}

const askSchema = z
  .strictObject({
    help: z.string().optional(),
    type: z.enum(["text", "choice"]).optional(),
    choices: z.array(z.coerce.string()).min(1).optional(),
    default: z.coerce.string().optional(),
    prompt: z.boolean().optional(),
    audience: z.enum(["public", "internal"]).optional(),
  })
  .transform(
    (ask): Ask => ({
      help: ask.help ?? null,
      type: ask.type ?? (ask.choices === undefined ? "text" : "choice"),
      choices: ask.choices ?? [],
      // What nobody is asked for may stay unsaid.
      default: ask.default ?? (ask.prompt === false ? "" : null),
      prompt: ask.prompt ?? true,
      audience: ask.audience ?? "public",
    }),
  )
  .refine((ask) => ask.type === "text" || ask.choices.length > 0, "a choice needs choices");

const schema = z.strictObject({
  type: z.enum(["incident", "maintenance", "notice"]).optional(),
  phase: z.enum([...INCIDENT_PHASES, ...MAINTENANCE_PHASES]).optional(),
  subject: z.string().optional(),
  short: z.string().optional(),
  keep: z.string().optional(),
  ask: z.record(z.string().regex(/^[A-Za-z_][\w-]*$/), askSchema).optional(),
});

const KEYS = Object.keys(schema.shape);
const ASK_KEYS = ["help", "type", "choices", "default", "prompt", "audience"];

/** Parts a template file. Throws TEMPLATE_FRONT_MATTER with file and line, naming the nearest known key. */
export function readTemplateFile(
  file: string,
  content: string,
): { readonly front: FrontMatter; readonly body: Source } {
  const text = content.replace(/^\ufeff/, "").replace(/\r\n?/g, "\n");
  const match = /^---[ \t]*\n(.*?)(?:(?<=\n)---[ \t]*(?:\n|$))/s.exec(text);
  if (match === null && /^---[ \t]*\n/.test(text))
    throw setupError(
      "TEMPLATE_FRONT_MATTER",
      `${file}:1: the front matter is never closed.`,
      "End it with a line of three dashes: ---",
    );
  if (match === null) return { front: {}, body: { file, line: 1, text } };
  const [whole, yaml = ""] = match;
  const body = {
    file,
    line: whole.split("\n").length,
    text: text.slice(whole.length),
  };

  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines });
  const fault = (offset: number, message: string, hint: string | null = null) =>
    setupError("TEMPLATE_FRONT_MATTER", `${file}:${lines.linePos(offset).line + 1}: ${message}`, hint);
  const [broken] = document.errors;
  if (broken !== undefined) throw fault(broken.pos[0], broken.message.split("\n")[0] ?? "this is not YAML");
  const offsetOf = (path: readonly PropertyKey[]): number => {
    let node: unknown = document.contents;
    let offset = 0;
    for (const key of path) {
      const pair = isMap(node)
        ? node.items.find(({ key: k }) => isScalar(k) && String(k.value) === key)
        : undefined;
      if (pair === undefined) break;
      offset = (isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
      node = pair.value;
    }
    return offset;
  };

  const parsed = schema.safeParse(document.toJS() ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    if (issue?.code === "unrecognized_keys") {
      const key = issue.keys[0] ?? "";
      throw fault(
        offsetOf([...issue.path, key]),
        `unknown key "${key}".`,
        suggest(key, issue.path.length === 0 ? KEYS : ASK_KEYS),
      );
    }
    const name = issue?.path.join(".") || "front matter";
    throw fault(offsetOf(issue?.path ?? []), `${name}: ${issue?.message ?? "invalid"}`);
  }
  const { type, phase, ask, ...texts } = parsed.data;
  const sources = Object.entries(texts).map(([key, value]) => {
    const line = lines.linePos(offsetOf([key])).line + 1;
    return [key, { file, line, text: value }];
  });
  return {
    front: {
      ...(type === undefined ? {} : { type }),
      ...(phase === undefined ? {} : { phase }),
      ...(ask === undefined ? {} : { ask }),
      ...(Object.fromEntries(sources) as Pick<FrontMatter, "subject" | "short" | "keep">),
    },
    body,
  };
}
