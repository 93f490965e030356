import type { Blame } from "../base/errors.ts";
import type { Outcome } from "../broadcast/report.ts";

/** Every exit code, once: help and README are made from this table. */
export const EXIT = {
  ok: {
    code: 0,
    meaning: "every channel has spoken, or there is nothing to do",
  },
  bug: { code: 1, meaning: "a bug in status" },
  usage: { code: 2, meaning: "usage: what was typed is incomplete or wrong" },
  setup: {
    code: 3,
    meaning: "configuration, template, or a ledger that cannot be used",
  },
  refused: {
    code: 4,
    meaning: "refused before anything was public (already open, overtaken, declined)",
  },
  partial: { code: 5, meaning: "some channels are silent" },
  silent: { code: 6, meaning: "no channel has spoken" },
  unknown: {
    code: 7,
    meaning: "a post's outcome is unknown (wins over 5 and 6)",
  },
  overdue: { code: 8, meaning: "something is due or overdue (`due`, `follow-up`)" },
  interrupted: {
    code: 130,
    meaning: "interrupted before all was out; the report is still printed",
  },
} as const;

export const EXIT_OF_BLAME: Readonly<Record<Blame, number>> = {
  usage: EXIT.usage.code,
  setup: EXIT.setup.code,
  refused: EXIT.refused.code,
};

export const EXIT_OF_OUTCOME: Readonly<Record<Outcome, number>> = {
  delivered: EXIT.ok.code,
  "nothing-to-do": EXIT.ok.code,
  "dry-run": EXIT.ok.code,
  partial: EXIT.partial.code,
  silent: EXIT.silent.code,
  unknown: EXIT.unknown.code,
};

/** The table as Markdown, for the README. */
export function exitCodesAsMarkdown(): string {
  const rows = Object.values(EXIT).map(({ code, meaning }) => `| ${code} | ${meaning} |`);
  return ["| code | meaning |", "| --- | --- |", ...rows].join("\n");
}

/** The table as plain lines, for help. */
export function exitCodesAsText(): string {
  return Object.values(EXIT)
    .map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`)
    .join("\n");
}
