import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Stage, setStage } from "../support/stage.ts";

interface Setting {
  key: string;
  value: unknown;
  origin: string;
  file: string | null;
  line: number | null;
  variable: string | null;
  secret: { set: boolean | null } | null;
}

const YAML = `property:
  name: Example Shop
  timeZone: America/Los_Angeles
channels:
  ops: { kind: slack, token: env:OPS_TOKEN, channel: C0123456 }
  x:
    kind: twitter
    appKey: file:there
    appSecret: file:gone
    accessToken: { cmd: [touch, ran] }
    accessSecret: env:X_SECRET
`;

async function place(): Promise<Stage> {
  const stage = await setStage();
  writeFileSync(join(stage.folder, ".statusrc"), YAML, { mode: 0o600 });
  writeFileSync(join(stage.folder, "there"), "hush-hush", { mode: 0o600 });
  return stage;
}

async function settings(stage: Stage, env: NodeJS.ProcessEnv = {}, ...argv: string[]) {
  const { code, stdout } = await stage.run(["config", "--json", ...argv], {
    env: { HOME: stage.folder, ...env },
  });
  expect(code).toBe(0);
  const document = JSON.parse(stdout) as { files: Record<string, string | null>; settings: Setting[] };
  return { ...document, of: (key: string) => document.settings.find((setting) => setting.key === key) };
}

describe("status config", () => {
  it("shows the file and the line of what is written, and what is a default", async () => {
    const stage = await place();
    const { of, files } = await settings(stage);
    const file = join(stage.folder, ".statusrc");
    expect(files).toEqual({ project: file, user: null, named: null });
    expect(of("property.timeZone")).toMatchObject({ origin: "project", file, line: 3 });
    expect(of("channels.x.kind")).toMatchObject({ origin: "project", file, line: 7 });
    expect(of("cadence.updates.major.investigating")).toMatchObject({ value: "15m", origin: "default" });
    expect(of("channels.ops.timeout")).toMatchObject({ value: "15s", origin: "default" });
    expect(of("store")).toMatchObject({ value: ".status/status.db", origin: "default" });
    const { stdout } = await stage.run(["config"]);
    expect(stdout).toMatch(/^property\.timeZone: America\/Los_Angeles +# \.statusrc:3$/m);
  });

  it("shows of secrets where they are and whether they are set, and runs nothing", async () => {
    const stage = await place();
    const env = { OPS_TOKEN: "hush-hush" };
    const { of } = await settings(stage, env);
    expect(of("channels.ops.token")).toMatchObject({ value: "env:OPS_TOKEN", secret: { set: true } });
    expect(of("channels.x.accessSecret")).toMatchObject({ secret: { set: false } });
    expect(of("channels.x.appKey")).toMatchObject({ value: "file:there", secret: { set: true } });
    expect(of("channels.x.appSecret")).toMatchObject({ secret: { set: false } });
    expect(of("channels.x.accessToken")).toMatchObject({
      value: { cmd: ["touch", "ran"] },
      secret: { set: null },
    });
    const { stdout } = await stage.run(["config"], { env: { HOME: stage.folder, ...env } });
    expect(stdout).toContain("env:OPS_TOKEN (set)");
    expect(stdout).toContain("env:X_SECRET (not set)");
    expect(stdout).not.toContain("hush-hush");
    expect(existsSync(join(stage.folder, "ran"))).toBe(false);
  });

  it("does not show a secret that is written out for the sandbox", async () => {
    const stage = await setStage();
    const { stdout } = await stage.run(["config"]);
    expect(stdout).toContain("channels.ops.token: a literal (set)");
    expect(stdout).not.toContain(String(stage.config.channels.ops!.token));
  });

  it("names the variable, the user's own file, and what named the file", async () => {
    const stage = await place();
    mkdirSync(join(stage.folder, "xdg", "status"), { recursive: true });
    const user = join(stage.folder, "xdg", "status", "config.yaml");
    writeFileSync(user, "cadence:\n  remindBefore: 9m\nstore: mine.db\n", { mode: 0o600 });
    const env = { XDG_CONFIG_HOME: join(stage.folder, "xdg"), STATUS_STORE: "env:DATABASE_URL" };
    const { of, files } = await settings(stage, env, "--config", ".statusrc");
    expect(files).toMatchObject({ user, named: "--config" });
    expect(of("cadence.remindBefore")).toMatchObject({ value: "9m", origin: "user", file: user, line: 2 });
    expect(of("cadence.acknowledgeWithin")).toMatchObject({ origin: "default" });
    expect(of("store")).toMatchObject({
      ...{ value: "env:DATABASE_URL", origin: "environment", variable: "STATUS_STORE" },
      secret: { set: false },
    });
  });

  it("shows each value once", async () => {
    const stage = await setStage();
    const keys = (await settings(stage)).settings.map(({ key }) => key);
    expect(keys).toEqual([...new Set(keys)]);
  });
});

describe("an unknown key", () => {
  it.each([
    ["chanels: {}", '"channels"'],
    ["property: { nam: x }", '"name"'],
    ["components: [{ id: a, name: A, componets: [] }]", '"components"'],
    ["cadence: { updates: { major: { investigatin: 5m } } }", '"investigating"'],
    ["wording: { tikets: [] }", '"tickets"'],
    ["approval: { rules: [{ need: 2 }] }", '"needs"'],
    ["components: [{ id: a, name: A, source: { statuspag: 'https://x.example' } }]", '"statuspage"'],
    ["channels: { ops: { kind: slak } }", '"slack"'],
    ["channels: { ops: { kind: slack, token: env:T, chanel: C0123456 } }", '"channel"'],
    ["channels: { ops: { kind: slack, token: env:T, channel: C0123456, audiense: public } }", '"audience"'],
    [
      "channels: { m: { kind: email, smtp: env:S, from: a@example.com, to: [b@example.com], dkm: 1 } }",
      '"dkim"',
    ],
  ])("in %s is answered with the nearest one", async (yaml, near) => {
    const stage = await setStage();
    const whole = yaml.includes("property:") ? yaml : `property: { name: Shop }\n${yaml}`;
    const rest = yaml.includes("channels:") ? "" : "\nchannels: { page: { kind: page, directory: x } }";
    writeFileSync(join(stage.folder, ".statusrc"), `${whole}${rest}`, { mode: 0o600 });
    const { code, stderr } = await stage.run(["config"]);
    expect(code).toBe(3);
    expect(stderr).toContain(`Did you mean ${near}?`);
  });
});
