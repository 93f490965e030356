import net from "node:net";

/** Some bytes on their way from the command to a vendor: the n-th of that vendor's, over all its connections. */
export interface Asked {
  readonly vendor: string;
  readonly n: number;
  readonly bytes: Buffer;
}

/** What becomes of the bytes: the vendor gets them, or it gets nothing more of this connection. */
export type Passage = "pass" | "drop";

export interface Proxies {
  /** Takes the place of a vendor's port. */
  readonly through: (vendor: string, port: number) => Promise<number>;
  close(): Promise<void>;
}

/**
 * Stands between the command and the vendors, and asks about everything that the command sends.
 * What was let through arrives even when the command is gone by then, as it does on a real network.
 */
export function standBetween(onAsked: (asked: Asked) => Promise<Passage>): Proxies {
  const servers: net.Server[] = [];
  const sockets = new Set<net.Socket>();
  return {
    async through(vendor, target) {
      let count = 0;
      let port = 0;
      const server = net.createServer({ allowHalfOpen: true }, (client) => {
        const upstream = net.connect({ port: target, host: "127.0.0.1", allowHalfOpen: true });
        for (const socket of [client, upstream]) {
          sockets.add(socket);
          socket.on("error", () => undefined);
          socket.on("close", () => sockets.delete(socket));
        }
        let queue = Promise.resolve();
        let dropped = false;
        client.on("data", (bytes) => {
          count++;
          const asked = { vendor, n: count, bytes };
          queue = queue.then(async () => {
            if (dropped) return;
            if ((await onAsked(asked)) === "pass") upstream.write(bytes);
            else {
              dropped = true;
              client.destroy();
              upstream.destroy();
            }
          });
        });
        const ended = () => void queue.then(() => upstream.end());
        client.on("end", ended);
        client.on("close", ended);
        upstream.on("data", (bytes) => {
          // Vendors name their own address in links, and the command follows none that leads elsewhere.
          const named = bytes.toString("latin1").replaceAll(`:${target}/`, `:${port}/`);
          if (!client.destroyed) client.write(Buffer.from(named, "latin1"));
        });
        upstream.on("close", () => client.end());
      });
      servers.push(server);
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      port = (server.address() as net.AddressInfo).port;
      return port;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}
