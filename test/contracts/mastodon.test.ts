import { mastodon } from "../../src/channels/mastodon/index.ts";
import { ask } from "../sandbox/ask.ts";
import { type Defect, expectObeyed, itObeys, readDescription } from "./description.ts";
import { runIncident } from "./full-run.ts";

const DEFECTS: readonly Defect[] = [
  {
    about: /^GET \/api\/v2\/instance answers 200: .*must have required property/,
    reason:
      "the imitation answers with what is read here, and leaves out what only a program for people shows",
  },
  {
    about: / answers (403|500), which is not described$/,
    reason:
      "the failures described are 401, 404, 410, 422, 429 and 503; an account that is disabled gets 403",
  },
];

itObeys("Mastodon", "mastodon/openapi.cut.json", async (text) => {
  const exchanges = await runIncident("mastodon", mastodon, {}, async ({ settings, receipts }) => {
    const headers = { authorization: `Bearer ${settings.accessToken}` };
    const call = (method: string, path: string, body?: object) =>
      ask(`${settings.baseUrl}/api/v1/statuses${path}`, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      });
    const [root, reply] = receipts;
    await call("PUT", `/${reply?.remoteId}`, { status: "Orders work again since noon.", language: "en" });
    await call("POST", "", { status: "" });
    await call("DELETE", `/${root?.remoteId}`);
    await call("POST", "", { status: "Late.", in_reply_to_id: root?.remoteId });
    await call("GET", `/${root?.remoteId}`);
  });
  expectObeyed(readDescription(text, { base: "/mastodon" }), exchanges, DEFECTS);
});
