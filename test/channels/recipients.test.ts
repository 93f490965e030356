import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readEntries } from "../../src/channels/email/recipients/read.ts";
import { brief, entriesIn, entriesOf, failure, folderWith, suppressedBy } from "./recipients-ground.ts";

describe("a list in a CSV file", () => {
  it("gives address, name, language and a place to unsubscribe, whatever else stands there", async () => {
    const csv = [
      "Id,Email,Name,Plan,Language,Unsubscribe",
      '7,seller@EXAMPLE.com,"Corner Shop, London",gold,de_AT,https://example.com/u/7',
      "8, buyer@example.com ,,,,",
    ].join("\n");
    expect(await entriesIn(csv)).toEqual([
      {
        line: 2,
        recipient: {
          address: "seller@example.com",
          name: "Corner Shop, London",
          locale: "de-AT",
          unsubscribe: "https://example.com/u/7",
        },
      },
      { line: 3, recipient: { address: "buyer@example.com", name: null, locale: null, unsubscribe: null } },
    ]);
  });

  it.each([
    ["commas", "name,email\nA,a@example.com\n"],
    ["semicolons", "name;email\r\nA;a@example.com\r\n"],
    ["tabs", "name\temail\nA\ta@example.com"],
    ["quotes around everything", '"name";"email"\n"A";"a@example.com"\n'],
    ["a byte order mark", "\ufeffemail,name\na@example.com,A\n"],
    ["one column", "email\na@example.com\n"],
    ["empty lines", "\nemail\n\r\n\na@example.com\n\n"],
    ["rows of empty cells", "email,name\na@example.com,A\n,\n , \n"],
    ["empty cells left off the end, or added", "name,email,plan\nA,a@example.com\nA,a@example.com,,,\n"],
    ["a column address", "Address\na@example.com\n"],
    ["a postal address beside the email", "address,email\nElm St 4,a@example.com\n"],
  ])("may have %s", async (_, csv) => {
    expect(new Set(brief(await entriesIn(csv)))).toEqual(new Set(["a@example.com"]));
  });

  it("may go over several lines in one cell, and counts them", async () => {
    const csv = 'note,email\n"one\ntwo\n""three""",a@example.com\nx,nobody\n';
    const [first, second] = await entriesIn(csv);
    expect(first).toMatchObject({ line: 2, recipient: { address: "a@example.com" } });
    expect(second).toMatchObject({
      line: 5,
      text: "x,nobody",
      fault: "this is no address: name@example.com",
    });
  });

  it("goes on after a line that is nobody", async () => {
    const csv = [
      "email,name",
      "a@example.com,A",
      ",B",
      '"b@example.com"x,B',
      "c@example.com,C,D",
      "d@example.com,D",
    ].join("\n");
    const entries = await entriesIn(csv);
    expect(brief(entries)).toEqual(["a@example.com", "3!", "4!", "5!", "d@example.com"]);
    expect(entries.flatMap((entry) => ("fault" in entry ? [entry.fault] : []))).toEqual([
      "there is no address",
      "text follows a closing quote; a quote inside a cell is doubled",
      "there are 3 cells where the first line names 2",
    ]);
  });

  it("loses one entry to a quote that closes in the next line's", async () => {
    const csv = 'email,name\na@example.com,"A\nb@example.com,"B"\nc@example.com,C\n';
    expect(brief(await entriesIn(csv))).toEqual(["2!", "b@example.com", "c@example.com"]);
  });

  it.each([
    ["by the end", 'email,name\na@example.com,A\nb@example.com,"B\nc@example.com,C\n'],
    [
      "for very long",
      `email,name\na@example.com,A\nb@example.com,"B\n${"c@example.com,C\n".repeat(10_000)}d@example.com,"D"\n`,
    ],
  ])("cannot be read where a quote does not close %s", async (_, csv) => {
    const error = await failure(entriesIn(csv));
    expect(error).toMatchObject({ fate: "not-sent", code: "LIST_UNREADABLE" });
    expect(error.message).toBe("list.csv has a quote in line 3 that does not close");
  });

  it("passes over a line that is too long", async () => {
    const long = "x".repeat(1_000_000);
    const csv = `email,name\na@example.com,A\nb@example.com,${long}\nc@example.com,C\n"d@example.com",${long}\ne@example.com,E\n`;
    const entries = await entriesIn(csv);
    expect(brief(entries)).toEqual(["a@example.com", "3!", "c@example.com", "5!", "e@example.com"]);
    expect(entries[1]).toMatchObject({ fault: "the line is longer than 64 kB" });
  });

  it.each([
    ["is empty", "", "is empty"],
    ["has a header only", "email,name\n", "has no entries"],
    [
      "names no column email",
      "mail,name\na@example.com,A\n",
      'has no column "email" or "address"; its columns are "mail", "name"',
    ],
    ["has no header", "a@example.com\n", 'has no column "email"'],
    ["names email twice", "email,name,Email\na@example.com,A,b@example.com\n", 'has two columns "email"'],
  ])("cannot be read where it %s", async (_, csv, complaint) => {
    const error = await failure(entriesIn(csv));
    expect(error).toMatchObject({ fate: "not-sent", code: "LIST_UNREADABLE" });
    expect(error.message).toContain(`list.csv ${complaint}`);
  });
});

