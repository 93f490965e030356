import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createHttp, type Http } from "../../src/channels/http.ts";
import type { Reading } from "../../src/page/site.ts";
import { awsFeed, summary } from "./sources-samples.ts";
import { component, NOW, readAll, readOne, serve, serving } from "./sources-servers.ts";

describe("a dashboard that does not behave", () => {
  it.each([204, 401, 404, 500, 503])("and answers %i is at fault, in these words", async (status) => {
    await using page = await serving(status === 204 ? "" : summary(), {}, status);
    expect(await readOne("statuspage", page.url)).toEqual({
      url: page.url,
      triedAt: NOW,
      readAt: null,
      fault: `answered ${status}`,
      report: null,
    });
  });

  it("keeps what it said before, with the time of that", async () => {
    await using page = await serving("", {}, 503);
    const report = { state: "operational" as const, sentence: "All fine", items: [] };
    const readAt = new Date("2026-11-20T11:00:00Z");
    const before: Reading = { url: page.url, triedAt: readAt, readAt, fault: null, report };
    const reading = await readOne("statuspage", page.url, { before: [before] });
    expect(reading).toEqual({ url: page.url, triedAt: NOW, readAt, fault: "answered 503", report });
  });

  it("may never answer, stop in the middle or drip: its time is up all the same", async () => {
    await using silent = await serve(() => {});
    await using half = await serve((_request, response) => response.writeHead(200).write('{"status":'));
    await using dripping = await serve((_request, response) => {
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(drip));
    });
    const started = performance.now();
    const readings = await readAll(
      [silent, half, dripping].map(({ url }) => component("statuspage", url)),
      { timeoutMs: 300 },
    );
    expect(performance.now() - started).toBeLessThan(1_500);
    expect(readings.map(({ fault }) => fault)).toEqual(Array(3).fill("no answer within 0.3 s"));
  });

  it("may cut the connection, before or in its answer", async () => {
    await using cut = await serve(({ socket }) => socket.resetAndDestroy());
    await using broken = await serve((request, response) => {
      response.writeHead(200, { "content-length": "5000" });
      response.write('{"status":', () => request.socket.resetAndDestroy());
    });
    await using gone = await serving("");
    await gone[Symbol.asyncDispose]();
    await using babble = await serve(({ socket }) => socket.end("HELLO\r\n\r\n"));
    const readings = await readAll([cut, broken, gone, babble].map(({ url }) => component("feed", url)));
    expect(readings.map(({ fault }) => fault)).toEqual([
      "the connection broke off",
      "the connection broke off",
      "the connection was refused",
      "the answer is not HTTP",
    ]);
  });

  it("may send without end: it is cut off at one megabyte", async () => {
    let sent = 0;
    await using page = await serve((_request, response) => {
      const chunk = Buffer.alloc(64 * 1024, "x");
      const more = () => {
        while (sent < 50 * 1024 * 1024 && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once("drain", more);
        }
      };
      more();
    });
    expect((await readOne("feed", page.url)).fault).toBe("the answer is larger than 1 MB");
    expect(sent).toBeLessThan(30 * 1024 * 1024);
  });

  it("may be a little too long", async () => {
    await using page = await serving(summary({ padding: "x".repeat(1024 * 1024) }));
    expect((await readOne("statuspage", page.url)).fault).toBe("the answer is larger than 1 MB");
  });

  it("may pack what it sends, within the same limits", async () => {
    await using packed = await serving(gzipSync(summary()), { "content-encoding": "gzip" });
    await using bomb = await serving(gzipSync(Buffer.alloc(50 * 1024 * 1024)), {
      "content-encoding": "gzip",
    });
    await using broken = await serving("no gzip", { "content-encoding": "gzip" });
    await using strange = await serving(summary(), { "content-encoding": "zebra" });
    const pages = [packed, bomb, broken, strange].map(({ url }) => component("statuspage", url));
    expect((await readAll(pages)).map(({ fault }) => fault)).toEqual([
      null,
      "the answer is larger than 1 MB",
      "the answer cannot be unpacked",
      "answered in a packing that was not asked for",
    ]);
  });

  it("does not stop the others", async () => {
    await using silent = await serve(() => {});
    await using well = await serving(summary());
    const urls = [silent.url, ...Array.from({ length: 20 }, (_, n) => `${well.url}/${n}`)];
    const started = performance.now();
    const readings = await readAll(
      urls.map((url) => component("statuspage", url)),
      { timeoutMs: 400 },
    );
    expect(performance.now() - started).toBeLessThan(1_500);
    expect(readings.map(({ url }) => url)).toEqual(urls);
    expect(readings.map(({ fault }) => fault)).toEqual(["no answer within 0.4 s", ...Array(20).fill(null)]);
  });
});

