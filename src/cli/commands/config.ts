import { relative } from "node:path";
import { oneLine } from "../../base/printable.ts";
import { userFiles } from "../../config/file.ts";
import { checkConfig, findConfig } from "../../config/load.ts";
import { type Setting, settingsOf } from "../../config/origins.ts";
import { EXIT } from "../exit-codes.ts";
import { styleFor } from "../output/style.ts";
import type { Surroundings } from "../surroundings.ts";

/** `status config`: every value in use with its origin; secrets as references only. Runs nothing, opens no ledger. */
export async function showConfig(
  surroundings: Surroundings,
  flags: { json?: boolean; plain?: boolean; config?: string },
): Promise<number> {
  const { env, cwd, stdout } = surroundings;
  const found = await findConfig({ named: flags.config ?? null, cwd, env });
  const config = await checkConfig(found.merged, found.file);
  const settings = settingsOf(found, config, env);
  const named = flags.config !== undefined ? "--config" : env.STATUS_CONFIG ? "STATUS_CONFIG" : null;
  if (flags.json === true) {
    const files = { project: found.project?.path ?? null, user: found.user?.path ?? null, named };
    stdout.write(`${JSON.stringify({ version: 1, files, settings })}\n`);
    return EXIT.ok.code;
  }
  const { chalk } = styleFor(stdout, surroundings, flags.plain === true);
  const how = named === null ? "the nearest" : `named by ${named}`;
  stdout.write(
    [
      found.project === null ? "project file: none" : `project file: ${oneLine(found.project.path)} (${how})`,
      `user file: ${oneLine(found.user?.path ?? `none (${userFiles(env)[0]})`)}`,
      "",
      ...settings.map((setting) => lineOf(setting, cwd, chalk.dim)),
      "",
    ].join("\n"),
  );
  return EXIT.ok.code;
}

/** Where the origin stands, as long as the value leaves room for it. */
const COLUMN = 52;

function lineOf(setting: Setting, cwd: string, dim: (text: string) => string): string {
  const value = oneLine(`${setting.key}: ${sayValue(setting)}`);
  return `${value.padEnd(COLUMN)}  ${dim(oneLine(`# ${originOf(setting, cwd)}`))}`;
}

function sayValue({ value, secret }: Setting): string {
  const words = typeof value === "string" ? value : JSON.stringify(value);
  if (secret === null) return words;
  const literal = value === null ? "a literal" : words;
  return `${literal} (${secret.set === null ? "not looked up" : secret.set ? "set" : "not set"})`;
}

function originOf({ origin, file, line, variable }: Setting, cwd: string): string {
  if (variable !== null) return `environment, ${variable}`;
  if (file === null) return origin;
  const near = relative(cwd, file);
  return `${near.startsWith("..") ? file : near}${line === null ? "" : `:${line}`}`;
}
