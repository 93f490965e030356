import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { type Impact, INCIDENT_PHASES, MAINTENANCE_PHASES } from "../../../src/incident/incident.ts";
import type { Facts } from "../../../src/render/facts.ts";
import { toPlainText } from "../../../src/render/formats/plain.ts";
import { listTemplates, loadTemplateSet } from "../../../src/render/template.ts";
import { checkWording } from "../../../src/render/wording/check.ts";
import { FACTS, request } from "../facts.ts";
import { POLICY } from "./corpus.ts";

const places = {
  projectDirectory: null,
  bundledDirectory: fileURLToPath(new URL("../../../templates", import.meta.url)),
};
const sets = await Promise.all(
  (await listTemplates(places)).map(({ name }) => loadTemplateSet({ ...places, name })),
);
const CLOSED = ["resolved", "completed"];

/** What the rules find in a bundled template's own words, in one language, for one impact and kind of channel. */
function findingsIn(set: (typeof sets)[number], locale: string, impact: Impact, kind: string, data: string) {
  const type = set.type ?? "incident";
  const phases = type === "maintenance" ? MAINTENANCE_PHASES : INCIDENT_PHASES;
  return (set.phase === null ? phases.slice(0, 1) : [set.phase]).flatMap((phase) => {
    const state = CLOSED.includes(phase)
      ? "operational"
      : impact === "critical"
        ? "major_outage"
        : impact === "major"
          ? "partial_outage"
          : "degraded_performance";
    const facts: Facts = {
      ...FACTS,
      title: "Checkout",
      set: { data },
      ...{ type, phase, impact, endsAt: type === "maintenance" ? new Date("2010-06-29T18:00:00Z") : null },
      components: [{ id: "checkout", name: "Checkout", state }],
    };
    const { subject, body, short, keep } = set.render(request(facts, { locale, kind, channel: kind }));
    const text = kind === "twitter" ? [short, keep].join("\n") : `${subject}\n\n${toPlainText(body)}`;
    const post = { channel: kind, audience: "public", locale, live: true, before: null } as const;
    return checkWording(
      {
        written: [],
        posts: [{ ...post, text }],
        facts: { ...facts, verb: "update", data, template: set.name },
      },
      POLICY,
    ).map(({ rule, excerpt }) => `${locale} ${set.name} ${kind}, ${impact}: ${rule} “${excerpt}”`);
  });
}

describe("the bundled templates", () => {
  it.each(["en", "de", "es"])(
    "have nothing against them in %s, whatever the impact and the channel",
    (locale) => {
      const findings = sets.flatMap((set) =>
        (["minor", "major", "critical"] as const).flatMap((impact) =>
          ["email no", "email yes", "email unknown", "twitter no"].flatMap((way) => {
            const [kind = "", data = ""] = way.split(" ");
            // Without a message there is no correction and no postmortem to word.
            return ["correction", "postmortem", "deploy", "reminder"].includes(set.name)
              ? []
              : findingsIn(set, locale, impact, kind, data);
          }),
        ),
      );
      expect([...new Set(findings)]).toEqual([]);
    },
  );
});
