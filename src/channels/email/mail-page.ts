import type { Impact, IncidentType, Phase } from "../../incident/incident.ts";
import { isClosed } from "../../incident/incident.ts";
import { escapeHtml } from "../../render/formats/html.ts";
import { wordsIn } from "../../render/words/index.ts";

export interface MailPage {
  readonly locale: string;
  readonly property: string;
  readonly type: IncidentType;
  readonly phase: Phase;
  readonly impact: Impact;
  readonly subject: string;
  /** Safe HTML. */
  readonly body: string;
  /** Address of the status page. */
  readonly link: string | null;
}

const FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

/** Fill and ink of the bar; each pair has a contrast of at least 4.5:1. */
const COLOURS: Readonly<Record<Impact | "over" | "planned", string>> = {
  none: "#33566f",
  minor: "#8a5a00",
  major: "#b84300",
  critical: "#b3211c",
  over: "#1f6b45",
  planned: "#3a4fa3",
};

/**
 * A whole HTML document for one mail, up to its footer and from its footer on: a single column that reads at 320 px,
 * inline styles (mail programs drop others), and a style sheet only for what may be lost: dark mode and the spacing
 * of the body. The footer is safe HTML of one line: who sends this and why, then `unsubscribeLink`.
 */
export function mailPage(page: MailPage): [string, string] {
  const fill = COLOURS[colourOf(page)];
  const subject = escapeHtml(page.subject);
  const heading = escapeHtml(wordsIn(page.locale).statusOf(page.property));
  const beforeFooter = `<!doctype html>
<html lang="${escapeHtml(page.locale)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>${subject}</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
.body > :first-child { margin-top: 0; }
.body > :last-child { margin-bottom: 0; }
.body p, .body ul, .body ol, .body blockquote, .body pre { margin: 0 0 16px; }
.body li { margin: 0 0 6px; }
.body ul, .body ol { padding-left: 22px; }
.body h1, .body h2, .body h3, .body h4, .body h5, .body h6 { font-size: 18px; line-height: 1.3; margin: 24px 0 8px; }
.body blockquote { border-left: 4px solid #c9d1d9; padding-left: 14px; }
.body pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f1f3f5; padding: 12px; border-radius: 6px; }
.body a, .quiet a { color: #0b5cad; }
@media (prefers-color-scheme: dark) {
  .back { background: #14181c !important; }
  .card { background: #1f252b !important; border-color: #39424b !important; }
  .ink, .body { color: #eef1f4 !important; }
  .quiet { color: #b3bdc7 !important; }
  .quiet a, .body a { color: #8cc4ff !important; }
  .body blockquote { border-left-color: #4a5560; }
  .body pre { background: #14181c; }
  .button { background: #eef1f4 !important; color: #14181c !important; }
}
</style>
</head>
<body class="back" style="margin:0;padding:0;background:#f1f3f5;-webkit-text-size-adjust:100%;">
<table role="presentation" class="back" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:#f1f3f5;">
<tr><td align="center" style="padding:24px 12px;">
<table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:600px;">
<tr><td class="ink" style="padding:0 4px 12px;font:600 15px/1.4 ${FONT};color:#1d242b;">${heading}</td></tr>
<tr><td class="card" style="background:#ffffff;border:1px solid #d5dbe1;border-radius:10px;overflow:hidden;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">
<tr><td bgcolor="${fill}" style="background:${fill};padding:12px 20px;border-radius:9px 9px 0 0;font:600 15px/1.4 ${FONT};color:#ffffff;">${standingWords(page)}</td></tr>
<tr><td style="padding:24px 20px 0;"><h1 class="ink" style="margin:0;font:700 22px/1.3 ${FONT};color:#1d242b;overflow-wrap:anywhere;">${subject}</h1></td></tr>
<tr><td class="body" style="padding:16px 20px 24px;font:400 16px/1.55 ${FONT};color:#1d242b;overflow-wrap:anywhere;">${page.body}</td></tr>${button(page)}
</table>
</td></tr>
<tr><td class="quiet" style="padding:16px 4px 0;font:400 13px/1.5 ${FONT};color:#55606b;overflow-wrap:anywhere;">`;
  return [beforeFooter, AFTER_FOOTER];
}

const AFTER_FOOTER = `</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;

function colourOf(page: MailPage): keyof typeof COLOURS {
  if (page.type === "notice") return "none";
  if (isClosed(page.phase)) return "over";
  return page.type === "maintenance" ? "planned" : page.impact;
}

/** The bar in words, so that its colour never says anything alone. */
function standingWords(page: MailPage): string {
  const { phases, impacts, maintenance, notice } = wordsIn(page.locale);
  if (page.type === "notice") return notice;
  const phase = phases[page.phase];
  if (page.type === "maintenance") return `${maintenance} · ${phase}`;
  return isClosed(page.phase) || page.impact === "none" ? phase : `${phase} · ${impacts[page.impact]}`;
}

function button({ link, locale }: MailPage): string {
  if (link === null) return "";
  return `
<tr><td style="padding:0 20px 28px;font:600 16px/1.4 ${FONT};"><a class="button" href="${escapeHtml(link)}" style="display:inline-block;padding:11px 18px;border-radius:6px;background:#1d242b;color:#ffffff;text-decoration:none;">${wordsIn(locale).seeStatusPage}</a></td></tr>`;
}

/** Empty where there is no way to unsubscribe. */
export function unsubscribeLink(url: string | null, locale: string): string {
  return url === null ? "" : ` <a href="${escapeHtml(url)}">${wordsIn(locale).mail.unsubscribe}</a>`;
}
