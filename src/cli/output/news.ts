import { indented, oneLine } from "../../base/printable.ts";
import type { News } from "../../sandbox/wall/news.ts";
import type { Style } from "./style.ts";

/** What each audience of the sandbox has just seen, for a terminal. */
export function sayNews(news: News, { chalk, symbols, columns }: Style): string {
  const voices: { who: string; where: string; text: string }[] = [
    ...news.tweets.map(({ author, replyTo, text }) => ({
      who: "Followers on X",
      where: replyTo === null ? `@${author}` : `@${author}, in the thread`,
      text,
    })),
    ...news.letters.map(({ mail, to }) => ({
      who: "Subscribers",
      where: `mail to ${to.join(", ")}: ${mail.subject}`,
      text: firstLines(mail.text, 6),
    })),
    ...news.forumPosts.map(({ topic, post }) => ({
      who: "Sellers",
      where: `${post.number === 1 ? `new topic: ${topic.title}` : `reply ${post.number} in: ${topic.title}`}${inPlace(post)}`,
      text: firstLines(post.raw.replace(/<!--.*?-->/gs, "").trim(), 4),
    })),
    ...news.slackMessages.map(({ threadTs, broadcast, text, changed }) => ({
      who: "Colleagues on Slack",
      where: `${
        threadTs === null
          ? "new message"
          : broadcast
            ? "in the thread, shown in the channel"
            : "in the thread"
      }${inPlace({ changed })}`,
      text: firstLines(text, 4),
    })),
    ...news.toots.map(({ author, replyTo, text, changed }) => ({
      who: "Followers on Mastodon",
      where: `${author}${replyTo === null ? "" : ", in the thread"}${inPlace({ changed })}`,
      text,
    })),
    ...news.blueskyPosts.map(({ author, root, text }) => ({
      who: "Followers on Bluesky",
      where: `${author}${root === null ? "" : ", in the thread"}`,
      text,
    })),
    ...news.boardPosts.map(({ topic, post, opens }) => ({
      who: "Members",
      where: `${opens ? "new topic" : "reply in"}: ${topic.title}${inPlace(post)}`,
      // Markdown shows no link definition.
      text: firstLines(post.content.replace(/^\[[^\]]*\]: #.*$/gm, ""), 4),
    })),
    ...news.discordMessages.map(({ thread, content, changed }) => ({
      who: "Community on Discord",
      where: `${thread === null ? "message" : "in the thread"}${inPlace({ changed })}`,
      text: firstLines(content, 4),
    })),
    ...news.teamsCards.map(({ text }) => ({
      who: "Colleagues on Teams",
      where: "new card",
      text: firstLines(text, 4),
    })),
    ...news.notifications.map(({ type, title, body }) => ({
      who: "Others, through Apprise",
      where: `${type}: ${title}`,
      text: firstLines(body, 4),
    })),
    ...news.webhookEvents.map(({ type, path, data }) => ({
      who: "Programs, by webhook",
      where: `POST ${path === "" ? "/" : path}`,
      text: `${type}, ${JSON.stringify(data ?? null).length} characters of JSON`,
    })),
    ...news.hostedUpdates.map(({ incident, update }) => ({
      who: "Hosted page",
      where: `${incident.name}: ${update.status}${inPlace(update)}`,
      text: firstLines(update.body, 3),
    })),
  ];
  const told = voices.map(
    ({ who, where, text }) =>
      `  ${chalk.cyan(who)} ${chalk.dim(oneLine(where))}\n${indented(text, `    ${symbols.bar} `, columns)}`,
  );
  if (news.pageHtml !== null)
    told.push(`  ${chalk.cyan("Everyone")} ${chalk.dim("the status page was rewritten")}`);
  if (told.length === 0) return "";
  return `${chalk.bold("What each audience sees")}\n${told.join("\n")}\n`;
}

function inPlace({ changed }: { readonly changed: boolean }): string {
  return changed ? ", changed in its place" : "";
}

function firstLines(text: string, count: number): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.length <= count ? lines.join("\n") : [...lines.slice(0, count), "…"].join("\n");
}
