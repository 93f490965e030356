import { existsSync } from "node:fs";
import { join } from "node:path";
import { isOneLine } from "../../base/one-line.ts";
import { indented, oneLine } from "../../base/printable.ts";
import type { Scrubber } from "../../base/scrubber.ts";
import { Secret } from "../../base/secret.ts";
import type { Finding } from "../../channels/contract.ts";
import type { Choices, Need } from "../../channels/guide.ts";
import type { Dialog } from "../dialog.ts";
import type { Style } from "../output/style.ts";
import type { Surroundings } from "../surroundings.ts";
import type { Detected, Offer } from "./detect.ts";
import { sayGuidance } from "./guidance.ts";
import { SECRETS } from "./keep.ts";
import { assemble, faultOf, fromEnvironment, type GivenSettings, isSecret, readAnswer } from "./settings.ts";

type Settings = Readonly<Record<string, unknown>>;

/** What the questions about one channel work with. */
export interface Asking {
  readonly surroundings: Surroundings;
  readonly dialog: Dialog;
  readonly style: Style;
  readonly scrubber: Scrubber;
  readonly detected: Detected;
  readonly given: GivenSettings;
  /** Where the configuration will stand. */
  readonly folder: string;
  /** What was typed in hiding: reference → secret. Added to. */
  readonly typed: Map<string, Secret>;
  /** What the vendor says may be answered; empty where it cannot be asked. */
  choices(offer: Offer, need: Need, settings: Settings): ReturnType<Choices>;
  check(offer: Offer, settings: Settings): Promise<readonly Finding[]>;
}

/** Asks for what a channel needs, and has it checked at once; null where the person leaves it out. */
export async function askChannel(offer: Offer, asking: Asking): Promise<Settings | null> {
  const { surroundings, dialog, style } = asking;
  const say = (text: string) => surroundings.stderr.write(`${text}\n`);
  const found = foundFor(offer, asking);
  say("");
  if (secretsOf(offer).every((need) => found.has(need.field))) {
    const where = [...new Set(found.values())].map((reference) => reference.replace(/^\w+:/, ""));
    say(`${style.chalk.bold(offer.kind.title)}${where.length > 0 ? `: found ${where.join(", ")}.` : ""}`);
  } else say(sayGuidance(offer, style));
  let before: Settings = {};
  for (let attempt = 1; ; attempt++) {
    const answered = await askNeeds(offer, asking, attempt === 1 ? found : new Map(), before);
    if (answered === null) return null;
    const settings = assemble(offer, answered, asking.given);
    const missing = variablesMissing(settings, offer, asking);
    if (missing.length > 0) {
      say(style.chalk.yellow(`  ! not checked: ${missing.join(", ")} is not set yet`));
      return settings;
    }
    if (offer.kind.secrets.length > 0) say(style.chalk.dim(`  Checking with ${offer.kind.title} …`));
    const findings = await asking.check(offer, settings);
    for (const line of sayFindings(findings, style)) say(line);
    if (!findings.some(({ level }) => level === "fail")) return settings;
    const then = await dialog.select(`${offer.kind.title} is not ready. What now?`, [
      { name: "Give other values", value: "again" },
      { name: "Keep it as it is, and mend it later", value: "keep" },
      { name: "Leave it out", value: "out" },
    ]);
    if (then === "keep") return settings;
    if (then === "out") return null;
    before = answered;
  }
}

function secretsOf(offer: Offer): readonly Need[] {
  return offer.guide.needs.filter((need) => isSecret(offer, need));
}

/** Field → reference, for each secret that is at hand already. */
function foundFor(offer: Offer, { detected, given, folder }: Asking): Map<string, string> {
  const found = new Map<string, string>();
  for (const { field, env } of secretsOf(offer)) {
    const variable = detected.variables.get(offer.kind.kind)?.get(field);
    const file = `${SECRETS}/${env[0]}`;
    const reference = given.get(offer.kind.kind)?.[field];
    if (reference !== undefined) found.set(field, String(reference));
    else if (variable !== undefined) found.set(field, `env:${variable}`);
    else if (existsSync(join(folder, file))) found.set(field, `file:${file}`);
  }
  return found;
}

async function askNeeds(
  offer: Offer,
  asking: Asking,
  found: ReadonlyMap<string, string>,
  before: Settings,
): Promise<Settings | null> {
  const answered: Record<string, unknown> = {};
  const given = asking.given.get(offer.kind.kind) ?? {};
  for (const need of offer.guide.needs) {
    const { field, unless } = need;
    if (unless !== undefined && given[unless] !== undefined) continue;
    if (given[field] !== undefined) answered[field] = given[field];
    else if (isSecret(offer, need))
      answered[field] = found.get(field) ?? (await askSecret(need, asking, before[field]));
    else {
      const known = before[field] ?? fromEnvironment(offer, need, asking.detected, asking.surroundings);
      const answer =
        (await askChoice(offer, need, { ...answered, ...given }, asking, known)) ??
        (await askPlain(offer, need, asking, known));
      if (answer === null) return null;
      answered[field] = answer;
    }
  }
  return answered;
}

