import { bluesky } from "../../src/channels/bluesky/index.ts";
import { readSettings } from "../channels/ground.ts";
import { kitFor } from "../channels/loopback.ts";
import { ask } from "../sandbox/ask.ts";
import { expectObeyed, itObeys } from "./description.ts";
import { runIncident } from "./full-run.ts";
import { readLexicons } from "./lexicon.ts";

const LEXICONS = new URL("../../../shared/specs/bluesky/lexicons/", import.meta.url);

itObeys("Bluesky", "bluesky/lexicons/app/bsky/feed/post.json", async () => {
  const exchanges = await runIncident("bluesky", bluesky, {}, async ({ settings, receipts }) => {
    const channel = bluesky.connect(readSettings(bluesky, settings) as never, kitFor({ loopbackOnly: true }));
    const never = new AbortController().signal;
    await channel.remove?.(receipts[2]!, never);
    await channel.remove?.(receipts[2]!, never);
    const body = { identifier: "status.example.com", password: "another" };
    await ask(`${settings.baseUrl}/xrpc/com.atproto.server.createSession`, { body });
  });
  expectObeyed(readLexicons(LEXICONS, "/bluesky"), exchanges, []);
});
