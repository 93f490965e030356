import { join, resolve } from "node:path";
import { isAddress } from "../../config/file.ts";
import { type Glance, glance } from "../../config/glance.ts";
import { findTemplateFiles } from "../../render/template-files.ts";
import type { Known } from "../../store/glance.ts";
import { mirrorsThere } from "../mirror-path.ts";
import { packageRoot } from "../package-root.ts";
import type { Surroundings } from "../surroundings.ts";

/** What the project calls its things; each is read when it is asked for, from this machine alone. */
export interface Names {
  channels(kind?: string): readonly string[];
  components(): Glance["components"];
  templates(): Promise<readonly string[]>;
  /** Open ones first; from a ledger that is elsewhere, as this machine's copy knows them. */
  incidents(): Promise<readonly Known[]>;
}

/** So many are offered; of what is older, somebody types the id. */
const MOST_INCIDENTS = 30;

/** Whatever cannot be read has no names. */
export function namesOf({ cwd, env }: Pick<Surroundings, "cwd" | "env">, named: string | null): Names {
  let config: Glance | null | undefined;
  const read = (): Glance | null => {
    if (config === undefined)
      try {
        config = glance({ named, cwd, env });
      } catch {
        config = null;
      }
    return config;
  };
  return {
    channels: (kind) =>
      (read()?.channels ?? [])
        .filter((channel) => kind === undefined || channel.kind === kind)
        .map(({ name }) => name),
    components: () => read()?.components ?? [],
    async templates() {
      const projectDirectory = join(read()?.folder ?? cwd, "templates");
      const bundledDirectory = join(packageRoot(), "templates");
      return [...(await findTemplateFiles({ projectDirectory, bundledDirectory })).keys()].sort();
    },
    async incidents() {
      const found = read();
      if (found === null) return [];
      const file = ledgerFile(found, env);
      if (file === null) return [];
      const { knownIncidents } = await import("../../store/glance.ts");
      return knownIncidents(file, MOST_INCIDENTS);
    },
  };
}

/** The ledger's file, or the copy of one that is elsewhere; null where this machine has none. */
function ledgerFile({ path, folder, store }: Glance, env: NodeJS.ProcessEnv): string | null {
  const elsewhere = isAddress(store);
  return elsewhere ? (mirrorsThere({ path, store }, env)[0] ?? null) : resolve(folder, store);
}
