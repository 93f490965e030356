import { type Html, html } from "../../page/html.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Block Kit as Slack would show it; what is not known here is left out, as Slack does with what it cannot show. */
export function renderSlackBlocks(blocks: readonly unknown[]): readonly Html[] {
  return blocks.map((block) => renderBlock(fields(block)));
}

function renderBlock(block: Fields): Html {
  switch (block.type) {
    case "header":
      return html`<p class="heading">${textOf(block.text)}</p>`;
    case "section":
      return html`<p class="lines">${textOf(block.text)}</p>${list(block.fields).map(
        (field) => html`<p class="lines">${textOf(field)}</p>`,
      )}`;
    case "context":
      return html`<p class="fine lines">${list(block.elements).map((element) => html`${textOf(element)} `)}</p>`;
    case "divider":
      return html`<hr>`;
    case "rich_text":
      return html`${list(block.elements).map((element) => renderElement(fields(element)))}`;
    default:
      return html``;
  }
}

function renderElement(element: Fields): Html {
  const inside = list(element.elements);
  switch (element.type) {
    case "rich_text_section":
      return html`<div class="lines">${inside.map(renderInline)}</div>`;
    case "rich_text_quote":
      return html`<blockquote class="lines">${inside.map(renderInline)}</blockquote>`;
    case "rich_text_preformatted":
      return html`<pre>${inside.map(renderInline)}</pre>`;
    case "rich_text_list": {
      const items = inside.map((item) => html`<li>${list(fields(item).elements).map(renderInline)}</li>`);
      const offset = element.offset;
      const start = typeof offset === "number" ? offset + 1 : 1;
      return element.style === "ordered" ? html`<ol start="${start}">${items}</ol>` : html`<ul>${items}</ul>`;
    }
    default:
      return html``;
  }
}

function renderInline(value: unknown): Html {
  const element = fields(value);
  const words = string(element.text);
  switch (element.type) {
    case "text":
      return styled(html`${words}`, fields(element.style));
    case "link": {
      const url = string(element.url);
      const label = html`${words === "" ? url : words}`;
      return styled(
        /^(https?|mailto):/i.test(url) ? html`<a href="${url}">${label}</a>` : label,
        fields(element.style),
      );
    }
    case "emoji":
      return html`:${string(element.name)}:`;
    // Whoever the ping would reach is shown as such: on this wall it is a fault to be seen.
    case "broadcast":
      return html`<mark>@${string(element.range)}</mark>`;
    case "user":
      return html`<mark>@${string(element.user_id)}</mark>`;
    default:
      return html``;
  }
}

function styled(content: Html, style: Fields): Html {
  let result = content;
  if (style.code === true) result = html`<code>${result}</code>`;
  if (style.italic === true) result = html`<em>${result}</em>`;
  if (style.bold === true) result = html`<strong>${result}</strong>`;
  if (style.strike === true) result = html`<s>${result}</s>`;
  return result;
}

/** Slack, formatting text: in a text object only these three characters are entities (read 2026-11). */
function textOf(value: unknown): string {
  return string(fields(value).text).replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}
