import type { ComposeContext, Property } from "../../src/channels/contract.ts";
import type { Component } from "../../src/incident/components.ts";
import type { Verb } from "../../src/incident/incident.ts";
import type { Facts } from "../../src/render/facts.ts";
import type { TemplateSet } from "../../src/render/template.ts";

export const LOCALES = ["en", "de", "es"] as const;
export type Locale = (typeof LOCALES)[number];

/** What an author of that language would type. */
interface Sample {
  readonly timeZone: string;
  readonly property: string;
  readonly incident: string;
  readonly work: string;
  readonly storefront: string;
  readonly checkout: string;
  /** The author's own words: while it lasts, when it is over, of planned work, of a notice, of what was learnt. */
  readonly messages: Readonly<Record<"incident" | "over" | "work" | "notice" | "postmortem", string>>;
  readonly notice: string;
  readonly internal: string;
  readonly values: Readonly<Record<string, string>>;
}

const SAMPLES: Readonly<Record<Locale, Sample>> = {
  en: {
    timeZone: "America/Los_Angeles",
    property: "Example Shop",
    incident: "Checkout is failing",
    work: "Database upgrade",
    storefront: "Storefront",
    checkout: "Checkout",
    messages: {
      incident: "Since a change this morning, about *one order in three* cannot be paid for.",
      over: "We took the change back, and every order can be paid for again.",
      work: "The database moves to new machines. Orders wait meanwhile.",
      notice: "Orders can be paid for in instalments.",
      postmortem:
        "## What broke\n\nA change reached half of our machines only.\n\n## What we change\n\n- A change goes everywhere or nowhere.",
    },
    notice: "Pay in instalments",
    internal: "Payments is **rolling back** the release. The bridge is open to everybody on call.",
    values: {
      who: "customers who pay by card",
      works: "Browsing, baskets and payment by invoice.",
      workaround: "Choose payment by invoice.",
      doing: "We are taking this morning's change back.",
      todo: "Nothing. Your basket is kept.",
      version: "4.2",
      summary: "A change to the payment form was only half delivered.",
    },
  },
  de: {
    timeZone: "Europe/Berlin",
    property: "Beispielladen",
    incident: "Bezahlen ist gestört",
    work: "Erneuerung der Datenbank",
    storefront: "Laden",
    checkout: "Kasse",
    messages: {
      incident: "Seit einer Änderung heute Morgen lässt sich etwa *jede dritte Bestellung* nicht bezahlen.",
      over: "Wir haben die Änderung zurückgenommen, und alle Bestellungen lassen sich wieder bezahlen.",
      work: "Die Datenbank zieht auf neue Rechner um. Bestellungen warten so lange.",
      notice: "Bestellungen lassen sich jetzt in Raten bezahlen.",
      postmortem:
        "## Was ausgefallen ist\n\nEine Änderung hat nur die Hälfte unserer Rechner erreicht.\n\n## Was wir ändern\n\n- Eine Änderung geht überallhin oder nirgendwohin.",
    },
    notice: "In Raten bezahlen",
    internal:
      "Das Zahlungsteam nimmt die Version **zurück**. Die Konferenz ist für alle in Bereitschaft offen.",
    values: {
      who: "alle, die mit Karte bezahlen",
      works: "Stöbern, Warenkorb und Kauf auf Rechnung.",
      workaround: "Wählen Sie den Kauf auf Rechnung.",
      doing: "Wir nehmen die Änderung von heute Morgen zurück.",
      todo: "Nichts. Ihr Warenkorb bleibt erhalten.",
      version: "4.2",
      summary: "Eine Änderung am Bezahlformular war nur halb ausgeliefert.",
    },
  },
  es: {
    timeZone: "Europe/Madrid",
    property: "Tienda Ejemplo",
    incident: "Fallan los pagos",
    work: "Renovación de la base de datos",
    storefront: "Tienda",
    checkout: "Caja",
    messages: {
      incident: "Desde un cambio de esta mañana, cerca de *uno de cada tres pedidos* no se puede pagar.",
      over: "Hemos retirado el cambio y todos los pedidos se pueden pagar de nuevo.",
      work: "La base de datos pasa a máquinas nuevas. Los pedidos esperan mientras tanto.",
      notice: "Los pedidos ya se pueden pagar a plazos.",
      postmortem:
        "## Qué falló\n\nUn cambio llegó solo a la mitad de nuestras máquinas.\n\n## Qué vamos a cambiar\n\n- Un cambio llega a todas partes o a ninguna.",
    },
    notice: "Pagar a plazos",
    internal:
      "El equipo de pagos está **retirando** la versión. La conferencia está abierta a todo el turno de guardia.",
    values: {
      who: "clientes que pagan con tarjeta",
      works: "La navegación, la cesta y el pago con factura.",
      workaround: "Elija el pago con factura.",
      doing: "Estamos retirando el cambio de esta mañana.",
      todo: "Nada. Su cesta se conserva.",
      version: "4.2",
      summary: "Un cambio en el formulario de pago se entregó solo a medias.",
    },
  },
};

