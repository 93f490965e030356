import { listenRaw } from "./scripted-smtp.ts";

/** What the server says to a command; `cut` hangs up, `silent` says nothing, null is the usual reply. */
export type Reply = string | "cut" | "silent" | null;

export interface Command {
  /** `MAIL`, `RCPT`, `DATA`, `RSET`; `.` is the end of a body. */
  readonly verb: string;
  /** The envelope's recipient as far as it is known. */
  readonly to: string;
  /** From 1. */
  readonly connection: number;
  /** Mails taken on this connection. */
  readonly taken: number;
}

export interface TakenMail {
  readonly to: string;
  /** As it was meant: dots no longer stuffed. */
  readonly raw: Buffer;
  readonly connection: number;
}

/** An SMTP server on loopback that minds the order of commands, pipelined or not, and answers as it is told. */
export async function startListServer(
  answer: (command: Command) => Reply = () => null,
  { pipelining = true, extensions = [] as readonly string[] } = {},
) {
  const mails: TakenMail[] = [];
  const heard: string[] = [];
  const state = { connections: 0, open: 0, bodyBytes: 0 };
  const waiting = new Map<string, () => void>();
  const server = await listenRaw((socket) => {
    const connection = ++state.connections;
    state.open++;
    socket.on("close", () => state.open--);
    let rest = Buffer.alloc(0);
    let body: Buffer[] | null = null;
    let sender = false;
    let to = "";
    let accepted = false;
    let taken = 0;
    const say = (verb: string, usual: string): string | null => {
      waiting.get(verb)?.();
      const reply = answer({ verb, to, connection, taken });
      if (reply === "cut") socket.destroy();
      else if (reply !== "silent") socket.write(`${reply ?? usual}\r\n`, "latin1");
      if (reply?.startsWith("421") === true) socket.end();
      return reply === null ? usual : reply;
    };
    const reset = () => {
      sender = false;
      accepted = false;
    };
    const obey = (line: string) => {
      heard.push(line);
      const verb = (line.split(/[ :]/)[0] ?? "").toUpperCase();
      if (verb === "EHLO")
        say(
          verb,
          [
            "250-list.example",
            ...(pipelining ? ["250-PIPELINING"] : []),
            ...extensions.map((one) => `250-${one}`),
            "250 HELP",
          ].join("\r\n"),
        );
      else if (verb === "MAIL")
        sender = sender
          ? !say(verb, "503 5.5.1 nested MAIL")
          : (say(verb, "250 2.1.0 ok")?.startsWith("2") ?? false);
      else if (verb === "RCPT") {
        to = /<(.*)>/.exec(line)?.[1] ?? "";
        accepted = say(verb, sender ? "250 2.1.5 ok" : "503 5.5.1 MAIL first")?.startsWith("2") ?? false;
      } else if (verb === "DATA") {
        if (say(verb, accepted ? "354 go on" : "554 5.5.1 no valid recipients")?.startsWith("3")) body = [];
      } else if (verb === "RSET") {
        reset();
        say(verb, "250 2.0.0 ok");
      } else if (verb === "QUIT") socket.end("221 2.0.0 bye\r\n");
      else say(verb, "502 5.5.2 what");
    };
    socket.write("220 list.example ESMTP\r\n");
    socket.on("data", (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      if (body !== null) state.bodyBytes += chunk.length;
      for (let end = rest.indexOf("\r\n"); end !== -1; end = rest.indexOf("\r\n")) {
        const line = rest.subarray(0, end);
        rest = rest.subarray(end + 2);
        if (body === null) obey(line.toString("latin1"));
        else if (line.equals(Buffer.from("."))) {
          const raw = Buffer.concat(body);
          body = null;
          reset();
          if (!(say(".", "250 2.0.0 taken")?.startsWith("2") ?? false)) continue;
          taken++;
          mails.push({ to, raw, connection });
        } else body.push(line[0] === 0x2e ? line.subarray(1) : line, Buffer.from("\r\n"));
      }
    });
  });
  return {
    ...server,
    heard,
    mails,
    state,
    /** Resolves when the command comes next. */
    reached: (verb: string) => new Promise<void>((resolve) => waiting.set(verb, resolve)),
  };
}
