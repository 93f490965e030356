import type { Clock } from "../base/clock.ts";
import { imitateApprise } from "./apprise.ts";
import { imitateBluesky } from "./bluesky.ts";
import { imitateDiscord } from "./discord.ts";
import { imitateDiscourse } from "./discourse.ts";
import { serve } from "./http-server.ts";
import { imitateMail } from "./mail.ts";
import { imitateMastodon } from "./mastodon.ts";
import { imitateNodebb } from "./nodebb.ts";
import { imitateSlack } from "./slack.ts";
import { imitateStatuspage } from "./statuspage.ts";
import { imitateTeams } from "./teams.ts";
import { imitateWebhook } from "./webhook.ts";
import type { Sandbox, SandboxRequest } from "./world.ts";
import { imitateX } from "./x.ts";

export interface SandboxOptions {
  /** Where every timestamp of the imitations comes from. */
  readonly clock: Clock;
  /**
   * X listens here, the other imitations on the ports after it: Slack, Discourse, Statuspage, one that is left out (for
   * mail), Discord, webhook, Teams, Mastodon, Bluesky, Apprise, NodeBB. 0 (the default) takes any free ports.
   */
  readonly httpPort?: number;
  /** 0 (the default) takes any free port. */
  readonly smtpPort?: number;
  /** Credentials that the mail server demands; without them it takes any, or none. */
  readonly auth?: { readonly user: string; readonly password: string };
  /**
   * Ids of the hosted page's components. Given, the page knows these only, and the channel maps each to itself;
   * left out, it takes any id that appears.
   */
  readonly hostedComponents?: readonly string[];
  /** False lifts the vendors' request quotas, for a test that hammers. */
  readonly quotas?: boolean;
}

/**
 * Starts imitations of all vendors and a mail server on 127.0.0.1.
 * They hold the process open until `close`. Rejects where a port is taken.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, httpPort = 0, smtpPort = 0, quotas = true } = options;
  const requests: SandboxRequest[] = [];
  const profile = { text: "" };
  const x = imitateX({ clock, quotas, profile });
  const slack = imitateSlack({ clock, quotas, profile });
  const apprise = imitateApprise({ clock });
  const nodebb = imitateNodebb({ clock, quotas, profile });
  const discourse = imitateDiscourse({ clock, quotas, profile });
  const discord = imitateDiscord({ clock, quotas });
  const webhook = imitateWebhook({ clock, old: !quotas });
  const teams = imitateTeams({ clock, quotas });
  const mastodon = imitateMastodon({ clock, quotas, profile });
  const bluesky = imitateBluesky({ clock, quotas, profile });
  const statuspage = imitateStatuspage({
    clock,
    quotas,
    components: options.hostedComponents ?? null,
  });
  const mail = imitateMail({ clock, auth: options.auth ?? null, requests });

  const portOf = (offset: number) => (httpPort === 0 ? 0 : httpPort + offset);
  const starting = [
    serve(x.http, portOf(0), requests),
    serve(slack.http, portOf(1), requests),
    serve(discourse.http, portOf(2), requests),
    serve(statuspage.http, portOf(3), requests),
    mail.listen(smtpPort),
    serve(discord.http, portOf(5), requests),
    serve(webhook.http, portOf(6), requests),
    serve(teams.http, portOf(7), requests),
    serve(mastodon.http, portOf(8), requests),
    serve(bluesky.http, portOf(9), requests),
    serve(apprise.http, portOf(10), requests),
    serve(nodebb.http, portOf(11), requests),
  ] as const;
  const settled = await Promise.allSettled(starting);
  const failed = settled.find((result) => result.status === "rejected");
  if (failed !== undefined) {
    for (const result of settled) if (result.status === "fulfilled") await result.value.close();
    throw failed.reason;
  }
  const [
    twitter,
    chat,
    forum,
    hosted,
    post,
    server,
    receiver,
    flow,
    mastodonServer,
    blueskyServer,
    appriseServer,
    nodebbServer,
  ] = await Promise.all(starting);
  const running = {
    twitter,
    slack: chat,
    discourse: forum,
    statuspage: hosted,
    email: post,
    discord: server,
    webhook: receiver,
    teams: flow,
    mastodon: mastodonServer,
    bluesky: blueskyServer,
    apprise: appriseServer,
    nodebb: nodebbServer,
  };

  return {
    channels: {
      twitter: {
        kind: "twitter",
        baseUrl: `http://127.0.0.1:${twitter.port}/x`,
        ...x.credentials,
      },
      email: {
        kind: "email",
        smtp: mail.address(post.port),
        from: "Amazon.com Status <status@example.com>",
        to: ["announce@lists.example.com"],
      },
      discourse: {
        kind: "discourse",
        baseUrl: `http://127.0.0.1:${forum.port}/discourse`,
        ...discourse.settings,
      },
      slack: {
        kind: "slack",
        baseUrl: `http://127.0.0.1:${chat.port}/slack`,
        ...slack.settings,
      },
      webhook: {
        kind: "webhook",
        baseUrl: `http://127.0.0.1:${receiver.port}/webhook`,
        ...webhook.settings,
      },
      teams: {
        kind: "teams",
        baseUrl: `http://127.0.0.1:${flow.port}/teams`,
        ...teams.settings,
      },
      discord: {
        kind: "discord",
        baseUrl: `http://127.0.0.1:${server.port}/discord`,
        ...discord.settings,
      },
      mastodon: {
        kind: "mastodon",
        baseUrl: `http://127.0.0.1:${mastodonServer.port}/mastodon`,
        ...mastodon.settings,
      },
      bluesky: {
        kind: "bluesky",
        baseUrl: `http://127.0.0.1:${blueskyServer.port}/bluesky`,
        ...bluesky.settings,
      },
      apprise: {
        kind: "apprise",
        baseUrl: `http://127.0.0.1:${appriseServer.port}/apprise`,
        ...apprise.settings,
      },
      nodebb: {
        kind: "nodebb",
        baseUrl: `http://127.0.0.1:${nodebbServer.port}/nodebb`,
        ...nodebb.settings,
      },
      statuspage: {
        kind: "statuspage",
        baseUrl: `http://127.0.0.1:${hosted.port}/statuspage`,
        ...statuspage.settings,
      },
    },
    world: () => ({
      nodebbTopics: nodebb.topics(),
      notifications: apprise.notifications(),
      discordMessages: discord.messages(),
      webhookEvents: webhook.events(),
      teamsCards: teams.cards(),
      toots: mastodon.toots(),
      blueskyPosts: bluesky.posts(),
      tweets: x.tweets(),
      mails: mail.mails(),
      topics: discourse.topics(),
      slackMessages: slack.messages(),
      ...statuspage.world(),
    }),
    requests,
    fault: (imitation, fault) => running[imitation].fault(fault),
    refuseReplies: x.refuseReplies,
    profile(text) {
      profile.text = text;
    },
    moderate(on) {
      discourse.moderate(on);
      nodebb.moderate(on);
    },
    approveQueued() {
      discourse.approveQueued();
      nodebb.approveQueued();
    },
    close: async () => {
      await Promise.all(Object.values(running).map((server) => server.close()));
    },
  };
}
