import { writeFileSync } from "node:fs";
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
      gone.has(address) ? "refuse" : address === "p5@example.com" ? "later" : "take",
    );
    write(stage, `${people(10)}nobody\n`);
    const ran = await stage.run([...ANNOUNCE]);
    expect(ran.code).toBe(5);
    expect(ran.stdout).toMatch(
      /8 of 10 sent, 1 refused, 1 to be tried again from \d\d:\d\d UTC, 1 without a valid\s+address/,
    );
    const told = await stage.run(["recipients", "--json"]);
    const rows = told.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows).toMatchObject([
      { address: "p3@example.com", state: "refused", error: { message: expect.stringContaining("5.1.1") } },
      { address: "p5@example.com", state: "waiting" },
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
