import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";

/** Where and how an SMTP server misbehaves. Commands by their verb; `GREETING` is its first word, `.` the end of DATA. */
export interface Script {
  readonly replies?: Readonly<Record<string, string>>;
  /** The reply to the end of DATA. */
  readonly final?: string;
  /** The final reply is the last that is heard: no line end is added, and the connection closes. */
  readonly cutAfterFinal?: boolean;
  /** The final reply comes one byte every 200 ms. */
  readonly dripFinal?: boolean;
  readonly cutAt?: string;
  readonly silentAt?: string;
}

/** An SMTP server on loopback that follows a script, to misbehave at one exact place. */
export async function startScript(script: Script) {
  const heard: string[] = [];
  const state = { bodies: 0, connections: 0 };
  const waiting = new Map<string, () => void>();
  const server = await listenRaw((socket) => {
    state.connections += 1;
    let inBody = false;
    let rest = "";
    const act = (command: string, usual: string) => {
      waiting.get(command)?.();
      if (script.cutAt === command) return socket.destroy();
      if (script.silentAt === command) return;
      socket.write(`${script.replies?.[command] ?? usual}\r\n`);
    };
    const endOfData = () => {
      const final = script.final ?? "250 2.0.0 Ok";
      if (script.cutAfterFinal) socket.end(final);
      else if (script.dripFinal) drip(`${final}\r\n`, socket);
      else act(".", final);
    };
    act("GREETING", "220 script.example ESMTP");
    socket.on("data", (chunk) => {
      rest += chunk.toString("latin1");
      for (;;) {
        const end = rest.indexOf("\r\n");
        if (end === -1) return;
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (inBody) {
          if (line !== ".") continue;
          inBody = false;
          state.bodies += 1;
          endOfData();
          continue;
        }
        heard.push(line);
        const command = line.split(/[ :]/)[0] ?? "";
        if (command === "EHLO") act("EHLO", "250-script.example\r\n250 AUTH PLAIN");
        else if (command === "AUTH") act("AUTH", "235 2.7.0 ok");
        else if (command === "DATA") {
          inBody = script.replies?.DATA === undefined;
          act("DATA", "354 go on");
        } else if (command === "QUIT") socket.end("221 bye\r\n");
        else act(command, "250 2.0.0 ok");
      }
    });
  });
  return {
    url: server.url,
    heard,
    close: server.close,
    get bodies() {
      return state.bodies;
    },
    get connections() {
      return state.connections;
    },
    /** Resolves when the command has come. */
    reached: (command: string) => new Promise<void>((resolve) => waiting.set(command, resolve)),
  };
}

/** A TCP server on loopback that speaks as it is told. */
export async function listenRaw(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    onConnection(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `smtp://127.0.0.1:${portOf(server)}`,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

export function portOf(server: Pick<Server, "address">): number {
  const address = server.address();
  return address !== null && typeof address === "object" ? address.port : 0;
}

function drip(text: string, socket: Socket): void {
  let at = 0;
  const timer = setInterval(() => {
    if (socket.writable) socket.write(text.slice(at, ++at));
  }, 200);
  socket.on("close", () => clearInterval(timer));
}
