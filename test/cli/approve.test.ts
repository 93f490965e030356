import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import type { Surroundings } from "../../src/cli/surroundings.ts";
import { LedgerStore } from "../../src/store/ledger-store.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import type { Ran } from "../support/stage.ts";
import { team } from "../support/team.ts";
import { answering } from "../support/terminal.ts";
import { hasKeygen, type Key, makeKey, signByHand } from "./keys.ts";

const TITLE = ["--title", "Checkout is failing", "--impact", "major"] as const;
const WORDS = ["--message", "Orders cannot be placed. Browsing works."] as const;
const PLAN = ["announce", ...TITLE, ...WORDS, "--dry-run", "--json"] as const;

interface Approval {
  outcome: string;
  plan: { hash: string; by: string };
  approval: { by: string[]; missing: number; invalid: string[] };
  error: { code: string; message: string; hint: string };
}

const told = (ran: Ran) => JSON.parse(ran.stdout) as Approval;
const codeOf = (ran: Ran) => [ran.code, told(ran).error.code];

/** People with one ledger among them, each known to git as `<name>@example.com`. */
async function people(approval: Record<string, unknown>) {
  const { stage, folderOf, as } = await team(null, ({ channels }) => {
    for (const name of ["sellers", "page", "hosted"]) delete channels[name];
  });
  stage.config.approval = approval;
  const store = join(stage.folder, "shared", "status.db");
  stage.config.store = store;
  const run = (who: string, argv: readonly string[], more?: Partial<Surroundings> & { input?: string }) => {
    const home = folderOf(who);
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, ".gitconfig"), `[user]\n\temail = ${who}@example.com\n`);
    return as(who, argv, more);
  };
  return {
    ...{ stage, folderOf, as: run },
    /** A plan of the commander's; returns its hash. */
    async plan(argv: readonly string[] = PLAN): Promise<string> {
      const ran = await run("commander", argv);
      expect(ran.stderr + ran.stdout).toContain('"hash"');
      return (JSON.parse(ran.stdout) as Approval).plan.hash;
    },
    approve: (who: string, ...argv: string[]) => run(who, ["approve", ...argv, "--yes", "--json"]),
    say: (who: string, hash: string, ...argv: string[]) =>
      run(who, ["announce", "--plan", hash, "--yes", "--json", "--no-verify", ...argv]),
    async journal() {
      const ledger = new LedgerStore(await openSqlite(store));
      const entries = await ledger.journal({});
      return { ledger, entries, close: () => ledger.close() };
    },
    silent: () => expect(stage.heard()).toEqual({ x: 0, mail: 0, forum: 0, slack: 0, hosted: 0 }),
  };
}

const ONE = { rules: [{ audience: "public", needs: 1 }] };

