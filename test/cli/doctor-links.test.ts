import { describe, expect, it } from "vitest";
import { setStage } from "../support/stage.ts";

interface Check {
  channel: string | null;
  name: string;
  level: string;
  message: string;
  hint: string | null;
}

/** All places whose profile can be read, for customers. */
async function places() {
  const stage = await setStage();
  const { twitter, discourse, slack, mastodon, bluesky, nodebb, discord } = stage.sandbox.channels;
  stage.configure((config) => {
    config.channels = {
      x: { ...twitter },
      sellers: { ...discourse },
      community: { ...slack },
      fedi: { ...mastodon },
      sky: { ...bluesky },
      board: { ...nodebb },
      chat: { ...discord },
    };
  });
  const links = async () => {
    const { checks } = (await stage.run(["doctor", "--json"])).json() as unknown as { checks: Check[] };
    return checks.filter(({ name }) => name === "link");
  };
  return { stage, links };
}

const SEEN = ["x", "sellers", "community", "fedi", "sky", "board"];

describe("the doctor, of the way to the page", { timeout: 60_000 }, () => {
  it("asks for it where customers look, and says what to do", async () => {
    const { links } = await places();
    const found = await links();
    // A webhook sees neither the channel's topic nor the server's description.
    expect(found.map(({ channel }) => channel)).toEqual(SEEN);
    for (const { level, hint } of found) {
      expect(level).toBe("warn");
      expect(hint).toContain("https://status.example.org");
    }
  });

  it.each(["Status: https://status.example.org/", "status.example.org", "See https://status.example.org."])(
    "is content with %s",
    async (text) => {
      const { stage, links } = await places();
      stage.sandbox.profile(text);
      expect((await links()).map(({ channel, level }) => `${channel} ${level}`)).toEqual(
        SEEN.map((channel) => `${channel} ok`),
      );
    },
  );

  it.each(["https://status.example.org.evil.example", "https://mystatus.example.org", "status.example.orgs"])(
    "does not take %s for it",
    async (text) => {
      const { stage, links } = await places();
      stage.sandbox.profile(text);
      expect(new Set((await links()).map(({ level }) => level))).toEqual(new Set(["warn"]));
    },
  );

  it("asks no colleague, and nobody where there is no page", async () => {
    const { stage, links } = await places();
    stage.configure((config) => {
      for (const channel of Object.values(config.channels)) channel.audience = "internal";
    });
    expect(await links()).toEqual([]);
    stage.configure((config) => {
      for (const channel of Object.values(config.channels)) delete channel.audience;
      delete config.property.statusUrl;
    });
    expect(await links()).toEqual([]);
  });
});

describe("the doctor, of people who are told twice", { timeout: 60_000 }, () => {
  const warned = async (change: Parameters<typeof setStage>[0]) => {
    const stage = await setStage(change);
    const { checks } = (await stage.run(["doctor", "--json"])).json() as unknown as { checks: Check[] };
    return checks.filter(({ name }) => name === "twice").map(({ message }) => message);
  };

  it("warns of a mail list beside a page that writes to its subscribers", async () => {
    expect(
      await warned(({ channels }) => {
        channels.hosted!.notifySubscribers = true;
      }),
    ).toEqual([expect.stringMatching(/^hosted: .*customers.*twice/)]);
    expect(await warned(() => {})).toEqual([]);
    expect(
      await warned(({ channels }) => {
        channels.hosted!.notifySubscribers = true;
        channels.customers!.audience = "internal";
      }),
    ).toEqual([]);
  });

  it("warns of two channels for one place, unless they speak two languages", async () => {
    expect(
      await warned(({ channels }) => {
        channels.again = { ...channels.sellers! };
        channels.friends = { ...channels.customers!, to: ["Friends <ANNOUNCE@lists.example.com>"] };
      }),
    ).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^again: sellers/),
        expect.stringMatching(/^friends: customers/),
      ]),
    );
    expect(
      await warned(({ channels }) => {
        channels.german = { ...channels.sellers!, locale: "de" };
        channels.other = { ...channels.sellers!, category: 1 };
      }),
    ).toEqual([]);
  });
});
