import { expect } from "vitest";
import { apprise } from "../../../src/channels/apprise/index.ts";
import type { Ground } from "../ground.ts";
import { onSandbox } from "../ground.ts";
import { type Conformance, describeChannel } from "../suite.ts";

const TOO_MANY = { tooMany: { status: 429, body: { error: "slow down" }, wait: null } };

/** As all services are one to Apprise, so all of their posts are one thread here. */
const onServer = (secret: string) =>
  onSandbox(
    "apprise",
    { secrets: [secret] },
    ({ notifications }) => notifications.map(() => ({ thread: "apprise" })),
    TOO_MANY,
  );

const shared: Pick<Conformance, "kind" | "limits"> = {
  kind: apprise,
  limits({ payload }) {
    const { title, body } = payload as { title: string; body: string };
    expect(title).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
    expect(`${title} ${body}`).not.toMatch(/(?<![\w.+-])@[^\s\u200b]|<[!@#]/);
  },
};

const SILENT: Conformance["exempt"] = [
  { case: "find", reason: "Apprise tells nothing of what is out: a person looks at the service" },
  { case: "verify", reason: "Apprise reads nothing back" },
  {
    case: "calls a post that waits for a moderator pending, and not yet seen",
    reason: "Apprise knows of no moderators",
  },
  {
    case: "puts follow-ups into the thread of the first post, and a new incident into another",
    reason: "Apprise knows of no threads: each post stands alone",
  },
];

describeChannel({
  ...shared,
  ground: onServer("key"),
  wrong: { key: "another" },
  exempt: [
    ...SILENT,
    {
      case: "gives each of several addressees its own fate",
      reason: "the server speaks to all of them at once",
    },
  ],
});

/** The same server, to which each address is told with the post. */
async function stateless(): Promise<Ground> {
  const ground = await onServer("key")();
  const { key: _, ...others } = ground.settings;
  const url = "json://mailer:correct%20horse@127.0.0.1/hook";
  return { ...ground, settings: { ...others, urls: [url] }, secrets: [url, encodeURIComponent(url)] };
}

describeChannel({
  ...shared,
  ground: stateless,
  partly: { urls: ["json://127.0.0.1/hook", "json://127.0.0.1/hook/403"] },
  wrong: { baseUrl: "http://127.0.0.1:1" },
  exempt: SILENT,
});
