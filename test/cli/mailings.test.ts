import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type MailSink, openMailSink, type Verdict } from "../support/mail-sink.ts";
import { ANNOUNCE, type Ran, type Stage, setStage } from "../support/stage.ts";

/** A property that tells a list, Slack and its page; the list's mails go to the sandbox. */
function stageWith(list: string, more: Record<string, unknown> = {}) {
  return setStage((config) => {
    const { smtp, from } = config.channels.customers!;
    config.channels = {
      customers: { kind: "email", smtp, from, recipients: "customers.csv", ...more },
      ops: config.channels.ops!,
      page: config.channels.page!,
    };
  }).then((stage) => {
    write(stage, list);
    return stage;
  });
}

const write = ({ folder }: Stage, list: string) => writeFileSync(join(folder, "customers.csv"), list);
const people = (count: number) =>
  `email\n${Array.from({ length: count }, (_, index) => `p${index}@example.com\n`).join("")}`;

/** The same, to a server that says what the test wants. */
async function stageOn(count: number, judge: (address: string) => Verdict): Promise<[Stage, MailSink]> {
  const sink = await openMailSink(judge);
  onTestFinished(() => sink.close());
  return [await stageWith(people(count), { smtp: `smtp://127.0.0.1:${sink.port}` }), sink];
}

const stateOf = (ran: Ran, name: string) =>
  ran.json().deliveries.find(({ channel }) => channel === name)?.state;

