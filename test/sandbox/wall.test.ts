import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AUDIENCES, audiencesOf } from "../../src/sandbox/wall/audiences.ts";
import { renderWall, type WallStep } from "../../src/sandbox/wall.ts";
import type { World } from "../../src/sandbox/world.ts";
import { launch, look, NO_BROWSER, overflow, violations } from "../page/browser.ts";
import { at } from "../page/sites.ts";
import { steps, wall, worldAfter } from "./worlds.ts";

/** What each audience is shown at each step, as words: [step][audience]. */
function cells(markup: string): string[][] {
  const body = /<tbody>(.*)<\/tbody>/s.exec(markup)?.[1] ?? "";
  return body
    .split("</tr>")
    .slice(0, -1)
    .map((row) =>
      row
        .split(/<td /)
        .slice(1)
        .map((cell) =>
          cell
            .replace(/^[^>]*>/, "")
            .replace(/<[^>]+>/g, " ")
            .replace(/\s+/g, " ")
            .trim(),
        ),
    );
}

const ALL = AUDIENCES.map(({ id }) => id);

const NOTHING: World = {
  tweets: [],
  mails: [],
  topics: [],
  slackMessages: [],
  toots: [],
  blueskyPosts: [],
  discordMessages: [],
  webhookEvents: [],
  teamsCards: [],
  nodebbTopics: [],
  notifications: [],
  hostedIncidents: [],
  hostedComponents: {},
};

function step(world: Partial<World>, more: Partial<WallStep> = {}): WallStep {
  return {
    at: at("2010-06-29T16:47:00Z"),
    command: "status announce",
    label: "word",
    world: { ...NOTHING, ...world },
    pageHtml: null,
    ...more,
  };
}

