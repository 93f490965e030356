import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { tidied } from "../../base/one-line.ts";
import type { ChannelKind } from "../../channels/contract.ts";
import type { Guide } from "../../channels/guide.ts";
import type { Surroundings } from "../surroundings.ts";

/** A kind of channel, with how somebody comes to one. */
export interface Offer {
  readonly kind: ChannelKind;
  readonly guide: Guide;
}

/** What this folder and this machine say of the property; null where nothing does. */
export interface Detected {
  readonly name: string | null;
  /** The property's address, from package.json; the address of its source is none. */
  readonly homepage: string | null;
  readonly timeZone: string;
  readonly locale: string;
  /** Kind → field → the variable that holds it. */
  readonly variables: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Variables that look like a credential and are none: what to say of each. */
  readonly misleading: readonly { readonly variable: string; readonly kind: string; readonly why: string }[];
}

/** Reads the folder's package.json and git's configuration, and looks which variables are set; runs nothing. */
export function detect({ cwd, env }: Pick<Surroundings, "cwd" | "env">, offers: readonly Offer[]): Detected {
  const manifest = readManifest(cwd);
  const remote = readRemote(cwd);
  const isSet = (variable: string) => (env[variable] ?? "") !== "";
  const misleading = offers.flatMap(({ kind, guide }) =>
    Object.entries(guide.misleading ?? {})
      .filter(([variable]) => isSet(variable))
      .map(([variable, why]) => ({ variable, kind: kind.kind, why })),
  );
  return {
    name: [manifest.name, remote?.name ?? null, tidy(basename(cwd))].find((name) => name !== null) ?? null,
    homepage: isOfSource(manifest.homepage, remote?.host) ? null : manifest.homepage,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    locale: localeOf(env),
    variables: new Map(
      offers.map(({ kind, guide }) => [
        kind.kind,
        new Map(
          guide.needs.flatMap(({ field, env: names }) => {
            const variable = names.find(isSet);
            return variable === undefined ? [] : [[field, variable] as const];
          }),
        ),
      ]),
    ),
    misleading,
  };
}

/** As a name may be; null where nothing is left. */
function tidy(text: unknown): string | null {
  if (typeof text !== "string") return null;
  return [...tidied(text)].slice(0, 100).join("").trim() || null;
}

function readManifest(cwd: string): { readonly name: string | null; readonly homepage: string | null } {
  try {
    const file = join(cwd, "package.json");
    const found = statSync(file);
    // A pipe would be waited for without end.
    if (!found.isFile() || found.size > 1_000_000) return { name: null, homepage: null };
    const { name, displayName, productName, homepage } = JSON.parse(readFileSync(file, "utf8")) as Record<
      string,
      unknown
    >;
    const scoped = typeof name === "string" ? name.replace(/^@[^/]*\//, "") : name;
    return { name: tidy(displayName ?? productName ?? scoped), homepage: publicAddress(homepage) };
  } catch {
    return { name: null, homepage: null };
  }
}

/** An address that may be shown and written down: https, without a user or a password. */
function publicAddress(text: unknown): string | null {
  if (typeof text !== "string" || !URL.canParse(text)) return null;
  const { protocol, username, password, href } = new URL(text);
  if (!/^https?:$/.test(protocol) || username !== "" || password !== "") return null;
  return href.replace(/\/$/, "");
}

/** Where source is kept or packages are had: npm and many a template write such an address as the homepage. */
const SOURCES = /(?:^|\.)(?:github\.com|gitlab\.com|bitbucket\.org|codeberg\.org|sr\.ht|npmjs\.com)$/;

function isOfSource(address: string | null, remoteHost: string | undefined): boolean {
  if (address === null) return false;
  const { hostname, hash } = new URL(address);
  return hash === "#readme" || hostname === remoteHost || SOURCES.test(hostname);
}

/** The remote `origin`; whatever credentials stand in its address stay there. */
function readRemote(cwd: string): { readonly name: string | null; readonly host: string } | null {
  const section = /^\[remote "origin"\]\s*$([^[]*)/m.exec(readGitConfig(cwd))?.[1] ?? "";
  const url = /^\s*url\s*=\s*(.+?)\s*$/m.exec(section)?.[1];
  if (url === undefined) return null;
  // git@host:owner/name.git, or an address with a scheme.
  const [, host = "", path = ""] =
    /^[a-z][a-z0-9+.-]*:\/\/(?:[^@/]*@)*([^/:@]+)(?::\d+)?\/(.+)$/i.exec(url) ??
    /^(?:[^@/:]*@)?([^/:@]+):(?!\/\/)(.+)$/.exec(url) ??
    [];
  const name = path
    .replace(/\/+$/, "")
    .replace(/\.git$/, "")
    .split("/")
    .at(-1);
  return { name: tidy(name), host: host.toLowerCase() };
}

/** The text of the repository's configuration, also from a second work tree of it; empty where there is none. */
function readGitConfig(cwd: string): string {
  const read = (file: string) => (statSync(file).isFile() ? readFileSync(file, "utf8") : "");
  try {
    for (let folder = cwd; ; folder = dirname(folder)) {
      const git = join(folder, ".git");
      if (existsSync(git)) {
        if (statSync(git).isDirectory()) return read(join(git, "config"));
        const linked = resolve(folder, /^gitdir: (.+)$/m.exec(read(git))?.[1] ?? "");
        const shared = join(linked, "commondir");
        const home = existsSync(shared) ? resolve(linked, read(shared).trim()) : linked;
        return read(join(home, "config"));
      }
      if (folder === dirname(folder)) return "";
    }
  } catch {
    return "";
  }
}

/** The language of this machine: `de` from `de_DE.UTF-8`. */
function localeOf(env: NodeJS.ProcessEnv): string {
  const tag = (env.LC_ALL || env.LC_MESSAGES || env.LANG || "").split(/[.@]/)[0]!.split("_")[0]!;
  return /^[a-z]{2,3}$/.test(tag) ? tag : "en";
}
