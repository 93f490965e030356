import MarkdownIt from "markdown-it";
import { Html } from "../../page/html.ts";

const forum = quietHeadings(new MarkdownIt({ html: false, linkify: true }).disable("image"));
/** Discord, Markdown text 101 (read 2026-11): line breaks stay, and there are no tables, rules or pictures. */
const discord = quietHeadings(
  new MarkdownIt({ html: false, linkify: true, breaks: true }).disable(["image", "table", "hr"]),
);

/** A post's Markdown as a forum shows it: comments and link definitions stand in its source alone. */
export function renderForum(raw: string): Html {
  return new Html(forum.render(raw.replace(/<!--.*?-->/gs, "").trim()));
}

export function renderDiscord(content: string): Html {
  return new Html(discord.render(content));
}

/** A post's headings are no headings of the document that it is shown in. */
function quietHeadings(markdown: InstanceType<typeof MarkdownIt>) {
  markdown.renderer.rules.heading_open = () => '<p class="heading">';
  markdown.renderer.rules.heading_close = () => "</p>";
  return markdown;
}
