import { z } from "zod";
import { flatten } from "../../incident/components.ts";
import { ChannelError, type Finding, type Property } from "../contract.ts";
import type { HostedPage } from "./client.ts";
import type { StatuspageSettings } from "./settings.ts";

const PAGE_SIZE = 100;
const MOST_PAGES = 10;
const pageShape = z.object({ name: z.string() });
const componentsShape = z.array(z.object({ id: z.string(), name: z.string() }));

/** Reads the page and its components; changes nothing. */
export async function checkHostedPage(
  page: HostedPage,
  settings: StatuspageSettings,
  property: Property,
  signal: AbortSignal,
): Promise<Finding[]> {
  try {
    const answer = await page.call("GET", "", signal);
    const name = answer.status === 200 ? pageShape.safeParse(answer.json).data?.name : undefined;
    if (name === undefined) throw page.refusal(answer);
    return [
      finding("credential", "ok", "the API key is accepted"),
      finding("target", "ok", `the page ${name}`),
      ...(await checkComponents(page, settings, property, signal)),
    ];
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    const name = error.code === "STATUSPAGE_NOT_FOUND" ? "target" : "credential";
    return [finding(name, "fail", error.message, error.hint)];
  }
}

async function checkComponents(
  page: HostedPage,
  settings: StatuspageSettings,
  property: Property,
  signal: AbortSignal,
): Promise<Finding[]> {
  const ours = new Set(flatten(property.components).map(({ id }) => id));
  const strangers = Object.keys(settings.components).filter((id) => !ours.has(id));
  const theirs = new Set(await readComponentIds(page, signal));
  const missing = Object.entries(settings.components).filter(([, vendorId]) => !theirs.has(vendorId));
  return [
    ...(missing.length === 0
      ? [finding("components", "ok", `${Object.keys(settings.components).length} components are mapped`)]
      : [
          finding(
            "components",
            "fail",
            `not on the hosted page: ${missing.map(([id, vendorId]) => `${id} (${vendorId})`).join(", ")}`,
            "take the ids from the hosted page's component settings",
          ),
        ]),
    ...(strangers.length === 0
      ? []
      : [
          finding(
            "components",
            "warn",
            `mapped, but no component of the property: ${strangers.join(", ")}`,
            "name components as in the configuration's `components`",
          ),
        ]),
  ];
}

async function readComponentIds(page: HostedPage, signal: AbortSignal): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 1; number <= MOST_PAGES; number++) {
    const answer = await page.call("GET", `/components?per_page=${PAGE_SIZE}&page=${number}`, signal);
    const components = answer.status === 200 ? componentsShape.safeParse(answer.json).data : undefined;
    if (components === undefined) throw page.refusal(answer);
    ids.push(...components.map(({ id }) => id));
    if (components.length < PAGE_SIZE) break;
  }
  return ids;
}

function finding(
  name: string,
  level: Finding["level"],
  message: string,
  hint: string | null = null,
): Finding {
  return { name, level, message, hint };
}
