import { stringify } from "yaml";
import type { Guide } from "../../channels/guide.ts";

/** A channel as it will be written. */
export interface Chosen {
  readonly name: string;
  readonly guide: Guide;
  /** `kind` first, then what it needs, then the rest. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface NewConfig {
  readonly property: {
    readonly name: string;
    readonly url?: string;
    readonly statusUrl?: string;
    readonly locale: string;
    readonly timeZone: string;
  };
  readonly channels: readonly Chosen[];
  /** Where the schema of the file is, from the file. */
  readonly schema: string;
}

/** JSON holds no comments: the same settings, and nothing else. */
export function composeJson({ property, channels, schema }: NewConfig): string {
  const content = {
    $schema: schema,
    property,
    components: [FIRST_COMPONENT],
    channels: Object.fromEntries(channels.map(({ name, settings }) => [name, settings])),
    store: STORE,
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}

const FIRST_COMPONENT = { id: "website", name: "Website" };
const STORE = ".status/status.db";

/** A commented YAML file; what does not depend on the answers is taken from the example. */
export function composeYaml({ property, channels, schema }: NewConfig, example: string): string {
  const { name, url, statusUrl, locale, timeZone } = property;
  const paragraphs = example.split("\n\n");
  const lines = [
    `# yaml-language-server: $schema=${schema}`,
    paragraphs[0]!,
    "",
    "# What customers call you, and where they look.",
    "property:",
    ...setting("  ", { name }),
    ...setting("  ", { url }),
    "  # The link that every post carries. Host it away from what it reports on.",
    ...(statusUrl === undefined
      ? ["  # statusUrl: https://status.example.org"]
      : setting("  ", { statusUrl })),
    ...setting("  ", { locale }),
    "  # Times are said in this zone and in UTC.",
    ...setting("  ", { timeZone }),
    "",
    "# The parts that customers know by name; they form a tree. Ids are what you type after --component.",
    "components:",
    "  - { id: website, name: Website }",
    "",
    ...everyChannel(paragraphs),
    "channels:",
    ...channels.flatMap((channel, index) => [...(index === 0 ? [] : [""]), ...channelLines(channel)]),
    "",
    paragraphs
      .slice(paragraphs.findIndex((paragraph) => /^cadence:/m.test(paragraph)))
      .join("\n\n")
      .trimEnd(),
    "",
  ];
  return lines.join("\n");
}

function channelLines({ name, guide, settings }: Chosen): string[] {
  return [
    `  # ${guide.does}`,
    `  ${name}:`,
    ...Object.entries(settings).flatMap(([field, value]) => setting("    ", { [field]: value })),
    ...(guide.more ?? []).map((line) => `    # ${line}`),
  ];
}

/** `key: value` on one line, quoted where YAML needs it; none where there is no value. */
function setting(indent: string, pair: Readonly<Record<string, unknown>>): string[] {
  const [[key, value] = ["", undefined]] = Object.entries(pair);
  if (value === undefined) return [];
  const flow = stringify(value, { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: false });
  // JSON is YAML, and breaks no line.
  const line = flow.trimEnd().includes("\n") ? JSON.stringify(value) : flow.trimEnd();
  return [`${indent}${key}: ${line}`];
}

/** What any channel may say, as the example tells it. */
function everyChannel(paragraphs: readonly string[]): string[] {
  const text = paragraphs.find((paragraph) => paragraph.startsWith("# Every channel may also say")) ?? "";
  return text.split("\n").filter((line) => line.startsWith("#"));
}
