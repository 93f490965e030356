import MarkdownIt from "markdown-it";
import { stillOf } from "../../page/document.ts";
import { Html, html } from "../../page/html.ts";
import type { News } from "./news.ts";
import { renderSlackBlocks } from "./slack-blocks.ts";

export const AUDIENCES = [
  { id: "tweet", name: "Followers", place: "X" },
  { id: "mail", name: "Subscribers", place: "Mail" },
  { id: "forum", name: "Sellers", place: "Seller forum" },
  { id: "slack", name: "Colleagues", place: "Slack" },
  { id: "page", name: "Everyone", place: "Status page" },
] as const;
export type Audience = (typeof AUDIENCES)[number]["id"];

/** What one audience saw new; null where that is nothing. `step` makes the anchors unique. */
export function renderCell(audience: Audience, news: News, step: number): Html | null {
  const seen = CELLS[audience](news, step);
  return seen.length === 0 ? null : html`${seen}`;
}

const CELLS: Readonly<Record<Audience, (news: News, step: number) => readonly Html[]>> = {
  tweet: ({ tweets }) =>
    tweets.map(
      ({
        author,
        text,
        replyTo,
      }) => html`<article>${who(author, replyTo === null ? null : "replying in the thread")}
<p class="lines">${linked(text)}</p></article>`,
    ),
  mail: ({ letters }, step) =>
    letters.map(
      ({ mail, to }, index) => html`<article><p class="subject">${mail.subject}</p>
<p class="fine">From ${mail.from}<br>To ${to.join(", ")}${mail.inReplyTo === null ? null : html`<br>In the same conversation`}</p>
${mail.html === "" ? html`<p class="lines">${linked(mail.text)}</p>` : frame(`mail-${step}-${index + 1}`, step, `Mail: ${mail.subject}`, mail.html)}</article>`,
    ),
  forum: ({ forumPosts }) =>
    forumPosts.map(
      ({
        topic,
        post,
      }) => html`<article>${post.number === 1 ? html`<p class="subject">${topic.title}</p>` : null}${who(
        post.username,
        post.number === 1 ? "opened this topic" : `reply ${post.number - 1} in the topic`,
      )}
<div class="prose">${new Html(markdown.render(withoutComments(post.raw)))}</div></article>`,
    ),
  slack: ({ slackMessages }) =>
    slackMessages.map(
      ({
        channel,
        threadTs,
        broadcast,
        blocks,
        text,
      }) => html`<article><p class="fine">#${channel.replace(/^#/, "")}${
        threadTs === null ? null : broadcast ? ", in the thread and the channel" : ", in the thread"
      }</p>
<div class="prose">${blocks.length === 0 ? html`<p class="lines">${linked(text)}</p>` : renderSlackBlocks(blocks)}</div></article>`,
    ),
  page: ({ pageHtml, hostedUpdates }, step) => [
    ...(pageHtml === null
      ? []
      : [html`<article>${frame(`page-${step}`, step, "The status page", stillOf(pageHtml))}</article>`]),
    ...hostedUpdates.map(
      ({ incident, update }) => html`<article class="hosted"><p class="fine">Hosted page${
        update.notified ? ", subscribers notified" : null
      }</p>
<p class="subject">${incident.name}</p><p><b>${sentenceCase(update.status)}</b></p><p class="lines">${update.body}</p></article>`,
    ),
  ],
};

function who(name: string, note: string | null): Html {
  const bare = name.replace(/^@/, "");
  return html`<p class="who"><span class="face" aria-hidden="true">${[...bare][0]?.toUpperCase() ?? "?"}</span><span><b>${name}</b>${
    note === null ? null : html`<small>${note}</small>`
  }</span></p>`;
}

/** A small window on a whole document; its link opens it at full size, by its address alone. */
function frame(id: string, step: number, title: string, markup: string): Html {
  return html`<figure id="${id}" class="frame"><div class="pane"><iframe sandbox="" title="${title}" srcdoc="${markup}"></iframe></div>
<figcaption><a class="enlarge" href="#${id}">Enlarge<span class="unseen">: ${title}, step ${step}</span></a><a class="close" href="#step-${step}">Close</a></figcaption></figure>`;
}

/** Text with its web addresses as links. */
function linked(text: string): readonly Html[] {
  return text
    .split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)])/)
    .map((part, index) => (index % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`));
}

/** A forum keeps comments in the source of a post and shows none of them. */
function withoutComments(raw: string): string {
  return raw.replace(/<!--.*?-->/gs, "").trim();
}

function sentenceCase(status: string): string {
  const words = status.replaceAll("_", " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

const markdown = new MarkdownIt({ html: false, linkify: true }).disable("image");
// A post's headings are no headings of the wall.
markdown.renderer.rules.heading_open = () => '<p class="heading">';
markdown.renderer.rules.heading_close = () => "</p>";
