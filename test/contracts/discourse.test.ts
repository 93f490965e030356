import { discourse } from "../../src/channels/discourse/index.ts";
import { ask } from "../sandbox/ask.ts";
import { type Defect, expectObeyed, itObeys, readDescription } from "./description.ts";
import { runIncident } from "./full-run.ts";

const DEFECTS: readonly Defect[] = [
  {
    about: / answers (403|404|422|429|500), which is not described$/,
    reason: "the description knows no failures",
  },
  {
    about: / answers 200: .*must have required property/,
    reason: "the imitation answers with what is read here, and leaves out what only a browser shows",
  },
  {
    about: /^POST \/posts\.json has a body where must NOT have additional properties tags$/,
    reason: "core takes tags (PostsController#create_params)",
  },
  {
    about:
      /^POST \/posts\.json answers 200: must NOT have additional properties (action|success|pending_\w+)$/,
    reason: "a post that waits for a moderator is answered with 200 and no post",
  },
  {
    about:
      /^GET \/t\/\{id\}\/posts\.json has the query value (post_ids\[\]|include_raw), which is not described$/,
    reason: "described as the body of a GET; core takes both in the query (TopicsController#posts)",
  },
  {
    about:
      /^GET \/t\/\{id\}\.json answers 200: .*must NOT have additional properties (external_id|post_url)$/,
    reason: "core sends them (TopicViewSerializer, PostSerializer)",
  },
];

itObeys("Discourse", "discourse/openapi.cut.json", async (text) => {
  const exchanges = await runIncident("discourse", discourse, { tags: ["outage"] }, async (step) => {
    const { sandbox, settings, receipts } = step;
    const headers = { "api-key": String(settings.apiKey), "api-username": String(settings.username) };
    const call = (method: string, path: string, body?: object) =>
      ask(`${settings.baseUrl}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
    const [root, reply] = receipts;
    const topicId = (root?.extra as { topicId: number } | undefined)?.topicId;
    const raw = "Orders work again for everyone since noon.";
    await call("PUT", `/posts/${reply?.remoteId}.json`, { post: { raw, edit_reason: "It is over." } });
    await call("PUT", `/t/-/${topicId}.json`, { topic: { title: "Orders work again since noon" } });
    await call("PUT", `/t/${topicId}/status.json`, { status: "closed", enabled: "true" });
    sandbox.moderate(true);
    await call("POST", "/posts.json", { raw: `${raw} One more.`, topic_id: topicId });
    sandbox.moderate(false);
    await call("DELETE", `/posts/${reply?.remoteId}.json`);
  });
  expectObeyed(readDescription(text, { base: "/discourse" }), exchanges, DEFECTS);
});
