import { oneLine } from "../base/printable.ts";
import { faultOf, type Result, type Told, whyOf } from "./result.ts";

/** A line that the runner shows beside the run. */
export interface Annotation {
  readonly level: "error" | "warning";
  readonly title: string;
  readonly text: string;
}

/**
 * As the runner reads it: `::error title=…::…`. Line breaks, and in the title `:` and `,`, are escaped as it undoes them
 * (actions/toolkit, command.ts; actions/runner, ActionCommand.cs, both read 2026-11-23).
 */
export function annotationLine({ level, title, text }: Annotation): string {
  const data = (words: string) =>
    oneLine(words).replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const property = data(title).replaceAll(":", "%3A").replaceAll(",", "%2C");
  return `::${level} title=${property}::${data(text)}`;
}

/** The runner shows ten of a kind for a step, and drops the others in silence. */
const MOST = 10;

/**
 * What somebody must know: channels that are silent or unknown, findings that block, what is overdue, what `doctor` failed, and
 * the failure of the whole. `fails` tells whether the step fails: then these are errors, except for optional channels.
 */
export function annotate(results: readonly Result[], command: string, fails: boolean): Annotation[] {
  const worst = fails ? "error" : "warning";
  const all = results.flatMap((result): Annotation[] => [
    ...(result.error === undefined ? [] : [ofFailure(result.error, worst)]),
    ...result.deliveries.flatMap((told) => ofChannel(told, worst)),
    ...result.findings.map(
      ({ level, rule, message }): Annotation => ({
        level: "warning",
        title: `status: ${rule}`,
        text: message ?? (level === "block" ? "this wording stops the update" : "look at this wording again"),
      }),
    ),
    ...(result.due ?? []).map(
      ({ title, incident, kind, dueAt, overdue, command: next }): Annotation => ({
        level: overdue ? worst : "warning",
        title: `status: ${overdue ? "overdue" : "due"}: ${incident ?? title}`,
        text: `${title}: ${kind} by ${dueAt} — ${next}`,
      }),
    ),
    ...(result.checks ?? []).flatMap(({ channel, name, level, message, hint }): Annotation[] =>
      level === "ok"
        ? []
        : [
            {
              level: level === "fail" ? worst : "warning",
              title: `status: ${channel === null ? "" : `${channel} `}${name}`,
              text: hint === null ? message : `${message} — ${hint}`,
            },
          ],
    ),
  ]);
  return (["error", "warning"] as const).flatMap((level) => {
    const these = all.filter((each) => each.level === level);
    if (these.length <= MOST) return these;
    const rest = these.slice(MOST - 1).map(({ title }) => title);
    return [
      ...these.slice(0, MOST - 1),
      { level, title: `status ${command}`, text: `and ${rest.length} more: ${rest.join("; ")}` },
    ];
  });
}

function ofFailure(
  { code, message, hint }: NonNullable<Result["error"]>,
  level: Annotation["level"],
): Annotation {
  return { level, title: `status: ${code}`, text: hint === null ? message : `${message} — ${hint}` };
}

const SAID = {
  silent: "is silent",
  unknown: "is unknown: it may be out; look before it is repeated",
  missing: "was sent, and is no longer there",
  altered: "was sent, and reads otherwise now",
} as const;

function ofChannel(told: Told, worst: Annotation["level"]): Annotation[] {
  const fault = faultOf(told);
  // In a dry run nobody was to speak; what would keep a channel from it is worth knowing all the same.
  if (fault === null)
    return told.error === null || told.state !== "skipped"
      ? []
      : [{ level: "warning", title: `status: ${told.channel} cannot speak`, text: whyOf(told) }];
  return [
    {
      level: told.required ? worst : "warning",
      title: `status: ${told.channel} ${SAID[fault]}`,
      text: whyOf(told) || `${told.channel}: ${told.state}`,
    },
  ];
}
