import { dirname, join, resolve } from "node:path";
import { cosmiconfig, type Loader } from "cosmiconfig";
import { type ConfigFile, checkFile, isFileThere, PLACES, parseConfig, stopAt } from "./file.ts";

/** The nearest file from `from` up to the git root, or home, or the root; null where there is none. */
export async function findUpwards(from: string): Promise<ConfigFile | null> {
  const last = stopAt(from);
  refuseEndless(from, last);
  const found = await explorer(last).search(from);
  return found === null ? null : checkFile({ path: found.filepath, content: found.config as unknown });
}

/** The search reads whatever bears the name of a configuration. */
function refuseEndless(from: string, last: string): void {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    // Behind the one that is found nothing is read; a package.json may hold none.
    if (PLACES.some((place) => isFileThere(join(folder, place)) && place !== "package.json")) return;
    if (folder === last || folder === dirname(folder)) return;
  }
}

function explorer(stopDir: string) {
  return cosmiconfig("status", {
    searchPlaces: PLACES,
    searchStrategy: "global",
    stopDir,
    cache: false,
    ignoreEmptySearchPlaces: false,
    packageProp: "status",
    loaders: {
      ".json": load,
      ".yaml": load,
      ".yml": load,
      noExt: load,
    },
  });
}

const load: Loader = (path, text) => parseConfig(path, text);
