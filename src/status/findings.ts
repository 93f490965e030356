import { refusal, type StatusError, usageError } from "../base/errors.ts";
import { suggest } from "../base/nearest.ts";
import { shellWord } from "../base/printable.ts";
import type { Delivery } from "../broadcast/ledger.ts";
import { flatten } from "../incident/components.ts";
import { literal } from "../render/literal.ts";
import { checkWording, type Finding, type Wording } from "../render/wording/check.ts";
import { DEFAULT_WORDING, RULES, type Rule } from "../render/wording/policy.ts";
import type { Desk } from "./desk.ts";
import type { SpeakOptions } from "./options.ts";
import type { Composed } from "./say.ts";
import { hasOwnWords } from "./speak.ts";

/** A rule that is not heeded this once, and why. */
export interface Overridden {
  readonly rule: string;
  readonly reason: string;
}

/** What the wording rules have against an update. Nothing blocks the bundled acknowledgement: the first word must be quick. */
export function findingsIn(
  desk: Desk,
  { said, update, plan, told }: Composed,
  options: SpeakOptions,
): readonly Finding[] {
  const { property } = desk.config;
  const names = new Map(flatten(property.components).map(({ id, name }) => [id, name]));
  const { incident, message } = said;
  const written = [
    ...(message === null
      ? []
      : [
          {
            place: update.template === "postmortem" ? "the published document" : "message",
            text: message,
            audience: "public" as const,
          },
        ]),
    ...(said.title === "" ? [] : [{ place: "title", text: said.title, audience: "public" as const }]),
    ...(options.short === undefined
      ? []
      : [{ place: "short", text: options.short, audience: "public" as const }]),
    ...(options.internal === undefined
      ? []
      : [{ place: "internal", text: options.internal, audience: "internal" as const }]),
    ...Object.entries(said.set)
      .filter(([, text]) => text !== "")
      .map(([name, text]) => ({
        place: `set.${name}`,
        text,
        audience: said.template.ask[name]?.audience ?? ("public" as const),
      })),
  ];
  // A correction is meant to be like what it corrects, and a script is held to more than likeness.
  const comparable = update.verb !== "follow-up" && update.verb !== "correct" && update.verb !== "retract";
  const posts = plan
    .filter(({ leftOut, change }) => leftOut === null && change?.effect !== "remove")
    .map(({ speaker, posts: [post] }) => ({
      ...{ channel: speaker.name, audience: speaker.audience, live: desk.surroundings.drill === null },
      locale: speaker.locale ?? property.locale,
      text: post?.text ?? "",
      before: comparable ? lastOn(told, speaker.name) : null,
    }));
  const findings = checkWording(
    {
      ...{ written, posts },
      facts: {
        ...{ verb: update.verb, type: incident.type, phase: incident.phase, impact: incident.impact },
        components: incident.components.map(({ id, state }) => ({ id, name: names.get(id) ?? id, state })),
        ...{ nextUpdateAt: incident.nextUpdateAt, data: said.set.data ?? null, template: update.template },
      },
    },
    desk.config.wording,
  );
  const judged =
    update.template === "postmortem"
      ? findings.filter((each) => each.rule !== "outage" && !isQuoted(each, told))
      : findings;
  // Its own words are ours, and the title is all that a person had time for.
  if (update.verb === "announce" && update.template === "acknowledge" && !hasOwnWords(said, options))
    return judged.map((finding) => ({ ...finding, level: "warn" as const }));
  // A title that stands already must not keep later words from being said; --title changes it.
  if (said.opens || options.title !== undefined) return judged;
  return judged.map((finding) =>
    finding.place.startsWith("title") ? { ...finding, level: "warn" as const } : finding,
  );
}

/** Whether the words were said in public before: a postmortem tells what was said when, and cannot unsay it. */
function isQuoted({ excerpt }: Finding, told: readonly Delivery[]): boolean {
  const words = excerpt.replace(/…$/, "");
  return (
    words !== "" &&
    told.some(
      ({ audience, receipt, post }) =>
        audience === "public" && receipt !== null && post?.text.includes(words) === true,
    )
  );
}

/** What the channel's audience read last. */
function lastOn(told: readonly Delivery[], name: string): string | null {
  const last = told.findLast(
    ({ channel, effect, state }) => channel === name && effect !== "remove" && state === "sent",
  );
  return last?.post?.text ?? null;
}

/** What `--allow` and a broken glass override of these findings. Throws a usage error for a rule that does not exist. */
export function allowedBy(
  options: Pick<SpeakOptions, "allow" | "breakGlass">,
  findings: readonly Finding[],
): readonly Overridden[] {
  const allowed = new Map<string, string>(Object.entries(options.allow ?? {}).map(allow));
  const blocking = new Set(findings.filter(({ level }) => level === "block").map(({ rule }) => rule));
  return [...blocking].flatMap((rule) => {
    const reason = allowed.get(rule) ?? options.breakGlass;
    return reason === undefined ? [] : [{ rule, reason }];
  });
}

/** Most of what a reason may hold, in characters. */
const LONGEST_REASON = 500;

/** Why a rule is overridden, or the glass broken: for the record, and for colleagues. Throws usage errors. */
export function parseReason(flag: string, text: string): string {
  const reason = literal(text).trim();
  if (!/[\p{L}\p{N}]/u.test(reason))
    throw usageError(
      "REASON_EMPTY",
      `${flag} gives no reason.`,
      "Is a variable unset? Say why: the record keeps it.",
    );
  if (reason.length > LONGEST_REASON)
    throw usageError(
      "REASON_TOO_LONG",
      `The reason of ${flag} has ${reason.length} characters; at most ${LONGEST_REASON} are taken.`,
      "Say it in a sentence.",
    );
  const facts: Wording["facts"] = {
    ...{ verb: "update", type: "incident", phase: "monitoring", impact: "none", components: [] },
    ...{ nextUpdateAt: null, data: null, template: "" },
  };
  const written = [{ place: flag, text: reason, audience: "internal" as const }];
  const [secret] = checkWording({ written, posts: [], facts }, DEFAULT_WORDING).filter(
    ({ rule }) => rule === "secret",
  );
  if (secret !== undefined)
    throw usageError(
      "REASON_HAS_SECRET",
      `The reason of ${flag} holds what looks like a secret ("${secret.excerpt}"), and the record keeps it for ever.`,
      "Say why without it.",
    );
  return reason;
}

function allow([name, reason]: readonly [string, string]): readonly [Rule, string] {
  if (!Object.hasOwn(RULES, name))
    throw usageError(
      "RULE_UNKNOWN",
      `--allow ${name}=${reason}: there is no rule "${name}".`,
      suggest(name, Object.keys(RULES)),
    );
  return [name as Rule, parseReason(`--allow ${name}`, reason)];
}

/** Why it is not said as it is. */
export function blocked(findings: readonly Finding[]): StatusError {
  const lines = findings.map(
    ({ rule, place, excerpt, reason, better }) => `${place}: "${excerpt}" [${rule}] ${reason} ${better}`,
  );
  const rules = [...new Set(findings.map(({ rule }) => rule))];
  return refusal(
    "WORDING_BLOCKED",
    `Nothing was sent, because of its wording:\n${lines.join("\n")}`,
    `Say it otherwise. Where it is right as it is: ${rules.map((rule) => `--allow ${shellWord(`${rule}=REASON`)}`).join(" ")}`,
  );
}
