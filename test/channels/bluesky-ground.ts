import { bluesky } from "../../src/channels/bluesky/index.ts";
import { createHttp } from "../../src/channels/http.ts";
import { type Ground, onSandbox } from "./ground.ts";
import { listen, NOW } from "./loopback.ts";

const LOG_IN = "com.atproto.server.createSession";

/**
 * The sandbox, with the log-in led past the damage: each trouble strikes the post itself, and what a failed log-in means
 * has tests of its own.
 */
export async function onBlueskySandbox(): Promise<Ground> {
  const ground = await onSandbox(
    "bluesky",
    bluesky,
    ({ blueskyPosts }) => blueskyPosts.map(({ uri, root }) => ({ thread: root ?? uri })),
    {
      tooMany: {
        status: 429,
        headers: { "ratelimit-remaining": "0", "ratelimit-reset": String(NOW.getTime() / 1000 + 240) },
        body: { error: "RateLimitExceeded", message: "Rate Limit Exceeded" },
        wait: 240,
      },
    },
  )();
  const damaged = String(ground.settings.baseUrl);
  const direct = String(ground.sandbox?.channels.bluesky.baseUrl);
  const userAgent = "status-test";
  const [closed, open] = [true, false].map((loopbackOnly) => createHttp({ loopbackOnly, userAgent }));
  return {
    ...ground,
    kit: {
      http: {
        request(request) {
          const past = request.url.startsWith(damaged) && request.url.endsWith(LOG_IN);
          const url = past ? request.url.replace(damaged, direct) : request.url;
          // Only a name that does not resolve is no drill.
          return (url.startsWith("http://vendor.invalid") ? open : closed)!.request({ ...request, url });
        },
      },
    },
    async hang() {
      let announce: () => void = () => undefined;
      const server = await listen(({ path }) => {
        if (path.endsWith(LOG_IN))
          return {
            status: 200,
            body: { did: "did:plc:x", handle: "x.example.com", accessJwt: "j", refreshJwt: "r" },
          };
        announce();
        return "hang";
      });
      return {
        settings: { baseUrl: server.url },
        reached: () =>
          new Promise((resolve) => {
            announce = resolve;
          }),
        lift: () => void server[Symbol.asyncDispose](),
      };
    },
  };
}
