import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toForumMarkdown } from "../../src/render/formats/forum.ts";
import { toHtml } from "../../src/render/formats/html.ts";
import { toPlainText } from "../../src/render/formats/plain.ts";
import { listTemplates, loadTemplateSet } from "../../src/render/template.ts";
import { request } from "./facts.ts";

let root: string;
let places: { projectDirectory: string; bundledDirectory: string };

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "status-templates-"));
  places = {
    projectDirectory: join(root, "project"),
    bundledDirectory: join(root, "bundled"),
  };
});
afterEach(() => rm(root, { recursive: true }));

async function write(path: string, content: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

/** Writes one base file and loads it. */
async function template(content: string) {
  await write("project/t.md", content);
  return loadTemplateSet({ name: "t", ...places });
}

const body = async (content: string, ...of: Parameters<typeof request>) =>
  toPlainText((await template(content)).render(request(...of)).body);

const failure = async (content: string, ...of: Parameters<typeof request>) => {
  try {
    (await template(content)).render(request(...of));
  } catch (error) {
    return error;
  }
  throw new Error("nothing failed");
};

describe("which file words an update", () => {
  it("is X's before the base where a place has as little room and no words of its own", async () => {
    await write("project/t.md", "---\nshort: base, shortly\n---\nbase");
    await write("project/t.twitter.md", "X");
    await write("project/t.bluesky.md", "sky");
    await write("project/de/t.md", "german");
    const set = await loadTemplateSet({ name: "t", ...places });
    const short = (kind: string, locale = "en") =>
      set.render(request({}, { channel: "social", kind, locale })).short;
    expect(short("mastodon")).toBe("X");
    expect(short("bluesky")).toBe("sky");
    expect(short("discord")).toBe("base, shortly");
    expect(short("mastodon", "de")).toBe("base, shortly");
  });

  it("is never a bundled one of X's where the project has a base", async () => {
    await write("project/t.md", "ours");
    await write("bundled/t.md", "theirs");
    await write("bundled/t.twitter.md", "theirs for X");
    const set = await loadTemplateSet({ name: "t", ...places });
    expect(set.render(request({}, { channel: "social", kind: "mastodon" })).short).toBe("ours");
  });

  it("is the most specific: locale, then channel, then kind, then base", async () => {
    await write("project/t.md", "base");
    await write("project/t.email.md", "kind");
    await write("project/t.customers.md", "channel");
    await write("project/de/t.md", "german");
    await write("project/de-AT/t.email.md", "austrian mail");
    const set = await loadTemplateSet({ name: "t", ...places });
    const words = (more: Parameters<typeof request>[1]) => toPlainText(set.render(request({}, more)).body);
    expect(words({})).toBe("channel");
    expect(words({ channel: "other" })).toBe("kind");
    expect(words({ channel: "ops", kind: "slack" })).toBe("base");
    expect(words({ locale: "de" })).toBe("german");
    expect(words({ locale: "de-CH" })).toBe("german");
    expect(words({ locale: "de-AT" })).toBe("austrian mail");
    expect(words({ locale: "de-AT", kind: "slack" })).toBe("german");
  });

  it("is the same whoever was told before, and in whatever language or place", async () => {
    const words = "{{ audience }} {{ phaseText }} {{ startedAt }}{% if internal %} {{ internal }}{% endif %}";
    await write("project/t.md", `base ${words}`);
    await write("project/t.email.md", `kind ${words}`);
    await write("project/t.customers.md", `channel ${words}`);
    await write("project/de/t.md", `german ${words}`);
    const requests = fc.record({
      channel: fc.constantFrom("customers", "sellers", "ops"),
      kind: fc.constantFrom("email", "slack"),
      locale: fc.constantFrom("en", "de", "de-AT"),
      timeZone: fc.constantFrom("UTC", "Asia/Tokyo"),
      audience: fc.constantFrom("public" as const, "internal" as const),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(requests, { minLength: 2, maxLength: 8 }), async (all) => {
        const { facts } = request({ internal: "Restart it." });
        const set = await loadTemplateSet({ name: "t", ...places });
        for (const one of all) {
          const alone = await loadTemplateSet({ name: "t", ...places });
          expect(set.render({ ...one, facts })).toEqual(alone.render({ ...one, facts }));
        }
      }),
      { numRuns: 60 },
    );
  });

  it("comes from the project alone where it has the base file of that name", async () => {
    await write("bundled/t.md", "bundled base");
    await write("bundled/t.twitter.md", "bundled tweet");
    await write("bundled/u.md", "bundled u");
    await write("project/t.md", "own base");
    const set = await loadTemplateSet({ name: "t", ...places });
    expect(set.origin).toBe("project");
    expect(set.render(request({}, { kind: "twitter" })).short).toBe("own base");
    expect(await listTemplates(places)).toEqual([
      { name: "t", origin: "project", type: "incident", phase: null },
      { name: "u", origin: "bundled", type: "incident", phase: null },
    ]);
  });

  it("takes front matter that the chosen file leaves out from the less specific one", async () => {
    await write("project/t.md", "---\ntype: notice\nsubject: From the base\nkeep: Keep\n---\nbase");
    await write("project/t.twitter.md", "tweet");
    const message = (await loadTemplateSet({ name: "t", ...places })).render(
      request({}, { kind: "twitter" }),
    );
    expect(message).toMatchObject({
      subject: "From the base",
      keep: "Keep",
      short: "tweet",
    });
  });

  it("names the nearest where there is none", async () => {
    await write("bundled/acknowledge.md", "x");
    await expect(loadTemplateSet({ name: "aknowledge", ...places })).rejects.toMatchObject({
      blame: "setup",
      code: "TEMPLATE_NOT_FOUND",
      hint: expect.stringContaining('"acknowledge"'),
    });
    await expect(loadTemplateSet({ name: "../acknowledge", ...places })).rejects.toMatchObject({
      code: "TEMPLATE_NOT_FOUND",
    });
  });

  it("needs a base file beside one for a kind", async () => {
    await write("project/t.twitter.md", "x");
    await expect(loadTemplateSet({ name: "t", ...places })).rejects.toMatchObject({
      code: "TEMPLATE_HAS_NO_BASE",
    });
  });
});

describe("front matter", () => {
  it("refuses an unknown key with its line and the nearest known one", async () => {
    await write("project/t.md", "---\ntype: incident\nsubjekt: x\n---\n");
    await expect(loadTemplateSet({ name: "t", ...places })).rejects.toMatchObject({
      code: "TEMPLATE_FRONT_MATTER",
      message: expect.stringMatching(/t\.md:3: .*subjekt/),
      hint: 'Did you mean "subject"?',
    });
  });

  it.each([
    ["type: outage", ":2: type"],
    ["phase: fixed", ":2: phase"],
    ["subject: [1]", ":2: subject"],
    ["subject: 'x", ":3: "],
    ["ask:\n  v: { hlep: x }", ":3: .*hlep"],
    ["ask:\n  v: { type: choice }", ":3: ask.v"],
  ])("refuses %j", async (yaml, place) => {
    await write("project/t.md", `---\n${yaml}\n---\n`);
    await expect(loadTemplateSet({ name: "t", ...places })).rejects.toMatchObject({
      blame: "setup",
      message: expect.stringMatching(new RegExp(`t\\.md${place}`)),
    });
  });

  it("may be missing", async () => {
    expect((await template("# Just words")).render(request()).subject).toBe("Amazon.com is unavailable");
  });
});

describe("variables", () => {
  it("are the facts", async () => {
    const words = await body(
      "{{ title }} · {{ type }} · {{ phase }} · {{ impact }} · {{ property }} · {{ property.name }} · {{ incident.id }} · {{ update.number }} · {{ drill }} · {{ where }}\n\n{% for c in components %}{{ c.id }}={{ c.name }}={{ c.state }}={{ c.stateText }} {% endfor %}\n\n{{ components | join: ', ' }}",
      { set: { where: "Seattle" } },
    );
    expect(words).toBe(
      "Amazon.com is unavailable · incident · investigating · critical · Amazon.com · Amazon.com · 2010-06-29-amazon-com-unavailable · 1 · false · Seattle\n\nstorefront=Storefront=major_outage=Major outage kindle-downloads=Kindle downloads=partial_outage=Partial outage\n\nStorefront, Kindle downloads",
    );
  });

  it("print times in the property's zone and in UTC, with the date only on another day", async () => {
    const source =
      "{{ startedAt }} | {{ startedAt.time }} | {{ startedAt.date }} | {{ startedAt.utc }} | {{ startedAt.iso }}";
    expect(await body(source)).toBe(
      "09:40 PDT (16:40 UTC) | 09:40 PDT | June 29, 2010 | 16:40 UTC | 2010-06-29T16:40:00.000Z",
    );
    expect(await body("{{ startedAt }}", { now: new Date("2010-06-30T16:40:00Z") })).toBe(
      "June 29, 09:40 PDT (16:40 UTC)",
    );
    expect(await body("{{ startedAt }}", { now: new Date("2011-06-29T16:40:00Z") })).toBe(
      "June 29, 2010, 09:40 PDT (16:40 UTC)",
    );
    expect(await body("{{ startedAt }}", {}, { timeZone: "UTC" })).toBe("16:40 UTC");
    expect(
      await body("{{ nextUpdate }}|{% if resolvedAt %}x{% endif %}", {
        nextUpdateAt: null,
      }),
    ).toBe("|");
  });

  it("that do not exist are refused with file, line, column and the nearest name", async () => {
    expect(await failure("---\nsubject: x\n---\nOne\n\nTwo {{ titel }}")).toMatchObject({
      blame: "setup",
      code: "TEMPLATE_VARIABLE_UNKNOWN",
      message: expect.stringMatching(/t\.md:6:8: .*"titel"/),
      hint: expect.stringContaining('Did you mean "title"?'),
    });
    expect(await failure("---\ntype: notice\nsubject: '{{ update.nubmer }}'\n---\n")).toMatchObject({
      message: expect.stringMatching(/t\.md:3:/),
      hint: expect.stringContaining('"update.number"'),
    });
    expect(await failure("{{ title.constructor }}")).toMatchObject({
      code: "TEMPLATE_VARIABLE_UNKNOWN",
    });
  });

  it.each([
    "{% include 'x' %}",
    "{% render 'x' %}",
    "{% layout 'x' %}",
    "{{ title | nofilter }}",
    "{% if %}",
    "{{",
  ])("%s is refused with its place", async (source) => {
    expect(await failure(`One\n${source}`)).toMatchObject({
      blame: "setup",
      code: "TEMPLATE_INVALID",
      message: expect.stringMatching(/t\.md:2:\d+: /),
    });
  });

  it("stops a template that never ends", async () => {
    expect(await failure("{% for i in (1..100000000) %}{{ i }}{% endfor %}")).toMatchObject({
      code: "TEMPLATE_INVALID",
    });
  });
});

describe("--set", () => {
  const asking =
    "---\nask:\n  version: { help: The version }\n  region: { choices: [us, eu], default: us }\n---\n{{ version }} {{ region }}";

  it("answers what a template asks for", async () => {
    expect(await body(asking, { set: { version: "1.2" } })).toBe("1.2 us");
    expect((await template(asking)).ask).toEqual({
      version: {
        help: "The version",
        type: "text",
        choices: [],
        default: null,
        prompt: true,
        audience: "public",
      },
      region: {
        help: null,
        type: "choice",
        choices: ["us", "eu"],
        default: "us",
        prompt: true,
        audience: "public",
      },
    });
  });

  it("is asked for by name where it is missing, no choice, reserved or no name", async () => {
    expect(await failure(asking)).toMatchObject({
      blame: "usage",
      code: "TEMPLATE_NEEDS_VALUE",
      hint: expect.stringContaining("--set version="),
    });
    expect(await failure(asking, { set: { version: "1", region: "ue" } })).toMatchObject({
      code: "SET_NOT_A_CHOICE",
    });
    expect(await failure("x", { set: { title: "y" } })).toMatchObject({
      blame: "usage",
      code: "SET_RESERVED",
    });
    expect(await failure("x", { set: { "a b": "y" } })).toMatchObject({
      blame: "usage",
      code: "SET_NAME",
    });
  });
});

describe("untrusted values", () => {
  it("are words in every format", async () => {
    const value = "{{ 7*7 }} **b** <script>alert(1)</script> [x](javascript:1) {% raw %}\n# h @here";
    const set = await template(
      "---\nsubject: 'S {{ v }}'\nshort: 'T {{ v }}'\n---\n# {{ v }}\n\n> {{ v | raw }}",
    );
    const message = set.render(request({ set: { v: value }, title: value }));
    const line = "{{ 7*7 }} **b** <script>alert(1)</script> [x](javascript:1) {% raw %} # h @here";
    expect(message.subject).toBe(`S ${line}`);
    expect(message.short).toBe(`T ${line}`);
    expect(message.body).toEqual([
      { type: "heading", level: 1, children: [{ type: "text", text: line }] },
      {
        type: "quote",
        children: [{ type: "paragraph", children: [{ type: "text", text: line }] }],
      },
    ]);
    expect(toHtml(message.body)).not.toContain("<script");
    expect(toForumMarkdown(message.body)).not.toContain("@here");
  });

  it("leave no trace where they are empty", async () => {
    expect(
      await body("One\n\n**{{ v }}**\n\n{{ v }}\n\n- {{ v }}x", {
        set: { v: "" },
      }),
    ).toBe("One\n\n- x");
  });

  it("cannot escape through capture, assign or a filter", async () => {
    const words = await body(
      "{% capture c %}<{{ v }}>{% endcapture %}{{ c }} {% assign d = v | append: '!' %}{{ d }} {{ v | upcase }} {{ c | slice: 0, 2 }}",
      { set: { v: "*x*" } },
    );
    expect(words).toBe("<*x*> *x*! *X* <");
  });

  it("take no line break into the subject", async () => {
    const { subject } = (await template("---\nsubject: '{{ v }}'\n---\nx")).render(
      request({ set: { v: "a\r\nBcc: b@example.com" } }),
    );
    expect(subject).toBe("a Bcc: b@example.com");
  });
});

describe("--message", () => {
  it("is Markdown of its own and never Liquid", async () => {
    const source = "**Now**\n\n{{ message }}\n\n**Next**";
    expect(
      await body(source, {
        message: "Now *this* {{ 7*7 }} {% raw %}\n\n```\nunclosed",
      }),
    ).toBe("Now\n\nNow this {{ 7*7 }} {% raw %}\n\nunclosed\n\nNext");
  });

  it("is never dropped by a template", async () => {
    expect(await failure("{% if message %}x{% endif %}", { message: "Hello" })).toMatchObject({
      blame: "setup",
      code: "TEMPLATE_IGNORES_MESSAGE",
      message: expect.stringContaining("t.md"),
    });
    await write("project/t.twitter.md", "{{ title }}");
    await write("project/t.md", "{{ message }}");
    const set = await loadTemplateSet({ name: "t", ...places });
    const tweet = (short: string | null) =>
      set.render(request({ message: "Hello", short }, { kind: "twitter" })).short;
    expect(() => tweet(null)).toThrow(/never uses the message/);
    expect(tweet("Short words")).toBe("Short words");
  });

  it("is checked", async () => {
    expect(await failure("{{ message }}", { message: "  " })).toMatchObject({
      code: "MESSAGE_EMPTY",
    });
  });
});

describe("the message of a channel", () => {
  it("has the short words of --short, else the template's, else the body's", async () => {
    const set = await template("---\nshort: '{{ title }}!'\n---\n**Body**");
    expect(set.render(request()).short).toBe("Amazon.com is unavailable!");
    expect(set.render(request({ short: "Own\u001b words\nhere " })).short).toBe("Own words\nhere");
    expect((await template("**Body** text")).render(request()).short).toBe("Body text");
  });

  it("keeps the promise apart, or nothing where there is none", async () => {
    const set = await template(
      "---\nkeep: '{% if nextUpdate %}Next: {{ nextUpdate.time }}{% endif %}'\n---\nx",
    );
    expect(set.render(request()).keep).toBe("Next: 10:10 PDT");
    expect(set.render(request({ nextUpdateAt: null })).keep).toBeNull();
  });

  it("says DRILL first in a drill", async () => {
    const message = (await template("Body")).render(request({ drill: true, title: "Test" }));
    expect(message.subject).toBe("DRILL: Test");
    expect(message.short).toMatch(/^DRILL/);
    expect(toPlainText(message.body)).toBe("DRILL — this is a rehearsal, nothing is wrong.\n\nBody");
  });

  it("is plain JSON", async () => {
    const message = (await template("{{ message }} {{ statusUrl }}")).render(
      request({ message: "- a\n- b" }),
    );
    expect(JSON.parse(JSON.stringify(message))).toEqual(message);
    expect(message.link).toBe("https://status.example.org");
  });
});
