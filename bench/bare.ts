import http from "node:http";
import { type FetchFunction, WebClient } from "@slack/web-api";
import nodemailer from "nodemailer";
import { TwitterApi } from "twitter-api-v2";

/**
 * The same four posts and one mail with the same libraries and nothing else: no templates, no checks, no ledger, nothing read back.
 * What is asked of Node before `status` has done anything of its own. argv: the channels' settings, a title and a message, as JSON.
 */
const { channels, title, message } = JSON.parse(process.argv[2]!) as {
  readonly channels: Readonly<
    Record<"slack" | "x" | "forum" | "hosted" | "customers", Record<string, string>>
  >;
  readonly title: string;
  readonly message: string;
};
const { slack, x, forum, hosted, customers } = channels;

const posts = [
  post(
    `${forum.baseUrl}/posts.json`,
    { title, raw: message, category: 7 },
    { "api-key": forum.apiKey!, "api-username": forum.username! },
  ),
  post(
    `${hosted.baseUrl}/v1/pages/${hosted.pageId}/incidents`,
    { incident: { name: title, status: "investigating", body: message } },
    { authorization: `OAuth ${hosted.apiKey}` },
  ),
  new TwitterApi(
    {
      ...{ appKey: x.appKey!, appSecret: x.appSecret!, accessToken: x.accessToken! },
      accessSecret: x.accessSecret!,
    },
    {
      httpAgent: new http.Agent(),
      compression: "identity",
      plugins: [
        {
          onBeforeRequest({ computedParams }) {
            computedParams.url = new URL(`${x.baseUrl}${computedParams.url.pathname}`);
          },
        },
      ],
    },
  ).v2.tweet(`${title}: ${message}`),
  new WebClient(slack.token, {
    slackApiUrl: `${slack.baseUrl}/api/`,
    fetch: viaNode,
    retryConfig: { retries: 0 },
  }).chat.postMessage({ channel: slack.channel!, text: `${title}: ${message}` }),
  nodemailer.createTransport(customers.smtp).sendMail({
    from: "status@example.com",
    to: "announce@lists.example.com",
    subject: title,
    text: message,
  }),
];
await Promise.all(posts);

function post(url: string, body: unknown, headers: Record<string, string>): Promise<string> {
  const text = JSON.stringify(body);
  return send(url, text, { ...headers, "content-type": "application/json" }).then(({ said, status }) => {
    if (status >= 300) throw new Error(`${url} answered ${status}: ${said}`);
    return said;
  });
}

function send(url: string, body: string, headers: Record<string, string>) {
  return new Promise<{ status: number; said: string; headers: http.IncomingHttpHeaders }>(
    (resolve, reject) => {
      const outgoing = http.request(url, { method: "POST", headers }, async (answer) => {
        let said = "";
        for await (const part of answer) said += part;
        resolve({ status: answer.statusCode ?? 0, said, headers: answer.headers });
      });
      outgoing.on("error", reject);
      outgoing.end(body);
    },
  );
}

async function viaNode(
  ...[url, init]: Parameters<FetchFunction>
): Promise<Awaited<ReturnType<FetchFunction>>> {
  const headers = (init?.headers ?? {}) as Record<string, string>;
  const answer = await send(String(url), String(init?.body ?? ""), headers);
  return {
    ok: answer.status < 300,
    ...{ status: answer.status, statusText: "", url: String(url) },
    headers: {
      get: (name) => String(answer.headers[name.toLowerCase()] ?? ""),
      entries: () => Object.entries(answer.headers) as [string, string][],
    },
    text: async () => answer.said,
    json: async () => JSON.parse(answer.said) as unknown,
    arrayBuffer: async () => new TextEncoder().encode(answer.said).buffer,
  };
}
