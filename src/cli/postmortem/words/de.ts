import type { PostmortemWords } from "./words.ts";

export const de: PostmortemWords = {
  title: "Nachbericht: {title}",
  guide: `Schreiben Sie unter jede Frage; was wie hier in einem Kommentar steht, wird nie veröffentlicht.
Lassen Sie das Wort vor jeder Frage stehen (etwa "required: cause"): Es sagt, zu welcher Frage Ihre Antwort gehört.
Was zwischen "facts" und "/facts" steht, kommt aus den Aufzeichnungen. Um es zu erneuern und Ihre Antworten zu behalten:
  status postmortem draft {id} --force
Wenn alles Nötige beantwortet ist:
  status postmortem publish {id}`,
  summary: "eine Zeile für Orte mit wenig Platz; ohne sie der erste Absatz",
  sections: {
    summary: {
      heading: "In Kürze",
      question: `Was ging schief, und was war Ihr Anteil daran? Sagen Sie es in der ersten Person ("wir", "ich"), in zwei oder drei Sätzen.
Geben Sie den Fehler in eigenen Worten zu; kein "wir bitten um Verständnis". Dieser Absatz geht auch an Orte mit wenig Platz.`,
    },
    glance: { heading: "Auf einen Blick", question: null },
    affected: {
      heading: "Wer betroffen war, und wie",
      question: `Wer war betroffen, und was haben diese Menschen gesehen? Wer war es nicht?
Müssen sich Kunden Sorgen machen: um ihre Daten, ihre Bestellungen, ihr Geld? Haben sie jetzt etwas zu tun?`,
    },
    cause: {
      heading: "Was ausgefallen ist",
      question:
        "Was ist ausgefallen, und was hat es ausgelöst? Sagen Sie es so, dass Kunden folgen können; verschweigen Sie nichts, und beschuldigen Sie niemanden beim Namen.",
    },
    whys: {
      heading: "Warum es geschehen konnte",
      question: `Freiwillig: fünfmal warum. Warum ist es ausgefallen? Und warum war das so?
1.
2.
3.
4.
5.`,
    },
    detection: {
      heading: "Wie wir es gefunden haben",
      question: "Wer oder was hat es bemerkt, und wann? Was führte zur Ursache, und was führte in die Irre?",
    },
    fix: {
      heading: "Wie wir es behoben haben",
      question: "Was hat es beendet? Ist das endgültig, oder hält es, bis etwas Besseres da ist?",
    },
    technology: {
      heading: "Was wir gelernt haben: Technik",
      question:
        'Was ändern Sie an Systemen, Werkzeugen und Tests? Mindestens eine Maßnahme, oder "keine, weil …".',
    },
    process: {
      heading: "Was wir gelernt haben: Abläufe",
      question:
        'Was ändern Sie an Ihrer Arbeitsweise: Änderungen, Alarme, Zuständigkeiten? Mindestens eine Maßnahme, oder "keine, weil …".',
    },
    communication: {
      heading: "Was wir gelernt haben: Kommunikation",
      question: `Haben die Menschen früh, oft und ehrlich genug davon gehört? Die Aufzeichnungen am Ende dieses Dokuments zeigen es.
Mindestens eine Maßnahme, oder "keine, weil …".`,
    },
    people: {
      heading: "Die Menschen dabei",
      question: "Freiwillig: Wie war es, dabei zu sein? Was ging gut, und wem ist zu danken?",
    },
    others: {
      heading: "Was andere lernen können",
      question: "Freiwillig: Was sollte wissen, wer Ähnliches betreibt? Welche Technik war im Spiel?",
    },
    actions: {
      heading: "Was wir tun werden",
      question: `Was versprechen Sie, und bis wann? Um etwas hinzuzufügen, das Kunden sehen:
  status action add "…" --incident {id} --due 14d --public
Erneuern Sie danach dieses Dokument. Gibt es nichts, sagen Sie, warum.`,
    },
    timeline: { heading: "Was wir wann gesagt haben", question: null },
  },
  glance: {
    began: "**Beginn:** {time}",
    ended: "**Ende:** {time}",
    lasted: "**Dauer:** {duration}",
    impact: "**Auswirkung:** {impact}",
    affected: "**Betroffen:** {components}",
    component: "{name} (schlimmstenfalls: {state})",
    firstWord: "**Erstes öffentliches Wort:** {duration} nach dem Beginn",
    firstWordBefore: "**Erstes öffentliches Wort:** vor dem Beginn",
    noWord: "**Erstes öffentliches Wort:** keines, solange es dauerte",
  },
  actions: {
    due: "{text} (bis {date})",
    done: "{text} (umgesetzt {date})",
    internal: "Diese sind nicht öffentlich und bleiben in diesem Kommentar:",
  },
  timeline: {
    heard: {
      one: "gehört auf {heard} von {count} öffentlichen Kanal",
      other: "gehört auf {heard} von {count} öffentlichen Kanälen",
    },
    withdrawn: "später zurückgenommen",
    kept: {
      one: "Wir haben Zeiten für die nächste Meldung versprochen, und {count} Versprechen wurde gehalten.",
      other: "Wir haben Zeiten für die nächste Meldung versprochen, und {count} Versprechen wurden gehalten.",
    },
    late: { one: "{count} Meldung kam zu spät.", other: "{count} Meldungen kamen zu spät." },
    broken: { one: "{count} kam nicht auf allen Kanälen.", other: "{count} kamen nicht auf allen Kanälen." },
    noPromise: "Wir haben keine Zeit für eine nächste Meldung versprochen.",
  },
};
