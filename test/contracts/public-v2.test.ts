import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { apiFiles } from "../../src/page/api-v2.ts";
import { NOTICE, OUTAGE, PAST, PLANNED, site } from "../page/sites.ts";
import { viewOf } from "../page/views.ts";

/** Where the vendor's recorded answers lie, beside the project; they are nobody's to copy. */
const RECORDINGS = new URL("../../../shared/specs/statuspage/public-v2/", import.meta.url);

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(Z|[+-]\d\d:\d\d)$/;

/** The sorts of value found at every path of some answers: `/incidents[]/impact` → `text`. */
type Shape = Map<string, Set<string>>;

function learn(shape: Shape, value: unknown, path = ""): Shape {
  shape.set(path, (shape.get(path) ?? new Set()).add(sortOf(value)));
  if (Array.isArray(value)) for (const each of value) learn(shape, each, `${path}[]`);
  else if (typeof value === "object" && value !== null)
    for (const [key, each] of Object.entries(value)) learn(shape, each, `${path}/${key}`);
  return shape;
}

/** Of an object its keys in order, of a text whether it is a time. */
function sortOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  if (typeof value === "string") return TIME.test(value) ? "time" : "text";
  return typeof value === "object" ? `{${Object.keys(value)}}` : typeof value;
}

/**
 * One shape for all answers, whatever list they stand in: a recorded list that happens to be empty has the fields of another,
 * and a component within an incident those of one within the summary.
 */
function shapeOf(answers: Iterable<unknown>): Shape {
  const shape: Shape = new Map();
  for (const answer of answers)
    for (const [path, sorts] of learn(new Map(), answer)) {
      const general = path
        .replace(/^\/(incidents|scheduled_maintenances)\[\]\/components/, "/components")
        .replace(/^(.*)\/incident_updates\[\]/, "/incident_updates[]");
      shape.set(general, new Set([...(shape.get(general) ?? []), ...sorts]));
    }
  return shape;
}

/** What the recordings had no occasion to show. */
const UNRECORDED: readonly { readonly about: RegExp; readonly reason: string }[] = [
  {
    about: /^\/components\[\]\/components(\[\])?: (list|text)$|^\/components\[\]: \{.*,components\}$/,
    reason: "a group lists its components on live pages; no group was recorded",
  },
  { about: /\/(monitoring_at|resolved_at): null$/, reason: "what has not happened has no time" },
];

const files = new Map(
  apiFiles(viewOf(site([OUTAGE, ...PAST, NOTICE, PLANNED]))).map(({ path, content }) => [
    path.replace("api/v2/", "").replaceAll("/", "."),
    JSON.parse(String(content)) as Record<string, unknown>,
  ]),
);

if (existsSync(RECORDINGS)) {
  const recorded = new Map(
    readdirSync(RECORDINGS).map((name) => [
      name,
      JSON.parse(readFileSync(new URL(name, RECORDINGS), "utf8")) as Record<string, unknown>,
    ]),
  );

  it("has a file for every recorded answer", () => {
    expect([...files.keys()].sort()).toEqual([...recorded.keys()].sort());
  });

  it.each([...recorded])("%s holds what the recorded answer holds, in its order", (name, answer) => {
    expect(Object.keys(files.get(name) ?? {})).toEqual(Object.keys(answer));
  });

  it("agrees with the recorded answers key by key and type by type", () => {
    const real = shapeOf(recorded.values());
    const ours = shapeOf(files.values());
    expect([...real.keys()].filter((path) => !ours.has(path))).toEqual([]);
    const complaints = [...ours].flatMap(([path, sorts]) =>
      [...sorts].filter((sort) => !real.get(path)?.has(sort)).map((sort) => `${path}: ${sort}`),
    );
    expect(complaints.filter((text) => !UNRECORDED.some(({ about }) => about.test(text)))).toEqual([]);
    const stale = UNRECORDED.filter(({ about }) => !complaints.some((text) => about.test(text)));
    expect(stale.map(({ about }) => String(about))).toEqual([]);
  });
} else {
  const reason = `skipped: the recorded answers are not at ${RECORDINGS.pathname}`;
  process.stdout.write(`${reason}\n`);
  it("agrees with the recorded answers", (context) => context.skip(reason));
}
