import net from "node:net";

/** What becomes of a message to the database: it arrives or not, and then the connection breaks or falls silent. */
export interface Strike {
  readonly arrives: boolean;
  readonly then: "breaks" | "stalls";
  /** Whether the database can be reached again at once, or not any more. */
  readonly back: boolean;
}

export interface DatabaseProxy {
  readonly port: number;
  /** How many commits have passed, or were struck. */
  readonly commits: () => number;
  /** Strikes at the n-th commit from now on, counted from 0. */
  strikeAt(n: number, strike: Strike): void;
  close(): Promise<void>;
}

/** A simple query that holds nothing else. */
const isCommit = (bytes: Buffer) => bytes[0] === 0x51 && bytes.subarray(5).toString("latin1") === "commit\0";

/** Stands between the command and PostgreSQL. */
export async function standBeforeDatabase(target: number): Promise<DatabaseProxy> {
  const sockets = new Set<net.Socket>();
  let commits = 0;
  let planned: { readonly at: number; readonly strike: Strike } | null = null;
  let gone = false;
  const server = net.createServer((client) => {
    const upstream = net.connect(target, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
    }
    // Both ends are told when the other is gone, unless nobody is to hear of it.
    let silent = false;
    const breakOff = () => {
      client.destroy();
      upstream.destroy();
    };
    if (gone) return breakOff();
    client.on("data", (bytes) => {
      if (silent) return;
      if (!isCommit(bytes) || commits++ !== planned?.at) return void upstream.write(bytes);
      const { arrives, then, back } = planned.strike;
      gone = !back;
      silent = true;
      if (arrives) upstream.write(bytes);
      if (then === "stalls") return;
      // What arrived is carried out before the connection breaks.
      if (arrives) upstream.once("data", breakOff);
      else breakOff();
    });
    upstream.on("data", (bytes) => {
      if (!silent) client.write(bytes);
    });
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => {
      if (!silent) client.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    commits: () => commits,
    strikeAt(n, strike) {
      commits = 0;
      planned = { at: n, strike };
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