describe("the wall", () => {
  it("sets the minutes of silence in the drill beside what happened that day", () => {
    const markup = renderWall(wall());
    expect(markup).toContain("<b>7</b> <span>minutes from outage to first word</span>");
    expect(markup).toContain("Three hours down, and the only word stood in a forum for sellers.");
    expect(markup).toContain("<dt>AWS health dashboard</dt><dd>All green</dd>");
    expect(markup).toContain("5 of 5 audiences heard it with the first command; 3 commands in all.");
  });

  it("never flatters: a begun minute counts, and less than one is said so", () => {
    expect(renderWall(wall({ firstWordAt: at("2010-06-29T16:46:01Z") }))).toContain("<b>7</b>");
    expect(renderWall(wall({ firstWordAt: at("2010-06-29T16:40:59Z") }))).toContain(
      "<b>&lt;1</b> <span>minutes",
    );
    expect(renderWall(wall({ firstWordAt: at("2010-06-29T16:41:00Z") }))).toContain("<b>1</b> <span>minute ");
    const onlyX = wall({ steps: [step({ tweets: worldAfter(1).tweets })] });
    expect(renderWall(onlyX)).toContain(
      "1 of 5 audiences heard it with the first command; 1 command in all.",
    );
  });

  it("shows at each step what is new there, and nothing twice", () => {
    const rows = cells(renderWall(wall()));
    expect(rows).toHaveLength(3);
    for (const row of rows) expect(row).toHaveLength(5);
    const [first, second, third] = rows as [string[], string[], string[]];
    expect(first[0]).toContain("does not load for many customers");
    expect(second[0]).toMatch(/replying in the thread We have found the cause/);
    expect(second.join(" ")).not.toContain("does not load for many customers");
    expect(first[2]).toMatch(/^Amazon.com is unavailable .*opened this topic/);
    expect(third[2]).toMatch(/^S status reply 2 in the topic/);
    expect(third[3]).toContain("in the thread and the channel");
    expect(first[4]).toContain("Hosted page, subscribers notified");
    expect(third[4]).toMatch(/Hosted page Amazon.com is unavailable Resolved\./);
  });

  it("says so where an audience heard nothing", () => {
    const rows = cells(
      renderWall(
        wall({
          steps: [step({ tweets: worldAfter(1).tweets }), step({ tweets: worldAfter(1).tweets })],
        }),
      ),
    );
    expect(rows[0]?.slice(1)).toEqual(Array(4).fill("Nothing new"));
    expect(rows[1]).toEqual(Array(5).fill("Nothing new"));
  });

  it("has a column for each audience that the channels reach, and no others", () => {
    expect(audiencesOf(["statuspage", "mastodon"])).toEqual(["toot", "page"]);
    const markup = renderWall(wall({ audiences: ["toot", "page"] }));
    expect(markup.match(/<th scope="col">/g)).toHaveLength(2);
    expect(markup).toContain("2 of 2 audiences heard it with the first command");
    for (const row of cells(markup)) expect(row).toHaveLength(2);
    expect(renderWall(wall({ audiences: ["sky"], steps: [step({})] }))).toContain(
      "0 of 1 audience heard it with the first command",
    );
  });

  it("shows every place as its readers see it", () => {
    const rows = cells(renderWall(wall({ audiences: ALL })));
    const places = Object.fromEntries(ALL.map((id, index) => [id, index])) as Record<string, number>;
    const seen = (row: number, id: string) => rows[row]?.[places[id]!] ?? "";
    for (const row of rows) expect(row).toHaveLength(ALL.length);
    expect(seen(0, "toot")).toMatch(/^S @status Amazon.com does not load/);
    expect(seen(1, "toot")).toMatch(/^S @status replying in the thread We have found/);
    expect(seen(1, "sky")).toMatch(/^S @status.example.com replying in the thread We have found/);
    expect(seen(0, "board")).toMatch(/^Amazon.com is unavailable S status opened this topic/);
    expect(seen(1, "board")).toMatch(/^S status replied in the topic We have found/);
    expect(seen(1, "board")).not.toContain("key-of");
    expect(seen(0, "discord")).toMatch(/^S Status Amazon.com is unavailable We know/);
    expect(seen(0, "teams")).toMatch(/Amazon.com is unavailable We know .* See the status page$/);
    expect(seen(0, "bridge")).toMatch(/^Failure, to json Amazon.com is unavailable/);
    expect(seen(0, "bridge")).not.toContain("hush-hush");
    expect(seen(0, "program")).toMatch(/^POST \/, signed status.update Amazon.com is unavailable/);
  });

  it("shows words that were changed in their place, and what comes after a post that is gone", () => {
    const one = worldAfter(1);
    const { toots, discordMessages, nodebbTopics, blueskyPosts, ...more } = worldAfter(2);
    const { topics, slackMessages, hostedIncidents } = more;
    const changed = {
      toots: [{ ...toots[0]!, text: "Put right." }],
      topics: topics.map((topic) => ({ ...topic, posts: [{ ...topic.posts[0]!, raw: "Put right." }] })),
      slackMessages: [{ ...slackMessages[0]!, text: "Put right.", blocks: [] }],
      hostedIncidents: hostedIncidents.map((incident) => ({
        ...incident,
        updates: [{ ...incident.updates[0]!, body: "Put right." }],
      })),
      discordMessages: [{ ...discordMessages[0]!, content: "Put **right**." }],
      nodebbTopics: nodebbTopics.map((topic) => ({
        ...topic,
        posts: [{ ...topic.posts[0]!, content: "Put right." }],
      })),
    };
    // The first is withdrawn, and another follows.
    const gone = { blueskyPosts: [blueskyPosts[1]!] };
    const rows = cells(
      renderWall(
        wall({
          audiences: ["toot", "sky", "forum", "board", "discord", "slack", "page"],
          steps: [step(one), step({ ...one, ...changed, ...gone })],
        }),
      ),
    );
    expect(rows[1]?.[0]).toMatch(/changed in its place Put right\.$/);
    expect(rows[1]?.[1]).toContain("We have found the cause");
    for (const forum of [2, 3])
      expect(rows[1]?.[forum]).toMatch(/opened this topic, changed in its place Put right\.$/);
    for (const place of [4, 5]) expect(rows[1]?.[place]).toMatch(/changed in its place Put right ?\.$/);
    expect(rows[1]?.[6]).toMatch(/Hosted page, changed in its place .* Put right\.$/);
  });

  it("makes nothing live that the place would not, and marks whom a post calls", () => {
    const { discordMessages, blueskyPosts, teamsCards } = worldAfter(1);
    const card = {
      body: [
        { type: "TextBlock", text: "**not** [bold](https://example.com)" },
        {
          type: "RichTextBlock",
          separator: true,
          inlines: [
            {
              type: "TextRun",
              text: "here",
              selectAction: { type: "Action.OpenUrl", url: "https://example.com" },
            },
            {
              type: "TextRun",
              text: "nowhere",
              selectAction: { type: "Action.OpenUrl", url: "javascript:alert(1)" },
            },
            { type: "TextRun", text: "a < b", fontType: "Monospace", italic: true },
          ],
        },
        {
          type: "Container",
          items: [{ type: "RichTextBlock", inlines: [{ type: "TextRun", text: "quoted" }] }],
        },
        { type: "Image", url: "https://example.com/x.png" },
        null,
      ],
      actions: [{ type: "Action.OpenUrl", title: "Go", url: "javascript:alert(1)" }],
    };
    const markup = renderWall(
      wall({
        audiences: ["sky", "discord", "teams"],
        steps: [
          step({
            blueskyPosts: [
              { ...blueskyPosts[0]!, text: "@you https://example.com/a b.example", live: ["@you"] },
            ],
            discordMessages: [
              {
                ...discordMessages[0]!,
                content: "\\*plain\\* ![x](https://example.com/x.png)",
                pinged: ["@everyone"],
              },
            ],
            teamsCards: [{ ...teamsCards[0]!, card }],
          }),
        ],
      }),
    );
    expect(markup).toContain('<p class="lines"><mark>@you</mark> https://example.com/a b.example</p>');
    expect(markup).toContain("<mark>Calls @everyone</mark>");
    expect(markup).toContain("<p>*plain* ");
    expect(markup).toContain('<p class="lines">**not** [bold](https://example.com)</p>');
    expect(markup).toContain('<a href="https://example.com">here</a>nowhere<em><code>a &lt; b</code></em>');
    expect(markup).toContain('<blockquote><p class="lines">quoted</p></blockquote>');
    expect(markup).not.toMatch(/<img|href="javascript/);
  });

  it("shows a mail once with everyone who got it, and a page only when it changed", () => {
    const markup = renderWall(wall());
    expect(cells(markup)[0]?.[1]).toContain("To announce@lists.example.com, press@lists.example.com");
    expect(markup.match(/title="Mail: /g)).toHaveLength(3);
    const [first] = steps();
    const same = renderWall(wall({ steps: [first!, first!] }));
    expect(same.match(/title="The status page"/g)).toHaveLength(1);
  });

  it("shows Slack's blocks as Slack does", () => {
    const blocks = [
      {
        type: "header",
        text: { type: "plain_text", text: "A &lt;b&gt; &amp;amp; c" },
      },
      {
        type: "rich_text",
        elements: [
          {
            type: "rich_text_section",
            elements: [
              { type: "text", text: "bold", style: { bold: true } },
              { type: "link", url: "https://example.com", text: "there" },
              { type: "link", url: "javascript:alert(1)", text: "nowhere" },
              { type: "broadcast", range: "channel" },
            ],
          },
          {
            type: "rich_text_list",
            style: "ordered",
            offset: 2,
            elements: [
              {
                type: "rich_text_section",
                elements: [{ type: "text", text: "third" }],
              },
            ],
          },
          {
            type: "rich_text_preformatted",
            elements: [{ type: "text", text: "a < b" }],
          },
        ],
      },
      { type: "unheard of" },
      null,
    ];
    const [message] = worldAfter(1).slackMessages;
    const markup = renderWall(wall({ steps: [step({ slackMessages: [{ ...message!, blocks }] })] }));
    expect(markup).toContain('<p class="heading">A &lt;b&gt; &amp;amp; c</p>');
    expect(markup).toContain(
      '<div class="lines"><strong>bold</strong><a href="https://example.com">there</a>nowhere<mark>@channel</mark></div>',
    );
    expect(markup).toContain('<ol start="3"><li>third</li></ol><pre>a &lt; b</pre>');
  });

  it("keeps a forum post's markup and drops what a forum would not run", () => {
    const [topic] = worldAfter(1).topics;
    const raw = "# Big\n\n**bold** <b>raw</b> ![x](https://example.com/x.png) [l](javascript:alert(1))";
    const markup = renderWall(
      wall({
        steps: [
          step({
            topics: [{ ...topic!, posts: [{ ...topic!.posts[0]!, raw }] }],
          }),
        ],
      }),
    );
    expect(markup).toContain('<p class="heading">Big</p>');
    expect(markup).toContain("<strong>bold</strong> &lt;b&gt;raw&lt;/b&gt;");
    expect(markup).not.toMatch(/<img|href="javascript/);
  });
});

const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(2)></iframe></style><svg onload=alert(3)>'`;

/** Every string that the vendors or the commander supply, hostile; the mail and the page even as markup. */
function hostileStep(): WallStep {
  const world = worldAfter(1);
  return {
    at: at("2010-06-29T16:47:00Z"),
    command: HOSTILE,
    label: HOSTILE,
    pageHtml: `<!doctype html><p>the page <a id=out href="http://page.localhost/out">out</a> <a id=top href="http://page.localhost/top" target=_top>top</a></p>${HOSTILE}`,
    world: {
      ...world,
      tweets: world.tweets.map((tweet) => ({
        ...tweet,
        text: `${HOSTILE} https://example.com/${HOSTILE}`,
        author: HOSTILE,
      })),
      mails: world.mails.map((mail) => ({
        ...mail,
        subject: HOSTILE,
        from: HOSTILE,
        to: HOSTILE,
        html: `<script>parent.document.title='taken'</script><img src="http://page.localhost/pixel">${HOSTILE}<meta http-equiv="refresh" content="0;url=http://page.localhost/away">`,
      })),
      topics: world.topics.map((topic) => ({
        ...topic,
        title: HOSTILE,
        posts: topic.posts.map((post) => ({
          ...post,
          raw: HOSTILE,
          username: HOSTILE,
        })),
      })),
      slackMessages: world.slackMessages.map((message) => ({
        ...message,
        channel: HOSTILE,
        blocks: [
          {
            type: "rich_text",
            elements: [
              {
                type: "rich_text_section",
                elements: [{ type: "text", text: HOSTILE }],
              },
            ],
          },
        ],
      })),
      toots: world.toots.map((toot) => ({ ...toot, text: HOSTILE, author: HOSTILE })),
      blueskyPosts: world.blueskyPosts.map((post) => ({
        ...post,
        text: `${HOSTILE}https://example.com/${HOSTILE}`,
        live: [`https://example.com/${HOSTILE}`],
        author: HOSTILE,
      })),
      discordMessages: world.discordMessages.map((message) => ({
        ...message,
        content: HOSTILE,
        author: HOSTILE,
        thread: "1",
        threadName: HOSTILE,
        pinged: [HOSTILE],
      })),
      webhookEvents: world.webhookEvents.map((event) => ({
        ...event,
        path: `/${HOSTILE}`,
        type: HOSTILE,
        data: { [HOSTILE]: HOSTILE, message: { subject: HOSTILE } },
      })),
      teamsCards: world.teamsCards.map((card) => ({
        ...card,
        card: {
          body: [{ type: "RichTextBlock", inlines: [{ type: "TextRun", text: HOSTILE }] }],
          actions: [{ type: "Action.OpenUrl", title: HOSTILE, url: `https://example.com/${HOSTILE}` }],
        },
      })),
      nodebbTopics: world.nodebbTopics.map((topic) => ({
        ...topic,
        title: HOSTILE,
        posts: topic.posts.map((post) => ({ ...post, content: HOSTILE, username: HOSTILE })),
      })),
      notifications: world.notifications.map((notification) => ({
        ...notification,
        target: HOSTILE,
        title: HOSTILE,
        body: HOSTILE,
        type: HOSTILE,
      })),
      hostedIncidents: world.hostedIncidents.map((incident) => ({
        ...incident,
        name: HOSTILE,
        updates: incident.updates.map((update) => ({
          ...update,
          body: HOSTILE,
          status: HOSTILE,
        })),
      })),
    },
  };
}

describe.skipIf(NO_BROWSER !== null)(
  `the wall in a real browser${NO_BROWSER === null ? "" : ` (skipped: ${NO_BROWSER})`}`,
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser?.close());

    for (const dark of [false, true])
      it(`breaks no accessibility rule, asks for nothing and needs no sideways scrolling at 1440 px, ${dark ? "dark" : "light"}`, async () => {
        const { page, trouble, close } = await look(browser, renderWall(wall()), { dark, width: 1440 });
        expect(await violations(page)).toEqual([]);
        expect(await overflow(page)).toBe(0);
        const table =
          "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('.scroll'))";
        expect(await page.evaluate(table)).toBe(0);
        expect(trouble).toEqual([]);
        await close();
      });

    for (const dark of [false, true])
      it(`breaks no accessibility rule with every audience there is, ${dark ? "dark" : "light"}, and scrolls the table alone`, async () => {
        const { page, trouble, close } = await look(browser, renderWall(wall({ audiences: ALL })), {
          dark,
          width: 1440,
        });
        await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
        expect(await violations(page)).toEqual([]);
        expect(await overflow(page)).toBe(0);
        const narrowest =
          "Math.min(...[...document.querySelectorAll('tbody td')].map((cell) => cell.clientWidth))";
        expect(await page.evaluate(narrowest)).toBeGreaterThan(200);
        expect(trouble).toEqual([]);
        await close();
      });

    it("scrolls the table alone on a telephone, with the times in sight", async () => {
      const { page, close } = await look(browser, renderWall(wall()), {
        width: 390,
      });
      expect(await overflow(page)).toBe(0);
      await page.evaluate("document.querySelector('.scroll').scrollLeft = 600");
      expect(
        await page.evaluate("document.querySelector('#step-1 th').getBoundingClientRect().left"),
      ).toBeLessThan(20);
      expect(
        await page.evaluate("document.querySelector('#step-1 th').getBoundingClientRect().left"),
      ).toBeGreaterThanOrEqual(0);
      await close();
    });

    it("shows each mail and page as it is, and at full size on request", async () => {
      const { page, close } = await look(browser, renderWall(wall()), {
        width: 1440,
        height: 1200,
      });
      const inside = page.frameLocator("#page-1 iframe");
      expect(await inside.locator("h2").first().textContent()).toBe("Storefront has a major outage.");
      const width = "document.querySelector('#page-1 .pane').getBoundingClientRect().width";
      expect(await page.evaluate(width)).toBeLessThan(260);
      await page.click("#page-1 .enlarge");
      expect(await page.evaluate(width)).toBeGreaterThan(700);
      await page.click("#page-1 .close");
      expect(await page.evaluate(width)).toBeLessThan(260);
      await close();
    });

    it("runs nothing and reaches nothing, whatever it is given to show", async () => {
      const hostile = wall({
        title: HOSTILE,
        property: HOSTILE,
        audiences: ALL,
        steps: [hostileStep()],
        history: {
          headline: HOSTILE,
          facts: [HOSTILE],
          channels: [{ name: HOSTILE, said: HOSTILE }],
        },
      });
      const { page, trouble, close } = await look(browser, renderWall(hostile), { width: 1440 });
      expect(
        await page.evaluate("document.querySelectorAll('script,img,svg,[onerror],[onload]').length"),
      ).toBe(0);
      expect(
        await page.evaluate(
          "[...document.querySelectorAll('iframe')].map((frame) => frame.getAttribute('sandbox'))",
        ),
      ).toEqual(["", ""]);
      expect(await page.title()).toBe(HOSTILE);
      const shown = (await page.evaluate("document.body.textContent")) as string;
      expect(shown.split(HOSTILE).length - 1).toBeGreaterThan(30);
      await page.click("#page-1 .enlarge");
      const inside = page.frameLocator("#page-1 iframe");
      await inside.locator("#top").dispatchEvent("click");
      await inside.locator("#out").dispatchEvent("click");
      const left = () => page.frames().some((frame) => frame.url().startsWith("chrome-error:"));
      await expect.poll(left, { timeout: 10_000 }).toBe(true);
      expect(page.url()).toBe("http://page.localhost/index.html#page-1");
      expect(trouble.filter((each) => !each.startsWith("console:"))).toEqual([]);
      await close();
    });
  },
);
