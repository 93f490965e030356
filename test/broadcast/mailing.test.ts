import { describe, expect, it, onTestFinished } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import { setupError } from "../../src/base/errors.ts";
import { processIdentity } from "../../src/base/process-identity.ts";
import type { Speaker } from "../../src/broadcast/context.ts";
import { deliver } from "../../src/broadcast/deliver.ts";
import type { Ledger } from "../../src/broadcast/ledger.ts";
import { carryMailing } from "../../src/broadcast/mailing.ts";
import { type Exception, type Mailings, sayMailing } from "../../src/broadcast/mailings.ts";
import {
  type Channel,
  ChannelError,
  LIST_PART,
  type ListEntry,
  type Mailing,
  type Recipient,
  RecipientError,
} from "../../src/channels/contract.ts";
import type { Database } from "../../src/store/database.ts";
import { LedgerStore } from "../../src/store/ledger-store.ts";
import { type Engine, engines } from "../support/engines.ts";

const NOW = new Date("2026-11-23T03:10:00Z");

/** A ledger with one mailing planned for each update; its channel is `customers`. */
async function openOn(engine: Engine) {
  const place = await engine.place();
  const database = await engine.open(place);
  const ledger = new LedgerStore(database);
  onTestFinished(() => ledger.close());
  const say = async (number: number) => {
    const standing = {
      title: "Checkout is failing",
      phase: "investigating" as const,
      impact: "major" as const,
      ...{
        components: [],
        startedAt: NOW,
        endsAt: null,
        automatic: false,
        long: false,
        security: false,
        nextUpdateAt: null,
      },
    };
    await ledger.record({
      incident: { id: "i", type: "incident", ...standing, acknowledgedAt: null, resolvedAt: null },
      opens: number === 1,
      update: {
        ...{ id: `u${number}`, incidentId: "i", number, verb: "update", template: "update", key: null },
        ...{ author: "commander@laptop", at: NOW, keeps: null, standing },
      },
      inputs: {},
      deliveries: [
        {
          ...{ channel: "customers", kind: "email", required: true, audience: "public", part: LIST_PART },
          ...{ state: "planned", effect: "post", target: null, reason: null, subject: "s" },
          post: {
            part: LIST_PART,
            key: `k${number}`,
            payload: {},
            text: "x",
            length: null,
            notes: [],
          },
        },
      ],
    });
    return (await ledger.deliveries({ updateId: `u${number}` }))[0]!.id;
  };
  return { place, database, ledger, say };
}

type Answer = "taken" | "later" | "refused" | "gone" | "lost" | "closed";

interface Play {
  readonly list?: () => AsyncIterable<ListEntry>;
  readonly suppressed?: readonly string[];
  readonly connections?: number;
  answer?(address: string, attempt: number): Answer | Promise<Answer>;
}

/** A mail server's side of it: who has been handed what, how often. */
function server(people: readonly string[], play: Play = {}) {
  const taken: string[] = [];
  const asked = new Map<string, number>();
  let open = 0;
  let mostOpen = 0;
  const mailing: Mailing = {
    locales: [],
    connections: play.connections ?? 3,
    perSecond: null,
    receipt: ({ key }) => ({ remoteId: key, url: null, extra: { key } }),
    entries:
      play.list ??
      async function* () {
        for (const [index, address] of people.entries())
          yield { line: index + 1, recipient: recipient(address) };
      },
    suppressed: async function* () {
      yield* play.suppressed ?? [];
    },
    async open() {
      open++;
      mostOpen = Math.max(mostOpen, open);
      let usable = true;
      return {
        async send({ address }, mayLeave) {
          if (!usable) throw new Error("an outlet that should have been closed");
          const attempt = (asked.get(address) ?? 0) + 1;
          asked.set(address, attempt);
          const answer = (await play.answer?.(address, attempt)) ?? "taken";
          if (answer === "later") throw new RecipientError("not-sent", "LATER", "4.2.2 later", false);
          if (answer === "refused") throw new RecipientError("refused", "NO", "5.7.1 not for you", false);
          if (answer === "gone") throw new RecipientError("refused", "NO_MAILBOX", "5.1.1 nobody", true);
          usable = false;
          if (answer === "closed" || !mayLeave()) throw new ChannelError("not-sent", "CLOSED", "it hung up");
          taken.push(address);
          if (answer === "lost") throw new ChannelError("unknown", "LOST", "the answer was lost");
          usable = true;
        },
        close() {
          open--;
        },
      };
    },
  };
  const channel: Channel = {
    compose: () => [],
    publish: async () => {
      throw new Error("a list is not published to");
    },
    check: async () => [],
    mailing,
  };
  return { taken, asked, channel, mostOpen: () => mostOpen, open: () => open };
}

