import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { setupError } from "../../src/base/errors.ts";
import { NOWHERE } from "./loopback.ts";
import { Board, connectPage, failure, type Given, message, NEVER, NOW, ownFolder } from "./page-ground.ts";

async function connect(given: Partial<Given> = {}) {
  const folder = await ownFolder();
  return { folder, ...connectPage({ directory: join(folder, "public"), ...given }) };
}

type Answer = { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string };

/** A host of the page on loopback. */
async function host(answer: (path: string, request: IncomingMessage) => Answer): Promise<string> {
  const server = createServer((request, response) => {
    const { status = 200, headers = {}, body = "" } = answer(request.url ?? "", request);
    response.writeHead(status, headers).end(body);
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("the page channel", () => {
  it("composes one post of the words alone, with the board to supply the rest", async () => {
    const { post } = await connect();
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
    const { directory, publish, verify } = await connect({ url: "https://status.example.org/" });
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
    expect(await verify(receipt)).toEqual({ state: "seen", note: null });
  });

  it("writes again as often as it is asked", async () => {
    const { channel, post, publish, verify } = await connect();
    const first = await publish();
    expect((await publish()).remoteId).toBe("2");
    expect(await verify(first)).toEqual({ state: "seen", note: null });
    expect(await channel.find?.(post, NOWHERE, NOW, NEVER)).toMatchObject({ found: null, conclusive: true });
  });

  it("calls a page missing when a file is gone or an older one was put back", async () => {
    const { directory, publish, verify } = await connect();
    await publish();
    const old = await readFile(join(directory, "index.html"), "utf8");
    const receipt = await publish();
    await writeFile(join(directory, "index.html"), old);
    expect(await verify(receipt)).toEqual({
      state: "missing",
      note: "index.html shows revision 1, not 2 yet",
    });
    await rm(join(directory, "status.json"));
    expect((await verify(receipt)).state).toBe("missing");
  });

  it("says nothing when it is stopped before it begins, or the ledger cannot be read", async () => {
    const { publish, directory, kit } = await connect();
    expect(await failure(publish(AbortSignal.abort()))).toMatchObject({
      fate: "not-sent",
      code: "PAGE_STOPPED",
    });
    const entries = () =>
      Promise.reject(setupError("LEDGER_DAMAGED", "the ledger is damaged", "type: status doctor"));
    const broken = connectPage({ directory, kit: { board: { ...kit.board, entries } } });
    expect(await failure(broken.publish())).toMatchObject({
      fate: "not-sent",
      code: "LEDGER_DAMAGED",
      hint: "type: status doctor",
    });
    await expect(readdir(directory)).rejects.toThrow("ENOENT");
  });

  it("leaves a page alone that another ledger wrote, and names the way out", async () => {
    const { directory, publish } = await connect();
    await publish();
    const other = connectPage({ directory });
    const error = await failure(other.publish());
    expect(error).toMatchObject({ fate: "refused", code: "PAGE_FROM_ANOTHER_LEDGER" });
    expect(error.hint).toContain("status.json");
    expect(await readFile(join(directory, "status.json"), "utf8")).toContain('"revision":1');
    await rm(join(directory, "status.json"));
    expect((await other.publish()).remoteId).toBe("1");
  });
});

describe("what is public after the publish command", () => {
  it("is believed only when the address shows the revision", async () => {
    let shown: (path: string) => string | null = () => null;
    const url = await host((path) => {
      const body = shown(path);
      return body === null ? { status: 404 } : { body };
    });
    const publish = [process.execPath, "-e", ""];
    const page = await connect({ publish, url });
    const receipt = await page.publish();
    const verify = () => page.verify(receipt);
    expect(await verify()).toEqual({ state: "not-yet", note: `${url}/status.json answers 404` });

    const json = await readFile(join(page.directory, "status.json"), "utf8");
    const index = await readFile(join(page.directory, "index.html"), "utf8");
    shown = (path) => (path === "/status.json" ? json : "<html>an older page</html>");
    expect((await verify()).state).toBe("not-yet");
    shown = (path) => (path === "/status.json" ? json : path === "/" ? index : null);
    expect(await verify()).toEqual({ state: "seen", note: null });
    shown = (path) => (path === "/status.json" ? '{"revision":0}' : index);
    expect((await verify()).note).toBe(`${url}/status.json shows revision 0, not 1 yet`);
    expect(await (await connect({ publish })).verify(receipt)).toMatchObject({ state: "cannot" });
  });
});

describe("the check of the page channel", () => {
  const check = async (given: Partial<Given>) => (await connect(given)).channel.check(NEVER);
  const levels = async (given: Partial<Given>) =>
    Object.fromEntries((await check(given)).map(({ name, level }) => [name, level]));
  const good = { "access-control-allow-origin": "*", "cache-control": "max-age=60" };

  it("finds nothing wrong with a folder that can be made and an address elsewhere, and makes nothing", async () => {
    const folder = await ownFolder();
    expect(
      await levels({ directory: join(folder, "a", "b"), url: "https://status.example.org" }),
    ).toMatchObject({
      directory: "ok",
      url: "ok",
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it("fails where a file is in the way, and warns of no address or a plain one", async () => {
    const folder = await ownFolder();
    await writeFile(join(folder, "file"), "");
    expect(await levels({ directory: join(folder, "file") })).toMatchObject({
      directory: "fail",
      url: "warn",
    });
    expect(await levels({ url: "http://status.example.org" })).toMatchObject({ url: "warn" });
  });

  it("warns of a page that is hosted inside what it reports on", async () => {
    expect(
      await levels({ url: "https://example.com/status", propertyUrl: "https://www.example.com" }),
    ).toMatchObject({ hosting: "warn" });
  });

  it("reads the public page once, as a page of the property would, and publishes nothing", async () => {
    const asked: (string | undefined)[] = [];
    const url = await host((path, { headers }) => {
      asked.push(`${path} for ${headers.origin}`);
      return { headers: good, body: '{"revision":7}' };
    });
    const findings = await check({ url });
    expect(asked).toEqual(["/status.json for https://www.example.com"]);
    expect(findings.find(({ name }) => name === "public")).toMatchObject({
      level: "ok",
      message: `${url} shows revision 7`,
    });
    expect(findings.map(({ name }) => name)).not.toContain("cors");
    expect(findings.map(({ name }) => name)).not.toContain("cache");
  });

  it("warns of a page that is not there yet, and says that this is fine before the first publishing", async () => {
    const url = await host(() => ({ status: 404 }));
    const missing = (await check({ url })).find(({ name }) => name === "public");
    expect(missing).toMatchObject({ level: "warn", message: `${url}/status.json answers 404` });
    expect(missing?.hint).toContain("fine before the first publishing");
    const dead = (await check({ url: "http://127.0.0.1:1" })).find(({ name }) => name === "public");
    expect(dead).toMatchObject({ level: "warn" });
    expect(dead?.message).toContain("cannot be reached");
  });

  it("warns of a public page that is older than the folder, and of one that is not ours", async () => {
    let body = '{"revision":0}';
    const url = await host(() => ({ headers: good, body }));
    const page = await connect({ url });
    await page.publish();
    const found = async () => (await page.channel.check(NEVER)).find(({ name }) => name === "public");
    expect(await found()).toMatchObject({
      level: "warn",
      message: `${url} shows revision 0, the folder holds 1`,
      hint: "To publish it: status page publish",
    });
    body = "<html>a parked domain</html>";
    expect(await found()).toMatchObject({
      level: "warn",
      message: `${url}/status.json is not a page of ours`,
    });
  });

  it.each([
    [
      "another site's name in the header",
      { "access-control-allow-origin": "https://elsewhere.example" },
      "cors",
    ],
    ["no header for other sites", { "access-control-allow-origin": "" }, "cors"],
    ["an hour in browsers", { "cache-control": "public, max-age=3600" }, "cache"],
    ["a day in caches on the way", { "cache-control": "max-age=60, s-maxage=86400" }, "cache"],
    ["a copy that is ten minutes old", { age: "600" }, "cache"],
  ])("warns of %s", async (_, headers, name) => {
    const url = await host(() => ({ headers: { ...good, ...headers }, body: '{"revision":1}' }));
    expect(await levels({ url })).toMatchObject({ public: "ok", [name]: "warn" });
  });

  it("takes the property's own name in the header, and no-cache, for what they are", async () => {
    const headers = {
      "access-control-allow-origin": "https://www.example.com",
      "cache-control": "no-cache, max-age=86400",
    };
    const url = await host(() => ({ headers, body: '{"revision":1}' }));
    const found = await levels({ url });
    expect([found.public, found.cors, found.cache]).toEqual(["ok", undefined, undefined]);
  });
});

describe("a page that was withdrawn in part", () => {
  it("loses the pages of incidents that the board no longer tells of", async () => {
    const board = new Board();
    board.tell("2010-06-29-outage");
    board.tellEnded("2010-05-01-slip", "2010-05-01T10:00:00Z");
    const { directory, publish } = await connect({ board });
    await publish();
    board.forget("2010-05-01-slip");
    await publish();
    expect(await readdir(join(directory, "incidents"))).toEqual(["2010-06-29-outage.html"]);
    expect(await readdir(join(directory, "history"))).not.toContain("2010-05.html");
  });
});

describe("a folder that other people use as well", () => {
  it("keeps their files as they are", async () => {
    const { directory, publish } = await connect();
    await mkdir(directory, { recursive: true });
    const theirs = ["CNAME", ".nojekyll", "robots.txt", ".index.html.tmp", "_headers"];
    for (const name of theirs) await writeFile(join(directory, name), `theirs: ${name}`);
    await mkdir(join(directory, ".git"));
    await publish();
    await publish();
    for (const name of theirs) expect(await readFile(join(directory, name), "utf8")).toBe(`theirs: ${name}`);
    expect(await readdir(directory)).toContain(".git");
  });
});
