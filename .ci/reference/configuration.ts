import type { z } from "zod";
import { KINDS } from "../../src/channels/registry.ts";
import { COMMON_KEYS, commonSchema, configSchema, TOP_LEVEL_KEYS } from "../../src/config/schema.ts";
import { cell, code, GENERATED, table } from "./markdown.ts";
import { type Field, fieldsOf } from "./settings.ts";

/** What each part of the configuration is for, in the order of the schema. */
const PARTS: Readonly<Record<string, string>> = {
  $schema: "Where an editor finds the schema; `status` does not read it.",
  property: "Who speaks, and what every channel needs to know of them.",
  components:
    "The parts of the property that customers know by name. They form a tree: each may hold `components` of its own.",
  channels: "The configured places to speak: a name of yours, then `kind:` and the settings of that kind.",
  cadence: "How soon and how often customers are owed a word: [follow-ups.md](../follow-ups.md).",
  wording: "What the rules of wording look for, and how strict they are: [wording.md](../wording.md).",
  approval: "Whose agreement some words need: [approval.md](../approval.md).",
  store:
    "The ledger: a file, or a reference such as `env:DATABASE_URL` to PostgreSQL: [team-ledger.md](../team-ledger.md).",
};

/** Every setting, as the schemas that check them know it. */
export async function configurationReference(): Promise<string> {
  const shape = configSchema.shape as Readonly<Record<string, z.ZodType>>;
  const parts = TOP_LEVEL_KEYS.filter((key) => key !== "channels");
  const kinds = await Promise.all(
    Object.entries(KINDS).map(async ([name, load]) => [name, await load()] as const),
  );
  return [
    "# Configuration",
    GENERATED,
    "A `.statusrc` (YAML or JSON), `.statusrc.json`, `.statusrc.yaml`, `.statusrc.yml`, `status.config.json`, `status.config.yaml`," +
      " or the key `status` of a package.json: the nearest, from the current folder up to the root of the repository or your home." +
      " `--config` or `STATUS_CONFIG` names another. For what is not in it comes the user's own file in `$XDG_CONFIG_HOME/status`" +
      " or `~/.config/status`. Before both comes the environment, as YAML: " +
      `${TOP_LEVEL_KEYS.filter((key) => key !== "$schema")
        .map((key) => `\`STATUS_${key.toUpperCase()}\``)
        .join(", ")}.` +
      " Paths are relative to the file. An unknown key is an error that names the nearest known one.",
    "A **secret** is never written here: `env:NAME`, `file:path` (readable by you alone), or `{ cmd: [program, argument] }` for a" +
      " password manager, run without a shell. A **duration** has its unit: `15s`, `30m`, `1h30m`, `5d`." +
      " [.statusrc.example](../../.statusrc.example) shows most of this in use.",
    ...parts.map((key) => `## ${key}\n\n${partOf(key, shape[key]!)}`),
    "## channels",
    `${PARTS.channels} Settings of every channel, whatever its kind:`,
    settingsTable(
      fieldsOf(commonSchema, "").filter(({ path }) => COMMON_KEYS.some((key) => key === path)),
      [],
    ),
    ...kinds.map(([name, kind]) =>
      [
        `### kind: ${name}`,
        settingsTable(
          fieldsOf(kind.settings, "").filter(({ path }) => path !== "kind"),
          kind.secrets,
        ),
      ].join("\n\n"),
    ),
  ]
    .join("\n\n")
    .concat("\n");
}

function partOf(key: string, schema: z.ZodType): string {
  const fields = fieldsOf(schema, key);
  return `${PARTS[key] ?? schema.description ?? ""}\n\n${settingsTable(fields, [])}`.trim();
}

function settingsTable(fields: readonly Field[], secrets: readonly string[]): string {
  return table(
    ["setting", "is", "default", ""],
    fields.map(({ path, form, note, usual, required }) => {
      const is = secrets.includes(path) ? `secret${form.startsWith("list") ? " or secrets" : ""}` : form;
      return [
        code(path),
        cell(is),
        usual === null ? (required ? "**needed**" : "") : code(usual),
        cell(note ?? ""),
      ];
    }),
  );
}