function recipient(address: string): Recipient {
  return { address, name: null, locale: null, unsubscribe: null };
}

const people = (count: number) => Array.from({ length: count }, (_, index) => `p${index}@example.com`);

function speakerOf({ channel }: { channel: Channel }): Speaker {
  return {
    ...{ name: "customers", kind: "email", required: true, audience: "public", locale: null },
    ...{ timeoutMs: 1000, channel, setAside: null },
  };
}

function carry(
  ledger: Ledger,
  id: string,
  mail: { channel: Channel },
  more: { stopping?: AbortSignal; owner?: string; mailings?: Mailings } = {},
) {
  return carryMailing(id, {
    ledger,
    mailings: more.mailings ?? ledger.mailings!,
    speaker: speakerOf(mail),
    owner: more.owner ?? processIdentity(),
    stopping: more.stopping ?? new AbortController().signal,
    stopped: new AbortController().signal,
    now: () => NOW,
    watch() {},
  });
}

const NO_SECRET = { code: "SECRET_MISSING", message: "its secret is missing", hint: null, retryAt: null };

/** A command that leaves the list to others, as a broadcast does. */
async function leave(
  ledger: Ledger,
  id: string,
  speaker: Speaker | null,
  resendUnknown: readonly string[] = [],
) {
  return deliver((await ledger.delivery(id))!, {
    ledger,
    speakers: new Map(speaker === null ? [] : [["customers", speaker]]),
    clock: new ScriptedClock(NOW),
    owner: processIdentity(),
    deadline: Date.now() + 3000,
    stopping: new AbortController().signal,
    stopped: new AbortController().signal,
    settleMs: 50,
    resendUnknown: new Set(resendUnknown),
    lookFirst: false,
    watch() {},
  });
}

/** The same with some of its methods replaced. */
function changed<T extends object>(whole: T, methods: Partial<T>): T {
  return new Proxy(whole, {
    get(target, name) {
      const method: unknown = Reflect.get(name in methods ? methods : target, name);
      return typeof method === "function" ? method.bind(target) : method;
    },
  });
}

/** The ledger is lost, and this one has of it what its copies have. */
async function forget({ db }: Database) {
  for (const table of ["recipients", "chunks", "mailings"] as const) await db.deleteFrom(table).execute();
}

/** Everybody who waits may be tried again now. */
async function later({ db }: Database) {
  await db
    .updateTable("chunks")
    .set({ again_at: new Date(0).toISOString() })
    .where("waiting", ">", 0)
    .execute();
}

function notReached(number: number, state: Exception["state"]): Exception {
  const error = { code: "NO", message: "no", hint: null, retryAt: null };
  return { number, state, lasting: false, error };
}

async function carryLater(database: Database, ledger: Ledger, id: string, mail: { channel: Channel }) {
  await later(database);
  return carry(ledger, id, mail);
}

async function states({ db }: Database): Promise<Record<string, string[]>> {
  const rows = await db.selectFrom("recipients").selectAll().orderBy("number").execute();
  const found: Record<string, string[]> = {};
  for (const { state, address } of rows) found[state] = [...(found[state] ?? []), address];
  return found;
}

