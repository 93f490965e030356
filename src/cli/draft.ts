import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { shellWord } from "../base/printable.ts";
import { xdgFolder } from "../config/xdg.ts";
import type { SpeakFlags } from "./flags.ts";
import type { Surroundings } from "./surroundings.ts";

/** The command that says all of this again, as a shell takes it. */
export function commandLine(
  verb: string,
  named: string | null,
  flags: SpeakFlags,
  message: string | null,
): string {
  const words = ["status", ...verb.split(" ")];
  if (named !== null) words.push(named);
  const say = (flag: string, value: string | readonly string[] | undefined) => {
    // What begins with a dash could be taken for a flag.
    for (const one of value === undefined ? [] : typeof value === "string" ? [value] : value)
      words.push(...(one.startsWith("-") ? [`${flag}=${one}`] : [flag, one]));
  };
  say("--template", flags.template);
  say("--title", flags.title);
  say("--message", message ?? undefined);
  say("--short", flags.short);
  say("--internal", flags.internal);
  say("--file", flags.file);
  say("--allow", flags.allow);
  say("--break-glass", flags.breakGlass);
  say("--impact", flags.impact);
  say("--component", flags.component);
  say("--phase", flags.phase);
  say("--started-at", flags.startedAt);
  say("--from", flags.from);
  say("--until", flags.until);
  say("--every", flags.every);
  say("--max", flags.max);
  say("--next-update", flags.nextUpdate);
  say("--set", flags.set);
  say("--only", flags.only);
  say("--except", flags.except);
  say("--key", flags.key);
  say("--timeout", flags.timeout);
  say("--resend-unknown", flags.resendUnknown);
  say("--config", flags.config);
  if (flags.automatic === true) words.push("--automatic");
  if (flags.new === true) words.push("--new");
  if (flags.security === true) words.push("--security");
  if (flags.verify === false) words.push("--no-verify");
  return words.map(shellWord).join(" ");
}

/**
 * Keeps what a person typed or piped in when it could not be said: a file that a shell can run.
 * Returns its path, or null where even that could not be written.
 */
export function keepDraft(
  surroundings: Surroundings,
  folder: string | null,
  verb: string,
  command: string,
): string | null {
  const script = `#!/bin/sh\n# What was typed. Nothing of it was said. Run this file to say it.\n${command}\n`;
  return writeDraft(surroundings, folder, scriptName(verb), script);
}

/** Takes away the drafts of a command that has now been said. Never throws: a draft that stays does no harm. */
export function dropDrafts({ env }: Surroundings, folder: string, verb: string, command: string): void {
  for (const place of placesFor(folder, env)) {
    try {
      for (const name of readdirSync(place)) {
        const path = join(place, name);
        if (name.endsWith(`-${scriptName(verb)}`) && readFileSync(path, "utf8").endsWith(`\n${command}\n`))
          rmSync(path);
      }
    } catch {
      // No drafts are there, or they are not ours to take.
    }
  }
}

function scriptName(verb: string): string {
  return `${verb.replaceAll(" ", "-")}.sh`;
}

function placesFor(folder: string | null, env: Surroundings["env"]): string[] {
  const own = xdgFolder("XDG_STATE_HOME", env);
  return (folder === null ? [own] : [join(folder, ".status"), own]).map((place) => join(place, "drafts"));
}

/** Writes a new file that only its owner can read, beside the ledger or among the user's own; null where neither can be. */
export function writeDraft(
  { env, clock }: Surroundings,
  folder: string | null,
  name: string,
  content: string,
): string | null {
  const stamp = clock.now().toISOString().replace(/[:.]/g, "-");
  for (const place of placesFor(folder, env)) {
    const path = join(place, `${stamp}-${name}`);
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      writeFileSync(path, content, { mode: 0o600, flag: "wx" });
      return path;
    } catch {
      // The next place may do.
    }
  }
  return null;
}
