import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import type { ChannelKit } from "../../src/channels/contract.ts";
import { createHttp } from "../../src/channels/http.ts";
import { loadBrand } from "../../src/channels/page/brand.ts";
import { checkPage } from "../../src/channels/page/check.ts";
import { page } from "../../src/channels/page/index.ts";
import { settings as schema } from "../../src/channels/page/settings.ts";
import { siteOf } from "../../src/channels/page/write-page.ts";
import { NO_BRAND } from "../../src/page/site.ts";
import { createSpeech } from "../../src/page/speech.ts";
import { en } from "../../src/page/words/en.ts";

const PNG = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");

let folder: string;
let own: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "status-brand-"));
  own = join(folder, "templates", "page");
  await mkdir(own, { recursive: true });
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const put = (name: string, content: string | Uint8Array) => writeFile(join(own, name), content);

function parse(more: Record<string, unknown> = {}) {
  return schema.parse({ kind: "page", directory: join(folder, "public"), ...more });
}

function kitOf(more: Partial<ChannelKit> = {}): ChannelKit & { readonly told: string[] } {
  const told: string[] = [];
  return {
    name: "page",
    folder,
    property: {
      name: "Tea & <Biscuits>",
      url: "https://www.example.com",
      statusUrl: null,
      locale: "en",
      timeZone: "UTC",
      components: [],
    },
    http: createHttp({ loopbackOnly: true, userAgent: "test" }),
    clock: new ScriptedClock(new Date("2010-06-29T17:00:00Z")),
    timeoutMs: 1000,
    loopbackOnly: true,
    locale: "en",
    board: {
      entries: async () => [],
      updates: async () => new Map(),
      actions: async () => [],
      readings: async () => [],
      exclusively: (_channel, write) => write(1, () => {}),
    },
    tell: (line) => told.push(line),
    told,
    ...more,
  };
}

const load = (more: Record<string, unknown> = {}, kit: Partial<ChannelKit> = {}) =>
  loadBrand(parse(more), kitOf(kit));
const faultsOf = async (more: Record<string, unknown> = {}, kit: Partial<ChannelKit> = {}) =>
  (await load(more, kit)).faults.map(({ message }) => message);

describe("the settings of the page's look", () => {
  const complaints = (more: Record<string, unknown>) =>
    schema
      .safeParse({ kind: "page", directory: "/page", ...more })
      .error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);

  it("take one accent for both forms, lightened for the dark one", () => {
    expect(parse({ accent: "#1c5a9c" }).accent).toEqual({ light: "#1c5a9c", dark: "#3887db" });
    expect(parse({ accent: { light: "#1c5a9c", dark: "#8cbcf0" } }).accent).toEqual({
      light: "#1c5a9c",
      dark: "#8cbcf0",
    });
  });

  it("refuse an accent that people could not read, with its contrast and what it needs", () => {
    expect(complaints({ accent: "#ffcc00" })).toEqual([
      "accent: #ffcc00 has a contrast of 1.4:1 on the light page (#fbfaf7); text needs 4.5:1, so make it darker",
    ]);
    expect(complaints({ accent: { light: "#1c5a9c", dark: "#1c5a9c" } })).toEqual([
      "accent: #1c5a9c has a contrast of 2.3:1 on the dark page (#1a1e22); text needs 4.5:1, so make it lighter",
    ]);
  });

  it.each(["blue", "#fff", "#1c5a9", { light: "#1c5a9c" }, 7])("refuse %j as an accent", (accent) =>
    expect(complaints({ accent })?.[0]).toMatch(/^accent: a colour as six digits, in quotes/),
  );

  it("refuse what an accent does not have", () => {
    const accent = { light: "#1c5a9c", dark: "#8cbcf0", print: "#000000" };
    expect(complaints({ accent })).toEqual(['accent: Unrecognized key: "print"']);
  });

  it("take https and mailto addresses to sign up at, and no others", () => {
    for (const subscribe of ["https://lists.example.com/join", "mailto:announce-join@lists.example.com"])
      expect(parse({ subscribe }).subscribe).toBe(subscribe);
    for (const subscribe of ["http://lists.example.com", "javascript:alert(1)", "lists.example.com"])
      expect(complaints({ subscribe })).toEqual([
        "subscribe: an address that begins with https:// or mailto:",
      ]);
  });

  it("name the logo as a path, so that it is found from the configuration's folder", () => {
    expect(page.paths).toContain("logo");
  });
});

