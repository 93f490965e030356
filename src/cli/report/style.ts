/** The colours of the status page, and of the chart. */
const LIGHT = {
  paper: "#fcfbf9",
  card: "#ffffff",
  text: "#1d2126",
  soft: "#59616b",
  line: "#e2dfd9",
  link: "#1c5a9c",
  quiet: "#d3cec5",
  down: "#b3261e",
  "down-deep": "#8f1b15",
  "on-down": "#ffffff",
  "investigating-bg": "#fcede0",
  "identified-bg": "#fbf2dc",
  "monitoring-bg": "#eaf0f9",
  "resolved-bg": "#e2f1e7",
  investigating: "#9a4106",
  identified: "#7a5600",
  monitoring: "#2456a0",
  resolved: "#1d6b40",
} as const;

const DARK: Readonly<Record<keyof typeof LIGHT, string>> = {
  paper: "#14171a",
  card: "#1b1f23",
  text: "#e8e6e1",
  soft: "#a4abb3",
  line: "#32383e",
  link: "#8cbcf0",
  quiet: "#474e56",
  down: "#f2756a",
  "down-deep": "#c2483e",
  "on-down": "#14171a",
  "investigating-bg": "#3a2516",
  identified: "#e2b558",
  "identified-bg": "#352b14",
  monitoring: "#8fb6ee",
  "monitoring-bg": "#1a2a42",
  resolved: "#72c795",
  "resolved-bg": "#183223",
  investigating: "#f0985c",
};

const SANS =
  'ui-sans-serif,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif';
const SERIF = '"Iowan Old Style","Palatino Linotype",Palatino,P052,Georgia,serif';

const CHART = `
.chart text{font-family:${SANS};fill:var(--text);font-size:13px}
.chart .soft{fill:var(--soft)}
.chart .fine{font-size:12px}
.chart .name{font-size:14px;font-weight:650}
.chart .bad{fill:var(--down);font-weight:650}
.chart .halo{paint-order:stroke;stroke:var(--card);stroke-width:5px;stroke-linejoin:round}
.chart .strong{font-weight:600}
.chart .grid{stroke:var(--line);stroke-width:1}
.chart .frame{stroke:var(--soft);stroke-width:1}
.chart .now{stroke:var(--text);stroke-width:1.5;stroke-dasharray:2 3}
.chart .quiet{fill:var(--quiet)}
.chart .out{fill:none;stroke:var(--soft);stroke-width:1.2;stroke-dasharray:1.5 4;stroke-linecap:round}
.chart .red{fill:var(--down)}
.chart .edge{fill:none;stroke:var(--down-deep);stroke-width:1}
.chart .hatch{stroke:var(--on-down);stroke-width:2;opacity:.34}
.chart .plate{font-size:12px;font-weight:650;fill:var(--on-down);text-anchor:middle}
.chart .mark{fill:var(--text);stroke:var(--card);stroke-width:2}
.chart .dot{stroke-width:.75}
.chart .digit{fill:var(--card);font-size:11px;font-weight:700;text-anchor:middle}
.chart .tick{stroke:var(--soft);stroke-width:1.4}.chart .flag{fill:var(--soft)}
.chart .tick.gone{stroke:var(--down-deep)}.chart .flag.gone{fill:var(--down-deep)}
.chart .cross{fill:none;stroke:var(--text);stroke-width:2.2;stroke-linecap:round}
.chart .under{fill:none;stroke:var(--card);stroke-width:6;stroke-linecap:round}
.chart .unsaid{fill:none;stroke:var(--line)}
.chart .phase{font-size:12px;font-weight:600}
${(["investigating", "identified", "monitoring", "resolved"] as const)
  .map((phase) => `.chart .bg-${phase}{fill:var(--${phase}-bg)}.chart .ink-${phase}{fill:var(--${phase})}`)
  .join("\n")}
`.trim();

/** The look of a chart that stands alone, in plain colours: programs that put it into a document know no variables. */
export const SVG_STYLE = `${CHART}
.chart .title{font-size:26px;font-weight:650;letter-spacing:-.3px}
.chart .headline{font-family:${SERIF};font-size:20px}
.chart .sheet{fill:var(--card)}`.replace(
  /var\(--([\w-]+)\)/g,
  (_, name: string) => LIGHT[name as keyof typeof LIGHT],
);

