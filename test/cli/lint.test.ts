import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Config, type Stage, setStage } from "../support/stage.ts";

function write(stage: Stage, name: string, content: string): void {
  const path = join(stage.folder, "templates", name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** Followers, subscribers and colleagues: the shortest, the longest and the most trusted audience. */
function setSmallStage(change?: (config: Config) => void): Promise<Stage> {
  return setStage((config) => {
    const { x, customers, ops } = config.channels;
    config.channels = { x: x!, customers: customers!, ops: ops! };
    change?.(config);
  });
}

interface Found {
  readonly template: string | null;
  readonly channels: string[];
  readonly locale: string;
  readonly rule: string;
  readonly level: string;
  readonly place: string;
  readonly excerpt: string;
  readonly reason: string;
  readonly better: string;
}
interface Fault {
  readonly template: string;
  readonly channel: string | null;
  readonly locale: string | null;
  readonly code: string;
  readonly message: string;
}

async function lint(stage: Stage, ...argv: string[]) {
  const ran = await stage.run(["lint", "--json", ...argv]);
  const document = ran.json() as unknown as { version: number; findings: Found[]; faults: Fault[] };
  return { code: ran.code, stderr: ran.stderr, ...document };
}

describe("status lint", () => {
  it("has nothing against the bundled templates, on any channel in any language", async () => {
    const stage = await setStage();
    const { code, faults, findings, version } = await lint(stage);
    expect({ code, faults, version }).toEqual({ code: 0, faults: [], version: 1 });
    expect(findings).toEqual([]);
    expect(stage.heard()).toEqual({ x: 0, mail: 0, forum: 0, slack: 0, hosted: 0 });
  }, 60_000);

  it("takes a template's place, words and channels for what they are", async () => {
    const stage = await setSmallStage();
    write(stage, "mine.md", "We expect to be back by noon. {{ message }} {{ nextUpdate }} {{ internal }}");
    write(
      stage,
      "mine.twitter.md",
      "{{ title }}: we look into it. {{ message }} {{ nextUpdate }} {{ internal }}",
    );
    const { code, findings } = await lint(stage, "mine", "--locale", "en");
    expect(code).toBe(4);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      template: "mine",
      rule: "recovery-time",
      level: "block",
      locale: "en",
    });
    expect(findings[0]?.channels).toEqual(["customers"]);
    expect(findings[0]?.excerpt).toContain("noon");
    expect(findings[0]?.better).not.toBe("");
  });

  it("lets warnings pass, unless --strict", async () => {
    const stage = await setSmallStage();
    write(stage, "mine.md", "This is probably over. {{ message }} {{ nextUpdate }} {{ internal }}");
    expect(await lint(stage, "mine")).toMatchObject({
      code: 0,
      findings: [{ rule: "guess", level: "warn" }],
    });
    expect((await lint(stage, "mine", "--strict")).code).toBe(4);
  });

  it("obeys the levels of the configuration", async () => {
    const stage = await setSmallStage((config) => {
      config.wording = { rules: { guess: "off", "recovery-time": "warn" } };
    });
    write(
      stage,
      "mine.md",
      "This is probably over by noon, we expect to be back by noon. {{ message }} {{ nextUpdate }} {{ internal }}",
    );
    const { code, findings } = await lint(stage, "mine");
    expect({ code, rules: [...new Set(findings.map(({ rule, level }) => `${rule} ${level}`))] }).toEqual({
      code: 0,
      rules: ["recovery-time warn"],
    });
  });

  it("finds nothing in the facts that a template is tried with, and the same words where the template says them", async () => {
    const stage = await setSmallStage((config) => {
      config.wording = { vendors: ["Example Shop", "Storefront", "Orders"], staff: ["card"] };
    });
    write(
      stage,
      "mine.md",
      "{{ property.name }}: {{ title }}, {{ components | join: ', ' }}. {{ message }} {{ nextUpdate }} {{ internal }}",
    );
    expect((await lint(stage, "mine")).findings).toEqual([]);
    write(
      stage,
      "mine.md",
      "Storefront fails us. {{ title }}. {{ message }} {{ nextUpdate }} {{ internal }}",
    );
    expect((await lint(stage, "mine")).findings).toMatchObject([{ rule: "vendor", excerpt: "Storefront" }]);
  });

  it("tells a fault once, wherever it shows, with its place in the file", async () => {
    const stage = await setSmallStage();
    write(stage, "mine.md", "{{ title }}\n\n{{ titel }}");
    const { code, faults } = await lint(stage, "mine");
    expect(code).toBe(3);
    expect(faults).toMatchObject([
      { template: "mine", channel: null, locale: null, code: "TEMPLATE_VARIABLE_UNKNOWN" },
    ]);
    expect(faults[0]?.message).toContain("mine.md:3:");
  });

  it("finds a variable that only some incidents would print", async () => {
    const stage = await setSmallStage();
    for (const branch of [
      "unless nextUpdate",
      "unless components.size > 0",
      "if message",
      "if data == 'yes'",
    ]) {
      const ask = "---\nask:\n  data: { choices: ['no', 'yes'], default: 'no' }\n---\n";
      write(
        stage,
        "mine.md",
        `${ask}{{ title }} {% ${branch} %}{{ nothing }}{% end${branch.split(" ")[0]} %}{{ message }} {{ nextUpdate }} {{ internal }}`,
      );
      expect((await lint(stage, "mine", "--locale", "en")).faults, branch).toMatchObject([
        { code: "TEMPLATE_VARIABLE_UNKNOWN" },
      ]);
    }
  });

  it("finds words for colleagues that would reach customers", async () => {
    const stage = await setSmallStage();
    const ask = "---\nask:\n  cause: { audience: internal, default: '' }\n---\n";
    write(stage, "mine.md", `${ask}{{ title }}. {{ message }} {{ nextUpdate }} {{ internal }} {{ cause }}`);
    const { code, faults } = await lint(stage, "mine", "--locale", "en");
    expect(code).toBe(3);
    expect(faults).toMatchObject([{ channel: "x", channels: ["x", "customers"], code: "TEMPLATE_LEAKS" }]);
    const { stdout } = await stage.run(["lint", "mine", "--locale", "en"]);
    expect(stdout.match(/TEMPLATE_LEAKS/g)).toHaveLength(1);
    expect(stdout).toContain("on x, customers");
    expect((await stage.run(["doctor"])).stdout).toContain("mine: x, customers: ");
  });

  it("finds what does not fit a channel", async () => {
    const stage = await setSmallStage();
    write(
      stage,
      "mine.md",
      `---\nkeep: "${"long ".repeat(70)}"\n---\n{{ title }}. {{ message }} {{ nextUpdate }} {{ internal }}`,
    );
    expect((await lint(stage, "mine", "--locale", "en")).faults).toMatchObject([
      { template: "mine", channel: "x", code: "TEXT_TOO_LONG" },
    ]);
  });

  it("goes on past a template that cannot be read", async () => {
    const stage = await setSmallStage((config) => {
      config.channels = { customers: config.channels.customers! };
    });
    write(stage, "broken.md", "---\nsubjekt: x\n---\nWords.");
    write(stage, "other.md", "This is probably over. {{ message }} {{ nextUpdate }} {{ internal }}");
    const { code, faults, findings } = await lint(stage, "--locale", "en");
    expect(code).toBe(3);
    expect(faults).toMatchObject([{ template: "broken", channel: null, code: "TEMPLATE_FRONT_MATTER" }]);
    expect(findings.filter(({ template }) => template === "other")).toMatchObject([{ rule: "guess" }]);
    expect(await stage.run(["lint", "nothing"])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining("TEMPLATE_NOT_FOUND"),
    });
  });

  it("warns of a template that is refused once its author has words of their own", async () => {
    const stage = await setSmallStage();
    write(stage, "resolved.md", "---\nphase: resolved\nask: { who: { default: '' } }\n---\nIt is over.");
    write(stage, "resolved.twitter.md", "{{ title }} is over. {{ message }}");
    write(stage, "resolved.ops.md", "It is over. {{ message }} {% if who %}{{ internal }}{% endif %}");
    const { code, faults, findings } = await lint(stage, "resolved", "--locale", "en");
    expect({ code, faults }).toEqual({ code: 0, faults: [] });
    expect(findings).toMatchObject([
      { rule: "ignores-message", level: "warn", place: "resolved.md", channels: ["customers"] },
      { rule: "ignores-internal", level: "warn", place: "resolved.ops.md", channels: ["ops"] },
    ]);
    expect((await lint(stage, "resolved", "--locale", "en", "--strict")).code).toBe(4);
    const whole = "It is over. {{ message }} {{ internal }}";
    for (const name of ["resolved.md", "resolved.ops.md"]) write(stage, name, whole);
    expect((await lint(stage, "resolved", "--locale", "en")).findings).toEqual([]);
    const { stdout } = await stage.run(["lint", "resolved", "--gallery", "-", "--locale", "en"]);
    expect(stdout.split("Everybody can pay by card again")).toHaveLength(4);
  });

  it("warns of an incident's template that does not say when you speak next", async () => {
    const stage = await setSmallStage();
    const rules = async (name: string) =>
      (await lint(stage, name, "--locale", "en")).findings.map(({ rule, place, channels }) => [
        ...[rule, place, channels.join(" ")],
      ]);
    const words = "{{ title }}. {{ message }} {% if nextUpdate %}More soon.{% endif %} {{ internal }}";
    write(stage, "identified.md", `---\nphase: identified\nkeep: "{{ nextUpdate }}"\n---\n${words}`);
    expect(await rules("identified")).toEqual([["hides-next-update", "identified.md", "customers ops"]]);
    write(stage, "identified.md", `---\nphase: identified\n---\n${words} {{ nextUpdate.time }}`);
    expect(await rules("identified")).toEqual([]);
    for (const front of ["phase: resolved", "type: notice"]) {
      write(stage, "mine.md", `---\n${front}\n---\n${words}`);
      expect(await rules("mine"), front).toEqual([]);
    }
  });

  it("warns of a line that readers get in another language than the rest", async () => {
    const stage = await setSmallStage((config) => {
      for (const name of ["x", "customers"])
        config.channels[name] = { ...config.channels[name], locale: "de" };
    });
    const words = "{{ title }}. {{ message }} {{ nextUpdate }} {{ internal }}";
    const keep = 'keep: "{% if nextUpdate %}Next update: {{ nextUpdate }}.{% endif %}"';
    write(
      stage,
      "identified.md",
      `---\nphase: identified\nsubject: "[{{ phaseText }}]"\n${keep}\n---\n${words}`,
    );
    write(stage, "de/identified.md", words);
    const { code, findings } = await lint(stage, "identified");
    expect(code).toBe(0);
    expect(findings).toMatchObject([
      {
        ...{
          rule: "mixed-languages",
          level: "warn",
          place: "de/identified.md",
          channels: ["x"],
          locale: "de",
        },
        ...{ excerpt: "Next update:", reason: "German readers get the English keep: of identified.md." },
      },
    ]);
    write(stage, "de/identified.md", `---\nkeep: "{{ nextUpdate }}"\n---\n${words}`);
    expect((await lint(stage, "identified")).findings).toEqual([]);
  });

  it("has nothing against the example in the documentation", async () => {
    const stage = await setSmallStage();
    const docs = readFileSync(new URL("../../docs/templates.md", import.meta.url), "utf8");
    const [, example = ""] = /```markdown\n(---\n[\s\S]*?)```/.exec(docs) ?? [];
    expect(example).toContain("phase: identified");
    write(stage, "identified.md", example);
    const { faults, findings } = await lint(stage, "identified", "--locale", "en");
    expect({ faults, findings }).toEqual({ faults: [], findings: [] });
    const { stdout } = await stage.run(["lint", "identified", "--gallery", "-", "--locale", "en"]);
    expect(stdout).not.toMatch(/Cause:<\/(?:b|strong)>\s*</);
    expect(stdout).toContain("Affected:");
  });

  it("names the readers whom a template of the project's own leaves with another language", async () => {
    const stage = await setSmallStage((config) => {
      config.channels.customers = { ...config.channels.customers, locale: "de-AT" };
      config.channels.ops = { ...config.channels.ops, locale: "en-GB" };
    });
    write(stage, "mine.md", "{{ title }}. {{ message }} {{ nextUpdate }} {{ internal }}");
    const { code, findings } = await lint(stage, "mine");
    expect(code).toBe(0);
    expect(findings).toMatchObject([
      {
        ...{ template: "mine", rule: "missing-language", level: "warn", channels: ["customers"] },
        reason: "de/mine.md is missing: German readers get English.",
      },
    ]);
    expect((await lint(stage, "mine", "--locale", "de")).findings).toHaveLength(1);
    expect((await lint(stage, "mine", "--locale", "en")).findings).toEqual([]);
    write(stage, "de/mine.md", "{{ title }}. {{ message }} {{ nextUpdate }} {{ internal }}");
    expect((await lint(stage, "mine")).findings).toEqual([]);
  });

  it("takes a project's own templates to be written in the property's language", async () => {
    const stage = await setSmallStage((config) => {
      config.property.locale = "de";
      config.channels.ops = { ...config.channels.ops, locale: "en" };
    });
    write(stage, "mine.md", "{{ title }}. {{ message }} {{ nextUpdate }} {{ internal }}");
    expect((await lint(stage, "mine")).findings.map(({ reason }) => reason)).toEqual([
      "en/mine.md is missing: English readers get German.",
    ]);
  });

  it("says once that the bundled templates lack a language", async () => {
    const stage = await setSmallStage((config) => {
      config.property.locale = "fr";
      config.channels = { ops: config.channels.ops! };
    });
    const { findings } = await lint(stage, "--locale", "fr");
    const missing = findings.filter(({ rule }) => rule === "missing-language");
    expect(missing).toMatchObject([{ template: null, channels: ["ops"], locale: "fr" }]);
    expect(missing[0]?.reason).toContain("no French words");
  });

  it("reads well at 80 columns, without colour or symbols too", async () => {
    const stage = await setSmallStage();
    write(
      stage,
      "mine.md",
      "We expect to be back by noon. This is probably over. {{ message }} {{ nextUpdate }} {{ internal }}",
    );
    let shown = "";
    const stdout = {
      write: (text: string) => {
        shown += text;
      },
      isTerminal: true,
      columns: 80,
    };
    const { code } = await stage.run(["lint", "mine", "--plain"], { stdout });
    expect(code).toBe(4);
    expect(shown).toMatch(/^ {2}! mine$/m);
    expect(shown).toMatch(/^ {4}blocks {2}recovery-time {2}/m);
    expect(shown).toMatch(/^ {4}warns {2}guess {2}/m);
    expect(shown).toContain("\n      Better: ");
    expect(shown).toMatch(
      /1 template, 3 channels, 3 languages \(en, de, es\): 1 finding blocks, 1 warning\.\n$/,
    );
    expect(Math.max(...shown.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it("shows hostile words of a template as harmless text", async () => {
    const stage = await setSmallStage();
    write(
      stage,
      "mine.md",
      "We expect \u001b[2J\u202eto be back by noon.\u009b\n\n::error::x {{ nothing\u001b[2J }}",
    );
    for (const argv of [
      ["lint", "mine"],
      ["lint", "mine", "--json"],
    ]) {
      const { code, stdout } = await stage.run(argv);
      expect(code).toBe(3);
      expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]|^::/m);
    }
  });

  it("refuses what cannot be meant", async () => {
    const stage = await setSmallStage();
    for (const argv of [
      ["mine", "--message", "x"],
      ["--message", "x", "--gallery"],
      ["--internal"],
      ["--phase", "resolved"],
      ["--impact", "minor"],
      ["--locale", "no tag"],
      ["--message", "x", "--phase", "over"],
      ["--message", " "],
      ["--message", "![a picture](https://example.com/a.png)"],
      ["--gallery", "-", "--json"],
      [""],
    ])
      expect((await stage.run(["lint", ...argv])).code, argv.join(" ")).toBe(2);
  });
});

describe("status lint --message", () => {
  it("checks words as they would be said, with place and better words", async () => {
    const stage = await setSmallStage();
    const text = "The database at 10.1.2.3 is back.\n\nWe expect to be back by noon.";
    const { code, findings } = await lint(stage, "--message", text);
    expect(code).toBe(4);
    expect(findings.map(({ rule }) => rule).sort()).toEqual(["ip-address", "recovery-time"]);
    for (const { place, better } of findings) {
      expect(place).toMatch(/^message, line \d/);
      expect(better).not.toBe("");
    }
    expect(await lint(stage, "--message", "Everybody can order again.")).toMatchObject({
      code: 0,
      findings: [],
    });
  });

  it("reads them from a pipe and from a file", async () => {
    const stage = await setSmallStage();
    writeFileSync(join(stage.folder, "words.md"), "This is probably over.");
    const piped = await stage.run(["lint", "--message", "-", "--json"], { input: "This is probably over." });
    const filed = await stage.run(["lint", "--message-file", "words.md", "--json"]);
    expect(piped.stdout).toBe(filed.stdout);
    expect(piped.stdout).toContain('"rule":"guess"');
  });

  it("takes words for colleagues by their own measure", async () => {
    const stage = await setSmallStage();
    const text = "Probably the database at 10.1.2.3.";
    expect((await lint(stage, "--message", text)).code).toBe(4);
    expect((await lint(stage, "--message", text, "--internal")).code).toBe(0);
    const secret = "The key is AKIAIOSFODNN7EXAMPLE.";
    expect((await lint(stage, "--message", secret, "--internal")).code).toBe(4);
    stage.configure((config) => {
      delete config.channels.ops;
    });
    expect(await stage.run(["lint", "--message", text, "--internal"])).toMatchObject({ code: 2 });
  });

  it("asks at the end what became of people's data", async () => {
    const stage = await setSmallStage();
    const rules = async (...argv: string[]) => (await lint(stage, ...argv)).findings.map(({ rule }) => rule);
    expect(await rules("--message", "Everybody can order again.", "--phase", "resolved")).toContain(
      "no-data-sentence",
    );
    expect(await rules("--message", "Everybody can order again.")).toEqual([]);
  });

  it("measures an outage by the impact", async () => {
    const stage = await setSmallStage();
    const rules = async (impact: string) =>
      (await lint(stage, "--message", "There is an outage.", "--impact", impact)).findings.map(
        ({ rule }) => rule,
      );
    expect(await rules("minor")).toEqual(["outage"]);
    expect(await rules("critical")).toEqual([]);
  });

  it("tells of a template that would not say them", async () => {
    const stage = await setSmallStage();
    write(stage, "identified.md", "{{ title }}: we know the cause.");
    const { code, faults } = await lint(
      stage,
      "--message",
      "Only cards are affected.",
      "--phase",
      "identified",
    );
    expect(code).toBe(3);
    expect(faults.map((fault) => fault.code)).toContain("TEMPLATE_IGNORES_MESSAGE");
  });
});