describe("the brand", () => {
  it("is ours and in English where the project says nothing", async () => {
    expect(await load()).toEqual({
      brand: NO_BRAND,
      words: { language: "en", texts: en },
      faults: [],
      remarks: [],
    });
    await rm(own, { recursive: true });
    expect((await load()).faults).toEqual([]);
    await writeFile(own, "a file where a folder might be");
    expect((await load()).faults).toEqual([]);
  });

  it("is what the settings and files say", async () => {
    await put(
      "header.html",
      '<a href="{{ page.url }}">{{ page.title }}</a><a href="{{ property.url }}">{{ property.name }}</a>\n',
    );
    await put(
      "footer.html",
      '<p lang="{{ language }}"><a href="{root}index.html">{{ property.name | raw }}</a></p>',
    );
    await put("style.css", "/* ours */ .top { border-radius: 4px }\n");
    const more = {
      title: "Is it <down>?",
      about: "We look.",
      subscribe: "mailto:a@example.com",
      url: "https://status.example.org",
    };
    expect((await load(more)).brand).toEqual({
      ...NO_BRAND,
      title: "Is it <down>?",
      about: "We look.",
      subscribe: "mailto:a@example.com",
      header:
        '<a href="https://status.example.org">Is it &lt;down&gt;?</a><a href="https://www.example.com">Tea &amp; &lt;Biscuits&gt;</a>',
      footer: '<p lang="en"><a href="{root}index.html">Tea &amp; &lt;Biscuits&gt;</a></p>',
      style: "/* ours */ .top { border-radius: 4px }",
    });
    expect((await load(more)).faults).toEqual([]);
  });

  it("refuses markup that it cannot fill in, and names what it could", async () => {
    await put("header.html", "<b>\n{{ propery.name }}</b>");
    const [fault] = (await load()).faults;
    expect(fault?.message).toBe(`${join(own, "header.html")}:2:4: there is no variable "propery".`);
    expect(fault?.hint).toContain("property.name");
    await put("header.html", "{% include 'x' %}");
    expect((await faultsOf())[0]).toMatch(/header\.html:1:1: a template cannot include another file/);
    await put("header.html", "{% for i in (1..100000000) %}x{% endfor %}");
    expect(await faultsOf()).toHaveLength(1);
  });

  it.each([
    ["</style><script>", "</style, which would end"],
    ["a{background:url(https://cdn.example.net/a.png)}", "the address https://cdn.example.net/a.png"],
    ["a{background:url( '//cdn.example.net/a.png' )}", "the address //cdn.example.net/a.png"],
    ['@font-face{src:URL("http://cdn.example.net/f.woff2")}', "the address http://cdn.example.net/f.woff2"],
    ['@import "other.css";', "an @import"],
    ["@IMPORT url(other.css);", "an @import"],
  ])("refuses the style %s", async (style, why) => {
    await put("style.css", style);
    const look = await load();
    expect(look.brand.style).toBeNull();
    expect(look.faults[0]?.message).toContain(why);
  });

  it("takes a style that keeps to itself", async () => {
    const style =
      "/* not @import url(https://x.example) */a{background:url(logo.svg),url(data:image/png;base64,AA==),url(#a)}";
    await put("style.css", style);
    expect((await load()).brand.style).toBe(style);
  });

  it("is not held up by files that are none, too large, unreadable or no text", async () => {
    await mkdir(join(own, "header.html"));
    await put("footer.html", Buffer.from([0xff, 0xfe, 0x00]));
    await put("style.css", "");
    await truncate(join(own, "style.css"), 3_000_000_000);
    execFileSync("mkfifo", [join(own, "fr.yaml")]);
    const begun = performance.now();
    const { brand, words, faults } = await load({ logo: "/dev/zero" }, { locale: "fr" });
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(brand).toEqual(NO_BRAND);
    expect(words.language).toBe("en");
    expect(faults.map(({ message }) => message.replace(own, ""))).toEqual([
      "/fr.yaml is no file but something else.",
      "/dev/zero is no file but something else.",
      "/header.html is no file but a folder.",
      "/footer.html is not UTF-8 text.",
      "/style.css has 3000.0 MB; at most 20 kB are taken.",
    ]);
  });

  it("says so where a file cannot be read", async () => {
    await symlink("style.css", join(own, "style.css"));
    expect((await faultsOf())[0]).toMatch(/style\.css cannot be read: ELOOP/);
  });

  it("remarks on a file that nothing uses", async () => {
    await put("footer.htm", "");
    await put("de.yml", "");
    await put("README.md", "");
    expect((await load()).remarks.map(({ message, hint }) => `${message.replace(own, "")} ${hint}`)).toEqual([
      '/de.yml is not used Did you mean "de.yaml"?',
      '/footer.htm is not used Did you mean "footer.html"?',
    ]);
  });
});