describe("redirects", () => {
  const redirecting = (location: (path: string) => string | null) =>
    serve(({ url = "" }, response) => {
      const to = location(url);
      if (to === null) response.end(awsFeed([]));
      else response.writeHead(301, { location: to }).end();
    });

  it("are followed three times, relative or not", async () => {
    await using other = await serving(awsFeed([]));
    await using page = await redirecting((path) =>
      path === "/2" ? other.url : `/${Number(path.slice(1)) + 1}`,
    );
    expect(await readOne("feed", `${page.url}/0`)).toMatchObject({ url: `${page.url}/0`, fault: null });
    expect(page.requests.map(({ url }) => url)).toEqual(["/0", "/1", "/2"]);
  });

  it.each([
    ["/", "more than 3 redirects"],
    ["", "redirects without saying where to"],
    ["http://[", "redirects to no address"],
    ["file:///etc/passwd", "redirects to something other than http(s)"],
    ["javascript:alert(1)", "redirects to something other than http(s)"],
    ["https://status.example.com/", "a drill reaches this machine only"],
  ])("to `%s` are a fault", async (to, fault) => {
    await using page = await redirecting(() => to);
    expect(await readOne("feed", page.url)).toMatchObject({ fault, readAt: null });
    expect(page.requests.length).toBeLessThanOrEqual(4);
  });

  it("share one time", async () => {
    await using page = await serve(({ url = "" }, response) => {
      setTimeout(() => response.writeHead(302, { location: `${url}x` }).end(), 150);
    });
    expect((await readOne("feed", `${page.url}/`, { timeoutMs: 250 })).fault).toBe("no answer within 0.25 s");
  });

  it("from elsewhere to this machine are not followed", async () => {
    const asked: string[] = [];
    const elsewhere: Http = {
      request: async ({ url }) => {
        asked.push(url);
        const headers = { location: "http://127.0.0.1:8080/admin" };
        return { status: 302, headers, body: "", bytes: new Uint8Array() };
      },
    };
    const { fault } = await readOne("feed", "https://status.example.com/feed", { http: elsewhere });
    expect(fault).toBe("redirects to this machine");
    expect(asked).toEqual(["https://status.example.com/feed"]);
  });
});

describe("the sources of a tree", () => {
  it("are read once each, eight at a time, in the tree's order", async () => {
    let open = 0;
    let most = 0;
    await using page = await serve((_request, response) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        response.end(summary());
      }, 20);
    });
    const parts = Array.from({ length: 12 }, (_, n) => component("statuspage", `${page.url}/${n}`));
    const tree = [{ id: "all", name: "All", components: [...parts, ...parts] }, parts[0]!];
    const readings = await readAll(tree);
    expect(readings.map(({ url }) => url)).toEqual(parts.map(({ source }) => source!.url));
    expect(page.requests).toHaveLength(12);
    expect(most).toBe(8);
  });

  it("have the form that the first component says", async () => {
    await using page = await serving(summary());
    const readings = await readAll([component("statuspage", page.url), component("feed", page.url)]);
    expect(readings).toMatchObject([{ url: page.url, fault: null }]);
  });

  it("are none where no component has one", async () => {
    expect(await readAll([{ id: "a", name: "A", components: [] }])).toEqual([]);
  });

  it.each([
    ["statuspage", "not a url"],
    ["feed", "not a url"],
    ["feed", "ftp://127.0.0.1/feed"],
    ["feed", "file:///etc/passwd"],
    ["feed", "https://status.example.com/feed"],
  ] as const)("as %s at `%s` are a fault, and nothing is asked", async (form, url) => {
    expect((await readOne(form, url)).fault).toMatch(
      /^(not an (http\(s\) )?address|a drill reaches this machine only)$/,
    );
  });

  it("stay as they were where somebody stops the reading", async () => {
    await using silent = await serve(() => controller.abort());
    const controller = new AbortController();
    const readAt = new Date("2026-11-20T11:00:00Z");
    const before: Reading = {
      url: `${silent.url}/known`,
      triedAt: readAt,
      readAt,
      fault: null,
      report: null,
    };
    const readings = await readAll([component("feed", before.url), component("feed", `${silent.url}/new`)], {
      before: [before],
      signal: controller.signal,
    });
    expect(readings[0]).toBe(before);
    expect(readings[1]).toMatchObject({ readAt: null, fault: "stopped before it answered", report: null });
  });
});

describe("the shared client", () => {
  it("gives the bytes beside the text, and refuses more than it was told to take", async () => {
    await using page = await serving(Buffer.from([0xe9, 0x41]));
    const http = createHttp({ loopbackOnly: true, userAgent: "status-test" });
    const ask = (maxBytes: number) =>
      http.request({ method: "GET", url: page.url, timeoutMs: 1_000, maxBytes });
    expect([...(await ask(2)).bytes]).toEqual([0xe9, 0x41]);
    await expect(ask(1)).rejects.toMatchObject({ reason: "TOO_LARGE" });
  });
});
