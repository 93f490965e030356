import { createServer, type Server, type Socket } from "node:net";

/** What a sink says to a recipient. */
export type Verdict = "take" | "refuse" | "later";

/** A mail server on loopback that keeps nothing of a mail but who got it, for inboxes too large to keep. */
export interface MailSink {
  readonly port: number;
  /** How often each address was handed a mail that was taken. */
  readonly taken: ReadonlyMap<string, number>;
  readonly refused: ReadonlyMap<string, number>;
  /** The most connections there were at once. */
  mostConnections(): number;
  close(): Promise<void>;
}

/** Speaks as RFC 5321 and 2920 have it; `judge` says what becomes of a recipient. */
export async function openMailSink(judge: (address: string) => Verdict): Promise<MailSink> {
  const taken = new Map<string, number>();
  const refused = new Map<string, number>();
  const count = (tally: Map<string, number>, address: string) =>
    tally.set(address, (tally.get(address) ?? 0) + 1);
  const sockets = new Set<Socket>();
  let most = 0;
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    most = Math.max(most, sockets.size);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    socket.setEncoding("latin1");
    let rest = "";
    let recipient: string | null = null;
    let body = false;
    const command = (line: string): string => {
      switch (line.slice(0, 4).toUpperCase()) {
        case "EHLO":
          return "250-sink.example.com\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE 1000000\r\n";
        case "RCPT": {
          const address = /<(.*)>/.exec(line)?.[1] ?? "";
          const verdict = judge(address);
          recipient = verdict === "take" ? address : null;
          if (verdict === "take") return "250 2.1.5 fine\r\n";
          count(refused, address);
          return verdict === "later" ? "451 4.3.2 later\r\n" : "550 5.1.1 there is no such mailbox\r\n";
        }
        case "DATA":
          if (recipient === null) return "503 5.5.1 nobody to give it to\r\n";
          body = true;
          return "354 go on\r\n";
        case "QUIT":
          socket.end("221 2.0.0 bye\r\n");
          return "";
        default:
          return "250 2.0.0 fine\r\n";
      }
    };
    socket.write("220 sink.example.com ESMTP\r\n");
    socket.on("data", (chunk: string) => {
      rest += chunk;
      let answers = "";
      for (;;) {
        const end = rest.indexOf(body ? "\r\n.\r\n" : "\r\n");
        if (end < 0) break;
        const line = rest.slice(0, end);
        rest = rest.slice(end + (body ? 5 : 2));
        if (body) {
          body = false;
          count(taken, recipient!);
          recipient = null;
          answers += "250 2.0.0 taken\r\n";
        } else answers += command(line);
      }
      if (answers !== "" && socket.writable) socket.write(answers);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the sink has no port");
  return {
    port: address.port,
    ...{ taken, refused },
    mostConnections: () => most,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