describe("an approval", () => {
  it("lets a plan be said, byte for byte, by anybody", async () => {
    const crew = await people(ONE);
    const hash = await crew.plan();
    expect(codeOf(await crew.say("commander", hash))).toEqual([4, "APPROVAL_NEEDED"]);
    crew.silent();
    const approved = await crew.approve("release", hash.slice(0, 8));
    expect(approved.code).toBe(0);
    expect(told(approved)).toMatchObject({
      outcome: "approved",
      plan: { hash, by: "commander@example.com" },
      approval: { by: ["release@example.com"], missing: 0 },
    });
    crew.silent();
    expect((await crew.say("commander", hash)).code).toBe(0);
    expect(crew.stage.heard().x).toBe(1);
    const { entries, close } = await crew.journal();
    await close();
    expect(entries.filter(({ act }) => act === "approved")).toMatchObject([
      { by: "release@example.com", plan: hash, proof: null, what: "announce" },
    ]);
  });

  it("is waited for in the list, and by status alone, until it is said", async () => {
    const crew = await people(ONE);
    const listed = async () =>
      (await crew.as("release", ["list", "--json"])).json().plans as Record<string, unknown>[];
    expect(await listed()).toEqual([]);
    const hash = await crew.plan();
    const mine = { hash, verb: "announce", by: "commander@example.com", title: "Checkout is failing" };
    expect(await listed()).toMatchObject([{ ...mine, missing: 1, approvedBy: [], needs: [{ needs: 1 }] }]);
    for (const argv of [["list"], []]) {
      const { stdout } = await crew.as("release", argv);
      expect(stdout).toContain(`Plan ${hash.slice(0, 12)}: status announce by commander@example.com`);
      expect(stdout).toContain(`Somebody else types: status approve ${hash.slice(0, 12)}\n`);
    }
    await crew.approve("release", hash);
    expect(await listed()).toMatchObject([{ ...mine, missing: 0, approvedBy: ["release@example.com"] }]);
    expect((await crew.as("release", ["list"])).stdout).toContain(
      `to say it: status announce --plan ${hash.slice(0, 12)}\n`,
    );
    await crew.say("commander", hash);
    expect(await listed()).toEqual([]);
    await crew.plan(["update", ...WORDS, "--dry-run", "--json"]);
    expect(await listed()).toHaveLength(1);
    crew.stage.clock.advance(16 * 60_000);
    expect(await listed()).toEqual([]);
  });

  it("is not one's own, and asks for nothing before it says so", async () => {
    const crew = await people(ONE);
    const hash = await crew.plan();
    expect(codeOf(await crew.approve("commander", hash))).toEqual([4, "OWN_PLAN"]);
    expect(codeOf(await crew.say("commander", hash))).toEqual([4, "APPROVAL_NEEDED"]);
    crew.silent();
  });

  it("counts once however often it is given, and two people make two", async () => {
    const crew = await people({ rules: [{ needs: 2 }] });
    const hash = await crew.plan();
    for (let times = 0; times < 2; times++)
      expect(told(await crew.approve("release", hash))).toMatchObject({
        outcome: "waiting",
        approval: { missing: 1 },
      });
    const { entries, close } = await crew.journal();
    await close();
    expect(entries.filter(({ act }) => act === "approved")).toHaveLength(1);
    expect(codeOf(await crew.say("commander", hash))).toEqual([4, "APPROVAL_NEEDED"]);
    expect(told(await crew.approve("legal", hash))).toMatchObject({ outcome: "approved" });
    expect((await crew.say("legal", hash)).code).toBe(0);
  });

  it("is refused from whoever is not named", async () => {
    const crew = await people({ rules: [{ from: ["Legal@example.com"] }] });
    const hash = await crew.plan();
    const refused = await crew.approve("release", hash);
    expect(codeOf(refused)).toEqual([4, "NOT_AN_APPROVER"]);
    expect(told(refused).error.hint).toContain("Legal@example.com");
    expect(told(await crew.approve("legal", hash)).outcome).toBe("approved");
  });

  it("without a plan's name is of the newest that waits for somebody else", async () => {
    const crew = await people(ONE);
    expect(codeOf(await crew.approve("release"))).toEqual([4, "NO_PLAN_WAITS"]);
    await crew.plan();
    crew.stage.clock.advance(1000);
    const newest = await crew.plan([
      "announce",
      "--title",
      "Search is slow",
      ...WORDS,
      "--dry-run",
      "--json",
    ]);
    crew.stage.clock.advance(1000);
    // Nobody has to agree to this one.
    await crew.plan(["announce", ...TITLE, ...WORDS, "--only", "ops", "--dry-run", "--json"]);
    expect(codeOf(await crew.approve("commander"))).toEqual([4, "OWN_PLAN"]);
    expect(told(await crew.approve("release")).plan.hash).toBe(newest);
  });

  it("with --send says it at once, and not while another is missing", async () => {
    const crew = await people({ rules: [{ needs: 2 }] });
    const hash = await crew.plan();
    const first = await crew.approve("release", hash, "--send");
    expect([first.code, told(first).outcome]).toEqual([0, "waiting"]);
    crew.silent();
    const second = await crew.approve("legal", hash, "--send");
    expect([second.code, told(second).outcome]).toEqual([0, "delivered"]);
    expect(crew.stage.heard().x).toBe(1);
    expect(codeOf(await crew.approve("other", hash))).toEqual([4, "PLAN_SAID"]);
  });

  it("is refused once the plan has expired, and where somebody else has spoken since", async () => {
    const crew = await people(ONE);
    const late = await crew.plan();
    crew.stage.clock.advance(15 * 60_000);
    expect(codeOf(await crew.approve("release", late))).toEqual([4, "PLAN_EXPIRED"]);
    expect(codeOf(await crew.approve("release"))).toEqual([4, "NO_PLAN_WAITS"]);
    const overtaken = await crew.plan();
    await crew.as("other", ["announce", ...TITLE, "--yes", "--no-verify"]);
    expect(codeOf(await crew.approve("release", overtaken))).toEqual([4, "PLAN_OVERTAKEN"]);
    expect(codeOf(await crew.say("commander", overtaken))).toEqual([4, "PLAN_OVERTAKEN"]);
  });

  it("is of nothing else than the plan that was approved", async () => {
    const crew = await people(ONE);
    const approved = await crew.plan();
    await crew.approve("release", approved);
    const other = await crew.plan(["announce", ...TITLE, "--message", "All is well.", "--dry-run", "--json"]);
    expect(codeOf(await crew.say("commander", other))).toEqual([4, "APPROVAL_NEEDED"]);
    crew.silent();
  });

  it("counts only if it was given after the plan was made", async () => {
    const crew = await people(ONE);
    const hash = await crew.plan();
    const { ledger, close } = await crew.journal();
    const before = new Date(crew.stage.clock.now().getTime() - 1);
    await ledger.enter([
      {
        ...{ id: "earlier", at: before, by: "release@example.com", act: "approved", plan: hash },
        ...{ incidentId: null, updateId: null, what: "announce", reason: null, proof: null },
      },
    ]);
    await close();
    expect(codeOf(await crew.say("commander", hash))).toEqual([4, "APPROVAL_NEEDED"]);
    expect(told(await crew.approve("release", hash)).outcome).toBe("approved");
    expect((await crew.say("commander", hash)).code).toBe(0);
  });

  it("counts where the clock of whoever gives it is behind the author's", async () => {
    const crew = await people(ONE);
    crew.stage.clock.advance(60_000);
    const hash = await crew.plan();
    crew.stage.clock.advance(-30_000);
    expect(told(await crew.approve("release", hash)).outcome).toBe("approved");
  });

  it("tells which approval is still missing, whose, and who types what", async () => {
    const from = ["release@example.com", "legal@example.com", "commander@example.com"];
    const crew = await people({ rules: [{ needs: 2, from }] });
    const hash = await crew.plan();
    const ran = await crew.as("release", ["approve", hash, "--yes"]);
    expect(ran.stdout).toContain(
      "Approved so far: release@example.com. It still needs 1 approval by legal@example.com.\n",
    );
    expect(ran.stdout).toContain(`legal@example.com types: status approve ${hash.slice(0, 12)}\n`);
    const { error } = told(await crew.say("commander", hash));
    expect(error.message).toContain(
      "release@example.com has agreed, and it still needs 1 approval by legal@example.com. Nothing was sent.",
    );
    expect(error.hint).toContain(`legal@example.com types: status approve ${hash.slice(0, 12)} — `);
  });

  it("with --yes prints no channel's text, only the plan, what was overridden, and the outcome", async () => {
    const crew = await people(ONE);
    const words = ["--message", "Please allow 203.0.113.7 in your firewall. Browsing works."];
    const allow = ["--allow", "ip-address=customers need it"];
    const hash = await crew.plan(["announce", ...TITLE, ...words, ...allow, "--dry-run", "--json"]);
    const ran = await crew.as("release", ["approve", hash, "--yes"]);
    expect(ran.code).toBe(0);
    expect(ran.stderr.trim().split("\n")).toEqual([
      expect.stringContaining(`Plan ${hash.slice(0, 12)}: status announce, by commander@example.com`),
      "Overridden: the wording rule ip-address, because: customers need it",
    ]);
    expect(ran.stdout).toContain("Approved: release@example.com; nothing is missing.");
    expect(ran.stdout).not.toContain("firewall");
  });

  it("with --send says that nothing was sent while another is missing", async () => {
    const crew = await people({ rules: [{ needs: 2 }] });
    const hash = await crew.plan();
    const ran = await crew.as("release", ["approve", hash, "--yes", "--send"]);
    expect(ran.stdout).toContain("Nothing was sent.");
    expect(ran.stdout).toContain("Somebody else types: status approve");
    crew.silent();
  });

  it("needs a yes where nobody can be asked", async () => {
    const crew = await people(ONE);
    const hash = await crew.plan();
    expect(codeOf(await crew.as("release", ["approve", hash, "--json"]))).toEqual([2, "CONFIRMATION_NEEDED"]);
    expect(codeOf(await crew.say("commander", hash))).toEqual([4, "APPROVAL_NEEDED"]);
  });
});