/** The look of the whole document; like the status page it stands in the document itself, named by its hash. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;${declare(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${declare(DARK)}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--text);overflow-wrap:anywhere;font:1rem/1.6 ${SANS}}
h1,h2,p,dl,dd,figure,ul{margin:0;padding:0}
a{color:var(--link);text-underline-offset:.15em;text-decoration-thickness:.06em}
:focus-visible{outline:3px solid var(--link);outline-offset:3px;border-radius:3px}
.frame{max-width:72.5rem;margin:0 auto;padding:0 1.25rem}
header{padding:2.25rem 0 0}
header p{font-size:.9375rem;color:var(--soft)}
h1{font-size:1.375rem;line-height:1.3;font-weight:650;letter-spacing:-.012em;text-wrap:balance;unicode-bidi:isolate}
.facts{display:flex;flex-wrap:wrap;gap:.125rem 1.125rem;margin-top:.375rem;font-size:.9375rem;color:var(--soft);list-style:none}
.note{margin-bottom:.625rem;font-size:.9375rem}
.facts b{color:var(--text);font-weight:600}
.headline{max-width:54rem;margin:1.75rem 0 2rem;font:400 clamp(1.5rem,1.05rem + 2.1vw,2.25rem)/1.24 ${SERIF};letter-spacing:-.012em;text-wrap:pretty}
.picture{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.25rem 1.5rem 1.125rem}
.chart{display:none;width:100%;height:auto;overflow:visible}
.chart.narrow{display:block}
@media (min-width:30rem){.chart.narrow{display:none}.chart.small{display:block}}
@media (min-width:44rem){.chart.small{display:none}.chart.middle{display:block}}
@media (min-width:65rem){.chart.middle{display:none}.chart.wide{display:block}}
.legend{display:flex;flex-wrap:wrap;gap:.375rem 1.375rem;margin-top:1rem;padding-top:.875rem;border-top:1px solid var(--line);font-size:.875rem;color:var(--soft);list-style:none}
.legend li{display:flex;gap:.5rem;align-items:center}
.legend .chart{display:block;width:auto;flex:none}
section{margin-top:3rem}
h2{font-size:.9375rem;font-weight:650;color:var(--soft);margin-bottom:.875rem}
h2.title{font-size:1.1875rem;line-height:1.3;font-weight:650;letter-spacing:-.01em;text-wrap:balance;unicode-bidi:isolate;color:var(--text);margin:0}
.figures{display:grid;grid-template-columns:1fr 1fr;gap:1px;background:var(--line);border:1px solid var(--line);border-radius:14px;overflow:hidden}
@media (min-width:60rem){.figures{grid-template-columns:repeat(4,1fr)}}
.figures div{background:var(--card);padding:1.125rem 1.375rem 1.25rem;display:flex;flex-direction:column}
.figures dt{font-size:.875rem;color:var(--soft)}
.figures dd b{display:block;color:var(--text);font:400 1.875rem/1.25 ${SERIF};letter-spacing:-.012em;font-variant-numeric:lining-nums}
.figures dd{font-size:.875rem;color:var(--soft)}
.figures .wrong b{color:var(--down)}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:14px}
table{border-collapse:separate;border-spacing:0;width:100%;font-size:.9375rem;font-variant-numeric:tabular-nums lining-nums}
th,td{text-align:left;vertical-align:top;padding:.5625rem 1.125rem .5625rem 0;font-weight:400;white-space:nowrap}
th:first-child,td:first-child{padding-left:1.375rem}
td.long,th.long{white-space:normal;min-width:13rem}
thead th{font-size:.8125rem;color:var(--soft);padding-top:.75rem;vertical-align:bottom}
tbody tr>*{border-top:1px solid var(--line)}
tbody th,tfoot th{font-weight:600}
tfoot tr>*{border-top:2px solid var(--line)}
.dense th,.dense td{padding-top:.3125rem;padding-bottom:.3125rem}.dense tbody small{display:inline;margin-left:.5em}
table.every tbody th,table.every thead td{position:sticky;left:0;background:var(--card);padding-right:1.25rem}
td small,th small{display:block;font-size:.8125rem;font-weight:400;color:var(--soft)}
td .no{color:var(--soft)}
.bad{color:var(--down);font-weight:600}
td small.bad{color:var(--down)}
.one{margin-top:3.5rem}
.one .picture{margin-top:1rem}
.one p{max-width:54rem;margin-top:.625rem;font:400 1.25rem/1.35 ${SERIF}}
footer{margin-top:3.5rem;border-top:1px solid var(--line);padding:1.5rem 0 3rem;color:var(--soft);font-size:.875rem}
footer p{max-width:46rem}
footer p+p{margin-top:.375rem}
@media (max-width:38.75rem){.frame{padding:0 1rem}header{padding-top:1.5rem}.headline{margin:1.375rem 0 1.5rem}.picture{padding:1rem .75rem;margin:0 -.25rem}section{margin-top:2.5rem}
th:first-child,td:first-child{padding-left:1rem}.figures div{padding:.875rem 1rem 1rem}.figures dd b{font-size:1.5rem}}
@media (forced-colors:active){.chart .red,.chart .mark,.chart .quiet{fill:CanvasText}.chart .digit,.chart .plate{fill:Canvas}.chart .hatch{stroke:Canvas;opacity:1}.chart .tick,.chart .cross{stroke:CanvasText}}
@media print{:root{${declare({ ...LIGHT, paper: "#ffffff" })}}body{font-size:10.5pt}.frame{max-width:none;padding:0}header{padding-top:0}
section{margin-top:1.75rem}.picture,.figures,tr,.one{break-inside:avoid}h2{break-after:avoid}.scroll{overflow:visible}th,td{white-space:normal;padding-right:.5rem}
table.every tbody th,table.every thead td{position:static}.chart.wide,.chart.small,.chart.narrow{display:none}.chart.middle{display:block}}
${CHART}
`.trim();

function declare(colours: Readonly<Record<string, string>>): string {
  return Object.entries(colours)
    .map(([name, colour]) => `--${name}:${colour}`)
    .join(";");
}