describe("the logo", () => {
  const logo = async (content: string | Uint8Array, name = "logo.bin") => {
    await writeFile(join(folder, name), content);
    return load({ logo: join(folder, name) });
  };

  it.each<[string, string | Uint8Array]>([
    ["png", PNG],
    ["jpg", Buffer.from("ffd8ffe000104a464946", "hex")],
    ["webp", Buffer.from("RIFF\x10\x00\x00\x00WEBPVP8 ", "latin1")],
    ["svg", '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    [
      "svg",
      '\ufeff<?xml version="1.0"?>\n<!-- a -->\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x" [\n<!ENTITY a "b">\n]>\n<svg>',
    ],
  ])("is a %s by what it holds, whatever its file is called", async (extension, content) => {
    const { brand, faults } = await logo(content);
    expect(faults).toEqual([]);
    expect(brand.logo?.path).toBe(`logo.${extension}`);
    expect(Buffer.from(brand.logo!.content).equals(Buffer.from(content as string))).toBe(true);
  });

  it.each<[string, string | Uint8Array]>([
    ["a page", "<!doctype html><svg></svg>"],
    ["words", "svg"],
    ["nothing", ""],
    ["a GIF", "GIF89a"],
    ["remarks without end", "<!--".repeat(1000)],
  ])("is refused when it is %s", async (_, content) => {
    const { brand, faults } = await logo(content, "logo.png");
    expect(brand.logo).toBeNull();
    expect(faults).toMatchObject([{ code: "PAGE_LOGO_UNUSABLE", hint: "Take a PNG, SVG, JPEG or WebP." }]);
  });

  it("is refused when it is larger than 100 kB, or not there", async () => {
    expect((await logo(Buffer.concat([PNG, Buffer.alloc(100_000)]))).faults[0]?.message).toMatch(
      /has 101 kB; at most 100 kB/,
    );
    expect(await faultsOf({ logo: join(folder, "none.png") })).toEqual([
      `There is no logo at ${join(folder, "none.png")}.`,
    ]);
  });
});