describe("a channel that is a list", () => {
  it("writes to everybody on it, one mail each, in their language, with their own way to unsubscribe", async () => {
    const stage = await stageWith(
      'email,name,id,language\nshop@example.com,"Corner Shop, London",7,en\nkiosk@example.com,Kiosk,a b,de-AT\n',
      { unsubscribe: "https://www.example.com/leave/{id}", locales: ["de"] },
    );
    const ran = await stage.run([...ANNOUNCE, "--json"]);
    expect(ran.code).toBe(0);
    expect(ran.json().deliveries[0]).toMatchObject({
      ...{ channel: "customers", state: "sent", reason: "2 of 2 sent", parts: [] },
    });
    const mails = stage.sandbox.world().mails;
    expect(mails.map(({ to }) => to).sort()).toEqual(["kiosk@example.com", "shop@example.com"]);
    const ways = mails.map(({ headers }) => headers["list-unsubscribe"]);
    expect(ways.sort()).toEqual([
      "<https://www.example.com/leave/7>",
      "<https://www.example.com/leave/a%20b>",
    ]);
    for (const { headers } of mails)
      expect(headers["list-unsubscribe-post"]).toBe("List-Unsubscribe=One-Click");
    expect(mails.map(({ headerTo }) => headerTo)).toContain('"Corner Shop, London" <shop@example.com>');
    const of = (address: string) => mails.find(({ to }) => to === address)!;
    expect(of("kiosk@example.com").html).toContain('lang="de"');
    expect(of("shop@example.com").html).toContain('lang="en"');
  });

  it("is told of after the channels that speak at once, and counts like them", async () => {
    const [stage] = await stageOn(120, (address) => (address === "p7@example.com" ? "refuse" : "take"));
    const { code, stdout } = await stage.run([...ANNOUNCE]);
    expect(code).toBe(0);
    const at = (text: string) => stdout.indexOf(text);
    expect(at("ops")).toBeGreaterThan(0);
    expect(at("ops")).toBeLessThan(at("customers"));
    expect(stdout).toMatch(/✓ customers {2}sent +119 of 120 sent, 1 refused/);
    expect(stdout).toContain("All 3 channels have spoken.");
    expect(stdout.match(/Type next/g)).toHaveLength(1);
  });

  it("keeps its thread for every reader", async () => {
    const stage = await stageWith(people(2));
    await stage.run([...ANNOUNCE]);
    await stage.run(["update", "--message", "We found the cause.", "--yes"]);
    const of = (address: string) => stage.sandbox.world().mails.filter(({ to }) => to === address);
    for (const address of ["p0@example.com", "p1@example.com"]) {
      const [first, second] = of(address);
      expect(second!.inReplyTo).toBe(first!.messageId);
    }
    expect(of("p0@example.com")[0]!.messageId).not.toBe(of("p1@example.com")[0]!.messageId);
  });

  it("shows in a preview what one reader sees, and reads no list", async () => {
    const stage = await stageWith(people(2));
    write(stage, "no list at all");
    const { code, stdout } = await stage.run(["preview", ...ANNOUNCE.slice(0, -1)]);
    expect(code).toBe(0);
    expect(stdout).toContain("Orders and payment");
    expect(stage.heard().mail).toBe(0);
  });

  it("goes on where Ctrl-C left it", async () => {
    const stopping = new AbortController();
    let taken = 0;
    const [stage, sink] = await stageOn(400, () => {
      if (++taken === 60) stopping.abort();
      return "take";
    });
    const stopped = await stage.run([...ANNOUNCE], { stopping: stopping.signal });
    expect(stopped.code).toBe(130);
    expect(stopped.stdout).toMatch(/✗ customers {2}waiting/);
    expect(sink.taken.size).toBeLessThan(120);
    const list = await stage.run(["list"]);
    expect(list.stdout).toContain("silent: customers");
    const rest = await stage.run(["retry", "--yes"]);
    expect(rest.code).toBe(0);
    expect(sink.taken.size).toBe(400);
    expect([...sink.taken.values()].every((times) => times === 1)).toBe(true);
  });

  it("is left to others with --no-wait, which is told as silence", async () => {
    const [stage, sink] = await stageOn(30, () => "take");
    const left = await stage.run([...ANNOUNCE, "--no-wait", "--json"]);
    expect(left.code).toBe(5);
    expect(stateOf(left, "customers")).toBe("waiting");
    expect(sink.taken.size).toBe(0);
    expect((await stage.run(["retry", "--yes"])).code).toBe(0);
    expect(sink.taken.size).toBe(30);
  });

  it("says who was not reached, and writes again to a mailbox that came back", async () => {
    const gone = new Set(["p3@example.com"]);
    const [stage, sink] = await stageOn(10, (address) =>
      gone.has(address) ? "refuse" : /^p[56]@/.test(address) ? "later" : "take",
    );
    write(stage, `${people(10)}nobody\n`);
    const ran = await stage.run([...ANNOUNCE]);
    expect(ran.code).toBe(5);
    expect(ran.stdout).toMatch(
      /7 of 10 sent, 1 refused, 2 to be tried again from \d\d:\d\d UTC, 1 without a valid\s+address/,
    );
    const told = await stage.run(["recipients", "--json"]);
    const rows = told.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows).toMatchObject([
      { address: "p3@example.com", state: "refused", error: { message: expect.stringContaining("5.1.1") } },
      { address: "p5@example.com", state: "waiting" },
      { address: "p6@example.com", state: "waiting" },
      { address: "nobody", state: "invalid", error: { message: expect.stringContaining("line 12") } },
    ]);
    expect((await stage.run(["recipients", "--state", "sent"])).stdout).toContain("p0@example.com");
    expect((await stage.run(["recipients", "--state", "gone"])).code).toBe(2);
    gone.clear();
    const forgot = await stage.run(["recipients", "--forget", "P3@example.com"]);
    expect(forgot.stdout).toContain("written to again on customers");
    await stage.run(["update", "--message", "Nearly there.", "--yes"]);
    expect(sink.taken.get("p3@example.com")).toBe(1);
  });

  it("is silent, and says why, where the list cannot be read; the other channels speak", async () => {
    const stage = await stageWith("name\nnobody\n");
    const ran = await stage.run([...ANNOUNCE]);
    expect(ran.code).toBe(5);
    expect(stage.heard().slack).toBe(1);
    expect(ran.stdout).toContain("email");
    write(stage, people(3));
    expect((await stage.run(["retry", "--yes"])).code).toBe(0);
    expect(stage.heard().mail).toBe(3);
  });

  it("stops for --timeout, and says what is left", async () => {
    const [stage] = await stageOn(100, () => "take");
    stage.configure((config) => {
      config.channels.customers!.rate = "10/s";
    });
    const ran = await stage.run([...ANNOUNCE, "--timeout", "2s"]);
    expect(ran.code).toBe(5);
    expect(ran.stdout).toMatch(/✗ customers {2}waiting +\d+ of 100 sent/);
  });
});

