import { describe, expect, it } from "vitest";
import { StatusError } from "../../src/base/errors.ts";
import { checkConfig } from "../../src/config/load.ts";

const base = { kind: "email", smtp: "env:SMTP_URL", from: "status@example.com" };
const list = { recipients: "customers.csv" };

async function read(change: object): Promise<Readonly<Record<string, unknown>>> {
  const content = { property: { name: "Shop" }, channels: { mail: { ...base, ...change } } };
  const { channels } = await checkConfig(content, { path: "/srv/shop/.statusrc" });
  return channels[0]!.settings;
}

/** What the user is told of these settings; null where they are taken. */
async function told(change: object): Promise<string | null> {
  try {
    await read(change);
    return null;
  } catch (error) {
    if (error instanceof StatusError) return error.message;
    throw error;
  }
}

describe("a mail channel's settings", () => {
  it("name either addresses or a list", async () => {
    expect(await told({})).toContain("channels.mail.to: give to: [name@example.com], or recipients:");
    expect(await told({ to: [] })).toContain("channels.mail.to");
    expect(await told({ ...list, to: ["a@example.com"] })).toContain(
      "channels.mail.recipients: give either to: or recipients:, not both",
    );
    expect(await told({ to: ["a@example.com"] })).toBeNull();
    expect(await told(list)).toBeNull();
  });

  it("take a list from a file, a query or a command", async () => {
    expect((await read(list)).recipients).toEqual({ file: "customers.csv" });
    const query = { query: "select email from customers" };
    expect((await read({ recipients: query, database: "env:CUSTOMERS_URL" })).recipients).toEqual(query);
    const command = { command: ["./customers", "--all"] };
    expect((await read({ recipients: command })).recipients).toEqual(command);
    for (const recipients of ["", 4, {}, [], { file: "a.csv" }, { ...command, ...query }])
      expect(await told({ recipients }), JSON.stringify(recipients)).toMatch(
        /channels\.mail\.recipients: a file: customers\.csv .* query: .* command: /,
      );
    for (const argv of [[], [""]])
      expect(await told({ recipients: { command: argv } })).toContain("the first word names a program");
  });

  it("take one source of those who must hear nothing, or several", async () => {
    expect((await read({ ...list, suppress: "bounces.txt" })).suppress).toEqual([{ file: "bounces.txt" }]);
    const suppress = ["bounces.txt", { command: ["./left"] }];
    expect((await read({ ...list, suppress })).suppress).toEqual([{ file: "bounces.txt" }, suppress[1]]);
    expect(await told({ ...list, suppress: { qery: "x" } })).toContain("channels.mail.suppress: a file");
  });

  it("refuse a query without a database", async () => {
    const query = { query: "select 1" };
    const complaint = "channels.mail.database: a query needs a database to ask";
    expect(await told({ recipients: query })).toContain(complaint);
    expect(await told({ ...list, suppress: ["bounces.txt", query] })).toContain(complaint);
  });

  it.each([
    ["suppress", "bounces.txt"],
    ["locales", ["de"]],
    ["connections", 4],
    ["rate", "1/s"],
  ])("refuse %s without a list", async (key, value) => {
    expect(await told({ to: ["a@example.com"], [key]: value })).toContain(
      `channels.mail.${key}: goes with recipients: only`,
    );
    expect(await told({ ...list, [key]: value })).toBeNull();
  });

  it("read a rate as mails per second", async () => {
    expect((await read({ ...list, rate: "100/s" })).rate).toBe(100);
    expect((await read({ ...list, rate: "600/m" })).rate).toBe(10);
    expect((await read({ ...list, rate: "9000 / h" })).rate).toBe(2.5);
    for (const rate of [100, "100", "0/s", "-1/s", "1/d", "1e3/s", ""])
      expect(await told({ ...list, rate }), String(rate)).toMatch(
        /channels\.mail\.rate: say how many mails in what time|channels\.mail\.rate should be/,
      );
  });

  it("bound the connections", async () => {
    for (const connections of [0, 65, 1.5, "4"])
      expect(await told({ ...list, connections })).toContain("channels.mail.connections");
    expect(await told({ ...list, connections: 64 })).toBeNull();
  });

  it("name other languages once each, in their usual form", async () => {
    expect((await read({ ...list, locales: ["DE", "es-mx"] })).locales).toEqual(["de", "es-MX"]);
    expect(await told({ ...list, locales: ["de", "DE"] })).toContain("a language stands here twice");
    expect(await told({ ...list, locales: ["german!"] })).toContain(
      "channels.mail.locales.0: give a language tag",
    );
  });

  it("let a list's entries each have their own place to unsubscribe", async () => {
    const url = (unsubscribe: string) => told({ ...list, unsubscribe });
    expect(await url("https://example.com/leave/{id}?mail={address}")).toBeNull();
    expect(await url("https://example.com/leave")).toBeNull();
    expect(await url("https://example.com/leave/{name}")).toContain(
      "there is no {name}; write {id} or {address}",
    );
    expect(await url("https://example.com/leave/{id")).toContain("a brace that stands alone");
    for (const elsewhere of [
      "https://{id}.example.com/leave",
      "https://example.com/leave#{id}",
      "https://{id}@example.com/",
      "https://{address}/leave",
    ])
      expect(await url(elsewhere), elsewhere).toContain("channels.mail.unsubscribe");
    expect(await told({ to: ["a@example.com"], unsubscribe: "https://example.com/{id}" })).toContain(
      "channels.mail.unsubscribe: only a list",
    );
  });

  it("sign with a domain, a selector and a key, or not at all", async () => {
    const dkim = { domain: "Example.com", selector: "202611" };
    const dkimKey = "file:dkim.pem";
    expect((await read({ ...list, dkim, dkimKey })).dkim).toEqual({
      domain: "example.com",
      selector: "202611",
    });
    expect(await told({ ...list, dkim })).toContain("channels.mail.dkimKey: dkim: needs its private key");
    expect(await told({ ...list, dkimKey })).toContain("channels.mail.dkim: dkimKey: signs nothing without");
    expect(await told({ ...list, dkimKey, dkim: { ...dkim, selector: "a b" } })).toContain(
      "channels.mail.dkim.selector",
    );
    expect(await told({ ...list, dkimKey, dkim: { ...dkim, domain: "a;b" } })).toContain(
      "channels.mail.dkim.domain",
    );
  });

  it("name the nearest key for one that is unknown", async () => {
    expect(await told({ recipents: "customers.csv" })).toContain('unknown key "recipents"');
    expect(await told({ recipents: "customers.csv" })).toContain("recipients");
  });
});
