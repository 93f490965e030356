import { join, resolve } from "node:path";
import type { Glance } from "../../config/glance.ts";
import { packageRoot } from "../../status/package-root.ts";
import type { Known } from "../../store/glance.ts";
import type { Surroundings } from "../surroundings.ts";

/** What the project calls its things; each is read when it is asked for, from this machine alone. */
export interface Names {
  channels(kind?: string): Promise<readonly string[]>;
  components(): Promise<Glance["components"]>;
  templates(): Promise<readonly string[]>;
  /** Open ones first; from a ledger that is elsewhere, as this machine's copy knows them. */
  incidents(): Promise<readonly Known[]>;
}

/** So many are offered; of what is older, somebody types the id. */
const MOST_INCIDENTS = 30;

/** Whatever cannot be read has no names. */
export function namesOf({ cwd, env }: Pick<Surroundings, "cwd" | "env">, named: string | null): Names {
  let config: Promise<Glance | null> | undefined;
  const read = (): Promise<Glance | null> => {
    // Commands and flags are known without a configuration, and sooner.
    config ??= import("../../config/glance.ts")
      .then(({ glance }) => glance({ named, cwd, env }))
      .catch(() => null);
    return config;
  };
  return {
    channels: async (kind) =>
      ((await read())?.channels ?? [])
        .filter((channel) => kind === undefined || channel.kind === kind)
        .map(({ name }) => name),
    components: async () => (await read())?.components ?? [],
    async templates() {
      const { findTemplateFiles } = await import("../../render/template-files.ts");
      const projectDirectory = join((await read())?.folder ?? cwd, "templates");
      const bundledDirectory = join(packageRoot(), "templates");
      return [...(await findTemplateFiles({ projectDirectory, bundledDirectory })).keys()].sort();
    },
    async incidents() {
      const found = await read();
      if (found === null) return [];
      const file = await ledgerFile(found, env);
      if (file === null) return [];
      const { knownIncidents } = await import("../../store/glance.ts");
      return knownIncidents(file, MOST_INCIDENTS);
    },
  };
}

/** The ledger's file, or the copy of one that is elsewhere; null where this machine has none. */
async function ledgerFile({ path, folder, store }: Glance, env: NodeJS.ProcessEnv): Promise<string | null> {
  const { isAddress } = await import("../../config/file.ts");
  if (!isAddress(store)) return resolve(folder, store);
  const { mirrorsThere } = await import("../../status/mirror-path.ts");
  return mirrorsThere({ path, store }, env)[0] ?? null;
}