/** A reference: to a file that will hold what is typed, or to what was there before, or to a variable of later. */
async function askSecret(
  { question, env: [variable = ""] }: Need,
  { dialog, scrubber, typed, folder }: Asking,
  before: unknown,
): Promise<unknown> {
  const later = before === undefined ? `later, as ${variable}` : "as before";
  const secret = (await dialog.hidden(`${question} (Enter: ${later})`)).trim();
  if (secret === "") return before ?? `env:${variable}`;
  scrubber.learn(secret);
  const reference = `file:${SECRETS}/${freeName(folder, variable, typed)}`;
  typed.set(reference, new Secret(secret));
  return reference;
}

/** A file that stands there is somebody's. */
function freeName(folder: string, variable: string, typed: ReadonlyMap<string, Secret>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? variable : `${variable}_${number}`;
    if (typed.has(`file:${SECRETS}/${name}`) || !existsSync(join(folder, SECRETS, name))) return name;
  }
}

/** One of those that the vendor names; null where it names none, or none of them is meant. */
async function askChoice(
  offer: Offer,
  need: Need,
  settings: Settings,
  asking: Asking,
  known: unknown,
): Promise<string | number | null> {
  if (variablesMissing(settings, offer, asking).length > 0) return null;
  const choices = await asking.choices(offer, need, settings);
  if (choices.length === 0) return null;
  const wanted = known === undefined ? null : readAnswer(need, written(known));
  const marked = choices.find(({ value }) => value === wanted)?.value;
  return asking.dialog.select<string | number | null>(
    `${need.question}: which?`,
    [
      ...choices.map(({ name, value }) => ({ name: oneLine(name), value })),
      { name: "Another one", value: null },
    ],
    // What is known and not among them is no reason to propose one of them.
    known === undefined ? choices[0]!.value : (marked ?? null),
  );
}

/** null where somebody would rather leave the channel out. */
async function askPlain(offer: Offer, need: Need, { dialog }: Asking, known: unknown): Promise<unknown> {
  const { question, example, usual } = need;
  const initial = known === undefined ? usual : written(known);
  // An example is shown, and never taken for an answer.
  const such = initial === undefined && example !== undefined ? ` (such as ${written(example)})` : "";
  const text = await dialog.input(`${question}${such}`, {
    ...(initial === undefined ? {} : { initial }),
    check: (answer) => {
      if (answer.trim() === "") return `Nothing goes there without it. To leave it out: ${LEFT_OUT}`;
      if (!isOneLine(answer)) return "Give one line without control characters.";
      return answer.trim() === LEFT_OUT ? null : faultOf(offer, need, readAnswer(need, answer));
    },
  });
  return text.trim() === LEFT_OUT ? null : readAnswer(need, text);
}

const LEFT_OUT = "none";

function written(value: unknown): string {
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** Variables that the settings refer to and that are not set. */
function variablesMissing(settings: Settings, { kind }: Offer, { surroundings }: Asking): string[] {
  return kind.secrets
    .map((field) => /^env:(.+)$/.exec(String(settings[field]))?.[1])
    .filter((name) => name !== undefined)
    .filter((name) => (surroundings.env[name] ?? "") === "");
}

/** As `status doctor` shows them; a server that refuses everything says so once. */
function sayFindings(findings: readonly Finding[], { chalk, symbols, columns }: Style): string[] {
  const marks = { ok: chalk.green(symbols.good), warn: chalk.yellow("!"), fail: chalk.red(symbols.bad) };
  const behind = " ".repeat(MARGIN);
  const said = new Set<string>();
  return findings.flatMap(({ name, level, message, hint }) => {
    if (level !== "ok" && said.has(message)) return [];
    said.add(message);
    const then = oneLine(hint ?? "").replace(THEN, "");
    return [
      `  ${marks[level]} ${oneLine(name).padEnd(12)} ${indented(oneLine(message), behind, columns).slice(MARGIN)}`,
      ...(then === "" || level === "ok" ? [] : [chalk.dim(indented(then, behind, columns))]),
    ];
  });
}

/** It has just been checked, and there is nothing yet for doctor to look at, nor for retry to say. */
const THEN = /(?:^|(?:[,:;]| —)? )(?:and )?(?:then|type|then type): status (?:doctor|retry)$/;

/** Where messages begin, behind mark and name. */
const MARGIN = 17;
