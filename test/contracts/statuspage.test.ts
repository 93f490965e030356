import { statuspage } from "../../src/channels/statuspage/index.ts";
import { ask } from "../sandbox/ask.ts";
import { type Defect, expectObeyed, itObeys, readDescription } from "./description.ts";
import { runIncident } from "./full-run.ts";

const DEFECTS: readonly Defect[] = [
  {
    about:
      / answers 20[01]: .*\/(group_id|description|custom_tweet|tweet_id|monitoring_at|resolved_at|domain|url) must be string$/,
    reason: "recorded answers say null where there is nothing, and the description knows no null",
  },
  { about: / answers 420, which is not described$/, reason: "the rate limit is described in prose only" },
  {
    about: / answers 500, which is not described$/,
    reason: "the description knows no failure of the vendor's own",
  },
  {
    about: /^GET \/pages\/\{page_id\}\/incidents\/\{incident_id\} answers 404, which is not described$/,
    reason: "for a single incident only success is described",
  },
];

itObeys("Statuspage", "statuspage/manage-v1-openapi.cut.json", async (text) => {
  const components = { storefront: "cmp1" };
  const exchanges = await runIncident("statuspage", statuspage, { components }, async (step) => {
    const { settings, receipts } = step;
    const headers = { authorization: `OAuth ${settings.apiKey}` };
    const page = `${settings.baseUrl}/v1/pages/${settings.pageId}`;
    const call = (method: string, path: string, body?: object) =>
      ask(`${page}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
    const [root, update] = receipts;
    const incident = `/incidents/${root?.remoteId}`;
    for (const list of ["unresolved", "scheduled"]) await call("GET", `/incidents/${list}`);
    await call("PATCH", `${incident}/incident_updates/${update?.remoteId}`, {
      incident_update: { body: "Orders work again." },
    });
    await call("DELETE", incident);
    await call("GET", "/incidents/unknown");
  });
  // `"type": "Object"` is no type: no judge could read it.
  const legible = text.replaceAll('"Object"', '"object"');
  expectObeyed(readDescription(legible, { base: "/statuspage/v1" }), exchanges, DEFECTS);
});
