import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { setupError } from "../../src/base/errors.ts";
import type { BoardIncident, ChannelKit, ComposeContext, Post } from "../../src/channels/contract.ts";
import { ChannelError } from "../../src/channels/contract.ts";
import { createHttp } from "../../src/channels/http.ts";
import { page } from "../../src/channels/page/index.ts";
import { settings as schema } from "../../src/channels/page/settings.ts";
import type { Message } from "../../src/render/document.ts";

const NOW = new Date("2010-06-29T17:00:00Z");
const nowhere = { root: null, previous: null };
const never = new AbortController().signal;

const message: Message = {
  subject: "Amazon.com is unavailable",
  body: [
    {
      type: "paragraph",
      children: [{ type: "text", text: "We are on it & will write again." }],
    },
  ],
  short: "We are on it.",
  keep: null,
  link: null,
};
const context: ComposeContext = {
  keyOf: (part) => `key-of-${part}`,
  incident: {
    id: "2010-06-29-outage",
    type: "incident",
    title: "Amazon.com is unavailable",
    phase: "investigating",
    impact: "critical",
    components: [{ id: "storefront", state: "major_outage" }],
    startedAt: NOW,
    nextUpdateAt: null,
  },
  update: { id: "u1", number: 1, at: NOW },
  rootSubject: null,
};

let folder: string;
let servers: Server[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "status-page-"));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) server.close();
  await chmod(folder, 0o755);
  await rm(folder, { recursive: true, force: true });
});

interface Given {
  readonly publish?: readonly string[];
  readonly url?: string;
  readonly directory?: string;
  readonly loopbackOnly?: boolean;
  readonly timeoutMs?: number;
  readonly propertyUrl?: string;
  readonly incidents?: () => Promise<readonly BoardIncident[]>;
}

function connect(given: Given = {}) {
  const told: BoardIncident[] = [];
  let revision = 0;
  const kit: ChannelKit = {
    name: "page",
    folder: "/",
    property: {
      name: "Amazon.com",
      url: given.propertyUrl ?? "https://www.example.com",
      statusUrl: null,
      locale: "en",
      timeZone: "UTC",
      components: [{ id: "storefront", name: "Storefront", components: [] }],
    },
    http: createHttp({ loopbackOnly: true, userAgent: "test" }),
    clock: new ScriptedClock(NOW),
    timeoutMs: given.timeoutMs ?? 5000,
    loopbackOnly: given.loopbackOnly ?? false,
    board: {
      incidents: given.incidents ?? (async () => told),
      exclusively: async (_channel, write) => {
        revision += 1;
        return write(revision);
      },
    },
  };
  const directory = given.directory ?? join(folder, "public");
  const channel = page.connect(
    schema.parse({
      kind: "page",
      directory,
      ...(given.url === undefined ? {} : { url: given.url }),
      ...(given.publish === undefined ? {} : { publish: given.publish }),
    }),
    kit,
  );
  const [post] = channel.compose(message, context) as [Post];
  told.push({
    ...context.incident,
    resolvedAt: null,
    updates: [
      {
        number: 1,
        phase: "investigating",
        at: NOW,
        payload: JSON.parse(JSON.stringify(post.payload)),
      },
    ],
  });
  return {
    channel,
    post,
    directory,
    publish: () => channel.publish(post, nowhere, never),
  };
}

