import { discord } from "../../src/channels/discord/index.ts";
import { DISCORD_FORUM_WEBHOOK } from "../../src/sandbox/discord.ts";
import { ask } from "../sandbox/ask.ts";
import { type Defect, expectObeyed, itObeys, readDescription } from "./description.ts";
import { runIncident } from "./full-run.ts";

const DEFECTS: readonly Defect[] = [
  {
    about: / answers 500, which is not described$/,
    reason: "a failure of Discord's own servers is not described",
  },
];

itObeys("Discord", "discord/webhooks-openapi.cut.json", async (text) => {
  const inText = await runIncident("discord", discord, { username: "Status" }, async (step) => {
    const { settings, receipts } = step;
    const { pathname } = new URL(String(settings.webhook));
    const address = `${settings.baseUrl}${pathname.replace("/api/", "/api/v10/")}`;
    const body = { content: "Orders work again.", allowed_mentions: { parse: [] }, flags: 4 };
    await ask(`${address}/messages/${receipts[1]?.remoteId}`, { method: "PATCH", body });
    await ask(`${address}/messages/${receipts[1]?.remoteId}`, { method: "DELETE" });
    await ask(`${address}/messages/${receipts[1]?.remoteId}`);
    await ask(address, { body });
  });
  const inForum = await runIncident("discord", discord, { forum: true, webhook: DISCORD_FORUM_WEBHOOK });
  const judge = readDescription(spelledOut(text), { base: "/discord/api/v10" });
  expectObeyed(judge, [...inText, ...inForum], DEFECTS);
});

interface PathItem {
  readonly parameters?: readonly unknown[];
  readonly [method: string]: unknown;
}

/** The description without what the reader does not know: parameters of a whole path, and `4XX` for many answers. */
function spelledOut(text: string): string {
  const { paths, ...rest } = JSON.parse(text) as { paths: Readonly<Record<string, PathItem>> };
  const operation = (described: unknown, shared: readonly unknown[]) => {
    const {
      parameters = [],
      responses,
      ...more
    } = described as {
      parameters?: readonly unknown[];
      responses: Readonly<Record<string, unknown>>;
    };
    const { "4XX": refused, ...others } = responses;
    const refusals = Object.fromEntries(["400", "401", "404"].map((status) => [status, refused]));
    return { ...more, parameters: [...shared, ...parameters], responses: { ...refusals, ...others } };
  };
  const spelled = Object.entries(paths).map(([path, { parameters = [], ...methods }]) => [
    path,
    Object.fromEntries(
      Object.entries(methods).map(([method, described]) => [method, operation(described, parameters)]),
    ),
  ]);
  return JSON.stringify({ ...rest, paths: Object.fromEntries(spelled) });
}
