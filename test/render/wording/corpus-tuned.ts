import { ENDED, IDENTIFIED, MONITORING, PLANNED, type Sample } from "./corpus.ts";

/** Samples that the rules were tuned with. */
export const TUNED: readonly Sample[] = [
  // What blocks: secrets
  { message: "Rotate it later: AKIAZ7QX2M4NT5BWYE3K still works.", expect: ["secret"] },
  { message: "Deploy with ghp_a8Kd02LmZx93QpVn4RtYw71BcEu5HsJf6GkT once more.", expect: ["secret"] },
  {
    message: "Customers can sign in again if we set DB_PASSWORD=tr0ub4dor3 on every node.",
    expect: ["secret"],
  },
  { message: "The import runs from postgres://shop:Xk9wq2@db.example.com/orders now.", expect: ["secret"] },
  {
    message:
      "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.dBjftJeZ4CVPmB92K27uhbUJU1p1r is refused.",
    expect: ["secret"],
  },
  { message: "For now the password is Sommer2026! for everyone in support.", expect: ["secret"] },
  { message: "Calls with sk_live_9aZ8bY7cX6dW5eV4fU3g fail.", audience: "internal", expect: ["secret"] },
  { message: "Das Passwort: Winter-88-Zug! geht wieder.", expect: ["secret"] },
  {
    message: "Resetting your password does not work. Your old password: unchanged, please keep using it.",
    expect: [],
  },
  { message: "Sign-in fails with “token: expired” on phones. Signing in on the web works.", expect: [] },
  { message: "Passwords must have 12 characters again; for six hours the form wrongly took 8.", expect: [] },
  { message: "Your API key is valid. Calls that were refused may be repeated.", expect: [] },
  {
    message: "Order 4711-0815-AKIA and its like are shown twice in the list. You are charged once.",
    expect: [],
  },
  { message: "Sign-in by bearer token works; sign-in by password does not.", expect: [] },
  // Private hosts
  { message: "We restarted web-prod-03 and two of its neighbours.", expect: ["private-host"] },
  { message: "Requests to billing.internal time out.", expect: ["private-host"] },
  { message: "jenkins.corp.example.com is full, so releases wait.", expect: ["private-host"] },
  { message: "orders.shop.svc.cluster.local does not answer.", expect: ["private-host"] },
  { message: "The page sends people to http://localhost:3000/pay after payment.", expect: ["private-host"] },
  { message: "Wir haben db-primary-1 neu gestartet.", expect: ["private-host"] },
  { message: "Hemos reiniciado prod-db y las colas.", expect: ["private-host"] },
  { message: "Restarted web-prod-03 and db01.", audience: "internal", expect: [] },
  { message: "Stores in us-east-1 and eu-west-2 cannot upload pictures; all others can.", expect: [] },
  {
    message: "Please use https://status.example.com and www.internal.example.com/help as before.",
    expect: [],
  },
  { message: "Version web-2.4.1 of the app shows a blank page. Version 2.4.2 mends this.", expect: [] },
  { message: "Orders of the COVID-19 self-tests and ISO-27001 handbooks are delayed by a day.", expect: [] },
  { message: "Your local store in Localhausen is open; only the web shop is slow.", expect: [] },
  // Addresses of machines
  { message: "Traffic from 203.0.113.17 is refused by mistake.", expect: ["ip-address"] },
  { message: "We block 10.20.0.0/16 for now.", expect: ["ip-address"] },
  { message: "The service at 2001:db8:85a3::8a2e:370:7334 does not answer.", expect: ["ip-address"] },
  { message: "Version 4.12.0.1 of the app cannot sign in. Please stay on 4.11.", expect: [] },
  {
    message: "We went back from version 10.2.0.4 to 10.2.0.3, and pages load again for some of you.",
    expect: [],
  },
  {
    message: "Between 09:40:10 and 09:58:30 no order was taken. We look into the ones from 09:39.",
    expect: [],
  },
  {
    message: "If names do not resolve for you, use 1.1.1.1 as your name server until we say more.",
    expect: [],
  },
  // Stack traces
  {
    message: "Customers see this:\n\njava.lang.NullPointerException\n  at com.shop.Cart.total(Cart.java:214)",
    expect: ["stack-trace"],
  },
  {
    message: 'Traceback (most recent call last):\n  File "/srv/app/pay.py", line 88, in charge',
    expect: ["stack-trace"],
  },
  { message: "TypeError: x is not a function\n    at pay (/srv/shop/pay.js:10:14)", expect: ["stack-trace"] },
  { message: "It stops with panic: runtime error: index out of range.", expect: ["stack-trace"] },
  { message: "The order page shows “Internal error 500” after Pay. Nothing is charged.", expect: [] },
  { message: "We look at line 12 of the price list, which two sellers reported as wrong.", expect: [] },
  { message: "The exception to this is gift cards: they work at the till.", expect: [] },
  // Tickets
  { message: "We follow this as OPS-4711.", expect: ["ticket"] },
  { message: "INC0048213 was opened for it.", expect: ["ticket"] },
  { message: "We follow this as OPS-4711.", audience: "internal", expect: [] },
  { message: "Orders such as AB-10045 and REF-9921 are shown as unpaid although they are paid.", expect: [] },
  { message: "Ask support and name this incident; the OPS team reads along.", expect: [] },
  // Promises of a time
  { message: "This will be fixed by 14:00.", expect: ["recovery-time"] },
  { message: "We expect to be back by noon.", expect: ["recovery-time"] },
  { message: "Everything should be resolved shortly.", expect: ["recovery-time"] },
  { message: "Back up within 30 minutes.", expect: ["recovery-time"] },
  { message: "We know the cause. ETA 14:00.", facts: IDENTIFIED, expect: ["recovery-time"] },
  { message: "Payments will soon be working again.", expect: ["recovery-time"] },
  { message: "By tomorrow morning the shop will be fully operational.", expect: ["recovery-time"] },
  { message: "We're going to have this fixed within the next hour.", expect: ["recovery-time"] },
  { message: "A fix is expected in about 2 hours.", facts: IDENTIFIED, expect: ["recovery-time"] },
  { message: "The repair should take about 45 minutes to fix for everybody.", expect: ["recovery-time"] },
  { message: "Das Problem wird in Kürze behoben.", expect: ["recovery-time"] },
  {
    message: "Wir gehen davon aus, dass der Shop bis 14:00 Uhr wieder erreichbar ist.",
    expect: ["recovery-time", "guess"],
  },
  {
    message: "Die Zahlung sollte innerhalb der nächsten Stunde wieder funktionieren.",
    expect: ["recovery-time"],
  },
  { message: "El problema se solucionará en breve.", expect: ["recovery-time"] },
  { message: "Esperamos que el servicio esté restablecido antes de las 14:00.", expect: ["recovery-time"] },
  { message: "El pago volverá a funcionar en 30 minutos.", expect: ["recovery-time"] },
  { message: "We do not know yet when this is fixed. Next update in 30 minutes.", expect: [] },
  { message: "We have no ETA yet. We will be back with an update at 10:30.", expect: [] },
  { message: "We'll be back at 10:30.", expect: [] },
  { message: "Orders placed before 10:00 will be sent once the repair is done.", expect: [] },
  {
    message: "The ETA that the app shows for parcels is wrong; the one in your e-mail is right.",
    expect: [],
  },
  {
    message: "Please order online before 14:00 as usual: taking orders works, only the confirmation is late.",
    expect: [],
  },
  {
    message: "At 10:05 we went back to the version before; payments were back up within 4 minutes.",
    facts: ENDED,
    expect: [],
  },
  { message: "The shop will be back by 06:00 after the planned work.", facts: PLANNED, expect: [] },
  { message: "Nächste Meldung um 10:30 Uhr, oder früher, sobald wir mehr wissen.", expect: [] },
  { message: "Wir melden uns um 10:30 Uhr wieder mit neuen Informationen.", expect: [] },
  { message: "Volveremos con novedades a las 10:30, o antes si sabemos más.", expect: [] },
  {
    message: "We are restoring orders from this morning, oldest first. You do not need to do anything.",
    expect: [],
  },
  // Colleagues' words
  {
    message: "Payments fail because the primary ran out of disk after last night's import.",
    internal: "The primary ran out of disk after last night's import; the on-call is adding space.",
    expect: ["internal-text"],
  },
  {
    message: "Payments fail for one in three customers.",
    internal: "Roll back the cart change, owner asleep",
    template: "Note: Roll back the cart change, owner asleep",
    expect: ["internal-text"],
  },
  {
    title: "Payments fail for customers in Europe since this morning",
    message: "Cards are refused. Paying by invoice works.",
    internal: "Payments fail for customers in Europe since this morning: connection pool at its limit.",
    expect: [],
  },
  {
    message: "Cards are refused in Europe. Paying by invoice works.",
    internal: "Cards are refused because the pool is exhausted on the payment database.",
    expect: [],
  },
  // Leftovers of templates
  { message: "Hello {{ customer.name }}, payments fail.", expect: ["unrendered"] },
  { message: `Payments fail since \${startTime}.`, expect: ["unrendered"] },
  { message: "Payments fail.", template: "Next update: undefined", expect: ["unrendered"] },
  { message: "Payments fail.", template: "Affected: [object Object]", expect: ["unrendered"] },
  { message: "Payments fail since null.", expect: ["unrendered"] },
  { message: "TODO: say who is affected.", expect: ["unrendered"] },
  { message: "Payments fail. Cause: TBD", expect: ["unrendered"] },
  { message: "%d orders are waiting.", expect: ["unrendered"] },
  { message: "About 5 % of orders fail, and 100% of gift cards work.", expect: [] },
  {
    message: "Some product pages show “undefined” instead of the price. The basket has the right price.",
    expect: [],
  },
  { message: "Seit null Uhr sind Zahlungen mit Karte gestört. Rechnung geht.", expect: [] },
  { message: "TODO funciona menos el pago con tarjeta.", expect: [] },
  {
    message: "The price list has empty cells, and contracts signed today are not null and void.",
    expect: [],
  },
  // Tests
  { title: "test", message: "testing 123", expect: ["test-text"] },
  { message: "This is a test, please ignore.", expect: ["test-text"] },
  { message: "asdf", expect: ["test-text"] },
  { title: "foo bar", message: "Payments fail.", expect: ["test-text"] },
  { message: "Nur ein Test, bitte ignorieren.", expect: ["test-text"] },
  { message: "Esto es una prueba.", expect: ["test-text"] },
  { message: "This is a test, please ignore.", live: false, expect: [] },
  { message: "We are testing a repair on a few machines. Payments still fail for now.", expect: [] },
  { title: "Test Valley store: card payments fail", message: "The tills take cash.", expect: [] },
  {
    message: "Test results from Monday are missing in your account. They are safe at the laboratory.",
    expect: [],
  },
  { message: "Please ignore this message if you have already chosen a new password.", expect: [] },
  // Guesses
  { message: "This is probably a network problem.", expect: ["guess"] },
  { message: "We think that the import this night broke it.", expect: ["guess"] },
  { message: "It seems to be caused by the new price list.", expect: ["guess"] },
  { message: "The cause might be a full disk.", expect: ["guess"] },
  { message: "Most likely a change of this morning.", expect: ["guess"] },
  { message: "Die Ursache liegt vermutlich im Netz.", expect: ["guess"] },
  { message: "Es könnte an der Datenbank liegen.", expect: ["guess"] },
  { message: "Probablemente se trata de un fallo de red.", expect: ["guess"] },
  { message: "Parece que la causa es el cambio de anoche.", expect: ["guess"] },
  { message: "You might be asked to sign in again.", expect: [] },
  { message: "If a payment seems to be missing, please wait; it is booked late.", expect: [] },
  { message: "Möglicherweise müssen Sie sich neu anmelden.", expect: [] },
  { message: "We believe in saying what we know: cards are refused since 09:40.", expect: [] },
  // Names
  { message: "Examplecloud has trouble in one region, and so have we.", expect: ["vendor"] },
  { message: "Payments by Paywell's form fail.", expect: ["vendor"] },
  { message: "Jane Doe is looking into it.", expect: ["staff"] },
  { message: "The square picture format is refused; other formats work.", expect: [] },
  {
    message: "Pay with Paywell fails at the last step. Cards work.",
    facts: { components: [{ id: "paywell", name: "Pay with Paywell", state: "partial_outage" }] },
    expect: [],
  },
  { message: "Doe-eyed plush toys are shown with wrong prices.", expect: [] },
  // Outage
  { title: "Search outage", message: "Search is slow.", facts: { impact: "minor" }, expect: ["outage"] },
  { message: "Wir haben einen Ausfall der Suche.", expect: ["outage"] },
  { message: "Sufrimos una interrupción de la búsqueda.", expect: ["outage"] },
  { title: "Outage of the whole shop", message: "Nothing works.", facts: { impact: "critical" }, expect: [] },
  { message: "A power outage in Leeds closed our shop there; the web shop works.", expect: [] },
  { message: "This is not an outage: pages load, only slowly.", expect: [] },
  { message: "Zahlungen sind langsam. Es ist kein Ausfall.", expect: [] },
  { message: "La tienda funciona sin interrupción; solo fallan los recibos.", expect: [] },
  // The same again
  {
    message: "We are still working on this. We have nothing new to tell.",
    before:
      "Payments fail\n\nWe are working on this. We have nothing new to tell.\n\nAffected: Checkout (partial outage)\n\nSince: 09:40 UTC",
    expect: ["repetition"],
  },
  {
    message:
      "We went back to the version before on half of our machines; payments work for every second customer.",
    before:
      "Payments fail\n\nWe look for the cause.\n\nAffected: Checkout (partial outage)\n\nSince: 09:40 UTC",
    expect: [],
  },
  {
    message: "Payments work again in Germany. In France they still fail.",
    before:
      "Payments fail\n\nPayments work again in Austria. In France they still fail.\n\nAffected: Checkout (partial outage)\n\nSince: 09:40 UTC",
    expect: [],
  },
  // What is owed
  {
    message: "Payments fail. We are looking for the cause.",
    facts: { nextUpdateAt: null },
    expect: ["no-next-update"],
  },
  {
    message: "Payments work again since 10:20.",
    facts: { ...ENDED, data: null },
    expect: ["no-data-sentence"],
  },
  {
    message: "Payments work again since 10:20. No order was lost.",
    facts: { ...ENDED, data: null },
    expect: [],
  },
  {
    message: "Zahlungen gehen wieder. Es sind keine Daten verloren gegangen.",
    facts: { ...ENDED, data: null },
    expect: [],
  },
  {
    message: "El pago funciona de nuevo. No se ha perdido ningún pedido.",
    facts: { ...ENDED, data: null },
    expect: [],
  },
  {
    message: "The new search is live for everybody.",
    facts: { ...ENDED, type: "notice", verb: "announce", data: null },
    expect: [],
  },
  // Words against facts
  {
    message: "Payments work again.",
    facts: { ...ENDED, components: [{ id: "checkout", name: "Checkout", state: "degraded_performance" }] },
    expect: ["state-mismatch"],
  },
  { message: "The problem has been resolved.", expect: ["state-mismatch"] },
  { message: "Everything works again.", facts: IDENTIFIED, expect: ["state-mismatch"] },
  { message: "Some payments are still failing.", facts: ENDED, expect: ["state-mismatch"] },
  { message: "Das Problem ist behoben.", expect: ["state-mismatch"] },
  { message: "El problema está resuelto.", expect: ["state-mismatch"] },
  { message: "Payments have been restored; we are watching them.", facts: MONITORING, expect: [] },
  { message: "We will tell you as soon as this is resolved.", expect: [] },
  { message: "Cards are back to normal for customers in Spain but not yet in Italy.", expect: [] },
  { message: "If you still see an old price, reload the page.", facts: ENDED, expect: [] },
  {
    message: "We are still investigating why our alarms were silent, and will publish what we find.",
    facts: ENDED,
    expect: [],
  },
  // Stock phrases
  { message: "We apologize for any inconvenience this may have caused.", expect: ["stock-apology"] },
  { message: "Cards are refused. Sorry for the inconvenience!", expect: ["stock-apology"] },
  { message: "Wir bitten, die Unannehmlichkeiten zu entschuldigen.", expect: ["stock-apology"] },
  { message: "Disculpen las molestias.", expect: ["stock-apology"] },
  { message: "We are sorry that you could not pay this morning.", facts: ENDED, expect: [] },
  { message: "The convenience store in Leeds is closed today.", expect: [] },
  // Several at once
  {
    message:
      "We think that Examplecloud is down. It will be fixed in 20 minutes. Sorry for any inconvenience.",
    expect: ["guess", "vendor", "recovery-time", "stock-apology"],
  },
];
