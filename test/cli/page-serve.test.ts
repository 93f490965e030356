import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startPageServer } from "../../src/cli/page-server.ts";
import { ANNOUNCE, type Config, type Stage, setStage } from "../support/stage.ts";

const PAGE = { kind: "page", directory: "./page" };
const pagesOnly = (config: Config) => {
  config.channels = { page: { ...PAGE } };
};

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Starts the server and ends it with the test. */
async function serve(stage: Stage, ...flags: string[]) {
  const stop = new AbortController();
  let stdout = "";
  let stderr = "";
  let ready = (_url: string) => {};
  const listening = new Promise<string>((resolve) => {
    ready = resolve;
  });
  const ended = stage.run(["page", "serve", ...flags], {
    ...{ stopping: stop.signal, stopped: stop.signal },
    stdout: {
      ...{ isTerminal: false, columns: 80 },
      write(text) {
        stdout += text;
        if (stdout.endsWith("\n")) ready(stdout.trim());
      },
    },
    stderr: {
      ...{ isTerminal: false, columns: 80 },
      write(text) {
        stderr += text;
      },
    },
  });
  onTestFinished(async () => {
    stop.abort();
    await ended;
  });
  const first = await Promise.race([listening, ended.then(({ code }) => `exit ${code}: ${stderr}`)]);
  return {
    url: first.replace(/\/$/, ""),
    first,
    stop: async () => {
      stop.abort();
      return (await ended).code;
    },
    stderr: () => stderr,
  };
}

function ask(
  url: string,
  path: string,
  { method = "GET", headers = {} }: { method?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    request({ hostname, port, path, method, headers, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    })
      .on("error", reject)
      .end();
  });
}

/** What comes back for bytes that no client library would send. */
function askRaw(url: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let answer = "";
    socket.setEncoding("latin1").on("data", (text: string) => {
      answer += text;
    });
    socket.on("close", () => resolve(answer)).on("error", reject);
  });
}