describe("at a terminal", () => {
  it("is given after every channel's exact text was read, and can be said at once", async () => {
    const crew = await people(ONE);
    const hash = await crew.plan();
    const { ran, unasked } = await answering(
      (more) => crew.as("release", ["approve"], more),
      ["Agree to this, as release@example.com?", "y\r"],
      ["Say it now?", "y\r"],
    );
    expect(unasked).toEqual([]);
    expect(ran.code).toBe(0);
    for (const shown of [
      hash.slice(0, 12),
      "commander@example.com",
      "Orders cannot be placed.",
      "customers (email",
    ])
      expect(ran.stderr).toContain(shown);
    expect(ran.stderr).toContain(
      "It needs 1 approval by somebody else than the author; nobody has agreed yet",
    );
    expect(ran.stdout).toContain("Approved: release@example.com; nothing is missing.");
    expect(crew.stage.heard().x).toBe(1);
  });

  it("a plain Enter agrees to nothing", async () => {
    const crew = await people(ONE);
    const hash = await crew.plan();
    const { ran } = await answering(
      (more) => crew.as("release", ["approve", hash], more),
      ["Agree to this", "\r"],
    );
    expect(ran.code).toBe(4);
    expect(codeOf(await crew.say("commander", hash))).toEqual([4, "APPROVAL_NEEDED"]);
  });

  it("is refused where the plan expires while it is read", async () => {
    const crew = await people(ONE);
    const hash = await crew.plan();
    const { ran } = await answering(
      (more) => {
        (more.promptOutput as PassThrough).once("data", () => crew.stage.clock.advance(16 * 60_000));
        return crew.as("release", ["approve", hash], more);
      },
      ["Agree to this", "y\r"],
    );
    expect(ran.code).toBe(4);
    expect(ran.stderr).toContain("PLAN_EXPIRED");
    const { entries, close } = await crew.journal();
    await close();
    expect(entries.filter(({ act }) => act === "approved")).toEqual([]);
  });

  it("shows which wording rules the author has overridden, and why", async () => {
    const crew = await people(ONE);
    const words = ["--message", "Please allow 203.0.113.7 in your firewall. Browsing works."];
    await crew.plan([
      "announce",
      ...TITLE,
      ...words,
      "--allow",
      "ip-address=customers need it",
      "--dry-run",
      "--json",
    ]);
    const { ran } = await answering((more) => crew.as("release", ["approve"], more), ["Agree to this", "\r"]);
    expect(ran.stderr).toContain("Overridden: the wording rule ip-address, because: customers need it");
  });
});

