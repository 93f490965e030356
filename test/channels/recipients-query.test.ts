import { inspect } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Secret } from "../../src/base/secret.ts";
import { hasServer, type Server, someServer } from "../support/postgres.ts";
import { brief, entriesOf, failure, suppressedBy } from "./recipients-ground.ts";
import { listenRaw } from "./scripted-smtp.ts";

let server: Server;
let address: string;

beforeAll(async () => {
  if (!hasServer) return;
  server = await someServer();
  address = await server.database();
  const client = new pg.Client({ connectionString: address });
  await client.connect();
  await client.query(`
    create table customers (id bigint, email text, name text, language text, born date);
    insert into customers select n, 'a' || n || '@example.com', 'N' || n, 'de', '2010-06-29'
      from generate_series(1, 2500) n`);
  await client.end();
}, 60_000);
afterAll(async () => server?.close());

describe.skipIf(!hasServer)("a list from a database", () => {
  const ask = (query: string, more: object = {}) =>
    entriesOf({ recipients: { query }, database: new Secret(address), ...more });

  it("has the columns of a query, in its order, however many rows there are", async () => {
    const unsubscribe = "https://example.com/{id}";
    const entries = await ask("select * from customers order by id; ", { unsubscribe });
    expect(brief(entries)).toEqual(Array.from({ length: 2500 }, (_, at) => `a${at + 1}@example.com`));
    expect(entries[1999]).toEqual({
      line: 2000,
      recipient: {
        address: "a2000@example.com",
        name: "N2000",
        locale: "de",
        unsubscribe: "https://example.com/2000",
      },
    });
  });

  it("may end where a piece does", async () => {
    expect(await ask("select email from customers order by id limit 2000")).toHaveLength(2000);
  });

  it("goes on after a row that is nobody", async () => {
    const query =
      "select * from (values ('a@example.com', 'A'), (null, 'B'), ('c@example.com', null)) v (email, name)";
    const entries = await ask(query);
    expect(brief(entries)).toEqual(["a@example.com", "2!", "c@example.com"]);
    expect(entries[1]).toMatchObject({ text: ", B", fault: "there is no address" });
  });

  it("gives those who must hear nothing, from any one column", async () => {
    const suppress = [{ query: "select 'A1@example.com' as gone" }];
    expect(await suppressedBy({ suppress, database: new Secret(address) })).toEqual(["a1@example.com"]);
  });

  it.each([
    [
      "writes",
      "with gone as (delete from customers returning email) select email from gone",
      /cursor|read-only/i,
    ],
    ["calls what writes", "select pg_notify('a', 'b'), setval('nothing', 1), 'a' as email", /nothing/],
    ["is two", "select 'a@example.com' as email; delete from customers", /multiple commands/],
    ["is wrong", "select email from custumers", /relation "custumers" does not exist/],
    [
      "names no column email",
      "select name from customers",
      /has no column "email" or "address"; its columns are "name"/,
    ],
    ["finds nobody", "select email from customers where false", /has no entries/],
    ["fails on the way", "select email, 1 / (1500 - id) from customers order by id", /division by zero/],
  ])("counts for nothing where the query %s", async (_, query, complaint) => {
    const error = await failure(ask(query));
    expect(error).toMatchObject({ fate: "not-sent", code: "LIST_UNREADABLE" });
    expect(error.message).toMatch(complaint);
    expect(await ask("select email from customers")).toHaveLength(2500);
  });

  it("cannot write, even by a function", async () => {
    const client = new pg.Client({ connectionString: address });
    await client.connect();
    await client.query(`create or replace function forget() returns text language sql volatile as
      'delete from customers; select ''a@example.com''::text'`);
    await client.end();
    const error = await failure(ask("select forget() as email"));
    expect(error.message).toContain("a list is only read");
    expect(await ask("select email from customers")).toHaveLength(2500);
  });

  it("is given up when the query takes longer than the channel's timeout", async () => {
    const error = await failure(ask("select pg_sleep(60), 'a' as email", { kit: { timeoutMs: 300 } }));
    expect(error.message).toContain("the query took longer than 0.3 s");
  });

  it("is given up when the caller stops", async () => {
    const stop = new AbortController();
    const reading = failure(ask("select pg_sleep(60), 'a' as email", { signal: stop.signal }));
    setTimeout(() => stop.abort(), 200);
    expect(await reading).toMatchObject({ fate: "not-sent", code: "LIST_STOPPED" });
  });

  it("is not asked for in a drill", async () => {
    const error = await failure(ask("select email from customers", { kit: { loopbackOnly: true } }));
    expect(error).toMatchObject({ fate: "refused", code: "LIST_NOT_IN_DRILL" });
  });

  it("never tells the password", async () => {
    const word = "s3same";
    const at = (change: object) => Object.assign(new URL(address), { password: word }, change).href;
    const silent = await listenRaw(() => {});
    try {
      for (const [text, complaint] of [
        [at({}), "refuses the login"],
        [at({ port: "1" }), "ECONNREFUSED"],
        [at({ port: new URL(silent.url).port }), "no answer in time"],
        [at({ pathname: "/none" }), "refuses the login"],
        [at({ search: "?sslrootcert=/none" }), "cannot be used"],
        [`postgres://status:a/${word}@127.0.0.1/shop`, "refers to no address"],
        [`postgres://status:1#${word}@127.0.0.1/shop`, "refers to no address"],
        [`postgres://status:${word}%@127.0.0.1/shop`, "refers to no address"],
        [`mysql://status:${word}@127.0.0.1/shop`, "refers to no address"],
        [word, "refers to no address"],
      ] as const) {
        const error = await failure(
          entriesOf({ recipients: { query: "select 1" }, database: new Secret(text) }),
        );
        expect(error).toMatchObject({ fate: "not-sent", code: "LIST_UNREADABLE" });
        expect(error.message).toContain(complaint);
        expect(inspect(error)).not.toContain(word);
        expect(error.hint).not.toContain(word);
      }
    } finally {
      await silent.close();
    }
  });
});
