import { cosmiconfig, type Loader } from "cosmiconfig";
import { type ConfigFile, checkFile, PLACES, parseConfig, stopAt } from "./file.ts";

/** The nearest file from `from` up to the git root, or home, or the root; null where there is none. */
export async function findUpwards(from: string): Promise<ConfigFile | null> {
  const found = await explorer(stopAt(from)).search(from);
  return found === null ? null : checkFile({ path: found.filepath, content: found.config as unknown });
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
