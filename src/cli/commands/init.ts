import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type Document, parseDocument } from "yaml";
import { refusal, usageError } from "../../base/errors.ts";
import { suggest } from "../../base/nearest.ts";
import { checkConfig } from "../../config/load.ts";
import { canPrompt, openDialog } from "../dialog.ts";
import { EXIT } from "../exit-codes.ts";
import { packageRoot } from "../package-root.ts";
import type { Surroundings } from "../surroundings.ts";

interface InitFlags {
  readonly property?: string;
  readonly url?: string;
  readonly statusUrl?: string;
  readonly timeZone?: string;
  readonly channel?: readonly string[];
  readonly output?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `status init`: writes a commented configuration from a few answers or flags. Never overwrites one. */
export async function init(surroundings: Surroundings, flags: InitFlags): Promise<number> {
  const path = resolve(surroundings.cwd, flags.output ?? ".statusrc");
  if (existsSync(path))
    throw refusal(
      "CONFIG_EXISTS",
      `${path} is there already and is not overwritten.`,
      "To write another: --output FILE — to check it: status doctor",
    );
  const example = readFileSync(join(packageRoot(), ".statusrc.example"), "utf8");
  const kinds = [...example.matchAll(/^ {4}kind: (\w+)$/gm)].map(([, kind]) => kind!);
  for (const kind of flags.channel ?? [])
    if (!kinds.includes(kind))
      throw usageError(
        "CHANNEL_KIND_UNKNOWN",
        `--channel ${kind}: there is no such kind.`,
        suggest(kind, kinds),
      );

  const dialog = canPrompt(surroundings, flags) ? await openDialog(surroundings) : null;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const folder = basename(surroundings.cwd);
  let { property, url, statusUrl, timeZone, channel } = flags;
  if (dialog !== null) {
    const address = (answer: string) =>
      answer === "" || /^https?:\/\/\S+$/.test(answer)
        ? null
        : "An address that begins with https://, or nothing.";
    property ??= await dialog.input("What do customers call you?", {
      initial: folder,
      check: (answer) => (answer.trim() === "" ? "A name." : null),
    });
    url ??= await dialog.input("Your own address? (Enter to leave it out)", { check: address });
    statusUrl ??= await dialog.input(
      "Where will the status page be, away from what it reports on? (Enter to leave it out)",
      {
        check: address,
      },
    );
    timeZone ??= await dialog.input("In which time zone do you say times?", {
      initial: zone,
      check: (answer) => (isTimeZone(answer) ? null : "A time zone such as America/Los_Angeles or UTC."),
    });
    channel ??= await dialog.checkbox(
      "Where do you speak? (space to mark)",
      kinds.map((kind) => ({ name: kind, value: kind })),
    );
  } else if (property === undefined)
    throw usageError(
      "PROPERTY_NEEDED",
      "There is no name, and no terminal to ask for one.",
      'Give it: --property "What customers call you"',
    );
  url = url || undefined;
  statusUrl = statusUrl || undefined;
  const chosen = channel === undefined || channel.length === 0 ? ["page"] : [...new Set(channel)];

  const document = parseDocument(withChannels(example, chosen));
  document.setIn(["property", "name"], property);
  setOrDrop(document, ["property", "url"], url);
  setOrDrop(document, ["property", "statusUrl"], statusUrl);
  document.setIn(["property", "timeZone"], timeZone ?? zone);
  document.setIn(["components"], document.createNode([{ id: "website", name: "Website" }]));
  if (chosen.includes("page")) setOrDrop(document, ["channels", "page", "url"], statusUrl);
  if (chosen.includes("email"))
    document.setIn(["channels", "customers", "from"], `${senderName(property)} Status <status@example.com>`);
  const text = realigned(String(document));
  await checkConfig(parseDocument(text).toJS(), { path });
  writeFileSync(path, text, { flag: "wx", mode: 0o644 });

  const secrets = [...text.matchAll(/env:([A-Z_]+)/g)]
    .map(([, name]) => name!)
    .filter((name) => name !== "NAME");
  const next = [
    "Name your components in it, then:",
    ...(secrets.length > 0 ? [`  export ${secrets.map((name) => `${name}=…`).join(" ")}`] : []),
    "  status doctor",
    '  status preview announce --title "Example"',
  ];
  if (flags.json === true)
    surroundings.stdout.write(`${JSON.stringify({ version: 1, config: path, channels: chosen, secrets })}\n`);
  else surroundings.stdout.write(`Wrote ${path} with ${chosen.join(", ")}.\n\n${next.join("\n")}\n`);
  return EXIT.ok.code;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** A display name without what would need quoting in a mail header. */
function senderName(property: string): string {
  return property.replace(/[^\p{L}\p{N} .&'-]/gu, "").trim() || "Our";
}

/** Comments stand with what they speak of: the YAML library moves those of a following key inwards. */
function realigned(text: string): string {
  const lines = text.split("\n");
  for (let index = lines.length - 2; index >= 0; index--) {
    const [line, next] = [lines[index]!, lines[index + 1]!];
    if (/^\s*#/.test(line) && next.trim() !== "")
      lines[index] = `${/^\s*/.exec(next)![0]}${line.trimStart()}`;
  }
  return lines.join("\n");
}

/** The example less the channels of other kinds; each stands there as a paragraph, with its comments. */
function withChannels(example: string, kinds: readonly string[]): string {
  return example
    .split("\n\n")
    .filter((paragraph) => {
      const kind = /^ {4}kind: (\w+)$/m.exec(paragraph)?.[1];
      return kind === undefined || kinds.includes(kind) || paragraph.includes("\nchannels:");
    })
    .map((paragraph) => (paragraph.includes("\nchannels:") ? withoutFirst(paragraph, kinds) : paragraph))
    .join("\n\n");
}

/** The first channel stands in the paragraph that opens the list. */
function withoutFirst(paragraph: string, kinds: readonly string[]): string {
  const [head = "", first = ""] = paragraph.split(/(?<=\nchannels:\n)/);
  return kinds.includes(/kind: (\w+)/.exec(first)?.[1] ?? "") ? paragraph : head.trimEnd();
}

function setOrDrop(document: Document, path: readonly string[], value: string | undefined): void {
  if (value === undefined) document.deleteIn(path);
  else document.setIn(path, value);
}
