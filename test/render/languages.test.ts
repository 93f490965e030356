import { readdir } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { toPlainText } from "../../src/render/formats/plain.ts";
import type { TemplateSet } from "../../src/render/template.ts";
import { listTemplates, loadTemplateSet } from "../../src/render/template.ts";
import { wordsIn } from "../../src/render/words/index.ts";
import { WHAT } from "../../src/status/due.ts";
import { request } from "./facts.ts";
import { BUNDLED, templateOf } from "./project.ts";
import { LOCALES, sampleOf } from "./samples.ts";

const places = { projectDirectory: null, bundledDirectory: BUNDLED };
const sets: readonly TemplateSet[] = await Promise.all(
  (await listTemplates(places)).map(({ name }) => loadTemplateSet({ ...places, name })),
);
const named = (name: string) => sets.find((set) => set.name === name)!;
const text = (set: TemplateSet, ...of: Parameters<typeof request>) => {
  const { subject, body, keep } = set.render(request(...of));
  return `${subject}\n${toPlainText(body)}\n${keep ?? ""}`;
};

describe("our own words", () => {
  it("are those of the language, whatever the region, and English where there are none", () => {
    expect(wordsIn("de-AT").statusPage).toBe("Statusseite");
    expect(wordsIn("ES-mx").statusPage).toBe("Página de estado");
    for (const locale of ["fr", "tlh", "", "constructor", "__proto__"])
      expect(wordsIn(locale).statusPage).toBe("Status page");
  });

  it("fill the variables of a template", async () => {
    const set = await templateOf(
      "{{ phaseText }} {% for c in components %}{{ c.stateText }} {{ c.stateInSentence }} {% endfor %}",
    );
    const of = (locale: string) =>
      toPlainText(
        set.render(
          request(
            { phase: "in_progress", components: [{ id: "a", name: "A", state: "under_maintenance" }] },
            { locale },
          ),
        ).body,
      ).trim();
    expect(of("en")).toBe("In progress Under maintenance under maintenance");
    expect(of("de-CH")).toBe("Im Gange In Wartung in Wartung");
    expect(of("es")).toBe("En curso En mantenimiento en mantenimiento");
    expect(of("fr")).toBe("In progress Under maintenance under maintenance");
  });
});

const dated = await templateOf("{{ startedAt }} | {{ startedAt.date }}");

describe("times", () => {
  const of = (locale: string, timeZone: string, now = "2010-06-30T16:40:00Z") =>
    toPlainText(dated.render(request({ now: new Date(now) }, { locale, timeZone })).body);

  it("are written as the readers write them, with their own name of the zone", () => {
    expect(of("de", "Europe/Berlin")).toBe("29. Juni, 18:40 MESZ (16:40 UTC) | 29. Juni 2010");
    expect(of("es", "Europe/Madrid")).toBe("29 de junio, 18:40 CEST (16:40 UTC) | 29 de junio de 2010");
    expect(of("en", "Europe/Berlin")).toBe("June 29, 18:40 CEST (16:40 UTC) | June 29, 2010");
  });

  it("keep the name that a zone's own people give it where the language has none", () => {
    expect(of("de", "America/Los_Angeles")).toContain("09:40 PDT (16:40 UTC)");
    expect(of("de", "UTC")).toBe("29. Juni, 16:40 UTC | 29. Juni 2010");
  });

  it("are English in a locale that nobody knows", () => {
    for (const locale of ["tlh", "not a locale", ""])
      expect(of(locale, "UTC")).toBe("June 29, 16:40 UTC | June 29, 2010");
  });
});

