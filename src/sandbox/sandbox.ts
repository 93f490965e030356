import type { Clock } from "../base/clock.ts";
import { imitateDiscourse } from "./discourse.ts";
import { serve } from "./http-server.ts";
import { imitateMail } from "./mail.ts";
import { imitateSlack } from "./slack.ts";
import { imitateStatuspage } from "./statuspage.ts";
import type { Sandbox, SandboxRequest } from "./world.ts";
import { imitateX } from "./x.ts";

export interface SandboxOptions {
  /** Where every timestamp of the imitations comes from. */
  readonly clock: Clock;
  /** X listens here, Slack on the next port, then Discourse and Statuspage; 0 (the default) takes any free ports. */
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
 * Starts imitations of X, Slack, Discourse, Statuspage and a mail server on 127.0.0.1.
 * They hold the process open until `close`. Rejects where a port is taken.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clock, httpPort = 0, smtpPort = 0, quotas = true } = options;
  const requests: SandboxRequest[] = [];
  const x = imitateX({ clock, quotas });
  const slack = imitateSlack({ clock, quotas });
  const discourse = imitateDiscourse({ clock, quotas });
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
  ] as const;
  const settled = await Promise.allSettled(starting);
  const failed = settled.find((result) => result.status === "rejected");
  if (failed !== undefined) {
    for (const result of settled) if (result.status === "fulfilled") await result.value.close();
    throw failed.reason;
  }
  const [twitter, chat, forum, hosted, post] = await Promise.all(starting);
  const running = {
    twitter,
    slack: chat,
    discourse: forum,
    statuspage: hosted,
    email: post,
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
      statuspage: {
        kind: "statuspage",
        baseUrl: `http://127.0.0.1:${hosted.port}/statuspage`,
        ...statuspage.settings,
      },
    },
    world: () => ({
      tweets: x.tweets(),
      mails: mail.mails(),
      topics: discourse.topics(),
      slackMessages: slack.messages(),
      ...statuspage.world(),
    }),
    requests,
    fault: (imitation, fault) => running[imitation].fault(fault),
    refuseReplies: x.refuseReplies,
    moderate: discourse.moderate,
    approveQueued: discourse.approveQueued,
    close: async () => {
      await Promise.all(Object.values(running).map((server) => server.close()));
    },
  };
}