describe("the page's language", () => {
  const SPANISH = "title: Estado de {name}\noverall:\n  fine: Sin problemas conocidos.\n";

  it("is the readers' where there are words in it, else its wider form, else English", async () => {
    await put("es.yaml", SPANISH);
    const languageFor = async (locale: string) => (await load({}, { locale })).words.language;
    expect(await languageFor("es")).toBe("es");
    expect(await languageFor("es-MX")).toBe("es");
    expect(await languageFor("ES")).toBe("es");
    expect(await languageFor("pt-BR")).toBe("en");
    expect(await languageFor("en-GB")).toBe("en");
    await put("es-mx.yaml", "title: Qué onda con {name}");
    const { words } = await load({}, { locale: "es-MX" });
    expect(words.language).toBe("es-MX");
    expect(words.texts.title).toBe("Qué onda con {name}");
    expect(words.texts.overall.fine).toBe("Sin problemas conocidos.");
  });

  it("may have a few of our texts replaced", async () => {
    await put(
      "en.yaml",
      "headings: { follow: Stay in touch }\noverall: { moreComponents: { one: one other, other: '{count} others' } }",
    );
    const { words, remarks } = await load({}, { locale: "fr" });
    expect(words).toEqual({
      language: "en",
      texts: {
        ...en,
        headings: { ...en.headings, follow: "Stay in touch" },
        overall: { ...en.overall, moreComponents: { one: "one other", other: "{count} others" } },
      },
    });
    expect(remarks).toEqual([]);
  });

  it("says what is missing in English, and remarks on it", async () => {
    await put("it.yaml", SPANISH);
    const { words, remarks } = await load({}, { locale: "it" });
    expect(words.texts.headings).toEqual(en.headings);
    expect(remarks[0]?.message).toMatch(
      /^\d+ of the page's texts are said in English because it\.yaml lacks them: overall\.sentence, /,
    );
  });

  it("has the numbers' forms of its own", async () => {
    await put(
      "pl.yaml",
      "overall:\n  moreComponents: { one: jeden więcej, few: '{count} więcej', many: '{count} więcej', other: '{count} więcej' }",
    );
    const { words, faults } = await load({}, { locale: "pl" });
    expect(faults).toEqual([]);
    expect(createSpeech(words).count(words.texts.overall.moreComponents, 3)).toBe("3 więcej");
    // In Russian `one` is also 21 and 31, so its number cannot be left out.
    await put(
      "ru.yaml",
      "overall:\n  moreComponents: { one: ещё один, few: '{count}', many: '{count}', other: '{count}' }",
    );
    expect((await faultsOf({}, { locale: "ru" }))[0]).toMatch(
      /overall\.moreComponents\.one has lost \{count\}/,
    );
  });

  it.each([
    ["titel: '{name}'", 'there is no text "titel". Did you mean "title"?'],
    ["overall: { maintenace: Gut }", 'there is no text "overall.maintenace". Did you mean "maintenance"?'],
    ["__proto__: { title: x }", 'there is no text "__proto__"'],
    ["constructor: x", 'there is no text "constructor"'],
    ["title: Lage", "title has lost {name}"],
    ["title: '{name} und {nmae}'", 'title cannot say {nmae}. Did you mean "name"?'],
    ["title: '{name} { x }'", "title has a brace that belongs to no {name}"],
    ["title: 7", "title is not a text; put it in quotes"],
    ["title: ' '", "title is not a text"],
    ["overall: Lage", "overall is not a list of texts"],
    ["overall: { andMore: Mehr }", "overall.andMore needs a text for each form of the number: one, other"],
    [
      "overall: { moreComponents: { one: eins } }",
      "overall.moreComponents needs a text for each form of the number: one, other",
    ],
    [
      "overall: { moreComponents: { other: '{count}', few: '{count}' } }",
      "overall.moreComponents.few is no form of de",
    ],
    ["overall: { moreComponents: { other: mehr } }", "overall.moreComponents.other has lost {count}"],
    ["- a\n- b", "the file is not a list of texts"],
    ["title: [unclosed", "is no YAML"],
    ["title: '{name}'\ntitle: '{name}'", "is no YAML"],
    [
      "a: &a [1,1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c]",
      "is no YAML",
    ],
  ])("refuses texts such as %s", async (content, why) => {
    await put("de.yaml", content);
    const { words, faults } = await load({}, { locale: "de" });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ code: "PAGE_WORDS_UNUSABLE" });
    expect(faults[0]?.message).toContain(join(own, "de.yaml"));
    expect(faults[0]?.message).toContain(why);
    expect(words.texts.title).not.toBe("");
    expect(JSON.stringify(words.texts)).not.toContain("Lage");
  });

  it("names five faults of a file at once, and says how many more there are", async () => {
    await put("en.yaml", Array.from({ length: 8 }, (_, number) => `no${number}: x`).join("\n"));
    const [fault] = await faultsOf();
    expect(fault?.match(/there is no text/g)).toHaveLength(5);
    expect(fault).toMatch(/; and 3 more$/);
  });

  it("takes an empty file for no texts", async () => {
    await put("en.yaml", "# nothing yet\n");
    expect(await load()).toMatchObject({ words: { texts: en }, faults: [] });
  });
});

describe("a broken look", () => {
  it("does not silence the page: it is written in ours, and the user is told once", async () => {
    await put("style.css", "@import 'x';");
    await put("header.html", "<b>Ours</b>");
    const kit = kitOf();
    const site = await siteOf(parse({ logo: "/nowhere.png" }), kit, 1);
    expect(site.brand).toEqual({ ...NO_BRAND, header: "<b>Ours</b>" });
    await siteOf(parse({ logo: "/nowhere.png" }), kit, 2);
    expect(kit.told).toEqual([
      "the page is written without this: There is no logo at /nowhere.png.",
      `the page is written without this: ${join(own, "style.css")} has an @import, which the page's policy blocks.`,
    ]);
  });

  it("is found by the check of the channel before it is needed", async () => {
    await put("style.css", "@import 'x';");
    await put("fr.yaml", "title: '{name}'");
    const findings = await checkPage(parse(), kitOf({ locale: "fr" }), new AbortController().signal);
    expect(findings.filter(({ name }) => name === "look")).toMatchObject([
      { level: "fail", message: expect.stringContaining("@import"), hint: expect.any(String) },
      { level: "warn", message: expect.stringContaining("fr.yaml lacks them") },
    ]);
    await rm(own, { recursive: true });
    expect(
      (await checkPage(parse(), kitOf(), new AbortController().signal)).filter(({ name }) => name === "look"),
    ).toEqual([]);
  });

  it("reaches the page in the readers' language, with its own locale for what is said", async () => {
    await put("es.yaml", "title: Estado de {name}");
    const site = await siteOf(parse(), kitOf({ locale: "es-MX" }), 1);
    expect(site.property.locale).toBe("es-MX");
    expect(site.words.language).toBe("es");
  });
});
