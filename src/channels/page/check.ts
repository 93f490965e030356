import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { ChannelKit, Finding } from "../contract.ts";
import { loadBrand } from "./brand.ts";
import { checkPublic } from "./check-public.ts";
import { hintFor } from "./folder-writer.ts";
import type { PageSettings } from "./settings.ts";

/** Whether the page could be written and found; touches nothing. */
export async function checkPage(
  settings: PageSettings,
  kit: ChannelKit,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { url, directory } = settings;
  return [
    await checkDirectory(directory),
    ...(await checkLook(settings, kit)),
    checkUrl(url),
    ...checkHost(url, kit.property.url),
    ...(url === undefined ? [] : await checkPublic(url, directory, kit, signal)),
  ];
}

async function checkDirectory(directory: string): Promise<Finding> {
  const name = "directory";
  try {
    const standing = await nearestFolder(directory);
    await access(standing, constants.W_OK | constants.X_OK);
    const made = standing === directory ? "" : ", which will be made,";
    return {
      name,
      level: "ok",
      message: `${directory}${made} can be written`,
      hint: null,
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return {
      name,
      level: "fail",
      message: `${directory} cannot be written: ${message}`,
      hint: hintFor(code, directory),
    };
  }
}

/** The page would be written without them; better to know before it is needed. */
async function checkLook(settings: PageSettings, kit: ChannelKit): Promise<Finding[]> {
  const { faults, remarks } = await loadBrand(settings, kit);
  return [
    ...faults.map(({ message, hint }): Finding => ({ name: "look", level: "fail", message, hint })),
    ...remarks.map(({ message, hint }): Finding => ({ name: "look", level: "warn", message, hint })),
  ];
}

/** The folder itself, or the nearest one above it that exists. */
async function nearestFolder(path: string): Promise<string> {
  try {
    if ((await stat(path)).isDirectory()) return path;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(path) === path) throw error;
    return nearestFolder(dirname(path));
  }
  throw Object.assign(new Error(`${path} is not a folder`), {
    code: "ENOTDIR",
  });
}

function checkUrl(url: string | undefined): Finding {
  const name = "url";
  if (url === undefined)
    return {
      name,
      level: "warn",
      message: "the page has no address, so no other channel can point to it",
      hint: "set url to the page's public https address",
    };
  if (!url.startsWith("https:"))
    return {
      name,
      level: "warn",
      message: `${url} is not https: anyone on the way could change what the page says`,
      hint: "serve the page over https",
    };
  return { name, level: "ok", message: url, hint: null };
}

function checkHost(url: string | undefined, property: string | null): Finding[] {
  if (url === undefined || property === null || !URL.canParse(property)) return [];
  const host = new URL(url).hostname;
  if (plain(host) !== plain(new URL(property).hostname)) return [];
  return [
    {
      name: "hosting",
      level: "warn",
      message: `the page is hosted on ${host}, inside what it reports on: it goes down together with it`,
      hint: "host the page elsewhere, under another domain",
    },
  ];
}

function plain(host: string): string {
  return host.replace(/^www\./, "");
}
