import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { exitWord } from "./inputs.ts";
import type { Result } from "./result.ts";

/** A runner refuses the outputs of a job beyond 1 MiB: texts of many channels may be longer. */
const LONGEST = 500_000;

/** What later steps are told, by name. Lists have one entry a line. */
export function outputsOf(
  results: readonly Result[],
  stdout: string,
  code: number,
): Readonly<Record<string, string>> {
  const deliveries = results.flatMap((result) => result.deliveries);
  const last = results.findLast(({ incident }) => incident !== undefined);
  const urls = deliveries.flatMap(({ url }) => (url === null ? [] : [url]));
  const json = stdout.trim();
  return {
    outcome: results.findLast(({ outcome }) => outcome !== undefined)?.outcome ?? exitWord(code),
    "exit-code": String(code),
    incident: last?.incident?.id ?? "",
    url: urls[0] ?? "",
    urls: urls.join("\n"),
    silent: results.flatMap(({ silent }) => silent).join("\n"),
    json: Buffer.byteLength(json) > LONGEST ? "" : json,
  };
}

/**
 * Appends to the runner's file. Each value stands between two lines that nobody can guess: a value that ends itself early
 * could set other outputs (GitHub, "Workflow commands", multiline strings, read 2026-11-23).
 */
export function writeOutputs(file: string, outputs: Readonly<Record<string, string>>): void {
  const blocks = Object.entries(outputs).map(([name, value]) => {
    const end = `end-${randomUUID()}`;
    return `${name}<<${end}\n${value}\n${end}\n`;
  });
  appendFileSync(file, blocks.join(""));
}