describe("status page serve", () => {
  it("shows what the ledger holds now, and leaves the published folder, its revision and the lease alone", async () => {
    const stage = await setStage(pagesOnly);
    await stage.run(ANNOUNCE);
    const before = statSync(join(stage.folder, "page", "index.html"));
    const { url, stop } = await serve(stage);
    const page = await ask(url, "/");
    expect([page.status, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.body).toContain("Checkout is failing");
    expect(page.body).toContain('name="status-revision" content="1"');
    const after = statSync(join(stage.folder, "page", "index.html"));
    expect([after.mtimeMs, after.ino]).toEqual([before.mtimeMs, before.ino]);
    await stage.run(["update", "--message", "We found the cause.", "--phase", "identified", "--yes"]);
    expect((await ask(url, "/")).body).toContain("We found the cause.");
    expect((await ask(url, "/")).body).toContain('name="status-revision" content="2"');
    expect(await stop()).toBe(0);
    await expect(ask(url, "/")).rejects.toThrow("ECONNREFUSED");
    expect((await stage.run(["page", "build"])).stdout).toContain("revision 3,");
  });

  it("says its address as JSON, on the port that was asked for, or why it cannot", async () => {
    const stage = await setStage();
    const { first } = await serve(stage, "--json");
    const { url } = JSON.parse(first) as { url: string };
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const taken = await stage.run(["page", "serve", "--port", new URL(url).port, "--json"]);
    expect([taken.code, taken.json().error.code]).toEqual([3, "PAGE_NOT_SERVED"]);
    for (const port of ["0", "65536", "http", "-1", "8080x"]) {
      const ran = await stage.run(["page", "serve", `--port=${port}`, "--json"]);
      expect([port, ran.code, ran.json().error.code]).toEqual([port, 2, "PORT_UNREADABLE"]);
    }
  });

  it("asks which one where there are several pages", async () => {
    const stage = await setStage((config) => {
      config.channels = {
        first: { ...PAGE, directory: "./first" },
        second: { ...PAGE, directory: "./second" },
      };
    });
    const ran = await stage.run(["page", "serve", "--json"]);
    expect([ran.code, ran.json().error.code]).toEqual([2, "PAGE_WHICH"]);
    expect(ran.json().error.message).toContain("first, second");
    expect((await serve(stage, "second")).first).toMatch(/^http:/);
  });

  it("warns where other machines can reach it", async () => {
    const stage = await setStage();
    expect((await serve(stage, "--host", "0.0.0.0")).stderr()).toContain("can read this page");
    expect((await serve(stage)).stderr()).not.toContain("can read this page");
  });

  it("answers with the right type, a tag for what did not change, and no more than was asked", async () => {
    const stage = await setStage();
    await stage.run(ANNOUNCE);
    const { url } = await serve(stage);
    const types = {
      "/style.css": "text/css; charset=utf-8",
      "/status.json": "application/json; charset=utf-8",
      "/history/": "text/html; charset=utf-8",
      "/index.html?a=/../b": "text/html; charset=utf-8",
    };
    for (const [path, type] of Object.entries(types)) {
      const { status, headers } = await ask(url, path);
      expect([path, status, headers["content-type"]]).toEqual([path, 200, type]);
      expect(headers).toMatchObject({
        "cache-control": "no-cache",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "content-security-policy": "frame-ancestors 'none'",
      });
    }
    const { headers, body } = await ask(url, "/style.css");
    const head = await ask(url, "/style.css", { method: "HEAD" });
    expect([head.status, head.body, head.headers["content-length"]]).toEqual([
      200,
      "",
      String(Buffer.byteLength(body)),
    ]);
    const etag = String(headers.etag);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`])
      expect((await ask(url, "/style.css", { headers: { "if-none-match": known } })).status).toBe(304);
    expect((await ask(url, "/style.css", { headers: { "if-none-match": '"other"' } })).status).toBe(200);
    const post = await ask(url, "/", { method: "POST" });
    expect([post.status, post.headers.allow]).toEqual([405, "GET, HEAD"]);
  });

  it("lets other sites read the machine-readable files, and nothing else", async () => {
    const stage = await setStage();
    const { url } = await serve(stage);
    const allowed = async (path: string) => (await ask(url, path)).headers["access-control-allow-origin"];
    expect(await allowed("/status.json")).toBe("*");
    expect(await allowed("/api/v2/summary.json")).toBe("*");
    expect(await allowed("/")).toBeUndefined();
    expect(await allowed("/style.css")).toBeUndefined();
  });

  it("shows nothing outside the page's files, however it is asked", async () => {
    const stage = await setStage();
    writeFileSync(join(stage.folder, "secret.json"), '"must not be seen"');
    const { url } = await serve(stage);
    const paths = [
      ...[
        "/../secret.json",
        "/./index.html",
        "/history/../index.html",
        "//index.html",
        "/history//index.html",
      ],
      ...[
        "/%2e%2e/secret.json",
        "/%2e%2e%2fsecret.json",
        "/..%5csecret.json",
        "/..\\secret.json",
        "/%252e%252e/x",
      ],
      ...["/index.html%00", "/%00", "/index.html%00.css", "/%", "/%ff", "/%c0%ae%c0%ae/secret.json", "/C:/x"],
      ...[
        "/.status-page.json",
        "/%2estatus-page.json",
        "/.git/config",
        "/history",
        "/api/",
        "/api/v2/",
        "/incidents/",
      ],
      ...[`/${"a".repeat(300)}`, "/no-such-file.html", "/%E2%80%AEindex.html", "/*", "/status.json/"],
    ];
    for (const path of paths) {
      const { status, body } = await ask(url, path);
      expect([path, status], path).toEqual([path, 404]);
      expect(body).toBe("There is no such page.\n");
    }
    for (const line of [
      "GET ../secret.json",
      "GET http://elsewhere.example/index.html",
      "GET *",
      "OPTIONS *",
    ]) {
      const answer = await askRaw(url, `${line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(answer, line).toMatch(/^HTTP\/1\.1 40[045] /);
      expect(answer).not.toContain("must not be seen");
    }
    expect((await ask(url, "/")).status).toBe(200);
  });

  it("tells the reader and the terminal when the page cannot be made, and goes on when it can", async () => {
    const folder = mkdtempSync(join(tmpdir(), "status-test-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "index.html"), "the page");
    const faults: unknown[] = [];
    let fault: Error | null = new Error("the ledger is damaged");
    const server = await startPageServer({
      ...{ folder, host: "127.0.0.1", port: 0 },
      refresh: () => (fault === null ? Promise.resolve() : Promise.reject(fault)),
      failed: (error) => faults.push(error),
    });
    onTestFinished(() => server.close());
    const url = `http://127.0.0.1:${server.port}`;
    const broken = await ask(url, "/");
    expect([broken.status, broken.headers["content-type"]]).toEqual([500, "text/plain; charset=utf-8"]);
    expect(broken.body).not.toContain("damaged");
    expect(faults).toEqual([fault]);
    fault = null;
    expect((await ask(url, "/")).body).toBe("the page");
  });
});