describe("a list in an NDJSON file", () => {
  it("has an object or an address on each line", async () => {
    const lines = [
      '{"id": 7, "Email": "seller@example.com", "name": "Seller", "language": "de", "plan": {"deep": []}}',
      '"buyer@example.com"',
      "",
      '{"address": "kiosk@example.com", "name": null, "locale": 4}',
    ];
    expect(await entriesIn(`${lines.join("\r\n")}\r\n`, "list.ndjson")).toEqual([
      {
        line: 1,
        recipient: { address: "seller@example.com", name: "Seller", locale: "de", unsubscribe: null },
      },
      { line: 2, recipient: { address: "buyer@example.com", name: null, locale: null, unsubscribe: null } },
      { line: 4, recipient: { address: "kiosk@example.com", name: null, locale: null, unsubscribe: null } },
    ]);
  });

  it("goes on after a line that is nobody", async () => {
    const lines = [
      '{"email": "a@example.com"',
      "[]",
      "null",
      "4",
      '{"mail": "a@example.com"}',
      '"a@example.com"',
    ];
    expect(brief(await entriesIn(lines.join("\n"), "list.jsonl"))).toEqual([
      "1!",
      "2!",
      "3!",
      "4!",
      "5!",
      "a@example.com",
    ]);
  });

  it("passes over a line that is too long", async () => {
    const lines = [`{"email": "a@example.com", "x": "${"x".repeat(1_000_000)}"}`, '"b@example.com"'];
    const entries = await entriesIn(lines.join("\n"), "list.ndjson");
    expect(brief(entries)).toEqual(["1!", "b@example.com"]);
    expect(entries[0]).toMatchObject({ line: 1, fault: "the line is too long" });
  });

  it("is no array", async () => {
    const error = await failure(entriesIn('[\n{"email": "a@example.com"}]', "list.ndjson"));
    expect(error.message).toBe("list.ndjson is one JSON array");
    expect(error.hint).toContain("jq -c");
  });
});

