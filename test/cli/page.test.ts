import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { ANNOUNCE, type Config, type Document, type Ran, type Stage, setStage } from "../support/stage.ts";

interface PageDocument extends Document {
  pages: {
    channel: string;
    state: string;
    revision: number | null;
    changed: string[];
    file: string;
    verification: string | null;
    error: { code: string; message: string; hint: string } | null;
    [key: string]: unknown;
  }[];
  sources: { component: string; url: string; readAt: string | null; fault: string | null }[];
}

const pagesIn = (ran: Ran) => ran.json() as unknown as PageDocument;

/** A property with nothing but pages. */
const pagesOnly = (pages: Record<string, Record<string, unknown>>) => (config: Config) => {
  config.channels = Object.fromEntries(
    Object.entries(pages).map(([name, more]) => [name, { kind: "page", directory: `./${name}`, ...more }]),
  );
};

const read = ({ folder }: Stage, ...path: string[]) => readFileSync(join(folder, ...path), "utf8");
const revisionIn = (stage: Stage, page: string) =>
  (JSON.parse(read(stage, page, "status.json")) as { revision: number }).revision;

/** A host on loopback; `answer` gives the body for a path, or null for none. */
async function host(answer: (path: string) => string | null): Promise<string> {
  const server = createServer(({ url = "" }, response) => {
    const body = answer(url);
    response.writeHead(body === null ? 404 : 200).end(body ?? "");
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What stands on a terminal after that: lines, moves up, and erasing to the end. */
function screenOf(written: string): string[] {
  const lines = [""];
  for (const [piece, up] of written.matchAll(/\u001b\[(\d+)A|\u001b\[J|\u001b\[[\d;]*m|\n|[^\u001b\n\r]+/g)) {
    if (up !== undefined) lines.splice(lines.length - 1 - Number(up), Number(up));
    else if (piece === "\n") lines.push("");
    else if (!piece.startsWith("\u001b")) lines[lines.length - 1] += piece;
  }
  return lines;
}

describe("status page", () => {
  it("shows its help when it is asked for nothing, and its own commands when one is mistyped", async () => {
    const stage = await setStage();
    const help = await stage.run(["page"]);
    expect(help.code).toBe(0);
    for (const verb of ["build", "serve", "publish"]) expect(help.stdout).toContain(`status page ${verb}`);
    const typo = await stage.run(["page", "bild"]);
    expect(typo.code).toBe(2);
    expect(typo.stderr).toContain("status page bild: there is no such command.");
    expect(typo.stderr).toContain('"build"');
    expect((await stage.run(["page", "build", "--help"])).stdout).toContain("--no-sources");
    expect((await stage.run(["page", "build", "--nonsense", "--json"])).json().error.code).toBe("USAGE");
  });

  it("says how to add a page where there is none, and which there are where another is named", async () => {
    const stage = await setStage((config) => delete config.channels.page);
    for (const verb of ["build", "serve", "publish"]) {
      const ran = await stage.run(["page", verb, "--json"]);
      expect([verb, ran.code, ran.json().error.code]).toEqual([verb, 2, "PAGE_NONE"]);
      expect(ran.json().error.hint).toContain("kind: page, directory: ./public");
    }
    stage.configure((config) => {
      config.channels.page = { kind: "page", directory: "./public" };
    });
    const unknown = await stage.run(["page", "build", "pages", "--json"]);
    expect([unknown.code, unknown.json().error.code]).toEqual([2, "PAGE_UNKNOWN"]);
    expect(unknown.json().error.hint).toContain('"page"');
    expect((await stage.run(["page", "build", "sellers"])).stderr).toContain("its kind is discourse");
  });
});

describe("status page build", () => {
  it("makes an honest empty page where nothing was ever said", async () => {
    const stage = await setStage();
    const ran = await stage.run(["page", "build"]);
    expect(ran.code).toBe(0);
    const index = pathToFileURL(join(stage.folder, "public", "index.html")).href;
    expect(ran.stdout).toMatch(/^ {2}✓ page {2}revision 1, \d+ files changed: /);
    expect(ran.stdout).toContain(index);
    expect(JSON.parse(read(stage, "public", "status.json"))).toMatchObject({ revision: 1, incidents: [] });
  });

  it("writes a rising revision and names what it changed", async () => {
    const stage = await setStage();
    expect((await stage.run(ANNOUNCE)).code).toBe(0);
    const first = pagesIn(await stage.run(["page", "build", "--json"]));
    expect(first).toMatchObject({
      version: 1,
      outcome: "delivered",
      pages: [{ channel: "page", state: "written", revision: 2, verification: null, error: null }],
      sources: [],
    });
    rmSync(join(stage.folder, "public", "style.css"));
    const second = pagesIn(await stage.run(["page", "build", "--json"])).pages[0]!;
    expect(second.revision).toBe(3);
    expect(second.changed).toEqual(expect.arrayContaining(["style.css", "status.json", "index.html"]));
    expect(second.changed.filter((path) => path.startsWith("history/"))).toEqual([]);
  });

  it("takes an incident's page away once it has ended and all that was said of it is deleted, and not before", async () => {
    const stage = await setStage(pagesOnly({ page: {} }));
    const { id } = (await stage.run([...ANNOUNCE, "--json"])).json().incident;
    const own = join(stage.folder, "page", "incidents", `${id}.html`);
    expect((await stage.run(["retract", id, "--delete", "--yes"])).code).toBe(0);
    expect(existsSync(own)).toBe(true);
    expect(read(stage, "page", "index.html")).toContain("Checkout is failing");
    expect(read(stage, "page", "index.html")).toContain("Nothing that was said about it stands any more.");
    expect((await stage.run(["resolve", id, "--message", "It is over.", "--yes"])).code).toBe(0);
    expect(read(stage, "page", "index.html")).toContain("No known problems.");
    expect((await stage.run(["retract", id, "--delete", "--yes"])).code).toBe(0);
    expect(existsSync(own)).toBe(false);
    expect(read(stage, "page", "index.html")).not.toContain("Checkout is failing");
  });

  it("writes every page, and says which could not be", async () => {
    const stage = await setStage(pagesOnly({ first: {}, second: { directory: "./file/page" } }));
    writeFileSync(join(stage.folder, "file"), "");
    const ran = await stage.run(["page", "build", "--json"]);
    expect(ran.code).toBe(5);
    expect(pagesIn(ran)).toMatchObject({
      outcome: "partial",
      pages: [
        { channel: "first", state: "written", revision: 1 },
        { channel: "second", state: "failed", revision: null, error: { code: "PAGE_NOT_WRITTEN" } },
      ],
    });
    expect((await stage.run(["page", "build", "second"])).code).toBe(6);
    expect((await stage.run(["page", "build", "first"])).code).toBe(0);
  });

  it("names the command to type next, not that of a broadcast", async () => {
    const stage = await setStage(pagesOnly({ page: { publish: ["false"] } }));
    const ran = await stage.run(["page", "publish"]);
    expect(ran.stdout).toContain("status page publish page");
    expect(ran.stdout).not.toContain("status retry");
  });

  it("leaves a page alone that another ledger wrote", async () => {
    const stage = await setStage(pagesOnly({ page: {} }));
    await stage.run(["page", "build"]);
    await stage.run(["page", "build"]);
    stage.configure((config) => {
      config.store = "another.db";
    });
    const ran = await stage.run(["page", "build", "--json"]);
    expect([ran.code, pagesIn(ran).pages[0]?.error?.code]).toEqual([6, "PAGE_FROM_ANOTHER_LEDGER"]);
    expect(revisionIn(stage, "page")).toBe(2);
  });

  it("ends with exit 3 on a ledger that is damaged", async () => {
    const stage = await setStage(pagesOnly({ page: {} }));
    await stage.run(["page", "build"]);
    writeFileSync(join(stage.folder, ".status", "status.db"), "x".repeat(5000));
    const ran = await stage.run(["page", "build", "--json"]);
    expect([ran.code, ran.json().error.code]).toEqual([3, "LEDGER_DAMAGED"]);
  });

  it("goes well at the same time as broadcasts, and the last one's page stands", async () => {
    const stage = await setStage(pagesOnly({ page: {} }));
    await stage.run(ANNOUNCE);
    const rans = await Promise.all([
      ...[1, 2, 3].map(() => stage.run(["page", "build"])),
      stage.run(["update", "--message", "We found the cause.", "--phase", "identified", "--yes"]),
      ...[1, 2, 3].map(() => stage.run(["page", "build"])),
    ]);
    expect(rans.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    expect(revisionIn(stage, "page")).toBe(8);
    expect(read(stage, "page", "index.html")).toContain("We found the cause.");
    expect(read(stage, "page", "index.html")).toContain('content="8"');
  });
});

describe("the other dashboards", () => {
  const summary = JSON.stringify({
    page: {
      id: "p",
      name: "Example cloud",
      url: "https://health.example.com",
      updated_at: "2026-11-23T03:00:00Z",
    },
    status: { indicator: "minor", description: "Partially Degraded Service" },
    components: [],
    incidents: [],
    scheduled_maintenances: [],
  });

  const withSource = (url: string) => (config: Config) => {
    pagesOnly({ page: {} })(config);
    config.components.push({ id: "cloud", name: "Cloud", source: { statuspage: url } });
  };

  it("are read and shown, and the last reading stays when one cannot be reached", async () => {
    let up = true;
    const url = await host((path) => (up && path === "/api/v2/summary.json" ? summary : null));
    const stage = await setStage(withSource(url));
    const first = await stage.run(["page", "build"]);
    expect(first.code).toBe(0);
    expect(first.stdout).toContain("1 of 1 other dashboard read.");
    expect(read(stage, "page", "index.html")).toContain("Partially Degraded Service");
    up = false;
    const second = await stage.run(["page", "build"]);
    expect(second.code).toBe(0);
    expect(second.stdout).toContain("0 of 1 other dashboard read.");
    expect(second.stdout).toMatch(/! Cloud is not reachable: .+/);
    expect(second.stdout).toContain(url);
    const third = pagesIn(await stage.run(["page", "build", "--json"]));
    expect(third.sources).toMatchObject([{ component: "cloud", url, readAt: "2026-11-23T03:10:00.000Z" }]);
    expect(third.sources[0]?.fault).not.toBeNull();
  });

  it("are left alone with --no-sources", async () => {
    let asked = 0;
    const url = await host(() => {
      asked += 1;
      return summary;
    });
    const stage = await setStage(withSource(url));
    const ran = await stage.run(["page", "build", "--no-sources", "--json"]);
    expect([ran.code, asked, pagesIn(ran).sources]).toEqual([0, 0, []]);
  });
});

describe("status page publish", () => {
  const script = (text: string) => ["sh", "-c", text];

  it("runs the command and shows what it prints while it goes on", async () => {
    const stage = await setStage(
      pagesOnly({ page: { publish: script("echo one; echo two >&2; cp -r page out") } }),
    );
    const ran = await stage.run(["page", "publish"]);
    expect(ran.code).toBe(0);
    expect(ran.stderr).toContain("  page: one\n");
    expect(ran.stderr).toContain("  page: two\n");
    expect(read(stage, "out", "index.html")).toContain('content="1"');
    expect(ran.stdout).toContain("cannot be read back");
  });

  it("shows it in a broadcast as well", async () => {
    const stage = await setStage(pagesOnly({ page: { publish: script("echo uploading") } }));
    const ran = await stage.run([...ANNOUNCE, "--no-verify", "--json"]);
    expect([ran.code, ran.json().outcome]).toEqual([0, "delivered"]);
    expect(ran.stderr).toContain("  page: uploading\n");
  });

  it("shows no secret that the command prints", async () => {
    const stage = await setStage((config) => {
      const publish = script(
        'echo "token $(cat token)"; echo "$(printf %990s | tr " " x) $(cat token)" >&2; exit 1',
      );
      config.channels.page = { kind: "page", directory: "./public", publish };
      config.channels.ops = { ...config.channels.ops, token: "file:token" };
    });
    const token = String(stage.sandbox.channels.slack.token);
    writeFileSync(join(stage.folder, "token"), token, { mode: 0o600 });
    const ran = await stage.run([...ANNOUNCE, "--only", "page", "--only", "ops"]);
    expect(ran.stderr).toContain("page: token [secret]");
    const all = `${ran.stdout}${ran.stderr}`;
    // Not even a piece of it, where the line is cut.
    for (let from = 0; from + 8 <= token.length; from++)
      expect(all).not.toContain(token.slice(from, from + 8));
  });

  it("does not disturb the live lines of a broadcast on a terminal", async () => {
    const stage = await setStage(pagesOnly({ page: { publish: script("echo one; sleep 0.2; echo two") } }));
    let stderr = "";
    const ran = await stage.run(ANNOUNCE, {
      stderr: {
        ...{ isTerminal: true, columns: 60 },
        write(text) {
          stderr += text;
        },
      },
    });
    expect(ran.code).toBe(0);
    expect(stderr).toContain("sending …");
    expect(screenOf(stderr)).toEqual(["  page: one", "  page: two", ""]);
  });

  it("honours the command's exit: 6 where none was published, 5 where some were", async () => {
    const stage = await setStage(
      pagesOnly({
        good: { publish: script("true") },
        bad: { publish: script("echo Access Denied; exit 3") },
      }),
    );
    const ran = await stage.run(["page", "publish", "--json"]);
    expect(ran.code).toBe(5);
    expect(pagesIn(ran)).toMatchObject({
      outcome: "partial",
      pages: [
        { channel: "good", state: "published" },
        { channel: "bad", state: "failed", error: { code: "PAGE_PUBLISH_FAILED" } },
      ],
    });
    expect(pagesIn(ran).pages[1]?.error?.message).toContain("failed (3): Access Denied");
    expect((await stage.run(["page", "publish", "bad"])).code).toBe(6);
    expect((await stage.run(["page", "publish", "good"])).code).toBe(0);
  });

  it("reads the page back from its public address", async () => {
    const stage = await setStage();
    let online = true;
    const url = await host((path) => {
      const file = join(stage.folder, "public", path === "/" ? "index.html" : path);
      return online && existsSync(file) ? readFileSync(file, "utf8") : null;
    });
    stage.configure(
      pagesOnly({ page: { directory: "./public", url, publish: script("true"), timeout: "1s" } }),
    );
    const seen = await stage.run(["page", "publish"]);
    expect(seen.code).toBe(0);
    expect(seen.stdout).toContain("read back: it shows this revision");
    online = false;
    const unseen = await stage.run(["page", "publish", "--json"]);
    expect([unseen.code, pagesIn(unseen).pages[0]?.verification]).toEqual([0, "not-yet"]);
    const blind = await stage.run(["page", "publish", "--no-verify", "--json"]);
    expect(pagesIn(blind).pages[0]?.verification).toBeNull();
  });

  it("ends the command at Ctrl-C and exits with 130", async () => {
    const stage = await setStage(
      pagesOnly({ page: { publish: script("echo started; sleep 1000"), timeout: "60s" } }),
    );
    const stop = new AbortController();
    let stderr = "";
    const stopping = stage.run(["page", "publish", "--json"], {
      ...{ stopping: stop.signal, stopped: stop.signal },
      stderr: {
        ...{ isTerminal: false, columns: 80 },
        write(text) {
          stderr += text;
          if (stderr.includes("started")) stop.abort();
        },
      },
    });
    const ran = await stopping;
    expect([ran.code, pagesIn(ran).pages[0]?.error?.code]).toEqual([130, "PAGE_PUBLISH_STOPPED"]);
  });

  it("does not run the command in a drill", async () => {
    const stage = await setStage(pagesOnly({ page: { publish: script("touch ran") } }));
    const ran = await stage.run(["page", "publish"], { drill: { marked: true } });
    expect(ran.code).toBe(0);
    expect(readdirSync(stage.folder)).not.toContain("ran");
  });
});

it("says so where its folder cannot be made, and comes to an end", async () => {
  const stage = await setStage(pagesOnly({ page: { directory: "/proc/nope/public" } }));
  await stage.run(ANNOUNCE);
  const ran = await stage.run(["page", "build", "--json"]);
  expect(pagesIn(ran).pages[0]?.error?.code).toBe("PAGE_NOT_WRITTEN");
});