export type Fullness = "nothing but the facts" | "everything said";
export const FULLNESS: readonly Fullness[] = ["nothing but the facts", "everything said"];

/** An ordinary incident, piece of work or notice, as the template would tell it. */
export function sampleOf(
  { name, type, phase, ask }: TemplateSet,
  locale: Locale,
  fullness: Fullness,
): { readonly facts: Facts; readonly property: Property; readonly context: ComposeContext } {
  const sample = SAMPLES[locale];
  const full = fullness === "everything said";
  const number = OPENING.has(name) ? 1 : 2;
  const over = phase === "resolved" || phase === "completed" || name === "postmortem";
  const planned = type === "maintenance";
  const ahead = phase === "scheduled" || name === "maintenance-cancelled";
  const title = { incident: sample.incident, maintenance: sample.work, notice: full ? sample.notice : "" }[
    type
  ];
  const standing = phase ?? (type === "incident" && !over ? "identified" : "resolved");
  const now = new Date("2026-06-29T16:52:00Z");
  const startedAt = new Date(ahead ? "2026-07-06T09:00:00Z" : "2026-06-29T16:40:00Z");
  const endsAt = planned ? new Date(ahead ? "2026-07-06T11:00:00Z" : "2026-06-29T18:00:00Z") : null;
  const nextUpdateAt =
    over || type === "notice" ? null : new Date(ahead ? "2026-07-05T09:00:00Z" : "2026-06-29T17:10:00Z");
  const told =
    name === "postmortem" ? name : type === "incident" ? (over ? "over" : type) : planned ? "work" : type;
  const state = over ? "operational" : planned ? "under_maintenance" : "partial_outage";
  const components = type === "notice" ? [] : [{ id: "checkout", state } as const];
  const answers = full ? { ...sample.values, data: "unknown" } : {};
  const tree: readonly Component[] = [
    { id: "storefront", name: sample.storefront, components: [] },
    { id: "checkout", name: sample.checkout, components: [] },
  ];
  const property: Property = {
    name: sample.property,
    url: "https://shop.example.com",
    statusUrl: "https://status.example.com",
    locale,
    timeZone: sample.timeZone,
    components: tree,
  };
  return {
    property,
    facts: {
      title,
      message: full && name !== "maintenance-cancelled" ? sample.messages[told] : null,
      short: null,
      internal: full ? sample.internal : null,
      brokenGlass: null,
      type,
      phase: standing,
      impact: type === "incident" ? "major" : "none",
      components: components.map((each) => ({ ...each, name: sample.checkout })),
      property: { name: property.name, url: property.url },
      statusUrl: property.statusUrl,
      startedAt,
      endsAt,
      nextUpdateAt,
      resolvedAt: over ? now : null,
      now,
      incidentId: "2026-06-29-example",
      updateNumber: number,
      set: {
        ...Object.fromEntries(Object.entries(answers).filter(([key]) => Object.hasOwn(ask, key))),
        ...(name === "reminder" ? { left: "5 min", command: "status retry 2026-06-29-example" } : {}),
      },
      drill: false,
    },
    context: {
      keyOf: () => "0123456789abcdef0123456789abcdef",
      incident: {
        id: "2026-06-29-example",
        type,
        title: title || sample.property,
        phase: standing,
        impact: type === "incident" ? "major" : "none",
        components,
        startedAt,
        endsAt,
        nextUpdateAt,
      },
      update: { id: "u", number, verb: VERBS[name] ?? "update", at: now },
      rootSubject: number === 1 ? null : title,
    },
  };
}

const OPENING: ReadonlySet<string> = new Set(["acknowledge", "maintenance-scheduled", "deploying", "deploy"]);

const VERBS: Readonly<Record<string, Verb>> = {
  acknowledge: "announce",
  deploying: "announce",
  deploy: "announce",
  resolved: "resolve",
  holding: "follow-up",
  correction: "correct",
  retraction: "retract",
  "maintenance-scheduled": "maintenance schedule",
  "maintenance-started": "maintenance start",
  "maintenance-overrun": "maintenance extend",
  "maintenance-completed": "maintenance complete",
  "maintenance-cancelled": "maintenance cancel",
};
