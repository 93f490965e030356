import { parse } from "yaml";
import type { ZodError } from "zod";
import { usageError } from "../../base/errors.ts";
import { suggest } from "../../base/nearest.ts";
import { isOneLine } from "../../base/one-line.ts";
import type { Need } from "../../channels/guide.ts";
import { adviceOn } from "../../config/explain.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Detected, Offer } from "./detect.ts";
import { asAddress } from "./property.ts";

/** Kind → field → value, as `--set slack.channel=C0123456` gave them. */
export type GivenSettings = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** Reads `--set KIND.FIELD=VALUE`. Throws usage errors that name the nearest kind or field. */
export function readSettings(given: readonly string[], chosen: readonly Offer[]): GivenSettings {
  const read = new Map<string, Record<string, unknown>>();
  for (const text of given) {
    const [, kind = "", field = "", value = ""] = /^([^.=]+)\.([^=]+)=(.*)$/s.exec(text) ?? [];
    if (kind === "")
      throw usageError(
        "SETTING_UNREADABLE",
        "--set names no kind, setting and value.",
        "Such as: --set slack.channel=C0123456",
      );
    const offer = chosen.find((offer) => offer.kind.kind === kind);
    if (offer === undefined)
      throw usageError(
        "SETTING_UNREADABLE",
        `--set ${kind}.${field}: that kind is not among the chosen ones.`,
        suggest(
          kind,
          chosen.map((offer) => offer.kind.kind),
        ),
      );
    const fields = Object.keys(shapeOf(offer));
    if (!fields.includes(field))
      throw usageError(
        "SETTING_UNREADABLE",
        `--set ${kind}.${field}: ${offer.kind.title} has no such setting.`,
        suggest(field, fields),
      );
    if (!isOneLine(value))
      throw usageError(
        "SETTING_UNREADABLE",
        `--set ${kind}.${field}: give one line without control characters.`,
        `Such as: --set ${kind}.${field}=VALUE`,
      );
    const need = offer.guide.needs.find((need) => need.field === field);
    const settings = read.get(kind) ?? {};
    settings[field] = need === undefined ? readYaml(value) : readAnswer(need, value);
    read.set(kind, settings);
  }
  return read;
}

/** Each setting's own schema, where the kind's schema shows them. */
function shapeOf({ kind }: Offer): Record<string, Checked> {
  return (kind.settings as { shape?: Record<string, Checked> }).shape ?? {};
}

interface Checked {
  safeParse(value: unknown): { error?: Pick<ZodError, "issues"> | undefined };
}

function readYaml(text: string): unknown {
  try {
    return (parse(text) as unknown) ?? text;
  } catch {
    return text;
  }
}

/** What was typed, as the value that the setting takes. */
export function readAnswer({ reads, example }: Need, typed: string): unknown {
  const text = typed.trim();
  if (reads === "number") return /^\d+$/.test(text) ? Number(text) : text;
  if (reads === "list")
    return text
      .split(",")
      .map((word) => word.trim())
      .filter((word) => word !== "");
  // Some tools name a server by its host alone, and so do people.
  const address = typeof example === "string" && example.startsWith("https://");
  if (!address) return text;
  return asAddress(text).replace(/\/+$/, "");
}

/** What is wrong with a value for this setting, as a sentence; null where nothing is. */
export function faultOf(offer: Offer, { field, example }: Need, value: unknown): string | null {
  const issue = shapeOf(offer)[field]?.safeParse(value).error?.issues[0];
  if (issue === undefined) return null;
  const advice = adviceOn(issue, example === undefined ? undefined : [example].flat().join(", "));
  return `${advice[0]!.toUpperCase()}${advice.slice(1)}.`;
}

export function isSecret({ kind }: Offer, { field }: Need): boolean {
  return kind.secrets.includes(field);
}

/** What the environment says of a setting that is no secret; undefined where it says nothing that will do. */
export function fromEnvironment(
  offer: Offer,
  need: Need,
  detected: Detected,
  { env }: Pick<Surroundings, "env">,
): string | undefined {
  const variable = detected.variables.get(offer.kind.kind)?.get(need.field);
  const value = variable === undefined ? undefined : env[variable];
  if (value === undefined || isSecret(offer, need) || !isOneLine(value)) return undefined;
  return faultOf(offer, need, readAnswer(need, value)) === null ? value : undefined;
}

/** The whole channel: kind, what was answered, what the kind writes anyway, and what was given by hand. */
export function assemble(
  { kind, guide }: Offer,
  answered: Readonly<Record<string, unknown>>,
  given: GivenSettings,
): Readonly<Record<string, unknown>> {
  return {
    kind: kind.kind,
    ...answered,
    ...(guide.audience === undefined ? {} : { audience: guide.audience }),
    ...guide.also,
    ...given.get(kind.kind),
  };
}
