import { simpleParser } from "mailparser";
import { describe, expect, it } from "vitest";
import type { MailPayload } from "../../src/channels/email/compose.ts";
import { composeList, type ListPayload } from "../../src/channels/email/compose-list.ts";
import { prepareLetter } from "../../src/channels/email/letter.ts";
import { loadTemplateSet } from "../../src/render/template.ts";
import { composed, postOf } from "./as-read.ts";
import { BUNDLED } from "./project.ts";
import { LOCALES, type Locale, sampleOf } from "./samples.ts";

const set = await loadTemplateSet({
  name: "identified",
  projectDirectory: null,
  bundledDirectory: BUNDLED,
});
const facts = "nothing but the facts";
const wordsIn = (locale: Locale) => {
  const sample = sampleOf(set, locale, facts);
  return set.render({
    ...{ channel: "customers", kind: "email", audience: "public", locale, facts: sample.facts },
    timeZone: sample.property.timeZone,
  });
};

const AROUND: Readonly<Record<Locale, readonly string[]>> = {
  en: [
    "Example Shop status",
    "Identified · major impact",
    "See the status page",
    "sends this to",
    "Unsubscribe",
  ],
  de: [
    "Status von Beispielladen",
    "Ursache gefunden · größere Auswirkung",
    "Zur Statusseite",
    "schickt diese",
    "Abmelden",
  ],
  es: [
    "Estado de Tienda Ejemplo",
    "Causa identificada · impacto importante",
    "Ver la página de estado",
    "envía este",
    "Darse de baja",
  ],
};

describe("the words around a mail", () => {
  it.each(LOCALES)("are %s where the words in it are", (locale) => {
    const { html, text } = composed(set, "email", locale, facts).payload as MailPayload;
    expect(html).toContain(`<html lang="${locale}">`);
    for (const words of AROUND[locale]) expect(html).toContain(words);
    for (const words of AROUND[locale].slice(3)) expect(text).toContain(words);
  });

  it("are each recipient's own in a list that is written in several languages", async () => {
    const { property, context } = sampleOf(set, "en", facts);
    const { payload } = composeList(
      wordsIn("en"),
      {
        ...context,
        translations: new Map([
          ["de", wordsIn("de")],
          ["es-MX", wordsIn("es")],
        ]),
      },
      { from: "Status <status@example.com>", unsubscribe: "https://example.com/{id}" },
      property,
      "en",
    );
    const letter = await prepareLetter(
      payload as unknown as ListPayload,
      { root: null, previous: null },
      null,
    );
    for (const [locale, words] of [
      ["de-AT", AROUND.de],
      ["es", AROUND.es],
      ["fr", AROUND.en],
      [null, AROUND.en],
    ] as const) {
      const mail = await simpleParser(
        await letter.write({
          ...{ address: "reader@example.net", name: null, locale },
          unsubscribe: "https://example.com/1",
        }),
      );
      for (const word of words.slice(1)) expect(mail.html, String(locale)).toContain(word);
      expect(mail.text).toContain(`${words[4]}: https://example.com/1`);
    }
  });

  it("hold a property's name as text, whatever it is called", () => {
    const { property, context } = sampleOf(set, "de", facts);
    const name = '<b>{address}</b> & "co"\r\nBcc: x@example.com';
    const post = postOf("email", wordsIn("de"), context, { ...property, name }, "de");
    const { html, text } = post.payload as MailPayload;
    expect(html).toContain("Status von &lt;b&gt;{address}&lt;/b&gt; &amp; &quot;co&quot; Bcc: x@example.com");
    expect(text).toContain(
      '<b>{address}</b> & "co" Bcc: x@example.com schickt diese Meldung an reader@example.net, ',
    );
  });
});

describe("the words around a forum post", () => {
  it("are those of its readers", () => {
    const { raw, title } = composed(set, "discourse", "de", facts).payload as { raw: string; title: string };
    expect(raw).toContain("Statusseite: <https://status.example.com>");
    expect(title).toBe("Bezahlen ist gestört (29. Juni 2026, 18:40 MESZ, Meldung 2)");
  });

  it("name planned work as planned in a title", () => {
    const { property, context } = sampleOf(set, "es", facts);
    const work = {
      ...context,
      incident: { ...context.incident, type: "maintenance" as const, title: "Obras" },
    };
    const { title } = postOf("discourse", wordsIn("es"), work, property, "es").payload as { title: string };
    expect(title).toBe(
      "Obras (mantenimiento programado, anunciado el 29 de junio de 2026, 18:52 CEST, actualización 2)",
    );
  });
});
