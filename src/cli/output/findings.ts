import { indented, oneLine } from "../../base/printable.ts";
import type { Finding } from "../../render/wording/check.ts";
import type { Style } from "./style.ts";

/** What the wording rules have against a text, one beneath the other; empty where they have nothing. */
export function findingsText(findings: readonly Finding[], { chalk, columns }: Style): string {
  if (findings.length === 0) return "";
  const lines = findings.map(({ level, rule, place, excerpt, reason, better }) => {
    const word = level === "block" ? chalk.red("must not be said") : chalk.yellow("think again");
    const where = excerpt === "" ? oneLine(place) : `${oneLine(place)}: "${oneLine(excerpt)}"`;
    return `${word} ${chalk.dim(`[${rule}]`)} ${where}\n${indented(`${oneLine(reason)} ${oneLine(better)}`, "  ", columns)}\n`;
  });
  return `${lines.join("")}\n`;
}