describe.skipIf(!hasKeygen)("where only signatures count", () => {
  /** People with keys, and the file that names them. */
  async function signing(approval: Record<string, unknown> = { rules: [{ signed: true }] }) {
    const file = { path: "" };
    const crew = await people(approval);
    file.path = join(crew.stage.folder, "allowed_signers");
    crew.stage.config.approval = { ...approval, allowedSigners: file.path };
    const keys = new Map<string, Key>();
    const keyOf = (who: string): Key => {
      const key = keys.get(who) ?? makeKey(crew.stage.folder, `key-${who}`);
      keys.set(who, key);
      return key;
    };
    const allow = (...lines: string[]) => writeFileSync(file.path, `${lines.join("\n")}\n`, { mode: 0o600 });
    allow(...["release", "legal", "commander"].map((who) => `${who}@example.com ${keyOf(who).line}`));
    return { ...crew, keyOf, allow };
  }

  it("git's word is not enough, and how to sign is told", async () => {
    const crew = await signing();
    const hash = await crew.plan();
    const refused = await crew.approve("release", hash);
    expect(codeOf(refused)).toEqual([4, "SIGNATURE_NEEDED"]);
    expect(told(refused).error.hint).toContain(
      `printf 'status plan %s\\n' ${hash} | ssh-keygen -Y sign -n status`,
    );
  });

  it("a signature counts, and its signer is who has agreed, whatever git says", async () => {
    const crew = await signing();
    const hash = await crew.plan();
    for (let times = 0; times < 2; times++) {
      const signed = await crew.approve("somebody", hash, "--sign", crew.keyOf("release").path);
      expect(told(signed)).toMatchObject({ outcome: "approved", approval: { by: ["release@example.com"] } });
    }
    const { entries, close } = await crew.journal();
    await close();
    expect(entries.filter(({ act }) => act === "approved")).toHaveLength(1);
    expect((await crew.say("commander", hash)).code).toBe(0);
    expect(crew.stage.heard().x).toBe(1);
  });

  it("one made elsewhere counts as well, from a file or from stdin", async () => {
    const crew = await signing({ rules: [{ signed: true, needs: 2 }] });
    const hash = await crew.plan();
    const [release, legal] = ["release", "legal"].map((who) =>
      signByHand(crew.keyOf(who), `status plan ${hash}\n`),
    );
    const file = join(crew.folderOf("release"), "plan.sig");
    mkdirSync(crew.folderOf("release"), { recursive: true });
    writeFileSync(file, release!);
    expect(told(await crew.approve("release", hash, "--signature", "plan.sig"))).toMatchObject({
      approval: { missing: 1 },
    });
    const piped = await crew.as("legal", ["approve", hash, "--signature", "-", "--yes", "--json"], {
      input: legal!,
    });
    expect(told(piped)).toMatchObject({ outcome: "approved" });
  });

  it("the author's own key does not count, under any of its names", async () => {
    const crew = await signing();
    const hash = await crew.plan();
    const own = crew.keyOf("commander");
    expect(codeOf(await crew.approve("release", hash, "--sign", own.path))).toEqual([4, "OWN_PLAN"]);
    crew.allow(`alias@example.com,Commander@example.com ${own.line}`);
    expect(codeOf(await crew.approve("release", hash, "--sign", own.path))).toEqual([4, "OWN_PLAN"]);
  });

  it("a signature of another plan, or of a key that nobody knows, is refused and not recorded", async () => {
    const crew = await signing();
    const hash = await crew.plan();
    const other = signByHand(crew.keyOf("release"), `status plan ${"0".repeat(64)}\n`);
    const given = { input: other };
    const ran = await crew.as("release", ["approve", hash, "--signature", "-", "--yes", "--json"], given);
    expect(codeOf(ran)).toEqual([4, "SIGNATURE_MISMATCH"]);
    const stranger = crew.keyOf("stranger").path;
    expect(codeOf(await crew.approve("release", hash, "--sign", stranger))).toEqual([4, "SIGNER_UNKNOWN"]);
    const { entries, close } = await crew.journal();
    await close();
    expect(entries.filter(({ act }) => act === "approved")).toEqual([]);
  });

  it("what stands in the ledger proves nothing: each signature is verified when the plan is said", async () => {
    const crew = await signing();
    const hash = await crew.plan();
    const forged = [
      { by: "release@example.com", proof: "-----BEGIN SSH SIGNATURE-----" },
      { by: "release@example.com", proof: signByHand(crew.keyOf("release"), "status plan another\n") },
      { by: "release@example.com", proof: signByHand(crew.keyOf("stranger"), `status plan ${hash}\n`) },
      // Good, and somebody else's.
      { by: "release@example.com", proof: signByHand(crew.keyOf("legal"), `status plan ${hash}\n`) },
      { by: "commander@example.com", proof: signByHand(crew.keyOf("commander"), `status plan ${hash}\n`) },
    ];
    const { ledger, close } = await crew.journal();
    await ledger.enter(
      forged.map((entry, index) => ({
        ...{
          id: `forged-${index}`,
          at: crew.stage.clock.now(),
          act: "approved",
          plan: hash,
          what: "announce",
        },
        ...{ incidentId: null, updateId: null, reason: null },
        ...entry,
      })),
    );
    await close();
    const refused = await crew.say("commander", hash);
    expect(codeOf(refused)).toEqual([4, "APPROVAL_NEEDED"]);
    expect(told(refused).error.message.match(/Does not count: /g)).toHaveLength(forged.length);
    crew.silent();
  });

  it("the author's key does not count under another of its names, whatever stands in the ledger", async () => {
    const crew = await signing();
    const hash = await crew.plan();
    const own = crew.keyOf("commander");
    crew.allow(`alias@example.com,Commander@example.com ${own.line}`);
    const { ledger, close } = await crew.journal();
    const proof = signByHand(own, `status plan ${hash}\n`);
    await ledger.enter([
      {
        ...{ id: "forged", at: crew.stage.clock.now(), act: "approved", plan: hash, what: "announce" },
        ...{ incidentId: null, updateId: null, reason: null, by: "alias@example.com", proof },
      },
    ]);
    await close();
    expect(codeOf(await crew.say("commander", hash))).toEqual([4, "APPROVAL_NEEDED"]);
    crew.silent();
  });

  it("a key that was taken from the file meanwhile opens nothing any more", async () => {
    const crew = await signing();
    const hash = await crew.plan();
    expect((await crew.approve("release", hash, "--sign", crew.keyOf("release").path)).code).toBe(0);
    crew.allow(`release@example.com valid-before="20200101" ${crew.keyOf("release").line}`);
    expect(codeOf(await crew.say("commander", hash))).toEqual([4, "APPROVAL_NEEDED"]);
    crew.silent();
  });

  it("a signature counts of whoever has agreed without one before", async () => {
    const rules = [{ needs: 2 }, { signed: true, from: ["release@example.com", "other@example.com"] }];
    const crew = await signing({ rules });
    const hash = await crew.plan();
    expect(told(await crew.approve("release", hash)).approval.missing).toBe(1);
    crew.stage.clock.advance(1000);
    const legal = await crew.as("legal", ["approve", hash, "--yes"]);
    expect(legal.stdout).toContain(
      "It still needs 1 approval by release@example.com or other@example.com, signed.",
    );
    expect(legal.stdout).toContain(
      `release@example.com or other@example.com types: status approve ${hash.slice(0, 12)} --sign ~/.ssh/id_ed25519`,
    );
    crew.stage.clock.advance(1000);
    const refused = await crew.say("commander", hash);
    expect(told(refused).error.message).toContain(
      "it still needs 1 approval by release@example.com or other@example.com, signed",
    );
    expect(told(refused).error.hint).toContain("--sign ~/.ssh/id_ed25519");
    for (let times = 0; times < 2; times++)
      expect(told(await crew.approve("release", hash, "--sign", crew.keyOf("release").path))).toMatchObject({
        outcome: "approved",
        approval: { by: ["release@example.com", "legal@example.com"], missing: 0, open: [] },
      });
    const { entries, close } = await crew.journal();
    await close();
    expect(entries.filter(({ act }) => act === "approved").map(({ proof }) => proof !== null)).toEqual([
      false,
      false,
      true,
    ]);
    expect((await crew.say("commander", hash)).code).toBe(0);
  });

  it("the whole hash stands on a line of its own, to be signed elsewhere", async () => {
    const crew = await signing({ rules: [{ signed: true }, { needs: 2 }] });
    const hash = await crew.plan();
    const { ran } = await answering((more) => crew.as("release", ["approve"], more), ["Agree to this", "\r"]);
    expect(ran.stderr.split("\n")).toContain(hash);
    const unsigned = await crew.as("legal", ["approve", hash, "--yes"]);
    expect(unsigned.stdout.split("\n")).toContain(hash);
    const signed = ["--sign", crew.keyOf("release").path];
    const last = await crew.as("release", ["approve", hash, "--yes", ...signed]);
    expect(last.stdout).not.toContain(hash);
  });

  it("a person whose word alone would change nothing is asked for the key", async () => {
    const crew = await signing({ rules: [{ needs: 2 }, { signed: true }] });
    const hash = await crew.plan();
    for (const who of ["legal", "release"]) await crew.approve(who, hash);
    const { ran, unasked } = await answering(
      (more) => crew.as("release", ["approve"], more),
      ["Agree to this", "y\r"],
      ["The SSH key to sign with", `${crew.keyOf("release").path}\r`],
      ["Say it now?", "\r"],
    );
    expect([ran.code, unasked]).toEqual([0, []]);
  });

  it("a person is asked for the key", async () => {
    const crew = await signing();
    await crew.plan();
    const { ran, unasked } = await answering(
      (more) => crew.as("release", ["approve"], more),
      ["Agree to this", "y\r"],
      ["The SSH key to sign with", `${crew.keyOf("release").path}\r`],
      ["Say it now?", "\r"],
    );
    expect([ran.code, unasked]).toEqual([0, []]);
    expect(ran.stdout).toContain("Approved: release@example.com");
    crew.silent();
  });
});

