import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parse } from "yaml";
import { Cancelled } from "../../base/cancelled.ts";
import { usageError } from "../../base/errors.ts";
import { oneLine } from "../../base/printable.ts";
import type { Scrubber } from "../../base/scrubber.ts";
import { checkConfig } from "../../config/load.ts";
import { packageRoot } from "../../status/package-root.ts";
import { canPrompt, type Dialog, openDialog } from "../dialog.ts";
import { EXIT } from "../exit-codes.ts";
import { styleFor } from "../output/style.ts";
import type { Surroundings } from "../surroundings.ts";
import { composeJson, composeYaml, type NewConfig } from "./compose.ts";
import { detect, type Offer } from "./detect.ts";
import { OWN_SCHEMA, schemaFor } from "./finish.ts";
import { fromAnswers, fromFlags } from "./gather.ts";
import { offers, sayGuidance } from "./guidance.ts";
import { keep, refuseStanding } from "./keep.ts";
import { refuseUnusable } from "./property.ts";
import { type Rehearsed, rehearseConfig } from "./rehearse.ts";
import { type InitFlags, offerFor, type Setup } from "./setup.ts";
import { foundIn, sayNext, sayRehearsed, sayWritten, secretNames } from "./told.ts";

/**
 * `status init`: writes a commented configuration from a few answers or flags, has each credential prove itself on the way,
 * and rehearses the result. Overwrites nothing, and writes nothing before a person says so.
 */
export async function init(
  surroundings: Surroundings,
  flags: InitFlags,
  scrubber: Scrubber,
): Promise<number> {
  const all = await offers();
  if (flags.guide !== undefined || flags.manifest !== undefined) return showGuide(surroundings, flags, all);
  const path = resolve(surroundings.cwd, flags.output ?? ".statusrc");
  refuseStanding(path);
  const chosenByFlag = (flags.channel ?? []).map((kind) => offerFor(kind, "--channel", all));
  refuseUnusable(flags);
  const detected = detect(surroundings, all);
  const dialog = canPrompt(surroundings, flags) ? await openDialog(surroundings, flags) : null;
  const setup: Setup = { surroundings, flags, scrubber, all, detected, path, typed: new Map() };
  let config: NewConfig;
  try {
    config =
      dialog === null ? await fromFlags(setup, chosenByFlag) : await fromAnswers(setup, chosenByFlag, dialog);
  } catch (error) {
    throw unwritten(error);
  }
  const text = path.endsWith(".json")
    ? composeJson(config)
    : composeYaml(config, readFileSync(join(packageRoot(), ".statusrc.example"), "utf8"));
  await checkConfig(parse(text), { path });
  const schema = await schemaFor(config);
  if (dialog !== null) {
    const files = [
      path,
      ...(schema === null ? [] : [join(dirname(path), OWN_SCHEMA)]),
      ...secretFiles(setup),
    ];
    await askToWrite(dialog, files, surroundings).catch((error: unknown) => {
      throw unwritten(error);
    });
  }
  keep({ path, text }, setup.typed, schema);
  const secrets = secretNames(config);
  const missing = secrets.filter((name) => (surroundings.env[name] ?? "") === "");
  const { stdout } = surroundings;
  const quiet = flags.json === true;
  const style = styleFor(stdout, surroundings, flags.plain === true);
  if (dialog !== null) surroundings.stderr.write("\n");
  if (!quiet) stdout.write(sayWritten(setup, config, style.columns));
  const wanted = await wantsDrill(flags, dialog);
  const rehearsed = wanted === true ? await rehearse(setup) : null;
  if (!quiet && rehearsed !== null) stdout.write(sayRehearsed(rehearsed, style));
  if (!quiet) stdout.write(sayNext(setup, missing));
  else
    stdout.write(
      `${JSON.stringify({
        version: 1,
        config: path,
        channels: config.channels.map(({ settings }) => settings.kind),
        secrets,
        missing,
        found: foundIn(setup, config),
        kept: [...setup.typed.keys()],
        drill: rehearsed,
      })}\n`,
    );
  if (wanted === "stopped") return EXIT.interrupted.code;
  return rehearsed?.exitCode ?? EXIT.ok.code;
}

/** A person who stops the questions is told what they want to know here: of files, not of posts. */
function unwritten(error: unknown): unknown {
  return error instanceof Cancelled ? new Cancelled("Nothing was written: no file, no secret.") : error;
}

function secretFiles({ path, typed }: Setup): string[] {
  return [...typed.keys()].map((reference) => join(dirname(path), reference.replace(/^file:/, "")));
}

/** Names every file; Enter writes them, as all was asked for it. Throws Cancelled at a No. */
async function askToWrite(dialog: Dialog, files: readonly string[], { cwd }: Surroundings): Promise<void> {
  const names = files.map((file) => oneLine(relative(cwd, file)));
  const written = new Intl.ListFormat("en", { type: "conjunction" }).format(names);
  const yes = await dialog.select<boolean>(`Write ${written}?`, [
    { name: "Yes", value: true },
    { name: "No", value: false },
  ]);
  if (!yes) throw new Cancelled();
}

function showGuide({ stdout, env }: Surroundings, flags: InitFlags, all: readonly Offer[]): number {
  if (flags.manifest !== undefined) {
    const { kind, guide } = offerFor(flags.manifest, "--manifest", all);
    if (guide.paste === undefined)
      throw usageError(
        "MANIFEST_NONE",
        `--manifest ${flags.manifest}: ${kind.title} asks for none.`,
        `How to get what it needs: status init --guide ${flags.manifest}`,
      );
    stdout.write(guide.paste.text);
    return EXIT.ok.code;
  }
  const offer = offerFor(flags.guide!, "--guide", all);
  const { kind, guide } = offer;
  if (flags.json === true)
    stdout.write(
      `${JSON.stringify({ version: 1, kind: kind.kind, title: kind.title, steps: guide.steps, costs: guide.costs ?? null, paste: guide.paste ?? null, needs: guide.needs.map(({ field, env: [variable = null] }) => ({ field, variable, secret: kind.secrets.includes(field) })) })}\n`,
    );
  else stdout.write(sayGuidance(offer, styleFor(stdout, { env }, flags.plain === true)));
  return EXIT.ok.code;
}

async function wantsDrill(flags: InitFlags, dialog: Dialog | null): Promise<boolean | "stopped"> {
  if (dialog === null || flags.drill === true) return flags.drill === true;
  return dialog
    .select<boolean | "stopped">("Rehearse it now? Nothing leaves this machine.", [
      { name: "Yes", value: true },
      { name: "Not now", value: false },
    ])
    .catch((error: unknown) => {
      // The configuration stands, and what to type next is said all the same.
      if (error instanceof Cancelled) return "stopped";
      throw error;
    });
}

async function rehearse({ surroundings, flags, path }: Setup): Promise<Rehearsed> {
  return rehearseConfig(surroundings, path, (label) => {
    if (flags.json !== true) surroundings.stderr.write(`  ${label} …\n`);
  });
}
