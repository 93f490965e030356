import type { AddressInfo, Server, Socket } from "node:net";

export const LOOPBACK = "127.0.0.1";

/**
 * The way in to one server: a closed door refuses connections as a dead machine does, and comes back on the same port.
 * Closing it for good ends every connection at once, also those that wait for an answer.
 */
export class Door {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  #open = true;
  #closed = false;

  private constructor(server: Server, sockets: Set<Socket>) {
    this.#server = server;
    this.#sockets = sockets;
    this.port = (server.address() as AddressInfo).port;
    server.on("error", () => this.#retry());
    server.on("listening", () => {
      if (!this.#open || this.#closed) this.#shut();
    });
  }

  /** Listens on loopback; port 0 takes any free one. Rejects when the port is taken. */
  static async open(server: Server, port: number): Promise<Door> {
    const sockets = new Set<Socket>();
    server.on("connection", (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, LOOPBACK, () => {
        server.off("error", reject);
        resolve();
      });
    });
    return new Door(server, sockets);
  }

  set(open: boolean): void {
    if (this.#closed || open === this.#open) return;
    this.#open = open;
    if (open) this.#server.listen(this.port, LOOPBACK);
    else this.#shut();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.#server.listening) return this.#endAll();
    await new Promise<void>((resolve) => {
      this.#server.once("close", () => resolve());
      this.#shut();
    });
  }

  #shut(): void {
    this.#server.close();
    this.#endAll();
  }

  #endAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Another program may have taken the port while the door was closed: tries until it is free again. */
  #retry(): void {
    setTimeout(() => {
      if (this.#open && !this.#closed && !this.#server.listening) this.#server.listen(this.port, LOOPBACK);
    }, 20).unref();
  }
}
