import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launch, look, NO_BROWSER, overflow, violations } from "../page/browser.ts";
import { type Config, type Stage, setStage } from "../support/stage.ts";

function write(stage: Stage, name: string, content: string): void {
  const path = join(stage.folder, "templates", name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

/** The gallery of one template, or of all. */
async function galleryOf(stage: Stage, ...argv: string[]): Promise<string> {
  const { stdout, stderr } = await stage.run(["lint", ...argv, "--gallery", "-"]);
  expect(stderr).toBe("");
  return stdout;
}

function onMailAlone(config: Config): void {
  config.channels = { customers: config.channels.customers! };
}

describe("status lint --gallery", () => {
  it("writes one file beside the reader, and says where", async () => {
    const stage = await setStage(onMailAlone);
    const { code, stdout, stderr } = await stage.run(["lint", "acknowledge", "--gallery"]);
    expect(code).toBe(0);
    expect(stderr).toBe("Written: templates.html\n");
    expect(stdout).toContain("1 template, 1 channel, 3 languages");
    const written = readFileSync(join(stage.folder, "templates.html"), "utf8");
    expect(written).toBe(await galleryOf(stage, "acknowledge"));
    await stage.run(["lint", "acknowledge", "--gallery", "other.html"]);
    expect(existsSync(join(stage.folder, "other.html"))).toBe(true);
    expect(await stage.run(["lint", "acknowledge", "--gallery", "absent/x.html"])).toMatchObject({ code: 3 });
  });

  it("shows all templates in the order of an incident's life, the project's own at the end", async () => {
    const stage = await setStage(onMailAlone);
    write(stage, "mine.md", "{{ title }} in words of ours. {{ message }}");
    const markup = await galleryOf(stage, "--locale", "en");
    const order = [...markup.matchAll(/<h3>([^<]+)<\/h3>/g)].map(([, name]) => name);
    expect(order.slice(0, 6)).toEqual([
      "acknowledge",
      "investigating",
      "identified",
      "monitoring",
      "holding",
      "resolved",
    ]);
    expect(order.at(-1)).toBe("mine");
    expect(markup).toContain("in words of ours");
  });

  it("asks for nothing and runs nothing: its policy allows its own style alone", async () => {
    const markup = await galleryOf(await setStage(), "acknowledge");
    const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec(markup) ?? [];
    const hash = createHash("sha256").update(style).digest("base64");
    expect(markup).toContain(`content="default-src 'none'; style-src 'sha256-${hash}'; img-src data:;`);
    expect(markup).not.toMatch(/<script|<iframe|<img|\sstyle=|\son\w+=|@import|url\(/i);
  });

  it("shows places that say the same as one, and others apart", async () => {
    const stage = await setStage((config) => {
      const { customers } = config.channels;
      config.channels = { customers: customers!, partners: { ...customers }, press: { ...customers } };
    });
    write(stage, "acknowledge.press.md", "For the press: {{ title }}. {{ message }}");
    const markup = await galleryOf(stage, "acknowledge", "--locale", "en");
    const places = [...markup.matchAll(/<p class="place"><b>Mail<\/b> ([^<]+)</g)].map(([, names]) => names);
    expect(places).toEqual(["customers, partners", "press"]);
  });

  it("shows a post of every kind in the look of its place", async () => {
    const stage = await setStage();
    stage.configure((config) => {
      const { mastodon, bluesky, discord, teams, nodebb, webhook, apprise } = stage.sandbox.channels;
      const pager = { kind: "command", run: ["./pager"] };
      config.channels = { mastodon, bluesky, discord, teams, nodebb, webhook, apprise, pager };
    });
    const markup = await galleryOf(stage, "identified", "--locale", "en");
    const cells = new Map(
      markup
        .split('<div class="cell">')
        .slice(1)
        .map((cell) => [/<b>([^<]+)<\/b>/.exec(cell)?.[1] ?? "", cell]),
    );
    expect([...cells.keys()]).toHaveLength(8);
    expect(cells.get("Mastodon")).toMatch(/of 500 characters/);
    expect(cells.get("Bluesky")).toMatch(/of 300 characters/);
    expect(cells.get("Discord")).toMatch(/class="card discord".*<strong>/s);
    expect(cells.get("Microsoft Teams")).toMatch(/<p class="lines heading">.*<a class="button" href=/s);
    expect(cells.get("NodeBB")).toMatch(/replied in the topic|opened this topic/);
    expect(cells.get("NodeBB")).not.toContain("[status]: #");
    for (const [place, cell] of cells) expect(cell, place).not.toContain("Cannot be said.");
    expect(markup.match(/<pre>\{/g)?.length).toBeGreaterThanOrEqual(2);
  });

  it("shows why a template cannot be said, in the place where it would be", async () => {
    const stage = await setStage();
    write(stage, "mine.twitter.md", "{{ title }} {{ nothing }} {{ message }}");
    write(stage, "mine.md", "{{ title }}. {{ message }}");
    const { code, stdout } = await stage.run(["lint", "mine", "--gallery", "-", "--locale", "en"]);
    expect(code).toBe(3);
    const cells = stdout.split('<div class="cell">').slice(1);
    expect(cells.map((cell) => cell.includes("Cannot be said."))).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(cells[0]).toContain("there is no variable &quot;nothing&quot;");
  });

  it("shows each language as a channel of that language would say it, with our own words around it", async () => {
    const stage = await setStage();
    const markup = await galleryOf(stage, "identified", "--locale", "de");
    for (const words of ["Status page:", "You receive", "Unsubscribe"]) expect(markup).not.toContain(words);
    expect(markup).toContain("Statusseite:");
  });

  it("tells colleagues' words from customers'", async () => {
    const markup = await galleryOf(await setStage(), "reminder", "--locale", "en");
    expect(markup.split('<div class="cell">')).toHaveLength(2);
    expect(markup).toMatch(/<b>Slack<\/b> ops <span class="own">internal<\/span>/);
  });
});

describe.skipIf(NO_BROWSER !== null)(
  `the gallery in a real browser${NO_BROWSER === null ? "" : ` (skipped: ${NO_BROWSER})`}`,
  () => {
    let browser: Browser;
    let markup: string;
    beforeAll(async () => {
      browser = await launch();
    });
    afterAll(() => browser?.close());

    async function galleryOnce(): Promise<string> {
      markup ??= await galleryOf(await setStage(), "acknowledge");
      return markup;
    }

    for (const dark of [false, true])
      it(`breaks no accessibility rule and asks for nothing, ${dark ? "dark" : "light"}`, async () => {
        const { page, trouble, close } = await look(browser, await galleryOnce(), { dark });
        expect(await violations(page)).toEqual([]);
        await page.click("label[for=s1]");
        expect(await violations(page)).toEqual([]);
        expect(trouble).toEqual([]);
        await close();
      }, 60_000);

    it("has nothing beyond the edge at any width", async () => {
      const { page, close } = await look(browser, await galleryOnce());
      for (const width of [320, 390, 640, 900, 1088, 1440, 1920]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await overflow(page), `${width}`).toBe(0);
      }
      await close();
    });

    it("changes language and filling without a script, and shows one of each at a time", async () => {
      const { page, close } = await look(browser, await galleryOnce());
      const shown = () =>
        page.evaluate(
          "[...document.querySelectorAll('.v')].filter((each) => each.checkVisibility()).map((each) => each.lang + each.className.slice(1)).filter((each, index, all) => all.indexOf(each) === index)",
        );
      const mail = async () => (await page.textContent(".mail:visible")) ?? "";
      expect(await shown()).toEqual(["en l0 s0"]);
      expect(await page.locator(".card:visible").count()).toBe(6);
      const typical = await mail();
      await page.getByText("Deutsch").click();
      expect(await shown()).toEqual(["de l1 s0"]);
      await page.keyboard.press("ArrowRight");
      expect(await shown()).toEqual(["es l2 s0"]);
      await page.click("label[for=l0]");
      await page.getByText("Everything set").click();
      expect(await shown()).toEqual(["en l0 s1"]);
      expect((await mail()).length).toBeGreaterThan(typical.length);
      await close();
    });

    it("counts X's characters in words and in a ring", async () => {
      const { page, close } = await look(browser, await galleryOnce());
      const card = await page.textContent(".tweet:visible");
      expect(card).toMatch(/\d+ of 280 weighted characters/);
      expect(card).toContain("https://status.example.org");
      await close();
    });

    it("shows hostile names and words as the text they are, and runs none of it", async () => {
      const hostile = "</style></title><script>alert(1)</script><img src=x onerror=alert(2)>\"'";
      const stage = await setStage((config) => {
        config.property.name = hostile.slice(0, 70);
        config.components = [{ id: "one", name: hostile.slice(0, 90) }];
      });
      write(
        stage,
        "mine.md",
        "# Heading <b>bold</b>\n\n<script>alert(3)</script> {{ title }} {{ components | join: ', ' }} {{ property.name }} [link](https://example.com/\"onclick=alert(4)) `<img src=x onerror=alert(5)>` {{ message }}",
      );
      const { page, trouble, close } = await look(browser, await galleryOf(stage, "mine"), { width: 390 });
      expect(
        await page.evaluate(
          "document.querySelectorAll('script,img,iframe,[onerror],[onclick],main b b').length",
        ),
      ).toBe(0);
      expect(await overflow(page)).toBe(0);
      expect(trouble).toEqual([]);
      expect(await page.textContent("main")).toContain("<script>alert(3)</script>");
      await close();
    });

    it("prints what is chosen, in the light colours and without the switches", async () => {
      const { page, close } = await look(browser, await galleryOnce(), { dark: true });
      await page.click("label[for=l1]");
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      expect(await page.evaluate("getComputedStyle(document.body).color")).toBe("rgb(27, 31, 36)");
      expect(await page.isVisible(".switches")).toBe(false);
      expect(await page.isVisible("nav")).toBe(false);
      expect(await page.locator(".l1.s0:visible").count()).toBe(6);
      await close();
    });
  },
);
