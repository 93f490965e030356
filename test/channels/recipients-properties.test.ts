import fc from "fast-check";
import addressparser from "nodemailer/lib/addressparser";
import { describe, expect, it } from "vitest";
import { mailboxOf } from "../../src/channels/contract.ts";
import { parseAddress, readAddress } from "../../src/channels/email/address.ts";
import { csvRecords, type Separator } from "../../src/channels/email/recipients/csv.ts";
import { linesOf, textOf } from "../../src/channels/email/recipients/text.ts";
import { fillUnsubscribe } from "../../src/channels/email/recipients/unsubscribe.ts";
import { entriesIn } from "./recipients-ground.ts";

/** Letters that mean something to CSV, mail, or both. */
const hostile = fc.string({
  unit: fc.oneof(
    fc.constantFrom(..."\r\n\t\0 ,;:<>()[]\"'\\@.=?%!|`*+-_~{}/"),
    fc.constantFrom("\u202e", "\u3002", "ｅ", "ß", "é", "℀", "\u00ad", "😀", "\ud800", "xn--", "=?utf-8?q?"),
    fc.constantFrom(..."abcXYZ019"),
  ),
  maxLength: 30,
});
const cell = fc.string({ unit: fc.constantFrom(...'ab,;\t"\r\n é😀'), maxLength: 8 });

