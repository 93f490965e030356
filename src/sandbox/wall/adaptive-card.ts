import { type Html, html } from "../../page/html.ts";

type Fields = Readonly<Record<string, unknown>>;

/** An Adaptive Card as Teams would show it; what is not known here is left out. */
export function renderCard(card: unknown): readonly Html[] {
  const { body, actions } = fields(card);
  return [...list(body).map(renderElement), ...list(actions).map(renderAction)];
}

function renderElement(value: unknown): Html {
  const element = fields(value);
  const rule = element.separator === true ? html`<hr>` : null;
  switch (element.type) {
    case "TextBlock":
      return html`${rule}<p class="lines">${string(element.text)}</p>`;
    case "RichTextBlock": {
      const runs = list(element.inlines).map(fields);
      const large = runs.some(({ size }) => size === "Large" || size === "Medium");
      const look = `lines${large ? " heading" : ""}${element.spacing === "None" ? " tight" : ""}`;
      return html`${rule}<p class="${look}">${runs.map(renderRun)}</p>`;
    }
    case "Container":
      return html`${rule}<blockquote>${list(element.items).map(renderElement)}</blockquote>`;
    default:
      return html``;
  }
}

function renderRun(run: Fields): Html {
  let result = html`${string(run.text)}`;
  const url = addressOf(run.selectAction);
  if (url !== null) result = html`<a href="${url}">${result}</a>`;
  if (run.fontType === "Monospace") result = html`<code>${result}</code>`;
  if (run.italic === true) result = html`<em>${result}</em>`;
  if (run.weight === "Bolder") result = html`<strong>${result}</strong>`;
  return result;
}

function renderAction(value: unknown): Html {
  const url = addressOf(value);
  return url === null
    ? html``
    : html`<p><a class="button" href="${url}">${string(fields(value).title) || url}</a></p>`;
}

function addressOf(action: unknown): string | null {
  const { type, url } = fields(action);
  return type === "Action.OpenUrl" && /^https?:/i.test(string(url)) ? string(url) : null;
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
