import { indented, oneLine } from "../base/printable.ts";
import { sayTime } from "../base/zone.ts";
import type { Speaker } from "../broadcast/context.ts";
import { type Frozen, SHORT_HASH } from "../broadcast/frozen.ts";
import type { FrozenPlan } from "../broadcast/journal.ts";
import type { Delivery } from "../broadcast/ledger.ts";
import type { ChannelPlan } from "../broadcast/plan.ts";
import { rootSubjectOf } from "../broadcast/thread.ts";
import { type Approvals, sayStanding, wholeHash } from "../status/approvals.ts";
import { previewText } from "./output/preview.ts";
import type { Style } from "./output/style.ts";
import { heading, sayPromise } from "./output/table.ts";

/** A frozen update as the preview shows one: who made it, every channel's exact text, what was overridden, what is needed. */
export function approvalView(
  plan: FrozenPlan,
  frozen: Frozen,
  {
    speakers,
    told,
    approvals,
  }: { speakers: readonly Speaker[]; told: readonly Delivery[]; approvals: Approvals },
  { now, timeZone }: { now: Date; timeZone: string },
  style: Style,
): string {
  const { need } = approvals;
  const facts = [
    madeBy(plan, timeZone),
    `It can be said until ${sayPromise(plan.expiresAt, now, timeZone)}.`,
    need === null ? "It needs nobody's approval." : `It needs ${sayStanding(need, approvals)}.`,
  ];
  const texts = previewText(channelPlansOf(frozen, speakers, told), style);
  // Whoever copies the hash must not copy a line break in it, however narrow the terminal.
  const hash = wholeHash(plan, need?.asks ?? [])
    .map((line) => `${line}\n`)
    .join("");
  return `${heading(frozen.incident, frozen.update, style)}${texts}\n${lines(facts, style)}${hash}${cautions(frozen, approvals, style)}`;
}

/** For whoever has read it elsewhere: which plan it is, whose, and what was overridden. */
export function briefView(
  plan: FrozenPlan,
  frozen: Frozen,
  approvals: Approvals,
  timeZone: string,
  style: Style,
): string {
  return `${lines([madeBy(plan, timeZone)], style)}${cautions(frozen, approvals, style)}`;
}

function madeBy({ hash, verb, by, at }: FrozenPlan, timeZone: string): string {
  return `Plan ${hash.slice(0, SHORT_HASH)}: status ${verb}, by ${oneLine(by)} at ${sayTime(at, timeZone)}.`;
}

function cautions({ overridden }: Frozen, { invalid }: Approvals, style: Style): string {
  const warnings = [
    ...overridden.map(({ rule, reason }) => `Overridden: the wording rule ${rule}, because: ${reason}`),
    ...invalid.map((line) => `Does not count: ${line}`),
  ];
  return style.chalk.yellow(lines(warnings, style));
}

function lines(texts: readonly string[], { columns }: Style): string {
  return texts.map((text) => `${indented(oneLine(text), "", columns)}\n`).join("");
}

/** The plan of each channel again, out of the rows that would be recorded; channels that are configured no more are left out. */
function channelPlansOf(
  { deliveries, update }: Frozen,
  speakers: readonly Speaker[],
  told: readonly Delivery[],
): ChannelPlan[] {
  const names = [...new Set(deliveries.map(({ channel }) => channel))];
  return names.flatMap((name): ChannelPlan[] => {
    const speaker = speakers.find((each) => each.name === name);
    const rows = deliveries.filter(({ channel }) => channel === name);
    const [first] = rows;
    if (speaker === undefined || first === undefined) return [];
    const { subject, effect, audience, required } = first;
    const targets = new Map(rows.flatMap(({ part, target }) => (target === null ? [] : [[part, target]])));
    const change = effect === "post" ? {} : { change: { effect, targets } };
    const heard = told.filter(({ channel }) => channel === name);
    return [
      {
        ...{ speaker: { ...speaker, audience, required }, subject, ...change },
        leftOut: first.state === "skipped" ? (first.reason ?? "left out") : null,
        posts: rows.flatMap(({ post }) => post ?? []),
        follows: rootSubjectOf(heard, update.number) !== null,
      },
    ];
  });
}