describe("a list whose words were wrong", () => {
  /** Announced to a list and nobody else, and stopped after some mails. */
  async function stoppedMidway(
    judge: (address: string) => Verdict = () => "take",
  ): Promise<[Stage, MailSink]> {
    const stopping = new AbortController();
    let taken = 0;
    const [stage, sink] = await stageOn(400, (address) => {
      if (++taken === 60) stopping.abort();
      return judge(address);
    });
    stage.configure((config) => {
      config.channels = { customers: config.channels.customers! };
    });
    const ran = await stage.run([...ANNOUNCE], { stopping: stopping.signal });
    expect(ran.code).toBe(130);
    return [stage, sink];
  }

  const once = ({ taken }: MailSink) => [...taken.values()].filter((times) => times === 1).length;
  const twice = ({ taken }: MailSink) => [...taken.values()].filter((times) => times === 2).length;

  it.each([
    ["retract", ["retract", "--yes"]],
    ["correct", ["correct", "--message", "It is only slow.", "--yes"]],
  ])("is mailed no more of them after a %s, which it hears as a mail of its own", async (_, argv) => {
    const [stage, sink] = await stoppedMidway();
    const before = sink.taken.size;
    const ran = await stage.run(argv);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toContain("Overtaken before all on the list had heard it: update 1 on customers.");
    expect(sink.taken.size).toBe(400);
    expect(twice(sink)).toBe(before);
    await stage.run(["retry", "--yes"]);
    await stage.run(["retry", "--resend-unknown", "customers", "--yes"]);
    expect([once(sink), twice(sink)]).toEqual([400 - before, before]);
    const { stdout } = await stage.run(["show", "--json"]);
    expect(stdout).toMatch(/overtaken by update 2; \d+ of 400 sent/);
  });

  it("is corrected in the languages of its readers", async () => {
    const stage = await stageWith("email,language\nshop@example.com,en\nkiosk@example.com,de\n", {
      locales: ["de"],
    });
    await stage.run([...ANNOUNCE]);
    mkdirSync(join(stage.folder, "templates", "de"), { recursive: true });
    const wording = (name: string, words: string) =>
      writeFileSync(
        join(stage.folder, "templates", name),
        `---\ntype: incident\nsubject: "{{ title }}"\n---\n\n${words}\n`,
      );
    wording("correction.md", "We were wrong. {{ message }}");
    wording("de/correction.md", "Wir haben uns geirrt. {{ message }}");
    await stage.run(["correct", "--message", "It is only slow.", "--yes"]);
    const second = (address: string) => stage.sandbox.world().mails.filter(({ to }) => to === address)[1]!;
    expect(second("shop@example.com").text).toContain("We were wrong.");
    expect(second("kiosk@example.com").text).toContain("Wir haben uns geirrt.");
  });

  it("stops no later words that stand when earlier ones are corrected", async () => {
    const [stage, sink] = await stoppedMidway();
    const before = sink.taken.size;
    await stage.run(["update", "--message", "We found the cause.", "--no-wait", "--yes"]);
    await stage.run(["correct", "--update", "1", "--message", "It is only slow.", "--no-wait", "--yes"]);
    expect((await stage.run(["retry", "--yes"])).code).toBe(0);
    expect(twice(sink)).toBe(400 - before);
    expect([...sink.taken.values()].filter((times) => times === 3)).toHaveLength(before);
  });

  it("is not told of a correction before it has heard anything", async () => {
    const [stage] = await stageOn(3, () => "take");
    stage.configure((config) => {
      config.channels = { customers: config.channels.customers! };
    });
    await stage.run([...ANNOUNCE, "--no-wait"]);
    const ran = await stage.run(["retract", "--yes", "--json"]);
    expect(ran.json().error).toMatchObject({ code: "UPDATE_UNKNOWN", hint: "Updates that are out: none." });
  });

  it("sends nothing more where the channel has become one of a few addresses, and says so", async () => {
    const [stage, sink] = await stoppedMidway();
    const before = sink.taken.size;
    stage.configure(({ channels }) => {
      const { recipients: _, ...rest } = channels.customers!;
      channels.customers = { ...rest, to: ["crew@example.com"] };
    });
    const ran = await stage.run(["retry", "--yes", "--json"]);
    expect(ran.code).toBe(6);
    expect(ran.json().deliveries).toMatchObject([{ state: "refused", error: { code: "LIST_NO_MORE" } }]);
    expect(sink.taken.size).toBe(before);
    stage.configure(({ channels }) => {
      const { to: _, ...rest } = channels.customers!;
      channels.customers = { ...rest, recipients: "customers.csv" };
    });
    expect((await stage.run(["retry", "--yes"])).code).toBe(0);
    expect(once(sink)).toBe(400);
  });
});

describe("a channel that has become something else", () => {
  it("sends no list what was composed for a few addresses", async () => {
    const [stage, sink] = await stageOn(3, (address) => (address === "crew@example.com" ? "later" : "take"));
    stage.configure(({ channels }) => {
      const { recipients: _, ...rest } = channels.customers!;
      channels.customers = { ...rest, to: ["crew@example.com"] };
    });
    const few = await stage.run([...ANNOUNCE, "--timeout", "1s", "--json"]);
    expect(stateOf(few, "customers")).toBe("waiting");
    stage.configure(({ channels }) => {
      const { to: _, ...rest } = channels.customers!;
      channels.customers = { ...rest, recipients: "customers.csv" };
    });
    const ran = await stage.run(["retry", "--yes", "--json"]);
    expect(ran.code).toBe(5);
    const row = ran.json().deliveries.find(({ channel }) => channel === "customers");
    expect(row).toMatchObject({ state: "refused", error: { code: "LIST_BY_NOW" } });
    expect(sink.taken.size).toBe(0);
  });

  it("is told where it is configured no more, and is mailed in full where it comes back", async () => {
    const [stage, sink] = await stageOn(3, () => "take");
    await stage.run([...ANNOUNCE, "--no-wait"]);
    const { customers } = stage.config.channels;
    stage.configure(({ channels }) => {
      delete channels.customers;
    });
    expect((await stage.run(["retry", "--yes"])).stdout).toContain("not configured any more");
    stage.configure(({ channels }) => {
      channels.customers = customers!;
    });
    expect((await stage.run(["retry", "--yes"])).code).toBe(0);
    expect(sink.taken.size).toBe(3);
  });

  it("is told where it is configured no more, and keeps how far it had come", async () => {
    const [stage, sink] = await stageOn(3, (address) => (address === "p1@example.com" ? "later" : "take"));
    await stage.run([...ANNOUNCE]);
    stage.configure(({ channels }) => {
      delete channels.customers;
    });
    for (let times = 0; times < 2; times++) {
      const ran = await stage.run(["retry", "--yes", "--json"]);
      const row = ran.json().deliveries.find(({ channel }) => channel === "customers");
      expect(row).toMatchObject({
        state: "waiting",
        reason: expect.stringMatching(/^2 of 3 sent, .*; the channel is not configured any more$/),
      });
    }
    expect(sink.taken.size).toBe(2);
  });
});

