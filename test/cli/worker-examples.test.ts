import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { createProgram } from "../../src/cli/program/program.ts";

const DOC = readFileSync(new URL("../../docs/worker.md", import.meta.url), "utf8");

function block(language: string, word: string): string {
  const found = [...DOC.matchAll(/^```(\w+)\n(.*?)^```$/gms)].find(
    ([, kind, body]) => kind === language && body!.includes(word),
  );
  return found![2]!;
}

/** What the command line makes of these words. */
async function parsed(argv: readonly string[]) {
  const ran: { command: string; flags: Readonly<Record<string, unknown>> }[] = [];
  const program = createProgram(async (command, _, flags) => void ran.push({ command, flags }), "0");
  for (const command of [program, ...program.commands]) command.exitOverride();
  await program.parseAsync([...argv], { from: "user" });
  return ran;
}

const WORKS = [
  { command: "worker", flags: expect.objectContaining({ followUps: true, listen: "127.0.0.1:9464" }) },
];
/** As `--grace` has it, where nobody says. */
const GRACE_S = 20;

describe("the example for systemd", () => {
  const unit = block("ini", "[Service]");
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, "m").exec(unit)?.[1] ?? "";

  it("starts a worker, and waits longer than it needs to end", async () => {
    const [program, ...argv] = value("ExecStart").split(" ");
    expect(program).toBe("/usr/local/bin/status");
    expect(await parsed(argv)).toEqual(WORKS);
    expect(Number.parseInt(value("TimeoutStopSec"), 10)).toBeGreaterThan(GRACE_S);
  });

  const analyze = spawnSync("systemd-analyze", ["--version"]).status === 0;
  it.skipIf(!analyze)("is one that systemd takes", () => {
    const folder = mkdtempSync(join(tmpdir(), "status-unit-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, "status-worker.service");
    writeFileSync(
      path,
      unit.replace("/usr/local/bin/status", process.execPath).replace("/srv/status", folder),
    );
    const ran = spawnSync("systemd-analyze", ["verify", "--man=no", path], { encoding: "utf8" });
    expect(ran.stderr.split("\n").filter((line) => line.includes("status-worker"))).toEqual([]);
    expect(ran.status).toBe(0);
  });
});

describe("the examples for containers", () => {
  const image = block("dockerfile", "FROM");

  it("build an image that starts a worker as nobody in particular", async () => {
    const json = (instruction: string) =>
      JSON.parse(new RegExp(`^${instruction} (\\[.*\\])$`, "m").exec(image)![1]!) as string[];
    expect(json("ENTRYPOINT")).toEqual(["status"]);
    expect(await parsed(json("CMD"))).toEqual(WORKS);
    expect(image).toMatch(/^USER node$/m);
    const copied = [...image.matchAll(/^COPY --from=build \/build\/(\S+)/gm)].map(([, what]) => what!);
    const { files } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      files: string[];
    };
    expect(copied).toEqual(
      expect.arrayContaining(["package.json", "node_modules", "bin", "dist", "templates"]),
    );
    expect(files).toEqual(expect.arrayContaining(["bin", "dist", "templates"]));
  });

  it("start a worker with Compose, which waits long enough", async () => {
    const { services } = parse(block("yaml", "services:")) as {
      services: { worker: { command: string[]; stop_grace_period: string } };
    };
    expect(await parsed(services.worker.command)).toEqual(WORKS);
    expect(Number.parseInt(services.worker.stop_grace_period, 10)).toBeGreaterThan(GRACE_S);
  });

  it("start workers on Kubernetes, which waits long enough and asks inside the container", async () => {
    const { kind, spec } = parse(block("yaml", "kind: Deployment")) as {
      kind: string;
      spec: {
        selector: { matchLabels: unknown };
        template: {
          metadata: { labels: unknown };
          spec: {
            terminationGracePeriodSeconds: number;
            volumes: { name: string }[];
            containers: {
              args: string[];
              readinessProbe: { exec: unknown };
              volumeMounts: { name: string }[];
            }[];
          };
        };
      };
    };
    expect(kind).toBe("Deployment");
    const { metadata, spec: pod } = spec.template;
    expect(metadata.labels).toEqual(spec.selector.matchLabels);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(GRACE_S);
    const [container] = pod.containers;
    expect(await parsed(container!.args)).toEqual(WORKS);
    expect(container!.readinessProbe.exec).toBeDefined();
    expect(container!.volumeMounts.map(({ name }) => name)).toEqual(pod.volumes.map(({ name }) => name));
  });

  it("ask the worker's health with a program that says no when nobody answers", () => {
    const probes = [...DOC.matchAll(/"(fetch\('http:[^"]+)"/g)].map(([, program]) => program!);
    expect(probes).toHaveLength(2);
    for (const program of probes) {
      const ran = spawnSync(process.execPath, ["-e", program.replace("127.0.0.1:9464", "127.0.0.1:9")]);
      expect(ran.status).toBe(1);
    }
  });
});

describe("the document", () => {
  it("names every figure that there is", () => {
    const source = readFileSync(new URL("../../src/cli/worker/report.ts", import.meta.url), "utf8");
    for (const [name] of source.matchAll(/(?<=")(status|process)_\w+(?=")/g))
      expect(DOC).toContain(`\`${name}`);
  });
});
