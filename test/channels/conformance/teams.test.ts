import { expect } from "vitest";
import { teams } from "../../../src/channels/teams/index.ts";
import { type Ground, onSandbox } from "../ground.ts";
import { describeChannel } from "../suite.ts";

const onWorkflow = onSandbox(
  "teams",
  teams,
  ({ teamsCards }) => teamsCards.map(({ run }) => ({ thread: run })),
  {
    tooMany: {
      status: 429,
      headers: { "retry-after": "5" },
      body: { error: { code: "TooManyRequests", message: "Rate limit is exceeded." } },
      wait: 5,
    },
  },
);

/** The signature opens the door without the rest of the address. */
async function withSignature(): Promise<Ground> {
  const ground = await onWorkflow();
  const signature = new URL(String(ground.settings.webhook)).searchParams.get("sig") ?? "";
  return { ...ground, secrets: [...ground.secrets, signature] };
}

describeChannel({
  kind: teams,
  ground: withSignature,
  limits({ payload }) {
    expect(Buffer.byteLength(JSON.stringify(payload))).toBeLessThanOrEqual(28 * 1024);
    // In a TextBlock Teams would read Markdown.
    expect(JSON.stringify(payload)).not.toContain('"type":"TextBlock"');
    expect(JSON.stringify(payload)).not.toContain("{{");
  },
  wrong: { webhook: "flows" },
  exempt: [
    {
      case: "puts follow-ups into the thread of the first post, and a new incident into another",
      reason: "a workflow cannot be asked for a reply: messages stand one after the other",
    },
    {
      case: "takes planned work from its announcement to its end, in one thread",
      reason: "a workflow cannot be asked for a reply: messages stand one after the other",
    },
    {
      case: "calls a post that waits for a moderator pending, and not yet seen",
      reason: "what Teams does with a message a workflow does not say",
    },
    { case: "gives each of several addressees its own fate", reason: "one post has one audience" },
    { case: "an answer that comes byte by byte", reason: "the answer of a workflow that started is empty" },
    { case: "an answer that breaks off", reason: "the answer of a workflow that started is empty" },
    { case: "half an answer", reason: "the answer of a workflow that started is empty" },
    { case: "200 with an error in it", reason: "a workflow may answer with words of its own" },
    { case: "find", reason: "a workflow does not tell what it has posted" },
    { case: "verify", reason: "a workflow does not tell what it has posted" },
    {
      case: "fails with a hint, and never throws, where the vendor cannot be asked",
      reason: "a workflow's own address is not asked, for it would speak; any answer of its host will do",
    },
  ],
});