describe("what is told of a list", () => {
  it("says that nobody is due yet when it is retried too soon", async () => {
    const [stage] = await stageOn(3, (address) => (address === "p1@example.com" ? "later" : "take"));
    const first = await stage.run([...ANNOUNCE]);
    expect(first.stdout).not.toContain("nobody is due");
    const again = await stage.run(["retry", "--yes"]);
    expect(again.code).toBe(5);
    expect(again.stdout).toMatch(
      /^1 of customers's list waits until \d\d:\d\d P[SD]T; nobody is due before\.$/m,
    );
  });

  it("says nothing of all channels where every one was overtaken", async () => {
    const [stage] = await stageOn(3, () => "take");
    const key = ["--key", "first"];
    await stage.run([...ANNOUNCE, ...key, "--only", "customers", "--no-wait"]);
    await stage.run(["update", "--message", "Found.", "--only", "customers", "--yes"]);
    const ran = await stage.run([...ANNOUNCE, ...key, "--only", "customers", "--no-wait"]);
    expect(ran.code).toBe(0);
    expect(ran.stdout).not.toMatch(/All 0|already heard/);
    expect(ran.stdout).toContain("Nothing was sent:");
  });

  it("leaves the name of a file as it is written", async () => {
    const stage = await stageWith("name\nnobody\n");
    const ran = await stage.run([...ANNOUNCE]);
    expect(ran.stdout).toContain("customers.csv");
    expect(ran.stdout).not.toContain("Customers.csv");
  });

  it("says while it runs that rows follow the counts", async () => {
    let seen: Promise<Ran> | null = null;
    let taken = 0;
    const [stage] = await stageOn(60, () => {
      if (++taken === 5) seen = stage.run(["recipients", "--state", "sent"]);
      return "take";
    });
    stage.configure(({ channels }) => {
      channels.customers!.rate = "50/s";
    });
    await stage.run([...ANNOUNCE]);
    const clause = "rows of chunks under way follow when they are done";
    expect((await seen!).stdout).toContain(clause);
    expect((await stage.run(["recipients", "--state", "sent"])).stdout).not.toContain(clause);
  });

  it("is not lost from view when its resolution was sent to half of it", async () => {
    const stopping = new AbortController();
    let taken = 0;
    const [stage] = await stageOn(200, () => {
      if (++taken === 240) stopping.abort();
      return "take";
    });
    await stage.run([...ANNOUNCE]);
    const ended = await stage.run(["resolve", "--yes"], { stopping: stopping.signal });
    expect(ended.code).toBe(130);
    const list = await stage.run(["list"]);
    expect(list.stdout).toContain("No incident is open.");
    expect(list.stdout).toMatch(/has ended, and customers has still to hear all of it: status retry \S+/);
    expect((await stage.run(["retry", "--yes"])).code).toBe(0);
    expect((await stage.run(["list"])).stdout).not.toContain("still to hear");
  });

  it("has been told when all but a few were reached, whom status retry still reaches", async () => {
    let busy = true;
    const [stage, sink] = await stageOn(40, (address) =>
      busy && address === "p7@example.com" ? "later" : "take",
    );
    const ran = await stage.run([...ANNOUNCE]);
    expect(ran.code).toBe(0);
    expect(ran.stdout).toMatch(/39 of 40 sent, 1 to be tried again from \d\d:\d\d UTC/);
    busy = false;
    const early = await stage.run(["retry", "--yes"]);
    expect(early.code).toBe(0);
    expect(early.stdout).toMatch(/1 of customers's list waits until \d\d:\d\d/);
    expect(sink.taken.has("p7@example.com")).toBe(false);
  });
});
