import { slack } from "../../src/channels/slack/index.ts";
import { ask } from "../sandbox/ask.ts";
import { type Defect, expectObeyed, itObeys, readDescription } from "./description.ts";
import { runIncident } from "./full-run.ts";

/** The description stands as it was in 2021. */
const DEFECTS: readonly Defect[] = [
  {
    about: / lacks the (header|field) token$/,
    reason: "the token is described as a parameter; it goes as Authorization: Bearer",
  },
  {
    about: / has the field (metadata|include_all_metadata), which is not described$/,
    reason: "newer than the description",
  },
  {
    about: / answers 200: .*must NOT have additional properties (app_id|metadata|response_metadata)$/,
    reason: "answers carry more than the description closes them to",
  },
  {
    about: / must have required property '(pin_count|channel_actions_ts|channel_actions_count)'$/,
    reason: "live answers often leave these out",
  },
  {
    about: / answers 200: \/channel must match pattern/,
    reason: "C0123456, this project's example of a channel, is one character short of a real id",
  },
  {
    about: / answers (200|429): \/error must be equal to one of the allowed values/,
    reason: "the words restricted_action and ratelimited are younger than the list",
  },
  {
    about: / answers 500 with something that is no JSON$/,
    reason: "a failure of Slack's own servers is not described",
  },
];

itObeys("Slack", "slack/slack_web_openapi_v2.cut.json", async (text) => {
  const exchanges = await runIncident("slack", slack, {}, async ({ settings, receipts }) => {
    const call = (method: string, fields: Record<string, string>) =>
      ask(`${settings.baseUrl}/api/${method}`, {
        headers: { authorization: `Bearer ${settings.token}` },
        body: new URLSearchParams({ channel: String(settings.channel), ...fields }),
      });
    const ts = String(receipts[1]?.remoteId);
    await call("chat.update", { ts, text: "Orders work again." });
    await call("chat.delete", { ts });
  });
  const manners = {
    base: "/slack/api",
    methodless: true,
    refuses: (body: Readonly<Record<string, unknown>>) => body.ok === false,
  };
  expectObeyed(readDescription(text, manners), exchanges, DEFECTS);
});
