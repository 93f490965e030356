import { twitter } from "../../src/channels/twitter/index.ts";
import { ask } from "../sandbox/ask.ts";
import { signed } from "../sandbox/sign.ts";
import { type Defect, expectObeyed, itObeys, readDescription } from "./description.ts";
import { runIncident } from "./full-run.ts";

const DEFECTS: readonly Defect[] = [
  {
    about: /^GET .* has the query value tweet\.fields, which is not described$/,
    reason:
      "the description says post.fields; X's prose (Fields, read 2026-11) and its libraries say tweet.fields",
  },
  {
    about: / answers (401|403|500): must match exactly one schema in oneOf$/,
    reason: "Problem is a closed list of types, and X answers about:blank, which is not among them",
  },
  {
    about: / answers 429: must have required property '(code|message)'$/,
    reason: "the rate limit is described in prose only: a list of errors with code 88",
  },
];

itObeys("X", "x/openapi.cut.json", async (text) => {
  const exchanges = await runIncident("twitter", twitter, {}, async ({ settings, receipts }) => {
    const call = (method: string, path: string) =>
      ask(`${settings.baseUrl}${path}`, { method, headers: signed(method, `https://api.x.com${path}`) });
    await call("DELETE", `/2/tweets/${receipts[2]?.remoteId}`);
    await call("GET", `/2/tweets/${receipts[2]?.remoteId}`);
  });
  expectObeyed(readDescription(text, { base: "/x" }), exchanges, DEFECTS);
});
