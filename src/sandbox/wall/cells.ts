import { stillOf } from "../../page/document.ts";
import { type Html, html } from "../../page/html.ts";
import { renderCard } from "./adaptive-card.ts";
import type { Audience } from "./audiences.ts";
import { renderDiscord, renderForum } from "./markdown.ts";
import type { News } from "./news.ts";
import { renderSlackBlocks } from "./slack-blocks.ts";

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
        noteOf(
          post.number === 1 ? "opened this topic" : `reply ${post.number - 1} in the topic`,
          post.changed,
        ),
      )}
<div class="prose">${renderForum(post.raw)}</div></article>`,
    ),
  slack: ({ slackMessages }) =>
    slackMessages.map(
      ({
        channel,
        threadTs,
        broadcast,
        blocks,
        text,
        changed,
      }) => html`<article><p class="fine">#${channel.replace(/^#/, "")}${
        threadTs === null ? null : broadcast ? ", in the thread and the channel" : ", in the thread"
      }${changed ? ", changed in its place" : null}</p>
<div class="prose">${blocks.length === 0 ? html`<p class="lines">${linked(text)}</p>` : renderSlackBlocks(blocks)}</div></article>`,
    ),
  toot: ({ toots }) =>
    toots.map(
      ({ author, text, replyTo, changed }) => html`<article>${who(
        author,
        noteOf(replyTo === null ? null : "replying in the thread", changed),
      )}
<p class="lines">${linked(text)}</p></article>`,
    ),
  sky: ({ blueskyPosts }) =>
    blueskyPosts.map(
      ({
        author,
        text,
        root,
        live,
      }) => html`<article>${who(author, root === null ? null : "replying in the thread")}
<p class="lines">${facets(text, live)}</p></article>`,
    ),
  board: ({ boardPosts }) =>
    boardPosts.map(
      ({
        topic,
        post,
        opens,
      }) => html`<article>${opens ? html`<p class="subject">${topic.title}</p>` : null}${who(
        post.username,
        noteOf(opens ? "opened this topic" : "replied in the topic", post.changed),
      )}
<div class="prose">${renderForum(post.content)}</div></article>`,
    ),
  discord: ({ discordMessages }) =>
    discordMessages.map(
      ({ author, threadName, thread, content, pinged, changed }) => html`<article>${
        threadName === null ? null : html`<p class="subject">${threadName}</p>`
      }${who(
        author,
        noteOf(
          threadName !== null ? "opened this thread" : thread === null ? null : "in the thread",
          changed,
        ),
      )}${
        // Whoever was called is shown as such: on this wall it is a fault to be seen.
        pinged.length === 0 ? null : html`<p><mark>Calls ${pinged.join(", ")}</mark></p>`
      }
<div class="prose">${renderDiscord(content)}</div></article>`,
    ),
  teams: ({ teamsCards }) =>
    teamsCards.map(
      ({ card }) =>
        html`<article><p class="fine">Posted by a workflow</p><div class="prose">${renderCard(card)}</div></article>`,
    ),
  bridge: ({ notifications }) =>
    notifications.map(
      ({
        target,
        title,
        body,
        type,
      }) => html`<article><p class="fine">${capital(type)}, to ${schemeOf(target)}</p>
${title === "" ? null : html`<p class="subject">${title}</p>`}<p class="lines">${linked(body)}</p></article>`,
    ),
  program: ({ webhookEvents }) =>
    webhookEvents.map(
      ({ type, path, data }) => html`<article><p class="fine">POST ${path === "" ? "/" : path}, signed</p>
<p class="subject">${type}</p><details><summary>${subjectIn(data)}</summary><pre>${JSON.stringify(data, null, 2) ?? ""}</pre></details></article>`,
    ),
  page: ({ pageHtml, hostedUpdates }, step) => [
    ...(pageHtml === null
      ? []
      : [html`<article>${frame(`page-${step}`, step, "The status page", stillOf(pageHtml))}</article>`]),
    ...hostedUpdates.map(
      ({ incident, update }) => html`<article class="hosted"><p class="fine">Hosted page${
        update.changed ? ", changed in its place" : update.notified ? ", subscribers notified" : null
      }</p>
<p class="subject">${incident.name}</p><p><b>${sentenceCase(update.status)}</b></p><p class="lines">${update.body}</p></article>`,
    ),
  ],
};

function noteOf(note: string | null, changed: boolean): string | null {
  if (!changed) return note;
  return note === null ? "changed in its place" : `${note}, changed in its place`;
}

/** Which service an address is of: the rest of it may hold a password. */
function schemeOf(target: string): string {
  return /^[a-z][a-z0-9+.-]*(?=:)/i.exec(target)?.[0] ?? "a service";
}

/** What a webhook's document is about, of the words that it carries. */
function subjectIn(data: unknown): string {
  const { message } = (typeof data === "object" && data !== null ? data : {}) as { message?: unknown };
  const { subject } = (typeof message === "object" && message !== null ? message : {}) as {
    subject?: unknown;
  };
  return typeof subject === "string" && subject !== "" ? subject : "The document";
}

/** Bluesky makes nothing live but what a post names as such. */
function facets(text: string, live: readonly string[]): readonly Html[] {
  const [first, ...rest] = live;
  const at = first === undefined || first === "" ? -1 : text.indexOf(first);
  if (first === undefined || at < 0) return [html`${text}`];
  const link = /^https?:/i.test(first) ? html`<a href="${first}">${first}</a>` : html`<mark>${first}</mark>`;
  return [html`${text.slice(0, at)}`, link, ...facets(text.slice(at + first.length), rest)];
}

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

function sentenceCase(status: string): string {
  const words = status.replaceAll("_", " ");
  return `${capital(words)}.`;
}

function capital(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