describe("the bundled templates", () => {
  it("exist in every language for the same channels", async () => {
    const files = async (folder: string) =>
      (await readdir(`${BUNDLED}/${folder}`)).filter((file) => file.endsWith(".md")).sort();
    const english = await files("");
    expect(english).toContain("resolved.twitter.md");
    expect(await files("de")).toEqual(english);
    expect(await files("es")).toEqual(english);
  });

  it.each(["de", "es"])("say nothing in English in %s", (locale) => {
    for (const set of sets) {
      const { facts, property } = sampleOf(set, locale as "de" | "es", "nothing but the facts");
      const { subject, body, short, keep } = set.render({
        ...{ channel: "x", kind: "twitter", locale, timeZone: property.timeZone },
        audience: "public",
        facts,
      });
      expect(`${subject} ${toPlainText(body)} ${short} ${keep}`, set.name).not.toMatch(
        /\b(?:the|and|update|affected|since|work|from|next|we|is)\b/i,
      );
    }
  });

  it.each(LOCALES)("apologise for nothing by rote and promise no recovery, in %s", (locale) => {
    for (const set of sets)
      for (const kind of ["email", "twitter"])
        expect(text(set, {}, { kind, locale }), set.name).not.toMatch(
          /inconvenien|apolog|sorry|shortly|soon as possible|will be fixed|should be|Unannehmlich|entschuldig|bedauern|in Kürze|schnellstmöglich|baldmöglichst|molestia|disculp|lamentamos|en breve|lo antes posible|cuanto antes/i,
        );
  });

  it("give a German mail a German subject and a German promise", () => {
    expect(text(named("acknowledge"), {}, { locale: "de-AT", timeZone: "Europe/Vienna" })).toMatch(
      /^\[Wird untersucht\] .*Betroffen: Storefront \(ausgefallen\).*Nächste Meldung: 19:10 MESZ/s,
    );
  });

  it("say the same facts in every language", () => {
    for (const set of sets) {
      const values = Object.fromEntries(
        Object.entries(set.ask)
          .filter(([, { choices }]) => choices.length === 0)
          .map(([key]) => [key, `<${key}>`]),
      );
      const said = LOCALES.map((locale) =>
        ["email", "twitter"].map((kind) => {
          const facts = {
            ...{ type: set.type, phase: set.phase ?? "identified", set: values },
            endsAt: new Date("2010-07-06T11:00:00Z"),
          } as const;
          const { subject, body, short } = set.render(request(facts, { kind, locale, timeZone: "UTC" }));
          const all = `${subject} ${kind === "email" ? toPlainText(body) : short}`;
          return [...new Set(all.match(/<\w+>|\d\d:\d\d|Amazon\.com is unavailable|Storefront/g))].sort();
        }),
      );
      expect(said[1], set.name).toEqual(said[0]);
      expect(said[2], set.name).toEqual(said[0]);
    }
  });

  it.each([
    [
      "en",
      /personal data (?:is|was) not affected/,
      /may (?:be|have been) affected; we will tell/,
      /data (?:is|was) affected, we do not know yet/,
    ],
    [
      "de",
      /Daten (?:sind|waren) nicht betroffen/,
      /möglicherweise betroffen; wen es betrifft/,
      /wissen wir noch nicht/,
    ],
    ["es", /no (?:están|se vieron) afectados/, /podrían .* avisaremos directamente/, /Aún no sabemos si/],
  ])("say of personal data what is known, in %s", (locale, no, yes, unknown) => {
    for (const set of sets.filter(({ ask }) => ask.data !== undefined))
      for (const kind of ["email", "twitter"]) {
        const of = (data: string) =>
          text(set, { set: data === "" ? {} : { data } }, { kind, locale, timeZone: "UTC" });
        expect(of("no"), set.name).toMatch(no);
        expect(of("yes"), set.name).toMatch(yes);
        if (kind === "email") expect(of("unknown"), set.name).toMatch(unknown);
        for (const pattern of [no, yes, unknown]) expect(of(""), set.name).not.toMatch(pattern);
      }
  });

  it("ask at the resolution whether data was affected, and otherwise only what they asked before", () => {
    const prompted = sets.flatMap(({ name, ask }) =>
      Object.entries(ask).flatMap(([key, { prompt }]) => (prompt ? [`${name}: ${key}`] : [])),
    );
    expect(prompted).toContain("resolved: data");
    expect(prompted.filter((each) => /^(?:ack|inv|ide|mon|hol|cor|ret|pos)/.test(each))).toEqual([]);
  });

  it.each(["de", "es"])("name every kind of debt in %s", (locale) => {
    for (const what of Object.values(WHAT))
      expect(text(named("reminder"), { set: { what } }, { locale }), what).not.toContain(what);
    expect(text(named("reminder"), { set: { what: "a new kind" } }, { locale })).toContain("a new kind");
  });
});

describe("a project's own files", () => {
  const short = (set: TemplateSet, kind: string, locale: string) =>
    set.render(request({}, { kind, channel: "c", locale })).short;

  it("in one language word every channel of that language, though bundled ones are closer", async () => {
    const set = await templateOf({ "de/acknowledge.md": "Eigene Worte." }, "acknowledge");
    expect(short(set, "twitter", "de")).toBe("Eigene Worte.");
    expect(short(set, "twitter", "de-AT")).toBe("Eigene Worte.");
    expect(short(set, "twitter", "en")).toContain("We know about this");
    expect(short(set, "twitter", "es")).toContain("Conocemos el problema");
  });

  it("for one kind word it in every language, though bundled ones are in the reader's", async () => {
    const set = await templateOf({ "acknowledge.twitter.md": "Own words." }, "acknowledge");
    expect(short(set, "twitter", "de")).toBe("Own words.");
    expect(short(set, "email", "de")).toContain("Wir wissen davon");
  });

  it("with the base file leave no bundled one in use, in any language", async () => {
    const set = await templateOf({ "acknowledge.md": "Own words." }, "acknowledge");
    for (const locale of LOCALES) expect(short(set, "twitter", locale)).toBe("Own words.");
  });
});
