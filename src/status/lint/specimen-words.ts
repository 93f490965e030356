import type { IncidentType } from "../../incident/incident.ts";

/** What a template is tried with, in one language: words that no wording rule has anything against. */
export interface SpecimenWords {
  readonly title: Readonly<Record<IncidentType, string>>;
  /** The author's own words, as Markdown. */
  readonly message: Readonly<Record<IncidentType | "over", string>>;
  readonly internal: string;
  /** Values for what a template asks for, by name; `other` for a name that is not among them. */
  readonly set: Readonly<Record<string, string>> & { readonly other: string };
}

const en: SpecimenWords = {
  title: {
    incident: "Orders cannot be paid by card",
    maintenance: "New database for orders",
    notice: "Search shows what is in stock",
  },
  message: {
    incident:
      "Customers who pay by card see an error at the last step. Orders by invoice go through, and nobody is charged twice.",
    over: "Everybody can pay by card again. Orders that were placed are complete, and nobody was charged twice.",
    maintenance: "Orders cannot be placed while we move them. Browsing and downloads work as always.",
    notice: "Results now say what can be delivered at once.",
  },
  internal: "The incident room is open; write there before you answer customers.",
  set: {
    version: "4.2.0",
    who: "Customers in Europe",
    works: "Browsing and downloads",
    workaround: "Pay by invoice",
    doing: "We are replacing the part that failed",
    todo: "Nothing",
    what: "next update",
    left: "10 min",
    silent: "sellers",
    command: "status update",
    other: "Orders and payment",
  },
};

const de: SpecimenWords = {
  title: {
    incident: "Bestellungen lassen sich nicht mit Karte bezahlen",
    maintenance: "Neue Datenbank für Bestellungen",
    notice: "Die Suche zeigt, was vorrätig ist",
  },
  message: {
    incident:
      "Wer mit Karte zahlt, sieht beim letzten Schritt einen Fehler. Bestellungen auf Rechnung kommen an, und niemand zahlt doppelt.",
    over: "Alle können wieder mit Karte zahlen. Aufgegebene Bestellungen sind vollständig, und niemand hat doppelt gezahlt.",
    maintenance:
      "Während wir umziehen, sind keine Bestellungen möglich. Stöbern und Herunterladen gehen wie immer.",
    notice: "Die Ergebnisse sagen jetzt, was sofort lieferbar ist.",
  },
  internal: "Der Einsatzraum ist offen; bitte dort schreiben, bevor jemand Kunden antwortet.",
  set: {
    version: "4.2.0",
    who: "Kundschaft in Europa",
    works: "Stöbern und Herunterladen",
    workaround: "Auf Rechnung zahlen",
    doing: "Wir ersetzen das ausgefallene Teil",
    todo: "Nichts",
    what: "nächste Meldung",
    left: "10 min",
    silent: "sellers",
    command: "status update",
    other: "Bestellung und Bezahlung",
  },
};

const es: SpecimenWords = {
  title: {
    incident: "No se puede pagar con tarjeta",
    maintenance: "Nueva base de datos de pedidos",
    notice: "La búsqueda muestra lo que hay en existencias",
  },
  message: {
    incident:
      "Quien paga con tarjeta ve un error en el último paso. Los pedidos con factura llegan bien y nadie paga dos veces.",
    over: "Todos pueden pagar otra vez con tarjeta. Los pedidos hechos están completos y nadie pagó dos veces.",
    maintenance:
      "Mientras los trasladamos no se pueden hacer pedidos. Consultar y descargar funciona como siempre.",
    notice: "Los resultados dicen ahora qué se entrega de inmediato.",
  },
  internal: "La sala de crisis está abierta; escriban allí antes de responder a los clientes.",
  set: {
    version: "4.2.0",
    who: "Clientes en Europa",
    works: "Consultar y descargar",
    workaround: "Pagar con factura",
    doing: "Estamos reemplazando la pieza que falló",
    todo: "Nada",
    what: "próximo aviso",
    left: "10 min",
    silent: "sellers",
    command: "status update",
    other: "Pedidos y pago",
  },
};

const WORDS: Readonly<Record<string, SpecimenWords>> = { en, de, es };

/** In the language of a BCP 47 tag; in English where there are none in that language. */
export function specimenWords(locale: string): SpecimenWords {
  return WORDS[locale.split("-", 1)[0]?.toLowerCase() ?? ""] ?? en;
}
