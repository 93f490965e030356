import { sayTime } from "../../../base/zone.ts";
import { PHASE_WORDS } from "../../../incident/phases.ts";
import { Html, html } from "../../../page/html.ts";
import { bundledWords } from "../../../page/words/index.ts";
import type { Block } from "../../../render/document.ts";
import { toHtml } from "../../../render/formats/html.ts";
import { toPlainText } from "../../../render/formats/plain.ts";
import { renderCard } from "../../../sandbox/wall/adaptive-card.ts";
import { renderDiscord, renderForum } from "../../../sandbox/wall/markdown.ts";
import { renderSlackBlocks } from "../../../sandbox/wall/slack-blocks.ts";
import type { Rehearsed } from "../../../status/lint/rehearse.ts";
import { count } from "../lines.ts";

/** What a card shows beside the words: who speaks, and when. */
export interface Setting {
  readonly property: string;
  readonly timeZone: string;
  /** The channel's own settings, for the names that its place shows. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** A post as its audience sees it. */
export function renderCell(said: Rehearsed, setting: Setting): Html {
  const { kind } = said.speaker;
  const render = Object.hasOwn(CELLS, kind) ? CELLS[kind] : undefined;
  return (render ?? plain)(said, setting);
}

type Render = (said: Rehearsed, setting: Setting) => Html;

/** A post on X, Mastodon or Bluesky. */
const short: Render = (said, { property }) => {
  const { text, length, notes } = firstOf(said);
  return html`<article class="card tweet">${who(property, said.specimen.context.rootSubject === null ? null : "replying to itself")}
<p class="lines">${linked(text)}</p>${length === null ? null : counter(length, notes.includes("cut to fit"))}</article>`;
};

const mail: Render = (said, { settings, property }) => {
  const { message, specimen, posts } = said;
  const [payload] = posts.map((post) => fields(post.payload));
  const subject = string(payload?.subject) || message.subject;
  const to = list(settings.to);
  const first = typeof to[0] === "string" ? to[0] : "everybody on the list";
  return html`<article class="card mail"><header><p class="subject">${subject}</p>
<p class="fine"><span class="key" lang="en">From</span> ${string(settings.from) || property}<br><span class="key" lang="en">To</span> ${first}${to.length > 1 ? ` and ${to.length - 1} more, each alone` : ""}</p></header>
<div class="prose">${prose(message.body)}</div>
<p class="fine lines rest">${linked(restOf(said))}</p>${specimen.facts.type === "maintenance" && posts[0]?.notes.some((note) => note.startsWith("with ")) === true ? html`<p class="fine attached" lang="en">${posts[0].notes.filter((note) => note.startsWith("with ")).join(", ")}</p>` : null}</article>`;
};

const forum: Render = (said, { settings, property }) => {
  const payload = fields(firstOf(said).payload);
  const opens = said.specimen.context.rootSubject === null;
  return html`<article class="card forum">${opens ? html`<p class="subject">${string(payload.title)}</p>` : null}${who(string(settings.username) || property, opens ? "opened this topic" : "replied in the topic")}
<div class="prose">${renderForum(string(payload.raw ?? payload.content))}</div></article>`;
};

const discord: Render = (said, { settings, property }) => {
  const payload = fields(firstOf(said).payload);
  const opens = said.specimen.context.rootSubject === null;
  const thread = opens ? string(payload.thread_name) : "";
  const note = settings.forum === true ? (opens ? "opened this thread" : "in the thread") : null;
  return html`<article class="card discord">${thread === "" ? null : html`<p class="subject">${thread}</p>`}${who(string(settings.username) || property, note)}
<div class="prose">${renderDiscord(string(payload.content))}</div></article>`;
};

const teams: Render = (said) => {
  const [attachment] = list(fields(firstOf(said).payload).attachments);
  return html`<article class="card teams"><div class="prose">${renderCard(fields(attachment).content)}</div></article>`;
};

const notification: Render = (said) => {
  const { title, body, type } = fields(firstOf(said).payload);
  return html`<article class="card"><p class="fine" lang="en">${string(type)}, on ${count(said.posts.length, "service")}</p><p class="subject">${string(title)}</p><p class="lines">${linked(string(body))}</p></article>`;
};

/** What a program gets, in its own form. */
const data: Render = (said) =>
  html`<article class="card"><p class="subject">${said.message.subject}</p><div class="prose"><pre>${JSON.stringify(firstOf(said).payload, null, 2)}</pre></div></article>`;

const slack: Render = (said, { property, timeZone }) => {
  const payload = fields(firstOf(said).payload);
  const opens = said.specimen.context.rootSubject === null;
  const note = opens
    ? null
    : payload.reply_broadcast === true
      ? "in the thread and the channel"
      : "in the thread";
  return html`<article class="card slack">${who(`${property} status`, [sayTime(said.specimen.facts.now, timeZone), ...(note === null ? [] : [note])].join(", "))}
<div class="prose">${renderSlackBlocks(list(payload.blocks))}</div></article>`;
};

const page: Render = (said, { timeZone }) => {
  const { facts } = said.specimen;
  const { phases } = bundledWords[base(said.locale)] ?? bundledWords.en!;
  return html`<article class="card page"><header class="is-${toneOf(said)}"><p class="subject">${facts.title}</p></header>
<div class="inside"><p class="said">${facts.type === "notice" ? null : html`<b>${phases[facts.phase]}</b> `}<time datetime="${facts.now.toISOString()}">${sayTime(facts.now, timeZone)}</time></p>
<div class="prose">${prose(said.message.body)}</div></div></article>`;
};

const hosted: Render = (said, { timeZone }) => {
  const { facts } = said.specimen;
  const incident = fields(fields(firstOf(said).payload).incident);
  return html`<article class="card hosted is-${toneOf(said)}"><p class="subject">${string(incident.name)}</p>
<p class="lines"><b>${PHASE_WORDS[facts.phase]}</b> – ${linked(shownHosted(string(incident.body)))}</p>
<p class="fine">${sayTime(facts.now, timeZone, true)}</p></article>`;
};

const plain: Render = (said) =>
  html`<article class="card"><p class="subject">${said.message.subject}</p><p class="lines">${linked(firstOf(said).text)}</p></article>`;

const CELLS: Readonly<Record<string, Render>> = {
  twitter: short,
  mastodon: short,
  bluesky: short,
  email: mail,
  discourse: forum,
  nodebb: forum,
  slack,
  discord,
  teams,
  apprise: notification,
  webhook: data,
  command: data,
  page,
  statuspage: hosted,
};

/** How much of the room is taken: in words, and as a ring that fills. */
function counter({ used, limit, unit }: { used: number; limit: number; unit: string }, cut: boolean): Html {
  const round = 50.27;
  const part = Math.min(1, used / limit) * round;
  return html`<p class="count fine"><svg viewBox="0 0 20 20" aria-hidden="true"><circle class="whole" cx="10" cy="10" r="8"/><circle class="used" cx="10" cy="10" r="8" stroke-dasharray="${part.toFixed(1)} ${round}"/></svg><span lang="en">${used} of ${limit} ${unit}${cut ? ", cut to fit" : null}</span></p>`;
}

function who(name: string, note: string | null): Html {
  return html`<p class="who"><span class="face" aria-hidden="true">${[...name][0]?.toUpperCase() ?? "?"}</span><span><b>${name}</b>${note === null ? null : html`<small lang="en">${note}</small>`}</span></p>`;
}

/** What a mail says under the words: the link, why it came, how to end it. */
function restOf({ posts, message }: Rehearsed): string {
  const text = posts[0]?.text ?? "";
  const words = toPlainText(message.body);
  return (text.startsWith(words) ? text.slice(words.length) : text).replace(/^-- *\n/m, "").trim();
}

/** The colour of a page's entry, which is also said in words. */
function toneOf({ specimen: { facts } }: Rehearsed): string {
  if (facts.type === "notice") return "plain";
  if (facts.phase === "resolved" || facts.phase === "completed") return "fine";
  if (facts.type === "maintenance") return "work";
  return facts.impact === "critical" ? "down" : "slow";
}

function prose(blocks: readonly Block[]): Html {
  return new Html(toHtml(blocks.map(withoutHeadings)));
}

/** A template's headings are no headings of the gallery. */
function withoutHeadings(block: Block): Block {
  if (block.type === "heading")
    return { type: "paragraph", children: [{ type: "strong", children: block.children }] };
  if (block.type === "quote") return { ...block, children: block.children.map(withoutHeadings) };
  if (block.type === "list") return { ...block, items: block.items.map((item) => item.map(withoutHeadings)) };
  return block;
}

/** Text with its web addresses as links. */
function linked(text: string): readonly Html[] {
  return text
    .split(/(https?:\/\/[^\s<>"']*[^\s<>"'.,;:!?)])/)
    .map((part, index) => (index % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`));
}

/** The hosted page shows entities as the characters they stand for. */
function shownHosted(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function firstOf({ posts }: Rehearsed): Rehearsed["posts"][number] {
  const [post] = posts;
  if (post === undefined) throw new RangeError("a channel that composes no post");
  return post;
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function base(tag: string): string {
  return tag.split("-", 1)[0]?.toLowerCase() ?? "";
}
