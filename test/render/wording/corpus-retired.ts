import { ENDED, IDENTIFIED, MONITORING, PLANNED, type Sample } from "./corpus.ts";

/** Once held out, then tuned with: the longer updates, and words as tired people write them. */
export const RETIRED: readonly Sample[] = [
  // Good updates, as calm people write them
  {
    title: "Card payments are refused",
    message:
      "Since 09:40 UTC about one card payment in three is refused. Paying by invoice and by gift card works. We have stopped the change that we made this morning and are checking whether that helps.",
    expect: [],
  },
  {
    title: "Sign-in is slow in Europe",
    message:
      "Signing in takes up to a minute for people in Europe. If you are signed in, stay signed in: everything behind the sign-in works as usual.",
    expect: [],
  },
  {
    title: "Downloads to readers fail",
    message:
      "New books do not arrive on reading devices. Books that you have already downloaded are not affected. You can read new ones in the browser meanwhile.",
    expect: [],
  },
  {
    title: "Order confirmations are late",
    message:
      "Confirmations by e-mail arrive up to two hours late. Your order counts from the moment you press Buy; please do not order twice.",
    expect: [],
  },
  {
    message:
      "We found the cause: a setting that limits the number of connections was too low. We are raising it step by step, region by region, and watch each step.",
    facts: IDENTIFIED,
    expect: [],
  },
  {
    message:
      "We raised the limit in all regions at 10:12 UTC. Since then no payment has been refused. We keep watching until the evening rush is over.",
    facts: MONITORING,
    expect: [],
  },
  {
    title: "Card payments were refused",
    message:
      "From 09:40 to 10:12 UTC, 4,210 card payments were refused. Nobody was charged for a refused payment. All payments work since 10:12. We will publish what happened by Friday 6 March.",
    facts: ENDED,
    expect: [],
  },
  {
    message:
      "Still no news: we are comparing the settings of the two regions, line by line. Europe is still affected; the other regions are fine.",
    expect: [],
  },
  {
    message:
      "Search shows no results for words with accents. Searching without accents (“cafe” for “café”) finds everything.",
    expect: [],
  },
  {
    message:
      "Parcels from our Hamburg warehouse leave a day later than shown. Those that were to arrive by 24 December still will.",
    expect: [],
  },
  {
    message:
      "The app for iOS 17.4.1 closes at start. Version 8.3.0.2 of the app mends it and is in the store for review.",
    expect: [],
  },
  {
    message: "We turned off picture uploads at 11:05 to protect everything else. Text messages go through.",
    expect: [],
  },
  {
    message:
      "Prices in Swiss francs are ten times too high on the product page; the basket has the right ones.",
    expect: [],
  },
  {
    message:
      "Please do not use the button “Reset password” today: its mails do not arrive. Call us at +1 555 0100 if you are locked out.",
    expect: [],
  },
  {
    message:
      "If you use the API, wait 60 seconds between two calls for now. Calls beyond that get error 429.",
    expect: [],
  },
  {
    title: "Live scores stopped",
    message: "Scores of tonight's matches stopped at minute 63. Results that are final are right.",
    expect: [],
  },
  {
    message:
      "We have asked ten customers to try it; for all ten the payment went through. We are letting everybody in now.",
    facts: MONITORING,
    expect: [],
  },
  {
    message:
      "Invoices of 1 March have the number 10.0.4711 twice. They are valid, and you need not do anything.",
    expect: [],
  },
  {
    message:
      "Exports with more than 10,000 rows stop halfway. Split them by month until we have repaired it.",
    expect: [],
  },
  {
    message: "We do not know yet how long this takes, and will not guess. We speak again at 10:30 UTC.",
    expect: [],
  },
  {
    message:
      "Nothing is lost: what you saved before 09:40 is there, and what you typed since is kept in your browser.",
    facts: { ...ENDED, data: null },
    expect: [],
  },
  {
    message: "Deliveries in zone X-200 and aisle B-07 are delayed. The order numbers begin with WEB-2026.",
    expect: [],
  },
  {
    title: "New look of the basket",
    message: "The basket has a new look since today. Nothing else has changed.",
    facts: { ...ENDED, type: "notice", verb: "announce", data: null, template: "deploy" },
    expect: [],
  },
  {
    title: "Database upgrade",
    message:
      "On Sunday from 02:00 to 04:00 UTC you can read but not write. Everything will be back to normal by 04:00.",
    facts: PLANNED,
    expect: [],
  },
  {
    message:
      "We hoped that restarting would help; it did not. We now move the traffic of Spain to our second site.",
    expect: [],
  },
  {
    message: "Two of our four sites answer again. Until the others follow, pages may load slowly.",
    expect: [],
  },
  {
    message: "Chat with support is closed. By mail we answer within 4 hours, as always.",
    expect: [],
  },
  {
    message:
      "Sellers: stock that you change now is shown to buyers about 20 minutes later. Nothing is lost in between.",
    expect: [],
  },
  {
    message:
      "Refunds of last weekend will be on your account within three to five days. You need not write to us.",
    facts: ENDED,
    expect: [],
  },
  {
    message: "Some mails that you get today were written yesterday. Please go by the date in the text.",
    facts: ENDED,
    expect: [],
  },
  // Good ones in German
  {
    title: "Kartenzahlung gestört",
    message:
      "Seit 09:40 UTC wird etwa jede dritte Kartenzahlung abgelehnt. Rechnung und Gutschein gehen. Wir haben die Änderung von heute früh zurückgenommen und prüfen, ob das hilft.",
    expect: [],
  },
  {
    title: "Anmeldung langsam",
    message:
      "Das Anmelden dauert bis zu einer Minute. Wer angemeldet ist, merkt nichts davon und bleibt am besten angemeldet.",
    expect: [],
  },
  {
    message:
      "Wir kennen die Ursache: Eine Grenze für Verbindungen war zu niedrig. Wir heben sie Schritt für Schritt an.",
    facts: IDENTIFIED,
    expect: [],
  },
  {
    message:
      "Von 09:40 bis 10:12 Uhr wurden Kartenzahlungen abgelehnt. Niemandem wurde etwas doppelt abgebucht. Seit 10:12 Uhr geht alles.",
    facts: ENDED,
    expect: [],
  },
  {
    message:
      "Wie lange es dauert, wissen wir noch nicht. Um 10:30 Uhr sagen wir Ihnen, was wir bis dahin gefunden haben.",
    expect: [],
  },
  {
    message: "Bestellungen, die vor 14 Uhr eingehen, werden wie immer noch heute verschickt.",
    expect: [],
  },
  {
    message: "Falls eine Zahlung zu fehlen scheint, warten Sie bitte: Sie wird nur später gebucht.",
    expect: [],
  },
  // Good ones in Spanish
  {
    title: "Fallan los pagos con tarjeta",
    message:
      "Desde las 09:40 UTC se rechaza uno de cada tres pagos con tarjeta. Se puede pagar por factura. Hemos deshecho el cambio de esta mañana y comprobamos si ayuda.",
    expect: [],
  },
  {
    message: "Conocemos la causa: un límite de conexiones demasiado bajo. Lo estamos subiendo poco a poco.",
    facts: IDENTIFIED,
    expect: [],
  },
  {
    message:
      "De 09:40 a 10:12 se rechazaron pagos. No se cobró nada dos veces y no se perdió ningún dato. Todo funciona desde las 10:12.",
    facts: { ...ENDED, data: null },
    expect: [],
  },
  {
    message: "Los pedidos hechos antes de las 14:00 salen hoy como siempre.",
    expect: [],
  },
  {
    message: "No sabemos cuánto tardaremos. A las 10:30 contaremos lo que hayamos encontrado.",
    expect: [],
  },
  {
    message: "Quien ya haya entrado no nota nada. Si parece que falta un pago, espere: se anota más tarde.",
    expect: [],
  },
  { message: "Payments by bank transfer work; only those by card are refused.", expect: [] },
  {
    message: "Gate 10 opens at 18:00 as planned. Tickets on phones load slowly: please have them ready.",
    expect: [],
  },
  {
    message: "Since version 12.1.0.4 the app asks twice for your code. Both times the same code is right.",
    expect: [],
  },
  { message: "Paper invoices of the week from 23 to 27 February are sent once more.", expect: [] },
  { message: "We have put the list of stores that take cash on our start page.", expect: [] },
  { message: "Los recibos llegan por correo postal mientras el correo electrónico no funciona.", expect: [] },
  {
    message: "Die Filiale in der Testhofstraße hat offen; nur die Kartenzahlung geht dort nicht.",
    expect: [],
  },
  { message: "Sellers: please do not send the file orders.v2.1.0.3.csv again, we have it.", expect: [] },
  { message: "Refunds will be back on your account within five days.", facts: ENDED, expect: [] },
  {
    message: "Our support will be available by phone until 22:00. A full report will be available by Friday.",
    expect: [],
  },
  { message: "Unser Support wird heute bis 18 Uhr erreichbar sein.", expect: [] },
  { message: "Browsing works normally, and your basket is kept. Paying does not work.", expect: [] },
  { message: "The web site is fully operational; only the app shows empty pages.", expect: [] },
  { message: "An order may appear to be unpaid although it is paid.", expect: [] },
  {
    message:
      "Films of the pay-per-view-24 and app-store-10 offers stop after a minute. Lessons of primary-school-3 work.",
    expect: [],
  },
  { message: "Transfers to TBC Bank take a day longer.", expect: [] },
  {
    title: "New app",
    message: "The new app will be available tomorrow.",
    facts: { ...ENDED, type: "notice", verb: "announce", data: null },
    expect: [],
  },
  { message: "Hello\n\nCards are refused since 09:40.", expect: [] },
  {
    message: "We look for the cause. Next word: June 29, 10:00 PDT (17:00 UTC).",
    before:
      "Payments fail\n\nWe look for the cause. Next word: June 28, 21:00 PDT (04:00 UTC).\n\nAffected: Checkout (partial outage)\n\nSince: 09:40 UTC",
    expect: ["repetition"],
  },
  {
    message: "Cards are refused in France.",
    before:
      "Payments fail\n\nCards are refused in France. Cards are refused in Spain and in Italy. Gift cards are refused in France, in Spain and in Italy.\n\nAffected: Checkout (partial outage)\n\nSince: 09:40 UTC",
    expect: [],
  },
  // Bad ones, as tired people write them
  { message: "fix is in, should be good in 10 mins", expect: ["recovery-time"] },
  { message: "We anticipate full recovery by 3pm Pacific.", expect: ["recovery-time"] },
  { message: "Service will be restored before the end of the day.", expect: ["recovery-time"] },
  { message: "Hang tight, we will have you up and running again in no time!", expect: ["recovery-time"] },
  { message: "Expected resolution time: 2 hours.", expect: ["recovery-time"] },
  { message: "You can expect things to return to normal within the hour.", expect: ["recovery-time"] },
  {
    message: "Technicians are on it, only a few more minutes and you can pay again.",
    expect: ["recovery-time"],
  },
  { message: "Spätestens heute Abend läuft alles wieder.", expect: ["recovery-time"] },
  { message: "Wir haben die Störung gleich behoben, höchstens noch 20 Minuten.", expect: ["recovery-time"] },
  { message: "La web estará operativa a partir de las 15:00.", expect: ["recovery-time"] },
  { message: "En menos de una hora todo estará resuelto.", expect: ["recovery-time"] },
  { message: "Could be DNS. It's always DNS.", expect: ["guess"] },
  { message: "We have reason to believe the trouble comes from last night's import.", expect: ["guess"] },
  { message: "I guess the cache is cold after the restart.", expect: ["guess"] },
  { message: "Wohl ein Problem mit dem Netz.", expect: ["guess"] },
  { message: "Quizás sea el cambio de anoche.", expect: ["guess"] },
  { message: "Our partner Netpost has not sent any mail since 08:00.", expect: ["vendor"] },
  { message: "max mustermann from the night shift restarted it.", expect: ["staff"] },
  { message: "pool exhausted on pg-prod-eu-02, failing over to pg-prod-eu-03", expect: ["private-host"] },
  { message: "The load balancer lb1.fra.example.lan drops every tenth request.", expect: ["private-host"] },
  { message: "Requests from fe80::1ff:fe23:4567:890a are dropped.", expect: ["ip-address"] },
  { message: "curl -u admin:Xy7_pq21 https://api.example.com/health answers again", expect: ["secret"] },
  {
    message: "For the partners: use client_secret=8f14e45fceea167a5a36dedd4bea2543 until tomorrow.",
    expect: ["secret"],
  },
  {
    message: "slack bot xoxb-204817365921-4821739650182-qWmZ7cTn5Rk2Lp9VxB3dHs is revoked",
    expect: ["secret"],
  },
  {
    message:
      "Unhandled rejection Error: socket hang up\n    at connResetException (node:internal/errors:720:14)",
    expect: ["stack-trace"],
  },
  { message: "System.InvalidOperationException: Sequence contains no elements", expect: ["stack-trace"] },
  { message: "See PAY-88 and OPS-1203 for the whole story.", expect: ["ticket"] },
  { message: "Dear {{name}}, card payments fail.", expect: ["unrendered"] },
  { message: "Affected since: %s", expect: ["unrendered"] },
  { message: "Card payments fail in [region].", expect: ["unrendered"] },
  { title: "Test", message: "Test for the new channel", expect: ["test-text"] },
  { message: "lorem ipsum dolor sit amet", expect: ["unrendered"] },
  { message: "Checking whether this bot works, nothing to see here.", expect: ["test-text"] },
  {
    title: "Major outage of product pictures",
    message: "Pictures are missing.",
    facts: { impact: "minor" },
    expect: ["outage"],
  },
  { message: "Störung: Der Ausfall betrifft die Suche.", facts: { impact: "minor" }, expect: ["outage"] },
  { message: "La caída de la búsqueda continúa.", facts: { impact: "minor" }, expect: ["outage"] },
  { message: "We are truly sorry for any inconvenience caused to you.", expect: ["stock-apology"] },
  { message: "Für entstandene Unannehmlichkeiten bitten wir um Entschuldigung.", expect: ["stock-apology"] },
  { message: "Lamentamos los inconvenientes ocasionados.", expect: ["stock-apology"] },
  { message: "All fixed now, sorry about that.", expect: ["state-mismatch"] },
  { message: "Card payments are working again for everyone.", facts: IDENTIFIED, expect: ["state-mismatch"] },
  {
    message: "We closed this, though a few people remain unable to pay.",
    facts: ENDED,
    expect: ["state-mismatch"],
  },
  { message: "Zahlungen sind weiterhin nicht möglich.", facts: ENDED, expect: ["state-mismatch"] },
  { message: "Ya está solucionado.", expect: ["state-mismatch"] },
  { message: "Card payments work.", facts: { ...ENDED, data: null }, expect: ["no-data-sentence"] },
  { message: "Kartenzahlung geht wieder.", facts: { ...ENDED, data: null }, expect: ["no-data-sentence"] },
  {
    message: "We look for the cause.",
    facts: { nextUpdateAt: null, verb: "announce" },
    expect: ["no-next-update"],
  },
  {
    message: "We continue to work on this with the whole team. More soon.",
    before:
      "Payments fail\n\nWe are working on this with the whole team. More soon.\n\nAffected: Checkout (partial outage)\n\nSince: 09:40 UTC",
    expect: ["repetition"],
  },
  {
    message: "The night import locked the price table, and the nightly job retries it every minute.",
    internal: "root cause: night import locked the price table and the nightly job retries; restart at 10",
    expect: ["internal-text"],
  },
];
