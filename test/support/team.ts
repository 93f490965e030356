import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Surroundings } from "../../src/cli/surroundings.ts";
import { type Config, type Ran, runIn, type Stage, setStage } from "./stage.ts";

/** One property, and the folders of several people and machines that speak for it. */
export interface Team {
  readonly stage: Stage;
  /** The folder, and the home, of one of them. */
  folderOf(who: string): string;
  /** Runs a command as somebody with nothing but the configuration as it is now and, where there is one, the server's address. */
  as(who: string, argv: readonly string[], more?: Partial<Surroundings> & { input?: string }): Promise<Ran>;
}

/** With an address they share a ledger on that server; without one each keeps a file, unless `change` says otherwise. */
export async function team(
  address: string | null,
  change: (config: Config) => void = () => {},
): Promise<Team> {
  const stage = await setStage((config) => {
    if (address !== null) config.store = "env:DATABASE_URL";
    change(config);
  });
  const folderOf = (who: string) => join(stage.folder, who);
  return {
    stage,
    folderOf,
    as(who, argv, { env = {}, ...more } = {}) {
      const folder = folderOf(who);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, ".statusrc"), JSON.stringify(stage.config), { mode: 0o600 });
      const base = { HOME: folder, TMPDIR: join(folder, "tmp"), PATH: process.env.PATH, LANG: "C.UTF-8" };
      const shared = address === null ? {} : { DATABASE_URL: address };
      return runIn(folder, stage.clock, argv, { ...more, env: { ...base, ...shared, ...env } });
    },
  };
}
