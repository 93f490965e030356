import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScriptedClock } from "../../src/base/clock.ts";
import type { Post } from "../../src/channels/contract.ts";
import { teams } from "../../src/channels/teams/index.ts";
import { startSandbox } from "../../src/sandbox/sandbox.ts";
import { ask } from "../sandbox/ask.ts";
import { readSettings } from "./ground.ts";
import {
  contextFor,
  failureOf,
  kitFor,
  listen,
  messageOf,
  messages,
  NOW,
  NOWHERE,
  paragraph,
} from "./loopback.ts";

const SIGNATURE = "aB3-signature_of~a.flow";
const PATH = `/workflows/5a4db0/triggers/manual/paths/invoke?api-version=1&sp=%2Ftriggers%2Fmanual%2Frun&sig=${SIGNATURE}`;
const signal = new AbortController().signal;

function connect(webhook: string, more: Readonly<Record<string, unknown>> = {}) {
  return teams.connect(readSettings(teams, { kind: "teams", webhook, ...more }) as never, kitFor());
}

function compose(words: string): Post {
  return connect("https://flows.example.com/x").compose(messageOf(words), contextFor())[0]!;
}

describe("a composed Teams message", () => {
  it("is an Adaptive Card with the words as they are, and a button to the status page", () => {
    const hostile = "**bold** [x](https://evil.example.com) <at>everyone</at> {{DATE(2026-01-01T00:00:00Z)}}";
    expect(compose(hostile).payload).toEqual({
      type: "message",
      attachments: [
        {
          contentType: "application/vnd.microsoft.card.adaptive",
          content: {
            $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
            type: "AdaptiveCard",
            version: "1.4",
            lang: "en",
            fallbackText: "Amazon.com unavailable",
            msteams: { width: "Full" },
            body: [
              {
                type: "RichTextBlock",
                inlines: [
                  { type: "TextRun", text: "Amazon.com unavailable", weight: "Bolder", size: "Large" },
                ],
              },
              {
                type: "RichTextBlock",
                inlines: [{ type: "TextRun", text: hostile.replace("{{", "{\u200b{") }],
              },
            ],
            actions: [
              { type: "Action.OpenUrl", title: "See the status page", url: "https://status.example.org" },
            ],
          },
        },
      ],
    });
  });

  it("fits into 28 KB in bytes, keeps its promise where it is cut, and says so", () => {
    const long = messageOf("", { body: [paragraph("Wir sehen es uns an – bald mehr. ".repeat(2_000))] });
    const [post] = connect("https://flows.example.com/x").compose(long, contextFor());
    const sent = JSON.stringify(post!.payload);
    expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(28 * 1024);
    expect(Buffer.byteLength(sent)).toBeGreaterThan(20_000);
    expect(sent).toContain("Next update by 20:40 UTC.");
    expect(post!.notes).toEqual(["cut to fit"]);
    expect(compose("Down.").notes).toEqual([]);
  });

  it("fits whatever is said", () => {
    fc.assert(
      fc.property(messages, (message) => {
        const [post] = connect("https://flows.example.com/x").compose(message, contextFor());
        expect(Buffer.byteLength(JSON.stringify(post!.payload))).toBeLessThanOrEqual(28 * 1024);
      }),
      { numRuns: 40 },
    );
  });
});

describe("a workflow's address", () => {
  it("is asked as it is, whatever its host", async () => {
    await using server = await listen(() => ({ status: 202, body: "" }));
    const post = compose("Down.");
    const receipt = await connect(`${server.url}${PATH}\n`).publish(post, NOWHERE, signal);
    await connect(`https://flows.example.com${PATH}`, { baseUrl: `${server.url}/via` }).publish(
      post,
      NOWHERE,
      signal,
    );
    expect(server.requests.map(({ path }) => path)).toEqual([PATH, `/via${PATH}`]);
    expect(receipt).toEqual({ remoteId: post.key, url: null, extra: { status: 202 } });
  });

  it.each(["https://flows.example.com", `http://flows.example.com${PATH}`, "flows", PATH])(
    "is not %j: nothing goes out",
    async (webhook) => {
      const channel = connect(webhook);
      expect(await failureOf(channel.publish(compose("x"), NOWHERE, signal), [SIGNATURE])).toMatchObject({
        fate: "refused",
        code: "TEAMS_ADDRESS_MALFORMED",
      });
      expect(await channel.check(signal)).toMatchObject([{ name: "credential", level: "fail" }]);
    },
  );

  it("stays out of errors, its signature alone too", async () => {
    await using server = await listen(() => ({ status: 401, body: `bad ${SIGNATURE} in ${PATH}` }));
    const error = await failureOf(connect(`${server.url}${PATH}`).publish(compose("x"), NOWHERE, signal), [
      SIGNATURE,
    ]);
    expect(error.message).toBe("the workflow answers 401: bad [secret] in [secret]");
    expect(error.hint).toContain("switched on");
  });
});

describe("a Teams workflow", () => {
  let sandbox: Awaited<ReturnType<typeof startSandbox>>;
  beforeAll(async () => {
    sandbox = await startSandbox({ clock: new ScriptedClock(NOW) });
  });
  afterAll(() => sandbox.close());

  it("shows the card; the receipt bears the id of its run", async () => {
    const { baseUrl, webhook } = sandbox.channels.teams;
    const receipt = await connect(String(webhook), { baseUrl }).publish(
      compose("Orders fail."),
      NOWHERE,
      signal,
    );
    expect(sandbox.world().teamsCards).toMatchObject([
      { run: receipt.remoteId, text: "Amazon.com unavailable\nOrders fail." },
    ]);
  });

  it("answers in the same way for what it never shows, so nothing claims to have seen a message", async () => {
    const { baseUrl, webhook } = sandbox.channels.teams;
    const { pathname, search } = new URL(String(webhook));
    const before = sandbox.world().teamsCards.length;
    for (const body of [{ text: "Down." }, { type: "message", attachments: [] }]) {
      const answer = await ask(`${baseUrl}${pathname}${search}`, { body });
      expect(answer.status).toBe(202);
    }
    expect(sandbox.world().teamsCards).toHaveLength(before);
    const channel = connect(String(webhook), { baseUrl });
    expect([channel.find, channel.verify, channel.amend, channel.remove]).toEqual(Array(4).fill(undefined));
  });

  it("is not started by a check, which warns that it cannot be looked into", async () => {
    await using server = await listen(() => ({ status: 404, body: "" }));
    const findings = await connect(`${server.url}${PATH}`).check(signal);
    expect(findings.map(({ level }) => level)).toEqual(["ok", "warn"]);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /"]);
  });
});