async function failure(promise: Promise<unknown>): Promise<ChannelError> {
  const error = await promise.then(
    () => null,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(ChannelError);
  return error as ChannelError;
}

async function serve(answer: (path: string) => string | null): Promise<string> {
  const server = createServer((request, response) => {
    const body = answer(request.url ?? "");
    response.statusCode = body === null ? 404 : 200;
    response.end(body ?? "");
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("the page channel", () => {
  it("composes one post of the words alone, with the board to supply the rest", () => {
    const { post } = connect();
    expect(post).toEqual({
      part: "1",
      key: "key-of-1",
      payload: { subject: "Amazon.com is unavailable", blocks: message.body },
      text: "We are on it & will write again.",
      length: null,
      notes: [],
    });
  });

  it("writes the page and its machine file, and proves it by revision", async () => {
    const { channel, post, directory, publish } = connect({
      url: "https://status.example.org/",
    });
    const receipt = await publish();
    expect(receipt).toEqual({
      remoteId: "1",
      url: "https://status.example.org",
      extra: { revision: 1, directory },
    });
    expect(await readFile(join(directory, "index.html"), "utf8")).toContain(
      "We are on it &amp; will write again.",
    );
    expect(JSON.parse(await readFile(join(directory, "status.json"), "utf8"))).toMatchObject({
      revision: 1,
      generatedAt: NOW.toISOString(),
      indicator: "critical",
    });
    expect(await channel.verify?.(receipt, post, nowhere, never)).toEqual({
      state: "seen",
      note: null,
    });
  });

  it("writes again as often as it is asked, leaving nothing but the two files", async () => {
    const { channel, post, directory, publish } = connect();
    const first = await publish();
    const second = await publish();
    expect(second.remoteId).toBe("2");
    expect((await readdir(directory)).sort()).toEqual(["index.html", "status.json"]);
    expect(await channel.verify?.(first, post, nowhere, never)).toEqual({
      state: "seen",
      note: null,
    });
    expect(await channel.find?.(post, nowhere, NOW, never)).toMatchObject({
      found: null,
      conclusive: true,
    });
  });

  it("calls a page missing when a file is gone or an older one was put back", async () => {
    const { channel, post, directory, publish } = connect();
    await publish();
    const old = await readFile(join(directory, "index.html"), "utf8");
    const receipt = await publish();
    await writeFile(join(directory, "index.html"), old);
    expect(await channel.verify?.(receipt, post, nowhere, never)).toEqual({
      state: "missing",
      note: "index.html shows revision 1, not 2 yet",
    });
    await rm(join(directory, "status.json"));
    expect((await channel.verify?.(receipt, post, nowhere, never))?.state).toBe("missing");
  });

  it("refuses with a way out when the folder cannot be written, and keeps the old page", async () => {
    const blocked = join(folder, "file");
    await writeFile(blocked, "");
    const error = await failure(connect({ directory: join(blocked, "public") }).publish());
    expect(error).toMatchObject({ fate: "refused", code: "PAGE_NOT_WRITTEN" });
    expect(error.hint).toContain("a file stands where a folder should be");

    const { directory, publish } = connect();
    await publish();
    await rm(join(directory, "status.json"));
    await mkdir(join(directory, "status.json", "in-the-way"), {
      recursive: true,
    });
    expect((await failure(publish())).code).toBe("PAGE_NOT_WRITTEN");
    expect(await readFile(join(directory, "index.html"), "utf8")).toContain('content="1"');
    expect((await readdir(directory)).sort()).toEqual(["index.html", "status.json"]);
  });

  it("says nothing when it is stopped before it begins, or the ledger cannot be read", async () => {
    const { channel, post, directory } = connect();
    expect(await failure(channel.publish(post, nowhere, AbortSignal.abort()))).toMatchObject({
      fate: "not-sent",
      code: "PAGE_STOPPED",
    });
    const broken = connect({
      incidents: () =>
        Promise.reject(setupError("LEDGER_DAMAGED", "the ledger is damaged", "type: status doctor")),
    });
    expect(await failure(broken.publish())).toMatchObject({
      fate: "not-sent",
      code: "LEDGER_DAMAGED",
      hint: "type: status doctor",
    });
    await expect(readdir(directory)).rejects.toThrow("ENOENT");
  });
});

describe("what a killed writer left", () => {
  it("is not carried to the public", async () => {
    const { publish } = connect();
    await publish();
    await writeFile(join(folder, "public", ".index.html.0123456789ab.tmp"), "half");
    await publish();
    expect((await readdir(join(folder, "public"))).sort()).toEqual(["index.html", "status.json"]);
  });
});

describe("a page that another ledger wrote", () => {
  it("is left as it is, and the way out is named", async () => {
    await connect().publish();
    const { publish } = connect();
    const error = await failure(publish());
    expect(error).toMatchObject({ fate: "refused", code: "PAGE_FROM_ANOTHER_LEDGER" });
    expect(error.hint).toContain("status.json");
    await rm(join(folder, "public", "status.json"));
    expect((await publish()).remoteId).toBe("2");
  });
});

describe("the publish command", () => {
  const node = (script: string, ...args: string[]) => [process.execPath, "-e", script, ...args];

  it("runs after the page is written, and each of its words arrives as it is", async () => {
    const note = join(folder, "note");
    const script =
      "const fs=require('node:fs');const[,out,page,word]=process.argv;fs.writeFileSync(out,word+fs.readFileSync(page,'utf8').length)";
    const { directory, publish } = connect({
      publish: node(script, note, join(folder, "public", "index.html"), "$(id); "),
    });
    await publish();
    const length = (await readFile(join(directory, "index.html"), "utf8")).length;
    expect(await readFile(note, "utf8")).toBe(`$(id); ${length}`);
  });

  it("does not run in a drill", async () => {
    const note = join(folder, "note");
    const given = {
      publish: node("require('node:fs').writeFileSync(process.argv[1],'')", note),
      loopbackOnly: true,
    };
    const { channel, post, publish } = connect(given);
    const receipt = await publish();
    await expect(readFile(note)).rejects.toThrow("ENOENT");
    expect((await channel.verify?.(receipt, post, nowhere, never))?.state).toBe("seen");
  });

  it("refuses with the last lines of a command that fails, free of terminal escapes", async () => {
    const script =
      "console.log('one');console.error('two');console.error('\\u001b[31mAccess Denied\\u001b[0m');process.exit(3)";
    const error = await failure(connect({ publish: node(script) }).publish());
    expect(error).toMatchObject({
      fate: "refused",
      code: "PAGE_PUBLISH_FAILED",
    });
    expect(error.message).toMatch(/failed \(3\): one \/ two \/ Access Denied$/);
    expect(
      await failure(
        connect({ publish: ["no-such-program-here"], directory: join(folder, "other") }).publish(),
      ),
    ).toMatchObject({
      fate: "refused",
      code: "PAGE_PUBLISH_FAILED",
      message: "there is no program no-such-program-here to publish the page",
    });
  });

  it("ends a command that hangs, even one that ignores being asked, and may try again", async () => {
    const script = "process.on('SIGTERM',()=>{});setInterval(()=>{},1000)";
    const error = await failure(connect({ publish: node(script), timeoutMs: 400 }).publish());
    expect(error).toMatchObject({
      fate: "not-sent",
      code: "PAGE_PUBLISH_STOPPED",
    });
    const stop = new AbortController();
    const { channel, post } = connect({ publish: node(script), directory: join(folder, "other") });
    const publishing = failure(channel.publish(post, nowhere, stop.signal));
    stop.abort();
    expect((await publishing).fate).toBe("not-sent");
  });

  it("is believed only when the public address shows the revision", async () => {
    const done = node("");
    let shown: (path: string) => string | null = () => null;
    const url = await serve((path) => shown(path));
    const { channel, post, directory, publish } = connect({
      publish: done,
      url,
    });
    const receipt = await publish();
    const verify = () => channel.verify?.(receipt, post, nowhere, never);
    expect(await verify()).toEqual({
      state: "not-yet",
      note: `${url}/status.json answers 404`,
    });

    const json = await readFile(join(directory, "status.json"), "utf8");
    const index = await readFile(join(directory, "index.html"), "utf8");
    shown = (path) => (path === "/status.json" ? json : "<html>an older page</html>");
    expect((await verify())?.state).toBe("not-yet");
    shown = (path) => (path === "/status.json" ? json : path === "/" ? index : null);
    expect(await verify()).toEqual({ state: "seen", note: null });
    shown = (path) => (path === "/status.json" ? '{"revision":0}' : index);
    expect((await verify())?.note).toBe(`${url}/status.json shows revision 0, not 1 yet`);
    expect(await connect({ publish: done }).channel.verify?.(receipt, post, nowhere, never)).toMatchObject({
      state: "cannot",
    });
  });
});

describe("the check of the page channel", () => {
  const levels = async (given: Given) => {
    const findings = await connect(given).channel.check(never);
    return Object.fromEntries(findings.map(({ name, level }) => [name, level]));
  };

  it("finds nothing wrong with a folder that can be made and an address elsewhere, and makes nothing", async () => {
    const directory = join(folder, "a", "b");
    expect(await levels({ directory, url: "https://status.example.org" })).toEqual({
      directory: "ok",
      url: "ok",
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it("fails where a file is in the way, and warns of no address or a plain one", async () => {
    await writeFile(join(folder, "file"), "");
    expect(await levels({ directory: join(folder, "file") })).toEqual({
      directory: "fail",
      url: "warn",
    });
    expect(await levels({ url: "http://status.example.org" })).toMatchObject({
      url: "warn",
    });
  });

  it("warns of a page that is hosted inside what it reports on", async () => {
    expect(
      await levels({
        url: "https://example.com/status",
        propertyUrl: "https://www.example.com",
      }),
    ).toMatchObject({ hosting: "warn" });
  });
});
