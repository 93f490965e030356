import { z } from "zod";

const failure = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().nullable().default(null),
});

const delivery = z.object({
  channel: z.string(),
  kind: z.string(),
  state: z.string(),
  reason: z.string().nullable().default(null),
  verification: z.string().nullable().default(null),
  url: z.string().nullable().default(null),
  text: z.string().nullable().default(null),
  error: failure.nullable().default(null),
  required: z.boolean().default(true),
  audience: z.string().default("public"),
});
export type Told = z.infer<typeof delivery>;

const spoken = z.object({
  outcome: z.string().optional(),
  incident: z
    .object({
      id: z.string(),
      title: z.string(),
      type: z.string(),
      phase: z.string(),
      impact: z.string(),
      nextUpdateAt: z.string().nullable().default(null),
    })
    .optional(),
  deliveries: z.array(delivery).default([]),
  silent: z.array(z.string()).default([]),
  findings: z
    .array(z.object({ level: z.string(), rule: z.string(), message: z.string().optional() }))
    .default([]),
  plan: z.object({ hash: z.string() }).nullish(),
  due: z
    .array(
      z.object({
        incident: z.string().nullable(),
        title: z.string(),
        kind: z.string(),
        dueAt: z.string(),
        overdue: z.boolean(),
        command: z.string(),
      }),
    )
    .optional(),
  checks: z
    .array(
      z.object({
        channel: z.string().nullable().default(null),
        name: z.string(),
        level: z.string(),
        message: z.string(),
        hint: z.string().nullable().default(null),
      }),
    )
    .optional(),
  error: failure.optional(),
});

/** What a command printed with `--json`, as far as a step tells of it. */
export type Result = z.infer<typeof spoken>;

/** Reads the document. Several follow-ups make several; what is none gives none. */
export function readResults(stdout: string): Result[] {
  return stdout.split("\n").flatMap((line) => {
    if (!line.startsWith("{")) return [];
    const document = JSON.parse(line) as { followUps?: unknown };
    return Array.isArray(document.followUps)
      ? document.followUps.map((each) => spoken.parse(each))
      : [spoken.parse(document)];
  });
}

/** A channel that has not spoken, with how grave that is; null where all is well, or the channel was left out. */
export function faultOf(told: Told): "silent" | "unknown" | "missing" | "altered" | null {
  if (told.verification === "missing" || told.verification === "altered") return told.verification;
  if (told.state === "unknown") return "unknown";
  return told.state === "refused" || told.state === "waiting" || told.state === "pending" ? "silent" : null;
}

/** Why, in one sentence or two, and what to do. */
export function whyOf(told: Told): string {
  const { error, reason } = told;
  return [error?.message, reason, error?.hint].filter((part) => part != null && part !== "").join(" — ");
}
