import type { Wall, WallStep } from "../../src/sandbox/wall.ts";
import type { World } from "../../src/sandbox/world.ts";
import { at, filesOf, OUTAGE, PAST, site } from "../page/sites.ts";

interface Word {
  readonly at: Date;
  readonly command: string;
  readonly label: string;
  readonly phase: "investigating" | "identified" | "resolved";
  readonly subject: string;
  readonly tweet: string;
  readonly words: readonly string[];
}

const SAID: readonly Word[] = [
  {
    at: at("2010-06-29T16:47:00Z"),
    command: 'status announce --title "Amazon.com is unavailable" --impact critical --component storefront',
    label: "The acknowledgement",
    phase: "investigating",
    subject: "Amazon.com is unavailable",
    tweet:
      "Amazon.com does not load for many customers. We know and are on it. Next update by 10:10 AM PDT. https://status.example.org",
    words: [
      "We know that Amazon.com does not load for many customers. We are on it.",
      "Next update by 10:10 AM PDT.",
    ],
  },
  {
    at: at("2010-06-29T17:09:00Z"),
    command: "status update --message-file update.md --next-update 50m",
    label: "The promised update, one minute early",
    phase: "identified",
    subject: "Amazon.com is unavailable: the cause is found",
    tweet:
      "We have found the cause and are bringing pages back step by step. Orders placed before 9:40 AM are safe. Next update by 11:00 AM PDT. https://status.example.org",
    words: [
      "We have found the cause: **the service that builds product pages** does not get its data.",
      "- Orders placed before 9:40 AM are safe and will ship.\n- Seller listings are complete; nothing needs to be uploaded again.",
      "Next update by 11:00 AM PDT.",
    ],
  },
  {
    at: at("2010-06-29T19:50:00Z"),
    command: "status resolve",
    label: "Resolved",
    phase: "resolved",
    subject: "Resolved: Amazon.com is available again",
    tweet: "Amazon.com works again for everyone since 12:40 PM PDT. We are sorry; a full account follows.",
    words: ["Amazon.com works again for everyone since 12:40 PM PDT. No order was lost. We are sorry."],
  },
];

/** Slack's rich text for one paragraph of the little Markdown above. */
function richText(markdown: string): unknown {
  if (markdown.startsWith("- "))
    return {
      type: "rich_text_list",
      style: "bullet",
      indent: 0,
      elements: markdown.split("\n").map((line) => ({
        type: "rich_text_section",
        elements: [{ type: "text", text: line.slice(2) }],
      })),
    };
  const elements = markdown.split("**").map((text, index) => ({
    type: "text",
    text,
    ...(index % 2 === 1 ? { style: { bold: true } } : {}),
  }));
  return { type: "rich_text_section", elements };
}

function mailOf({ subject, words }: Word): string {
  return `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>${subject}</title></head>
<body style="margin:0;font:16px/1.5 sans-serif"><h1 style="font-size:22px;padding:16px;margin:0">${subject}</h1><p style="padding:0 16px">${words[0]}</p></body></html>`;
}