describe.each(engines())("a mailing on $name", (engine) => {
  it("reaches everybody once, and says so of the delivery", async () => {
    const { ledger, say } = await openOn(engine);
    const mail = server(people(320));
    const row = await carry(ledger, await say(1), mail);
    expect([...mail.taken].sort()).toEqual(people(320).sort());
    expect(row).toMatchObject({ state: "sent", reason: "320 of 320 sent", receipt: { remoteId: "k1" } });
    expect((await ledger.incident("i"))?.acknowledgedAt).toEqual(NOW);
    expect(mail.mostOpen()).toBe(3);
  });

  it("takes two writings of one mailbox for one, and names the lines that are nobody", async () => {
    const { ledger, say, database } = await openOn(engine);
    const list: ListEntry[] = [
      { line: 2, recipient: recipient("A@example.com") },
      { line: 3, recipient: recipient("a@example.com") },
      { line: 4, text: "not an address", fault: "no @" },
    ];
    const mail = server([], {
      list: async function* () {
        yield* list;
      },
    });
    const row = await carry(ledger, await say(1), mail);
    expect(mail.taken).toEqual(["A@example.com"]);
    expect(row.reason).toBe("1 of 1 sent, 1 without a valid address");
    expect(await states(database)).toEqual({ sent: ["A@example.com"], invalid: ["not an address"] });
  });

  it("leaves out who is suppressed, until the list of those no longer says so", async () => {
    const { ledger, say, database } = await openOn(engine);
    const mail = server(people(3), { suppressed: ["p1@example.com"] });
    expect((await carry(ledger, await say(1), mail)).reason).toBe("2 of 2 sent, 1 suppressed");
    expect(mail.taken).not.toContain("p1@example.com");
    const [row] = await database.db
      .selectFrom("recipients")
      .selectAll()
      .where("state", "=", "suppressed")
      .execute();
    expect(row?.error).toContain("hear nothing");
    const after = server(people(3));
    await carry(ledger, await say(2), after);
    expect(after.taken).toHaveLength(3);
  });

  it("never writes again to a mailbox that a server said is not there", async () => {
    const { ledger, say } = await openOn(engine);
    const answer = (address: string) => (address === "p7@example.com" ? "gone" : "taken");
    const mail = server(people(10), { answer });
    expect((await carry(ledger, await say(1), mail)).reason).toBe("9 of 10 sent, 1 refused");
    const next = server(people(10));
    expect((await carry(ledger, await say(2), next)).reason).toBe("9 of 9 sent, 1 suppressed");
    expect(next.taken).not.toContain("p7@example.com");
  });

  it("tries again, later, who could not be served, and gives up after six tries", async () => {
    const { ledger, say, database } = await openOn(engine);
    const id = await say(1);
    const mail = server(people(5), {
      answer: (address, attempt) =>
        address === "p1@example.com" || (address === "p2@example.com" && attempt < 3) ? "later" : "taken",
    });
    const first = await carry(ledger, id, mail);
    expect(first).toMatchObject({
      state: "waiting",
      reason: expect.stringMatching(/^3 of 5 sent, 2 to be tried again from \d\d:\d\d UTC$/),
    });
    // Not yet due: nobody is asked again.
    await carry(ledger, id, mail);
    expect(mail.asked.get("p1@example.com")).toBe(1);
    for (let round = 2; round <= 6; round++) {
      await later(database);
      await carry(ledger, id, mail);
    }
    expect(mail.asked.get("p1@example.com")).toBe(6);
    expect(mail.asked.get("p2@example.com")).toBe(3);
    expect(mail.taken.sort()).toEqual(["p0", "p2", "p3", "p4"].map((name) => `${name}@example.com`));
    expect(await ledger.delivery(id)).toMatchObject({ state: "sent", reason: "4 of 5 sent, 1 refused" });
    const [row] = await database.db
      .selectFrom("recipients")
      .selectAll()
      .where("state", "=", "refused")
      .execute();
    expect(row?.error).toContain("given up after 6 tries");
  });

  it("names who may have got it, and sends to them again by a person's choice alone", async () => {
    const { ledger, say, database } = await openOn(engine);
    const id = await say(1);
    const mail = server(people(20), {
      answer: (address, attempt) => (address === "p4@example.com" && attempt === 1 ? "lost" : "taken"),
    });
    const row = await carry(ledger, id, mail);
    expect(row).toMatchObject({ state: "unknown", reason: "19 of 20 sent, 1 unknown" });
    expect(row.error?.hint).toContain("status retry --resend-unknown customers");
    expect((await states(database)).unknown).toEqual(["p4@example.com"]);
    await carry(ledger, id, mail);
    expect(mail.asked.get("p4@example.com")).toBe(1);
    await ledger.mailings!.resendUnknown(id);
    await ledger.move(id, "unknown", { state: "waiting" }, NOW);
    expect((await carry(ledger, id, mail)).reason).toBe("20 of 20 sent");
    expect(mail.asked.get("p4@example.com")).toBe(2);
    expect(mail.taken).toHaveLength(21);
  });

  it("takes a new connection where the server hangs up, and asks nobody twice who was reached", async () => {
    const { ledger, say } = await openOn(engine);
    let closed = 0;
    const mail = server(people(200), {
      answer: (_, attempt) => (attempt === 1 && ++closed % 10 === 0 ? "closed" : "taken"),
    });
    expect((await carry(ledger, await say(1), mail)).reason).toBe("200 of 200 sent");
    expect([...mail.taken].sort()).toEqual(people(200).sort());
  });

  it("leaves for later at whom the conversation always ends, and reaches the others", async () => {
    const { ledger, say } = await openOn(engine);
    const mail = server(people(60), {
      answer: (address) => (address === "p9@example.com" ? "closed" : "taken"),
    });
    const row = await carry(ledger, await say(1), mail);
    expect(row).toMatchObject({
      state: "sent",
      reason: expect.stringMatching(/^59 of 60 sent, 1 to be tried again/),
    });
    expect(mail.asked.get("p9@example.com")).toBe(3);
  });

  it("stops where it is told to, and goes on there", async () => {
    const { ledger, say } = await openOn(engine);
    const id = await say(1);
    const stopping = new AbortController();
    const mail = server(people(300), {
      answer: (): Answer => {
        if (mail.taken.length >= 100) stopping.abort();
        return "taken";
      },
    });
    const row = await carry(ledger, id, mail, { stopping: stopping.signal });
    expect(row.state).toBe("waiting");
    expect(mail.taken.length).toBeLessThan(110);
    const rest = server(people(300));
    expect((await carry(ledger, id, rest)).reason).toBe("300 of 300 sent");
    expect([...mail.taken, ...rest.taken].sort()).toEqual(people(300).sort());
  });

  it("goes on where the list could not be read to its end, and reaches nobody twice", async () => {
    const { ledger, say } = await openOn(engine);
    const id = await say(1);
    const mail = server([], {
      list: async function* () {
        for (const address of people(700)) yield { line: 1, recipient: recipient(address) };
        throw new ChannelError("not-sent", "LIST_UNREADABLE", "the list ends in the middle of a line");
      },
    });
    const row = await carry(ledger, id, mail);
    expect(row).toMatchObject({ state: "waiting", error: { code: "LIST_UNREADABLE" } });
    expect(row.reason).toContain("the list is not read to its end yet");
    const whole = server(people(800));
    expect((await carry(ledger, id, whole)).reason).toBe("800 of 800 sent");
    expect([...mail.taken, ...whole.taken].sort()).toEqual(people(800).sort());
  });

  it("looks at nobody again whom it took up before, unless the list begins otherwise by now", async () => {
    const { ledger, say } = await openOn(engine);
    const id = await say(1);
    const cut = (list: readonly string[], end: number) =>
      async function* (): AsyncGenerator<ListEntry> {
        for (const [index, address] of list.slice(0, end).entries())
          yield { line: index + 1, recipient: recipient(address) };
        if (end < list.length) throw new ChannelError("not-sent", "LIST_UNREADABLE", "cut");
      };
    const asked: number[] = [];
    const counting = new Proxy(ledger.mailings!, {
      get: (target, name) => {
        const own = (Reflect.get(target, name) as (...given: unknown[]) => unknown).bind(target);
        if (name !== "add") return own;
        return (...given: [string, readonly unknown[], unknown]) => {
          asked.push(given[1].length);
          return own(...given);
        };
      },
    });
    const all = people(1300);
    const first = server([], { list: cut(all, 1100) });
    await carry(ledger, id, first, { mailings: counting });
    expect(asked).toEqual([500, 500]);
    const second = server([], { list: cut(all, 1200) });
    await carry(ledger, id, second, { mailings: counting });
    expect(asked).toEqual([500, 500]);
    const changed = ["new@example.com", ...all];
    const third = server([], { list: cut(changed, changed.length) });
    const row = await carry(ledger, id, third, { mailings: counting });
    expect(asked).toEqual([500, 500, 500, 500, 301]);
    expect(row.reason).toBe("1,301 of 1,301 sent");
    const taken = [...first.taken, ...second.taken, ...third.taken];
    expect(taken.sort()).toEqual([...changed].sort());
  });

  it.each([1000, 12])("takes back what a server that refuses everybody said of %i", async (count) => {
    const { ledger, say, database } = await openOn(engine);
    const id = await say(1);
    const row = await carry(ledger, id, server(people(count), { answer: () => "gone" }));
    expect(row).toMatchObject({ state: "waiting", error: { code: "NO_MAILBOX" } });
    const found = await states(database);
    expect(found.refused).toBeUndefined();
    expect(found.waiting!.length).toBeLessThan(60);
    await later(database);
    const mended = server(people(count));
    const text = count.toLocaleString("en-US");
    expect((await carry(ledger, id, mended)).reason).toBe(`${text} of ${text} sent`);
    // Nor are they suppressed from then on.
    expect((await carry(ledger, await say(2), server(people(count)))).reason).toBe(`${text} of ${text} sent`);
  });

  it("uses up nobody's tries with the refusals of a server that refuses everybody", async () => {
    const { ledger, say, database } = await openOn(engine);
    const id = await say(1);
    const mail = server(people(12), { answer: (_, attempt) => (attempt <= 6 ? "refused" : "later") });
    for (let round = 1; round <= 7; round++) {
      await later(database);
      await carry(ledger, id, mail);
    }
    expect(await ledger.delivery(id)).toMatchObject({
      state: "waiting",
      reason: expect.stringMatching(/^0 of 12 sent, 12 to be tried again/),
    });
    expect((await carryLater(database, ledger, id, server(people(12)))).reason).toBe("12 of 12 sent");
  });

  it("leaves few in doubt where every answer is lost", async () => {
    const { ledger, say, database } = await openOn(engine);
    const row = await carry(ledger, await say(1), server(people(500), { answer: () => "lost" }));
    expect(row).toMatchObject({ state: "waiting", error: { code: "LOST" } });
    expect((await states(database)).unknown!.length).toBeLessThanOrEqual(8 + 3);
  });

  it("has told a list when all but a few were reached, and still reaches those", async () => {
    const { ledger, say, database } = await openOn(engine);
    const id = await say(1);
    const mail = server(people(20), {
      answer: (address, attempt) => (address === "p5@example.com" && attempt === 1 ? "later" : "taken"),
    });
    const row = await carry(ledger, id, mail);
    expect(row).toMatchObject({ state: "sent", receipt: { remoteId: "k1" } });
    expect(row.reason).toMatch(/^19 of 20 sent, 1 to be tried again from/);
    expect(await ledger.mailings!.unfinished()).toEqual([id]);
    await later(database);
    expect(await carry(ledger, id, mail)).toMatchObject({ reason: "20 of 20 sent", sentAt: row.sentAt });
    expect(await ledger.mailings!.unfinished()).toEqual([]);
  });

  it("leaves those few to a later update", async () => {
    const { ledger, say, database } = await openOn(engine);
    const id = await say(1);
    const mail = server(people(20), {
      answer: (address) => (address === "p5@example.com" ? "later" : "taken"),
    });
    await carry(ledger, id, mail);
    const next = await say(2);
    await later(database);
    expect(await ledger.mailings!.unfinished()).toEqual([next]);
    await carry(ledger, id, mail);
    expect(mail.asked.get("p5@example.com")).toBe(1);
  });

  it("writes to nobody who is suppressed, however many read the lists at once", async () => {
    const { ledger, say } = await openOn(engine);
    const id = await say(1);
    const slowly = async function* (count: number) {
      for (let index = 0; index < count; index++) {
        if (index % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        yield `p${index}@example.com`;
      }
    };
    const mail = server(people(100));
    Object.assign(mail.channel.mailing!, { suppressed: () => slowly(3000) });
    await Promise.all([carry(ledger, id, mail), carry(ledger, id, mail), carry(ledger, id, mail)]);
    expect(mail.taken).toEqual([]);
  });

  it("leaves out who left the list since it was read", async () => {
    const { ledger, say } = await openOn(engine);
    const id = await say(1);
    const stopping = new AbortController();
    const mail = server(people(200), {
      connections: 1,
      answer: (): Answer => {
        if (mail.taken.length >= 40) stopping.abort();
        return "taken";
      },
    });
    await carry(ledger, id, mail, { stopping: stopping.signal });
    const rest = server(people(200), { suppressed: ["p150@example.com"] });
    const row = await carry(ledger, id, rest);
    expect(row.reason).toBe("199 of 199 sent, 1 suppressed");
    expect(rest.taken).not.toContain("p150@example.com");
  });

  it("asks a person, where the ledger that knew who was reached is gone", async () => {
    const { ledger, say, database } = await openOn(engine);
    const id = await say(1);
    const stopping = new AbortController();
    const mail = server(people(200), {
      answer: (): Answer => {
        if (mail.taken.length >= 40) stopping.abort();
        return "taken";
      },
    });
    await carry(ledger, id, mail, { stopping: stopping.signal });
    await forget(database);
    const rest = server(people(200));
    expect(await carry(ledger, id, rest)).toMatchObject({
      state: "unknown",
      error: { code: "LIST_FORGOTTEN" },
    });
    expect(rest.taken).toEqual([]);
  });

  it("says that it was begun before the first mail leaves, in what copies of the ledger have", async () => {
    const { ledger, say, database } = await openOn(engine);
    const id = await say(1);
    let moves = 0;
    const shaky = changed<Ledger>(ledger, {
      move: (...given) =>
        ++moves === 1
          ? Promise.reject(setupError("LEDGER_UNREACHABLE", "no answer", null))
          : ledger.move(...given),
    });
    let notes = 0;
    const { mailings } = ledger;
    const dying = changed(mailings!, {
      note: (...given) =>
        ++notes > 20 ? Promise.reject(new Error("it is killed here")) : mailings!.note(...given),
    });
    const mail = server(people(60));
    await expect(carry(shaky, id, mail, { mailings: dying })).rejects.toThrow("killed");
    expect(mail.taken.length).toBeGreaterThan(0);
    await forget(database);
    const rest = server(people(60));
    expect(await carry(ledger, id, rest)).toMatchObject({ error: { code: "LIST_FORGOTTEN" } });
    expect(rest.taken).toEqual([]);
  });

  describe("that was begun, and whose ledger is gone while it is refused", () => {
    const begunAndRefused = async () => {
      const open = await openOn(engine);
      const { ledger, say, database } = open;
      const id = await say(1);
      const stopping = new AbortController();
      const mail = server(people(200), {
        answer: (): Answer => {
          if (mail.taken.length >= 40) stopping.abort();
          return "taken";
        },
      });
      await carry(ledger, id, mail, { stopping: stopping.signal });
      expect(await leave(ledger, id, { ...speakerOf(mail), setAside: NO_SECRET })).toMatchObject({
        state: "refused",
      });
      await forget(database);
      return { ...open, id, rest: server(people(200)) };
    };

    it("is not mailed from the start", async () => {
      const { ledger, id, rest } = await begunAndRefused();
      await leave(ledger, id, speakerOf(rest));
      expect(await carry(ledger, id, rest)).toMatchObject({ error: { code: "LIST_FORGOTTEN" } });
      expect(rest.taken).toEqual([]);
    });

    it("nor when it was retried without a ledger meanwhile", async () => {
      const { ledger, id, rest } = await begunAndRefused();
      await leave(changed<Ledger>(ledger, { mailings: null }), id, speakerOf(rest));
      expect(await carry(ledger, id, rest)).toMatchObject({ error: { code: "LIST_FORGOTTEN" } });
      expect(rest.taken).toEqual([]);
    });

    it("is mailed to everybody once more by a person's choice", async () => {
      const { ledger, id, rest } = await begunAndRefused();
      await leave(ledger, id, speakerOf(rest));
      await carry(ledger, id, rest);
      await leave(ledger, id, speakerOf(rest), ["customers"]);
      expect((await carry(ledger, id, rest)).reason).toBe("200 of 200 sent");
    });
  });

  it("was not begun by being left aside, and is mailed in full then", async () => {
    const { ledger, say } = await openOn(engine);
    const id = await say(1);
    const mail = server(people(3));
    await leave(ledger, id, null);
    await leave(ledger, id, { ...speakerOf(mail), setAside: NO_SECRET });
    await leave(ledger, id, speakerOf(mail));
    expect((await carry(ledger, id, mail)).reason).toBe("3 of 3 sent");
  });

  it("holds no more connections than the server may be asked for, and none when it fails", async () => {
    const { ledger, say } = await openOn(engine);
    const id = await say(1);
    const mail = server(people(600), { connections: 2 });
    await Promise.all([carry(ledger, id, mail), carry(ledger, id, mail), carry(ledger, id, mail)]);
    expect(mail.mostOpen()).toBeLessThanOrEqual(2 + 1);
    const broken = new Proxy(ledger.mailings!, {
      get: (target, name) =>
        name === "note"
          ? () => Promise.reject(new Error("the disk is on fire"))
          : (Reflect.get(target, name) as () => unknown).bind(target),
    });
    const next = server(people(10));
    await expect(carry(ledger, await say(2), next, { mailings: broken })).rejects.toThrow("on fire");
    expect(next.open()).toBe(0);
  });

  it("bears a ledger that is away for a moment, and leaves nobody in doubt", async () => {
    const { ledger, say } = await openOn(engine);
    let calls = 0;
    const shaky = new Proxy(ledger.mailings!, {
      get: (target, name) => {
        const own = (Reflect.get(target, name) as (...given: unknown[]) => unknown).bind(target);
        if (name !== "note" && name !== "release") return own;
        return (...given: unknown[]) =>
          ++calls % 7 === 0
            ? Promise.reject(setupError("LEDGER_UNREACHABLE", "no answer", null))
            : own(...given);
      },
    });
    const mail = server(people(40));
    expect((await carry(ledger, await say(1), mail, { mailings: shaky })).reason).toBe("40 of 40 sent");
    expect(mail.taken).toHaveLength(40);
  });

  it.each(["LEDGER_DISK_FULL", "LEDGER_DAMAGED"])("asks no ledger again that says %s", async (code) => {
    const { ledger, say } = await openOn(engine);
    let calls = 0;
    const mailings = changed(ledger.mailings!, {
      note: () =>
        ++calls === 1
          ? Promise.reject(setupError(code, "it will not do", null))
          : Promise.reject(new Error("it was asked again")),
    });
    const mail = server(people(10), { connections: 1 });
    await expect(carry(ledger, await say(1), mail, { mailings })).rejects.toThrow("it will not do");
    expect(mail.taken).toEqual([]);
  });

  it("says that nobody was on the list", async () => {
    const { ledger, say } = await openOn(engine);
    const row = await carry(ledger, await say(1), server([]));
    expect(row).toMatchObject({ state: "refused", error: { message: "nobody is on the list" } });
  });

  it("is shared by several senders, within the connections that the server may be asked for", async () => {
    const { ledger, say } = await openOn(engine);
    const id = await say(1);
    const mail = server(people(900), { connections: 4 });
    await Promise.all([carry(ledger, id, mail), carry(ledger, id, mail), carry(ledger, id, mail)]);
    expect([...mail.taken].sort()).toEqual(people(900).sort());
    expect((await ledger.delivery(id))?.state).toBe("sent");
  });

  it("says nothing more once a later update is recorded", async () => {
    const { ledger, say } = await openOn(engine);
    const id = await say(1);
    let next: Promise<string> | null = null;
    const mail = server(people(20_000), {
      answer: async (): Promise<Answer> => {
        if (mail.taken.length >= 50) next ??= say(2);
        await next;
        return "taken";
      },
    });
    const row = await carry(ledger, id, mail);
    expect(row).toMatchObject({ state: "superseded" });
    expect(row.reason).toMatch(/^overtaken by update 2; [\d,]+ (of 20,000 )?sent/);
    expect(mail.taken.length).toBeLessThan(20_000);
    const after = server(people(30));
    expect((await carry(ledger, await next!, after)).reason).toBe("30 of 30 sent");
  });

  describe("a chunk whose sender is not heard of any more", () => {
    const begin = async () => {
      const open = await openOn(engine);
      const { ledger, say } = open;
      const id = await say(1);
      const mailings = ledger.mailings!;
      await mailings.begin(id, "customers", false);
      await mailings.add(
        id,
        people(10).map((address) => ({
          state: "planned",
          mailbox: address,
          recipient: recipient(address),
        })),
        { entries: 10, digest: null },
      );
      await mailings.collected(id, true);
      return { ...open, id, mailings };
    };
    const dead = "elsewhere/boot/1/1";

    it("is taken over when its lease has passed; who was in flight is unknown, and the rest are sent to", async () => {
      const { database, ledger, id, mailings } = await begin();
      const session = await mailings.join(id, dead);
      const chunk = (await mailings.claim(id, session, 4))!;
      const [one, two, three] = chunk.recipients;
      expect(await mailings.note(chunk, one!.number, [])).toBe(true);
      expect(await mailings.note(chunk, two!.number, [])).toBe(true);
      expect(await mailings.note(chunk, three!.number, [notReached(two!.number, "refused")])).toBe(true);
      const own = await mailings.join(id, processIdentity());
      expect(await mailings.claim(id, own, 4)).toBeNull();
      await database.db
        .updateTable("leases")
        .set({ until: new Date(0).toISOString() })
        .where("name", "=", session)
        .execute();
      const mail = server(people(10));
      const row = await carry(ledger, id, mail);
      expect(row.reason).toBe("8 of 10 sent, 1 refused, 1 unknown");
      expect(await states(database)).toMatchObject({ refused: [two!.address], unknown: [three!.address] });
      expect(mail.taken).toHaveLength(7);
      // The one who is not dead after all writes nothing more.
      expect(await mailings.note(chunk, chunk.recipients[3]!.number, [])).toBe(false);
      expect(await mailings.release(chunk, null, [])).toBe(false);
      expect(await mailings.beat(session)).toBeNull();
    });

    it("counts a try once, however often its note is written, and the next one as another", async () => {
      const { database, id, mailings } = await begin();
      const triesOf = async (number: number) =>
        (
          await database.db
            .selectFrom("recipients")
            .select("tries")
            .where("number", "=", number)
            .executeTakeFirstOrThrow()
        ).tries;
      const session = await mailings.join(id, processIdentity());
      const chunk = (await mailings.claim(id, session, 4))!;
      const [one, two, three] = chunk.recipients;
      const told = [notReached(one!.number, "waiting"), notReached(two!.number, "waiting")];
      for (let times = 0; times < 3; times++)
        expect(await mailings.note(chunk, three!.number, told)).toBe(true);
      expect(await triesOf(one!.number)).toBe(1);
      await mailings.note(chunk, chunk.recipients[5]!.number, []);
      expect((await mailings.progress(id))!.counts.sent).toBe(3);
      await mailings.release(chunk, null, []);
      await later(database);
      const again = (await mailings.claim(id, session, 4))!;
      expect(again.recipients).toEqual([one, two]);
      await mailings.release(again, null, [notReached(one!.number, "waiting")]);
      expect(await triesOf(one!.number)).toBe(2);
      expect((await mailings.progress(id))!.counts).toMatchObject({ sent: 9, waiting: 1 });
    });

    it("calls nobody reached whose refusal was taken back while another had the chunk", async () => {
      const { database, id, mailings } = await begin();
      const session = await mailings.join(id, processIdentity());
      const chunk = (await mailings.claim(id, session, 4))!;
      const [one, two, three] = chunk.recipients;
      await mailings.release(chunk, null, [
        notReached(one!.number, "refused"),
        notReached(two!.number, "refused"),
        notReached(three!.number, "waiting"),
      ]);
      await later(database);
      const other = (await mailings.claim(id, await mailings.join(id, processIdentity()), 4))!;
      expect(other.recipients).toEqual([three]);
      await mailings.takeBack(id, [one!.number, two!.number]);
      await mailings.release(other, null, []);
      expect((await states(database)).waiting).toEqual([one!.address, two!.address]);
      await later(database);
      expect((await mailings.claim(id, session, 4))!.recipients).toEqual([one, two]);
    });

    it("is taken over at once where its process has surely ended", async () => {
      const { id, mailings, ledger } = await begin();
      const [host, boot] = processIdentity().split("/");
      const session = await mailings.join(id, `${host}/${boot}/4194999/1`);
      await mailings.claim(id, session, 4);
      expect((await carry(ledger, id, server(people(10)))).reason).toBe("10 of 10 sent");
    });
  });

  it("says how far it is while it runs", async () => {
    const { ledger, say } = await openOn(engine);
    const id = await say(1);
    const mailings = ledger.mailings!;
    let told = "";
    const mail = server(people(60), {
      connections: 1,
      answer: async (): Promise<Answer> => {
        if (mail.taken.length === 30) told = sayMailing((await mailings.progress(id))!);
        return "taken";
      },
    });
    await carry(ledger, id, mail);
    expect(told).toBe("30 of 60 sent");
  });
});