describe("CSV", () => {
  it("reads back what a correct writer wrote, in whatever pieces it comes", async () => {
    const tables = fc
      .integer({ min: 2, max: 4 })
      .chain((width) =>
        fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
      );
    await fc.assert(
      fc.asyncProperty(
        tables,
        fc.constantFrom<Separator>(",", ";", "\t"),
        fc.constantFrom("\n", "\r\n"),
        fc.boolean(),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        async (table, separator, newline, always, ended, width) => {
          const write = (text: string) =>
            always || /[",;\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
          const csv =
            table.map((row) => row.map(write).join(separator)).join(newline) + (ended ? newline : "");
          const bytes = Buffer.from(csv);
          async function* pieces() {
            for (let at = 0; at < bytes.length; at += width) yield bytes.subarray(at, at + width);
          }
          const read: (readonly string[])[] = [];
          let line = 1;
          for await (const records of csvRecords(textOf(pieces(), "it"), "it", () => separator))
            for (const record of records) {
              expect(record.fault).toBeNull();
              expect(record.line).toBe(line);
              line += record.cells.join("").split("\n").length;
              read.push(record.cells);
            }
          expect(read).toEqual(table);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("takes any text without harm: every line is an entry, a fault, or the list is refused", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(hostile, { maxLength: 20 }), async (lines) => {
        const csv = `email,name\n${lines.join("\n")}`;
        const entries = await entriesIn(csv).catch((error: Error) => {
          expect(error.message).toMatch(/does not close|has no entries/);
          return [];
        });
        for (const entry of entries) {
          if ("recipient" in entry) expectHarmless(entry.recipient.address);
          else expect(entry.text).toMatch(/^[^\p{C}]{0,120}$/u);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("lines", () => {
  it("are the same in whatever pieces they come", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom(..."aé😀\n") }),
        fc.integer({ min: 1, max: 9 }),
        async (text, width) => {
          const bytes = Buffer.from(text);
          async function* pieces() {
            for (let at = 0; at < bytes.length; at += width) yield bytes.subarray(at, at + width);
          }
          const read: string[] = [];
          for await (const lines of linesOf(textOf(pieces(), "it")))
            read.push(...lines.map((line) => line.text));
          expect(read).toEqual(
            text
              .replace(/\n$/, "")
              .split("\n")
              .slice(0, text === "" ? 0 : undefined),
          );
        },
      ),
    );
  });
});

/** That every reader of mail takes it for one mailbox, the same one. */
function expectHarmless(address: string): void {
  expect(address).toMatch(/^[!-~]+$/);
  expect(address).not.toMatch(/[\s<>,;:"()[\]\\]|=\?/);
  expect(address.split("@")).toHaveLength(2);
  expect(address.length).toBeLessThanOrEqual(254);
  expect(address.indexOf("@")).toBeLessThanOrEqual(64);
  expect(addressparser(address)).toEqual([{ address, name: "" }]);
  const domain = address.slice(address.indexOf("@") + 1);
  expect(new URL(`https://${domain}/`).hostname).toBe(domain);
}

describe("an address", () => {
  it("is nothing that a mail library or a server could read differently", () => {
    const near = fc
      .tuple(hostile, fc.constantFrom("@", "@a.", "@@", ""), hostile)
      .map((parts) => parts.join(""));
    let taken = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          hostile,
          near,
          fc.emailAddress(),
          fc.tuple(hostile, fc.emailAddress()).map((parts) => parts.join("")),
        ),
        (text) => {
          const address = readAddress(text);
          if (address === null) return;
          taken++;
          expectHarmless(address);
          expect(mailboxOf(address)).toBe(address.toLowerCase());
          expect(readAddress(address)).toBe(address);
        },
      ),
      { numRuns: 20_000 },
    );
    expect(taken).toBeGreaterThan(1000);
  });

  it("has its domain in lower case and in ASCII", () => {
    expect(readAddress("Sales.Desk@EXAMPLE.com")).toBe("Sales.Desk@example.com");
    expect(readAddress("seller@Bücher.example")).toBe("seller@xn--bcher-kva.example");
    expect(readAddress("seller@例え.example")).toBe("seller@xn--r8jz45g.example");
    expect(parseAddress("Seller <seller@BÜCHER.example>")).toEqual({
      name: "Seller",
      address: "seller@xn--bcher-kva.example",
    });
  });

  it.each([
    "seller@example。com",
    "seller@ｅxample.com",
    "seller@exam\u00adple.com",
    "seller@exam\u200bple.com",
    "seller@①27.0.0.1",
    "seller@0x",
    "seller@example.0x7f",
    "seller@127.0.0.1",
    "seller@[127.0.0.1]",
    "seller@example.com.",
    "seller@℀.example",
    "seller@exa℡.example",
    "seller@exam ple.com",
    "sällеr@example.com",
    "seller@@example.com",
    "seller@example.com@example.org",
    "=?utf-8?q?eve=40example.org?=@example.com",
    '"seller"@example.com',
    "seller(eve)@example.com",
    "seller@example.com>\r\nRCPT TO:<eve@example.com",
    "seller@example.com,eve@example.com",
    `${"a".repeat(65)}@example.com`,
    `seller@${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(63)}`,
    `${"a".repeat(60)}@${`${"ü".repeat(30)}.`.repeat(6)}example`,
  ])("is not %s", (text) => {
    expect(readAddress(text)).toBeNull();
    expect(parseAddress(text)).toBeNull();
  });

  it("is not sought in a text that goes on and on", () => {
    expect(parseAddress(`x${" ".repeat(200_000)}x`)).toBeNull();
  });
});

describe("a place to unsubscribe", () => {
  it("is where the channel says, whatever the entry", () => {
    fc.assert(
      fc.property(
        hostile.filter((id) => !/[\ud800-\udfff]/.test(id.replaceAll("😀", ""))),
        (id) => {
          const filled = fillUnsubscribe("https://example.com/leave/{id}/now?mail={address}", {
            id,
            address: "a+b@example.com",
          });
          if (filled === null) return;
          const { origin, pathname, searchParams, hash } = new URL(filled);
          expect({ origin, hash, mail: searchParams.get("mail") }).toEqual({
            origin: "https://example.com",
            hash: "",
            mail: "a+b@example.com",
          });
          const [, leave, own, now, ...more] = pathname.split("/");
          expect([leave, decodeURIComponent(own ?? ""), now, more]).toEqual(["leave", id, "now", []]);
          expect(filled).toMatch(/^[!-~]+$/);
          expect(filled).not.toMatch(/[<>"]/);
        },
      ),
      { numRuns: 2000 },
    );
  });
});