describe("an incident of security", () => {
  const SECRET = ["announce", "--security", ...TITLE, ...WORDS] as const;

  it("is heard by colleagues at once, and in public only once enough have agreed", async () => {
    const crew = await people({ security: { needs: 2 } });
    const inside = await crew.as("commander", [...SECRET, "--yes", "--json", "--no-verify"]);
    expect(inside.code).toBe(0);
    expect(crew.stage.heard()).toEqual({ x: 0, mail: 0, forum: 0, slack: 1, hosted: 0 });
    const update = ["update", "--message", "Some passwords were read. We have reset them."];
    const hash = await crew.plan([...update, "--dry-run", "--json"]);
    expect(told(await crew.approve("release", hash)).approval.missing).toBe(1);
    const tooFew = await crew.as("commander", ["update", "--plan", hash, "--yes", "--json"]);
    expect(codeOf(tooFew)).toEqual([4, "APPROVAL_NEEDED"]);
    const open = await crew.approve("legal", hash, "--send");
    expect([open.code, told(open).outcome]).toEqual([0, "delivered"]);
    expect(crew.stage.heard()).toMatchObject({ x: 1, mail: 1, slack: 2 });
  });

  it("stays closed in public where the policy names nobody, save to whoever breaks the glass", async () => {
    const crew = await people({ security: { needs: 1 } });
    await crew.as("commander", [...SECRET, "--yes", "--no-verify"]);
    const inside = crew.stage.heard();
    const update = ["update", "--message", "Some passwords were read. We have reset them."];
    const hash = await crew.plan([...update, "--dry-run", "--json"]);
    // A plan that was made while the policy named somebody opens nothing once it names nobody.
    crew.stage.config.approval = {};
    const plain = await crew.as("release", ["update", "--plan", hash, "--yes", "--json"]);
    expect(codeOf(plain)).toEqual([4, "PUBLIC_CLOSED"]);
    expect(crew.stage.heard()).toEqual(inside);
    const reason = ["--break-glass", "customers must change their passwords now"];
    const broken = await crew.as("release", [
      "update",
      "--plan",
      hash,
      "--yes",
      "--json",
      "--no-verify",
      ...reason,
    ]);
    expect(broken.code).toBe(0);
    expect(crew.stage.heard().x).toBe(1);
  });
});
