import { sayDuration } from "../../base/duration.ts";
import { Html, html } from "../../page/html.ts";
import { literal } from "../../render/literal.ts";
import { drawChart } from "./chart.ts";
import { legendOf } from "./legend.ts";
import { lines, tenth, textWidth } from "./lettering.ts";
import { dayOf, type Report, type Telling } from "./report.ts";
import { headline } from "./sentence.ts";
import { SVG_STYLE } from "./style.ts";

const WIDTH = 1120;
const MARGIN = 36;
const INNER = WIDTH - 2 * MARGIN;

/** The picture alone as an SVG file: the sentence, the chart and its legend on a sheet of their own, to put into a document. */
export function renderSvg(report: Report, telling: Telling): string {
  const { incident } = report;
  const sentence = headline(report, telling);
  const title = lines(incident.title, 26, INNER, 2);
  const said = lines(sentence, 20, INNER, 4);
  const chart = drawChart(report, telling, { width: INNER, names: { left: 170, right: 156 } }, "chart");
  let y = MARGIN + 26;
  const titleLines = title.map((line, index) => text("title", line, y + index * 32));
  y += title.length * 32 + 4;
  const headlineLines = said.map((line, index) => text("headline", line, y + index * 27));
  y += said.length * 27 + 14;
  const chartAt = y;
  y += chart.height + 22;
  const { markup: legend, height } = legendRows(report, y);
  y += height + 10;
  const full = y + 22 + MARGIN - 12;
  return html`<svg xmlns="http://www.w3.org/2000/svg" class="chart" width="${WIDTH}" height="${full}" viewBox="0 0 ${WIDTH} ${full}" role="img" aria-labelledby="title desc">
<title id="title">${literal(incident.title)}</title>
<desc id="desc">${literal(sentence)}</desc>
<style>${new Html(SVG_STYLE.replaceAll("&", "&amp;"))}</style>
<rect class="sheet" width="${WIDTH}" height="${full}"/>
${titleLines}
${headlineLines}
<g transform="translate(${MARGIN} ${chartAt})">${chart.markup}</g>
${legend}
${text("fine soft", caption(report, telling), y + 14)}
</svg>
`.markup;
}

function text(look: string, words: string, y: number): Html {
  return html`<text class="${look}" x="${MARGIN}" y="${tenth(y)}">${words}</text>
`;
}

/** Whose incident, on which day, in which zone, and what was allowed. */
function caption({ silence }: Report, { property, timeZone, policy }: Telling): string {
  const year = silence.from.toLocaleDateString("en-US", { timeZone, year: "numeric" });
  const day = `${dayOf(silence.from, timeZone)} ${year}`;
  const zone = timeZone.replaceAll("_", " ");
  return literal(
    `${property}, ${day}. Times in ${zone}. The first word is owed within ${sayDuration(policy.acknowledgeWithinMs)}.`,
  );
}

function legendRows(report: Report, top: number): { markup: Html[]; height: number } {
  let x = MARGIN;
  let y = top;
  const markup = legendOf([report]).map(({ width, draw, meaning }, index) => {
    const room = width + 8 + textWidth(meaning, 12.5) + 18;
    if (x + room > WIDTH - MARGIN + 18) {
      x = MARGIN;
      y += 28;
    }
    const at = x;
    x += room;
    return html`<g transform="translate(${tenth(at)} ${y})">${draw(`sign${index}`)}<text class="fine soft" x="${width + 8}" y="14.5">${meaning}</text></g>
`;
  });
  return { markup, height: y - top + 20 };
}
