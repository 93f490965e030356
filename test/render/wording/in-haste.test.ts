import { describe, expect, it } from "vitest";
import { ENDED } from "./corpus.ts";
import { rulesOf } from "./tally.ts";

const found = (message: string, facts = {}) => [...rulesOf({ message, facts, expect: [] })];

describe("a promise in few words", () => {
  it.each([
    "Fixed by 14:00.",
    "Checkout fixed by 14:00.",
    "Back by noon.",
    "Everything back by noon.",
    "Fixed within the hour.",
    "We will be back within the hour.",
    "It will work within the hour.",
    "Back in an hour or so.",
    "It should work again in an hour or so.",
    "An hour or so and we are back.",
    "Everything will be sorted by lunchtime.",
    "A fix within the hour.",
    "Behoben bis 14:00 Uhr.",
    "Wieder da in einer Stunde.",
    "Statements should be available by tomorrow morning.",
    "Der Shop wird bis 14:00 Uhr wieder erreichbar sein.",
    "We will try to have it fixed by noon.",
    "We will fix it today.",
    "Fixed today.",
    "Fixed tonight.",
    "Back tomorrow.",
    "Back in 1h.",
    "Back in 30m.",
    "Fixed in 1h.",
    "ETA 30m",
    "ETA 1h",
    "Up again in 10 minutes.",
    "The site will be up in 10 minutes.",
    "We should have this fixed by 3pm.",
    "Resolution by 14:00.",
    "Normal service by 14:00.",
    "Working again by 14:00.",
    "Login works again at 14:00.",
    "You will be able to pay again in 10 minutes.",
    "The outage ends at noon.",
    "Bis 14 Uhr ist alles behoben.",
    "Wir sind in einer Stunde wieder da.",
    "Volvemos en una hora.",
  ])("is one: %s", (message) => {
    expect(found(message)).toContain("recovery-time");
  });

  it.each([
    "Orders placed by 14:00 are not affected.",
    "Orders placed within the hour are safe.",
    "Money back within 30 days, as always.",
    "Call back by noon if you need help.",
    "We were back by noon.",
    "We will write back within the hour.",
    "We will work through the night.",
    "Next update within the hour.",
    "We report back in an hour or so.",
    "Refunds are with you in an hour or so.",
    "Fixed: by 14:00 all orders had gone through.",
    "Alle Bestellungen bis 14:00 Uhr sind sicher.",
    "Die Behebung läuft, nächste Nachricht um 10:40 Uhr.",
    "A fix is on its way, next message at 10:40.",
    "Back up at 10:05, but slow.",
    "We plan to roll back the release within the next hour.",
    "We will roll the release back within the next hour.",
    "We will try a fix at 10:30 and tell you how it went.",
    "The old app will be available until Friday.",
    "Die Filialen werden heute bis 20 Uhr erreichbar sein.",
    "La app antigua estará disponible hasta las 20:00.",
    "We will restore the backup of this morning.",
    "We will restore today's orders first.",
    "Vamos a restaurar la copia de esta mañana.",
    "It was fixed at 14:00.",
    "The problem was fixed today.",
    "Already fixed today: the search.",
    "Login worked again at 14:00.",
    "Login works again since 14:00.",
    "Your money should have been back by 14:00.",
    "You should have received your money back by 10:00.",
    "The queue will be up to 10 minutes long.",
    "The outage ended at noon.",
    "Next update by 14:00.",
    "Next update in 30m.",
    "Back in 1h with an update.",
    "Das Problem ist behoben, bis 14 Uhr sind noch Verzögerungen möglich.",
    "Bis 14:00 Uhr ist alles behoben worden.",
    "Wir sind in einer Stunde wieder da mit Neuigkeiten.",
    "Volvemos en una hora con novedades.",
  ])("is none: %s", (message) => {
    expect(found(message)).not.toContain("recovery-time");
  });

  it("tells of what is over once it is over", () => {
    expect(found("Fixed by 14:00. No order was lost.", ENDED)).not.toContain("recovery-time");
  });
});

describe("a machine's whole name", () => {
  it.each([
    "db-01.internal.example.com",
    "kafka-2.eu.example.net",
    "mysql7.example.com",
    "cache-eu-03.example.com",
    "prod-eu-01.example.com",
    "shop.internal.example.com",
    "https://jenkins.lan.example.com/job/7",
    "checkout.staging.example.com",
  ])("is found: %s", (name) => {
    expect(found(`Requests to ${name} time out.`)).toEqual(["private-host"]);
  });

  it.each([
    "www.example.com",
    "status.example.com",
    "www.internal.example.com",
    "api.example.com",
    "eu-1.example.com",
    "ns1.example.com",
    "https://docs.example.com/db-01.html",
    "https://docs.example.com/internal.example.html",
    "db-01.csv",
    "support@eu.example.com",
    "production.example.com",
    "mail01.example.com",
    "mx01.example.com",
    "ns01.example.com",
    "dns-02.example.com",
    "smtp-01.example.com",
    "web02.example.com",
    "web-eu-03.example.com",
    "live02.example.com",
    "api-01.example.com",
    "host-01.example.com",
    "db-1234.customers.example.com",
  ])("is none: %s", (name) => {
    expect(found(`See ${name} for more.`)).toEqual([]);
  });
});
