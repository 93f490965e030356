import { indented } from "../../base/printable.ts";
import type { ChannelKind } from "../../channels/contract.ts";
import { KINDS } from "../../channels/registry.ts";
import type { Style } from "../output/style.ts";
import type { Offer } from "./detect.ts";

/** Every kind that has a guide, in the registry's order. */
export async function offers(): Promise<readonly Offer[]> {
  const kinds = await Promise.all(Object.values(KINDS).map((load) => load()));
  return (await Promise.all(kinds.map(offerOf))).filter((offer) => offer !== null);
}

async function offerOf(kind: ChannelKind): Promise<Offer | null> {
  return kind.guide === undefined ? null : { kind, guide: await kind.guide() };
}

/** How to get what a channel of this kind needs, for a person. */
export function sayGuidance(
  { kind, guide }: Offer,
  { chalk, columns }: Pick<Style, "chalk" | "columns">,
): string {
  const steps = guide.steps.map((step) => hanging(step, columns));
  const { paste, costs } = guide;
  return [
    // First, so that the steps are still to be seen below it.
    ...(paste === undefined
      ? []
      : [`The manifest for ${kind.title}:`, "", chalk.dim(paste.text.trimEnd()), ""]),
    chalk.bold(`${kind.title}: how to get what it needs`),
    ...steps,
    ...(costs === undefined ? [] : [chalk.yellow(hanging(costs, columns))]),
    "",
  ].join("\n");
}

/** A line whose continuations stand below its first word. */
function hanging(step: string, columns: number): string {
  const number = /^(?:\d+\. |\s+)/.exec(step)?.[0] ?? "";
  const rest = indented(step.slice(number.length), " ".repeat(2 + number.length), columns);
  return `  ${number}${rest.slice(2 + number.length)}`;
}

/** All guides as docs/credentials.md has them. */
export function guidesAsMarkdown(all: readonly Offer[]): string {
  return [
    "# What each kind of channel needs, and how to get it",
    "",
    "`status init` says this where it is needed, and `status init --guide KIND` at any time. It takes a credential from the",
    "first of these variables that is set; others can be named in the configuration. `status init` and `status doctor` have",
    "each credential prove itself without posting anything.",
    "",
    ...all.flatMap(guideAsMarkdown),
  ].join("\n");
}

function guideAsMarkdown({ kind, guide }: Offer): string[] {
  const { steps, costs, paste, misleading, needs } = guide;
  const rows = needs
    .filter(({ env }) => env.length > 0)
    .map(({ field, env }) => `| \`${field}\` | ${env.map((name) => `\`${name}\``).join(", ")} |`);
  return [
    `## \`${kind.kind}\`: ${kind.title}`,
    "",
    ...steps,
    "",
    ...(costs === undefined ? [] : [costs, ""]),
    ...(paste === undefined
      ? []
      : [`\`status init --manifest ${kind.kind}\`:`, "", "```yaml", paste.text.trimEnd(), "```", ""]),
    ...(rows.length === 0 ? [] : ["| setting | variables |", "| --- | --- |", ...rows, ""]),
    ...Object.entries(misleading ?? {}).map(([name, why]) => `\`${name}\` will not do: ${why}.\n`),
  ];
}