describe("a list's file", () => {
  it("is known by its content where its name does not tell", async () => {
    expect(brief(await entriesIn('{"email":"a@example.com"}\n', "list"))).toEqual(["a@example.com"]);
    expect(brief(await entriesIn('"a@example.com"\n', "list"))).toEqual(["a@example.com"]);
    expect(brief(await entriesIn('"email"\n"a@example.com"\n', "list.txt"))).toEqual(["a@example.com"]);
  });

  it("may be compressed", async () => {
    expect(brief(await entriesIn(gzipSync("email\na@example.com\n"), "list.csv.gz"))).toEqual([
      "a@example.com",
    ]);
    expect(brief(await entriesIn(gzipSync('"a@example.com"\n'), "list.ndjson.gz"))).toEqual([
      "a@example.com",
    ]);
  });

  it("must be whole where it is compressed", async () => {
    const whole = gzipSync(
      `email\n${Array.from({ length: 5000 }, (_, at) => `a${at}@example.com\n`).join("")}`,
    );
    const cut = await failure(entriesIn(whole.subarray(0, whole.length - 20), "list.csv.gz"));
    expect(cut).toMatchObject({ fate: "not-sent", code: "LIST_UNREADABLE" });
    expect(cut.message).toContain("ends in the middle");
    const other = await failure(entriesIn("email\na@example.com\n", "list.csv.gz"));
    expect(other.message).toContain("is no compressed file");
  });

  it.each([1, 2, 3000, 90_000])("is UTF-8, or the line that is not is named: %i", async (line) => {
    const lines = Array.from({ length: 100_000 }, (_, at) => `a${at}@example.com,Zoë`);
    const latin = Buffer.from(lines.slice(line - 1).join("\n"), "latin1");
    const utf8 = Buffer.from(
      ["email,name", ...lines.slice(0, line - 1)]
        .slice(0, line - 1)
        .map((text) => `${text}\n`)
        .join(""),
    );
    const error = await failure(entriesIn(Buffer.concat([utf8, latin])));
    expect(error.message).toBe(`list.csv is not UTF-8 in line ${line}`);
  });

  it("is not UTF-8 where its last character is cut", async () => {
    const error = await failure(entriesIn(Buffer.from("email,name\na@example.com,Zoë").subarray(0, -1)));
    expect(error.message).toBe("list.csv is not UTF-8 in line 2");
  });

  it("reads characters that lie across the pieces it comes in", async () => {
    const names = Array.from({ length: 40_000 }, (_, at) => `${"€".repeat(1 + (at % 7))}😀`);
    const csv = `email,name\n${names.map((name, at) => `a${at}@example.com,${name}`).join("\n")}`;
    const read = await entriesIn(csv);
    expect(read.map((entry) => ("recipient" in entry ? entry.recipient.name : null))).toEqual(names);
  });

  it("is there, and a file", async () => {
    const folder = await folderWith();
    const error = await failure(entriesOf({ recipients: { file: "list.csv" }, kit: { folder } }));
    expect(error).toMatchObject({
      fate: "not-sent",
      code: "LIST_UNREADABLE",
      message: "list.csv is not there",
    });
    expect((await failure(entriesOf({ recipients: { file: folder } }))).message).toContain("is no file");
  });

  it("must not become shorter while it is read", async () => {
    const folder = await folderWith({ "list.csv": `email\n${"a@example.com\n".repeat(500_000)}` });
    const kit = { folder, timeoutMs: 15_000, loopbackOnly: false, tell: () => {} };
    const reading = (async () => {
      let first = true;
      for await (const _ of readEntries(
        { recipients: { file: "list.csv" } },
        kit,
        new AbortController().signal,
      )) {
        if (first) await truncate(join(folder, "list.csv"), 1_000_000);
        first = false;
      }
    })();
    expect((await failure(reading)).message).toBe("list.csv has become shorter while it was read");
  });

  it("is read no further once the caller has enough", async () => {
    const stop = new AbortController();
    const folder = await folderWith({ "list.csv": `email\n${"a@example.com\n".repeat(500_000)}` });
    stop.abort();
    const error = await failure(
      entriesOf({ recipients: { file: "list.csv" }, kit: { folder }, signal: stop.signal }),
    );
    expect(error).toMatchObject({ fate: "not-sent", code: "LIST_STOPPED" });
  });
});