/** The world after the first `count` words. */
export function worldAfter(count: number, mailHtml: (word: Word) => string = mailOf): World {
  const said = SAID.slice(0, count);
  return {
    tweets: said.map(({ tweet, at }, index) => ({
      id: `t${index}`,
      text: tweet,
      author: "@amazon_status",
      replyTo: index === 0 ? null : `t${index - 1}`,
      at,
    })),
    mails: said.flatMap((word, index) =>
      ["announce@lists.example.com", "press@lists.example.com"].map((to) => ({
        to,
        headerTo: to,
        from: "Amazon Status <status@example.com>",
        subject: word.subject,
        text: word.words.join("\n\n"),
        html: mailHtml(word),
        messageId: `<m${index}@example.com>`,
        inReplyTo: index === 0 ? null : "<m0@example.com>",
        references: index === 0 ? [] : ["<m0@example.com>"],
        headers: {},
        at: word.at,
      })),
    ),
    topics:
      count === 0
        ? []
        : [
            {
              id: 41,
              title: SAID[0]?.subject ?? "",
              category: 7,
              externalId: null,
              posts: said.map(({ words, at }, index) => ({
                id: 900 + index,
                number: index + 1,
                username: "status",
                raw: words.join("\n\n"),
                at,
              })),
            },
          ],
    toots: said.map(({ tweet, at }, index) => ({
      id: `m${index}`,
      author: "@status",
      text: tweet,
      replyTo: index === 0 ? null : "m0",
      visibility: "public",
      language: "en",
      mentions: [],
      hashtags: [],
      at,
      editedAt: null,
    })),
    blueskyPosts: said.map(({ tweet, at }, index) => ({
      uri: `at://did:plc:sandbox/app.bsky.feed.post/${index}`,
      cid: `c${index}`,
      author: "@status.example.com",
      text: tweet,
      links: ["https://status.example.org"],
      live: tweet.includes("https://") ? ["https://status.example.org"] : [],
      root: index === 0 ? null : "at://did:plc:sandbox/app.bsky.feed.post/0",
      at,
    })),
    discordMessages: said.map(({ subject, words, at }, index) => ({
      id: `d${index}`,
      author: "Status",
      channel: "12",
      thread: null,
      threadName: null,
      content: `**${subject}**\n\n${words.join("\n\n")}\n\n<https://status.example.org>`,
      pinged: [],
      at,
    })),
    webhookEvents: said.map(({ subject, words, at }, index) => ({
      id: `w${index}`,
      path: "",
      type: "status.update",
      data: { version: 1, message: { subject, text: words.join("\n\n") } },
      at,
    })),
    teamsCards: said.map(({ subject, words, at }, index) => ({
      run: `r${index}`,
      card: {
        type: "AdaptiveCard",
        body: [
          {
            type: "RichTextBlock",
            inlines: [{ type: "TextRun", text: subject, weight: "Bolder", size: "Large" }],
          },
          { type: "RichTextBlock", inlines: [{ type: "TextRun", text: words[0] ?? "" }] },
        ],
        actions: [
          { type: "Action.OpenUrl", title: "See the status page", url: "https://status.example.org" },
        ],
      },
      text: subject,
      at,
    })),
    nodebbTopics:
      count === 0
        ? []
        : [
            {
              tid: 41,
              cid: 2,
              title: SAID[0]?.subject ?? "",
              tags: [],
              posts: said.map(({ words, at }, index) => ({
                pid: 400 + index,
                username: "status",
                content: `${words.join("\n\n")}\n\n[status]: # (key-of-${index})`,
                at,
              })),
            },
          ],
    notifications: said.map(({ subject, words, at }) => ({
      target: "json://user:hush-hush@127.0.0.1/team",
      title: subject,
      body: words.join("\n\n"),
      type: "failure",
      at,
    })),
    slackMessages: said.map(({ subject, words, at, phase }, index) => ({
      channel: "C0INCIDENTS",
      ts: `${index + 1}.0`,
      threadTs: index === 0 ? null : "1.0",
      broadcast: phase === "resolved",
      text: subject,
      blocks: [
        index === 0
          ? { type: "header", text: { type: "plain_text", text: subject } }
          : {
              type: "context",
              elements: [{ type: "plain_text", text: subject }],
            },
        { type: "rich_text", elements: words.map(richText) },
      ],
      metadata: null,
      at,
    })),
    hostedIncidents:
      count === 0
        ? []
        : [
            {
              id: "h1",
              name: SAID[0]?.subject ?? "",
              status: said.at(-1)?.phase ?? "",
              impact: "critical",
              updates: said.map(({ phase, words, at }, index) => ({
                status: phase,
                body: words[0]?.replaceAll("**", "") ?? "",
                notified: index === 0,
                at,
              })),
            },
          ],
    hostedComponents: {},
  };
}

async function pageAfter(count: number): Promise<string> {
  const last = SAID[count - 1];
  const told = {
    ...OUTAGE,
    title: "Amazon.com is unavailable",
    phase: last?.phase ?? OUTAGE.phase,
    components: [{ id: "storefront", state: "major_outage" as const }],
    resolvedAt: last?.phase === "resolved" ? last.at : null,
    updates: OUTAGE.updates.slice(-count),
  };
  const given = site([told, ...PAST], {
    revision: count,
    generatedAt: last?.at ?? OUTAGE.startedAt,
  });
  return (await filesOf(given)).get("index.html") ?? "";
}

const PAGES = await Promise.all(SAID.map((_, index) => pageAfter(index + 1)));

export function steps(mailHtml?: (word: Word) => string): readonly WallStep[] {
  return SAID.map(({ at, command, label }, index) => ({
    at,
    command,
    label,
    world: worldAfter(index + 1, mailHtml),
    pageHtml: PAGES[index] ?? null,
  }));
}

export function wall(more: Partial<Wall> = {}): Wall {
  return {
    title: "The outage of 29 June 2010, told by one command",
    property: "Amazon.com",
    timeZone: "America/Los_Angeles",
    audiences: ["tweet", "mail", "forum", "slack", "page"],
    steps: steps(),
    startedAt: at("2010-06-29T16:40:00Z"),
    firstWordAt: at("2010-06-29T16:47:00Z"),
    history: {
      headline: "Three hours down, and the only word stood in a forum for sellers.",
      facts: ["Customers learnt of the outage from one another and from the press."],
      channels: [
        { name: "Twitter account", said: "Nothing" },
        { name: "AWS health dashboard", said: "All green" },
        { name: "Mail to customers", said: "Nothing" },
        { name: "Seller forum", said: "One notice" },
      ],
    },
    ...more,
  };
}
