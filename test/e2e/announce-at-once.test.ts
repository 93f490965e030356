import { expect, it, onTestFinished } from "vitest";
import { openScene, type Scene } from "../fire/scene.ts";
import { openSharedScene } from "../fire/shared-scene.ts";
import { hasServer, someServer } from "../support/postgres.ts";

const onFile = () => openScene({ timeout: "15s" });

async function onServer(): Promise<Scene> {
  const server = await someServer();
  onTestFinished(server.close);
  return openSharedScene({ address: await server.database() }, { timeout: "15s" });
}

const titled = (title: string) => [
  ...["announce", "--title", title, "--component", "checkout", "--impact", "major"],
  ...["--message", "Orders may fail.", "--yes", "--json"],
];

it.each([
  ["a file", onFile, true],
  ["PostgreSQL", onServer, hasServer],
])(
  "opens one incident where several people announce the same trouble at once: %s",
  async (_, open, can) => {
    if (!can) return;
    const scene = await open();
    onTestFinished(scene.close);
    // The ledger's tables are there: nobody is kept waiting for them, and the commands meet.
    await scene.run(["announce", "deploy", "--title", "Version 7", "--message", "It is out.", "--yes"]);
    const titles = ["Checkout is failing", "Cannot pay", "Payments are down"];
    const ended = await Promise.all(titles.map((title) => scene.run(titled(title))));
    expect(ended.map(({ code }) => code).sort()).toEqual([0, 4, 4]);
    const won = titles[ended.findIndex(({ code }) => code === 0)]!;
    for (const { code, json } of ended)
      if (code === 4)
        expect(json().error).toMatchObject({
          code: "INCIDENT_ALREADY_OPEN",
          message: expect.stringContaining(won),
          hint: expect.stringContaining("--new"),
        });
    const opened = await scene.withLedger((ledger) => ledger.openIncidents());
    expect(opened.map(({ title }) => title)).toEqual([won]);
  },
  60_000,
);
