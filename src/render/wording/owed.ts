import { isClosed } from "../../incident/incident.ts";
import type { Wording } from "./check.ts";
import { readable } from "./passage.ts";
import { anyOf, phrasesIn } from "./phrases.ts";
import type { FactRule } from "./rule.ts";

/** What was said is changed or withdrawn; it is no new update. */
const AFTERTHOUGHTS = ["correct", "retract"];

export const noNextUpdate: FactRule = ({ facts }) =>
  facts.type === "incident" &&
  !isClosed(facts.phase) &&
  facts.nextUpdateAt === null &&
  !AFTERTHOUGHTS.includes(facts.verb)
    ? [
        {
          excerpt: "no next update",
          reason: "Nobody knows when to look again, so they ask support instead.",
          better: "Add --next-update 30m.",
        },
      ]
    : [];

const DATA = anyOf(
  "(?<!no )data(?! ?(?:cent(?:er|re)s?|base|feed|plan|sheet)(?![\\p{L}]))",
  "(?:nothing|none|no \\p{L}+|not) (?:was |were |has been |have been |is |are )?(?:lost|deleted|leaked|exposed)",
  "(?:lost|loss)",
  "daten|kundendaten|bestelldaten|zahlungsdaten|personendaten|datenverluste?s?|datensätze|verloren(?: gegangen)?|verlorengegangen",
  "datos?|pérdidas?|perdid[oa]s?|perdió|perdieron|se ha perdido",
);
const NO_DATA = anyOf("no data (?:was|were|has|have|is|are|loss)");

export const noDataSentence: FactRule = (wording) => {
  const { facts } = wording;
  const closes = facts.type === "incident" && isClosed(facts.phase) && !AFTERTHOUGHTS.includes(facts.verb);
  if (
    !closes ||
    facts.data !== null ||
    textsOf(wording).some((text) => phrasesIn(readable(text), DATA, NO_DATA).length > 0)
  )
    return [];
  return [
    {
      excerpt: "no word on data",
      reason: "At the end everybody asks whether anything was lost or seen by others, and this does not say.",
      better: "Add --set data=no, yes or unknown, or a sentence such as “No orders were lost.”",
    },
  ];
};

function textsOf({ written, posts }: Wording): string[] {
  return [...written, ...posts].filter(({ audience }) => audience === "public").map(({ text }) => text);
}
