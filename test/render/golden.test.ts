import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { listTemplates, loadTemplateSet } from "../../src/render/template.ts";
import { composed, gallery, KIND_NAMES } from "./as-read.ts";
import { FULLNESS, LOCALES, type Locale } from "./samples.ts";

const places = {
  projectDirectory: null,
  bundledDirectory: fileURLToPath(new URL("../../templates", import.meta.url)),
};
const sets = await Promise.all(
  (await listTemplates(places)).map(({ name }) => loadTemplateSet({ ...places, name })),
);

describe.each(LOCALES)("in %s", (locale) => {
  it.each(sets.map((set) => [set.name, set] as const))("%s reads as it was reviewed", async (name, set) => {
    await expect(gallery(set, locale)).toMatchFileSnapshot(`golden/${locale}/${name}.txt`);
  });

  it("every text names the incident, so that no two incidents look alike", () => {
    for (const set of sets)
      for (const kind of KIND_NAMES)
        for (const fullness of FULLNESS) {
          const { text, payload } = composed(set, kind, locale, fullness);
          expect(`${text}${JSON.stringify(payload)}`, `${set.name} ${kind}`).toMatch(NAMES[locale]);
        }
  });

  it.each([
    ["twitter", 280],
    ["bluesky", 300],
    ["mastodon", 500],
  ] as const)("an ordinary update fits a post on %s whole", (kind, limit) => {
    for (const set of sets) {
      const { text, length, notes } = composed(set, kind, locale, "nothing but the facts");
      expect(length?.used, text).toBeLessThanOrEqual(limit);
      expect(notes, text).not.toContain("cut to fit");
    }
  });
});

const NAMES: Readonly<Record<Locale, RegExp>> = {
  en: /Checkout is failing|Database upgrade|Example Shop|Pay in instalments/,
  de: /Bezahlen ist gestört|Erneuerung der Datenbank|Beispielladen|In Raten bezahlen/,
  es: /Fallan los pagos|Renovación de la base de datos|Tienda Ejemplo|Pagar a plazos/,
};
