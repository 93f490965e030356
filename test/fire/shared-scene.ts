import { Secret } from "../../src/base/secret.ts";
import { LedgerStore } from "../../src/store/ledger-store.ts";
import { openPostgres } from "../../src/store/postgres.ts";
import { openScene, type Scene, type SceneOptions } from "./scene.ts";

/** A scene whose ledger is on a server. Commands reach it at `address`; what is asked afterwards goes there directly. */
export async function openSharedScene(
  { address, direct = address }: { readonly address: string; readonly direct?: string },
  options: Omit<SceneOptions, "store"> = {},
): Promise<Scene> {
  const scene = await openScene({ ...options, store: "env:DATABASE_URL" });
  const withLedger: Scene["withLedger"] = async (work) => {
    const ledger = new LedgerStore(await openPostgres(new Secret(direct)));
    try {
      return await work(ledger);
    } finally {
      await ledger.close();
    }
  };
  const start: Scene["start"] = (argv, more = {}) =>
    scene.start(argv, { ...more, env: { DATABASE_URL: address, ...more.env } });
  return {
    ...scene,
    start,
    run: (argv, more) => start(argv, more).ended,
    withLedger,
    rows: (marker) =>
      withLedger(async (ledger) => {
        const rows = await ledger.deliveries({});
        const update = rows.find((row) => row.post?.text.includes(marker))?.updateId;
        return rows.filter(({ updateId }) => updateId === update);
      }),
  };
}