describe("an entry", () => {
  const recipientOf = async (fields: object, unsubscribe?: string) => {
    const [entry] = await entriesIn(`${JSON.stringify(fields)}\n`, "list.ndjson", { unsubscribe });
    return entry !== undefined && "recipient" in entry ? entry.recipient : entry;
  };
  const email = "a@example.com";

  it("keeps its address where its name, its language or its place to unsubscribe is of no use", async () => {
    const plain = { address: email, name: null, locale: null, unsubscribe: null };
    for (const odd of [
      { name: "Eve\r\nBcc: b@example.com" },
      { name: "Eve\u202e" },
      { name: "x".repeat(201) },
      { name: "\ud800" },
      { locale: "german!" },
      { locale: "" },
      { unsubscribe: "http://example.com/u" },
      { unsubscribe: "javascript:alert(1)" },
      { unsubscribe: "https://u:p@example.com/" },
      { unsubscribe: "https://example.com/\r\nBcc: b@example.com" },
      { unsubscribe: "https://exa mple.com/" },
    ])
      expect(await recipientOf({ email, ...odd }), JSON.stringify(odd)).toEqual(plain);
  });

  it("has its own place to unsubscribe, filled from the channel's", async () => {
    const of = async (fields: object, url: string) =>
      ((await recipientOf({ email: "a+b@example.com", ...fields }, url)) as { unsubscribe: unknown })
        .unsubscribe;
    expect(await of({ id: "7/../8 & 9" }, "https://example.com/u/{id}")).toBe(
      "https://example.com/u/7%2F..%2F8%20%26%209",
    );
    expect(await of({ id: ".." }, "https://example.com/a/b/{id}")).toBeNull();
    expect(await of({}, "https://example.com/u?mail={address}")).toBe(
      "https://example.com/u?mail=a%2Bb%40example.com",
    );
    expect(await of({ unsubscribe: "https://example.org/9" }, "https://example.com/u?mail={address}")).toBe(
      "https://example.org/9",
    );
    expect(await of({}, "https://example.com/u/{id}")).toBeNull();
    expect(await of({}, "https://example.com/u")).toBeNull();
  });

  it("needs a column id where the channel's place to unsubscribe does", async () => {
    const unsubscribe = "https://example.com/u/{id}";
    const error = await failure(entriesIn("email\na@example.com\n", "list.csv", { unsubscribe }));
    expect(error.message).toBe('list.csv has no column "id", which unsubscribe: fills in');
  });

  it("shows a line that is nobody without what could do harm, and not all of it", async () => {
    const [entry] = await entriesIn(`email\n\u001b[31mred\u0007\u202e${"x".repeat(500)}\n`);
    expect(entry).toMatchObject({ line: 2, text: `red ${"x".repeat(116)}` });
  });
});

describe("those who must hear nothing", () => {
  it("stand in one file or several, each in any form", async () => {
    const folder = await folderWith({
      "bounces.txt": "# since May\nA@Example.com\n\nBuyer <b@example.com>\r\n",
      "left.csv": "when;email\n2026;c@example.com\n",
      "also.ndjson": '{"email":"d@example.com"}\n"e@example.com"\n',
      "none.txt": "",
      "list.csv": "f@example.com\ng@example.com\n",
    });
    const suppress = ["bounces.txt", "left.csv", "also.ndjson", "none.txt", "list.csv"].map((file) => ({
      file,
    }));
    expect(await suppressedBy({ suppress, kit: { folder } })).toEqual(
      ["a", "b", "c", "d", "e", "f", "g"].map((local) => `${local}@example.com`),
    );
    expect(await suppressedBy({})).toEqual([]);
  });

  it("are told of where a line is no address", async () => {
    const told: string[] = [];
    const folder = await folderWith({
      "bounces.txt": "a@example.com\n*@example.org\nb@example.com\nnobody\n",
    });
    const kit = { folder, tell: (line: string) => void told.push(line) };
    expect(await suppressedBy({ suppress: [{ file: "bounces.txt" }], kit })).toEqual([
      "a@example.com",
      "b@example.com",
    ]);
    expect(told).toEqual([
      "bounces.txt: 2 lines are no addresses and keep nobody off the list: line 2: *@example.org",
    ]);
  });

  it("must be read to the end", async () => {
    const folder = await folderWith({ "left.csv": "when,who\n2026,a@example.com\n" });
    for (const [file, complaint] of [
      ["gone.txt", "is not there"],
      ["left.csv", 'has no column "email"'],
    ] as const) {
      const error = await failure(suppressedBy({ suppress: [{ file }], kit: { folder } }));
      expect(error.message).toContain(complaint);
    }
  });
});
