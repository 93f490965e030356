import type { Brand } from "./site.ts";

/**
 * The page's whole look. The front page carries it, named by its hash in the page's own policy; the others share it as a
 * file. Nothing is fetched from elsewhere, and nothing else may style the page: no style attributes. Sides are named by
 * the direction of reading, so that it mirrors itself for scripts that run from right to left.
 */
const STYLE = `
:root{color-scheme:light dark;
--paper:#fbfaf7;--card:#fff;--text:#1b1f24;--soft:#575f69;--line:#e3dfd7;--link:#1b5796;--accent:var(--line);
--fine:#1d6b40;--fine-bg:#e9f3ec;--days:#5b9f7a;--work:#2456a0;--work-bg:#e9f0fa;--slow:#765300;--slow-bg:#faf0d7;
--part:#984005;--part-bg:#fcebdd;--down:#a3211b;--down-bg:#fbe7e5;--unknown:#575f69;--ink:#fff;
--serif:"Iowan Old Style","Palatino Linotype",Palatino,P052,"Noto Serif",Georgia,serif;
--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"Noto Sans Mono",monospace}
@media (prefers-color-scheme:dark){:root{
--paper:#131619;--card:#1a1e22;--text:#e9e6e0;--soft:#a5acb4;--line:#31373d;--link:#8dbdf2;
--fine:#74c997;--fine-bg:#15271c;--days:#3f8a62;--work:#91b8f0;--work-bg:#172436;--slow:#e4b75a;--slow-bg:#2b2312;
--part:#f29b60;--part-bg:#2f1f14;--down:#f68d83;--down-bg:#341a18;--unknown:#a5acb4;--ink:#131619}}
*,::before,::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--text);
font:1rem/1.6 ui-sans-serif,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif;
overflow-wrap:anywhere;hyphens:none;font-variant-numeric:lining-nums}
.frame{max-width:52rem;margin-inline:auto;padding-inline:1.5rem}
h1,h2,h3,h4,h5,h6,p,ul,ol,dl,dd,figure{margin:0}
.plain{list-style:none;padding:0}
a{color:var(--link);text-underline-offset:.16em;text-decoration-thickness:.06em}
a:hover{text-decoration-thickness:.12em}
:focus-visible{outline:3px solid var(--link);outline-offset:3px;border-radius:3px}
.name{unicode-bidi:isolate}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.skip{position:absolute;inset-block-start:.75rem;inset-inline-start:-100vw;padding:.625rem 1rem;background:var(--card);border:2px solid currentColor;border-radius:8px;z-index:1}
.skip:focus{inset-inline-start:.75rem}
.sprite{position:absolute;width:0;height:0}
.symbol{width:1em;height:1em;flex:none;fill:currentColor}
.ink,.rim{fill:none;stroke:var(--ink);stroke-width:1.7;stroke-linecap:round;stroke-linejoin:round}
.rim{stroke:currentColor;stroke-width:1.5}
.is-fine{color:var(--fine)}.is-work{color:var(--work)}.is-slow{color:var(--slow)}.is-part{color:var(--part)}.is-down{color:var(--down)}.is-unknown{color:var(--unknown)}
.state{display:inline-flex;gap:.45em;align-items:baseline;font-size:.9375rem;font-weight:550}
.state .symbol{align-self:center}
.state time{font-weight:400;font-size:.875rem}.state time b{font-weight:400}

.top{border-block-start:4px solid var(--accent);padding-block:1.75rem 1.5rem}
.top .frame{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;justify-content:space-between;align-items:center;font-size:.9375rem}
.brand,.brand a{display:flex;gap:.75rem;align-items:center;font-size:1.0625rem;font-weight:650;letter-spacing:-.006em;color:var(--text);text-decoration:none}
.brand a:hover .name{text-decoration:underline;text-underline-offset:.2em}
.logo{display:block;height:2.25rem;width:auto;max-width:11rem;object-fit:contain}
.trail{font-size:.9375rem;margin-block-end:1.5rem}
.trail ol{display:flex;flex-wrap:wrap;gap:0 .5rem}
.trail li+li::before{content:"/";color:var(--soft);margin-inline-end:.5rem}

section{margin-block-start:3.5rem}
h2{font:400 1.5rem/1.3 var(--serif);letter-spacing:-.008em;margin-block-end:1rem;text-wrap:balance}
h3{font-size:1.25rem;line-height:1.35;font-weight:650;letter-spacing:-.01em;text-wrap:balance}
h4,h5,h6{font-size:1rem;font-weight:650}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px}
.facts{display:flex;flex-wrap:wrap;gap:.125rem 1.25rem;align-items:baseline;font-size:.9375rem;color:var(--soft)}
.facts b{color:var(--text);font-weight:600}
time b{font-weight:600}
.utc,.away{color:var(--soft);font-weight:400}
.utc{display:inline-block}
.none{color:var(--soft)}
.more{margin-block-start:1.125rem;font-size:.9375rem}

.overall{margin-block-start:0;border-radius:14px;padding:2.25rem 2rem 2.125rem;border:1px solid transparent}
.overall.is-fine{background:var(--fine-bg)}.overall.is-work{background:var(--work-bg)}.overall.is-slow{background:var(--slow-bg)}
.overall.is-part{background:var(--part-bg)}.overall.is-down{background:var(--down-bg)}
.overall h2{display:flex;gap:.5em;margin:0;font-size:clamp(1.625rem,1.15rem + 2.1vw,2.375rem);line-height:1.22;letter-spacing:-.014em}
.overall h2 .symbol{width:.82em;height:.82em;margin-block-start:.2em}
.overall h2.long{font-size:clamp(1.3125rem,1.1rem + 1vw,1.625rem);line-height:1.3}
.overall p{margin-block-start:.75rem;color:var(--text)}
.overall h2+p{margin-block-start:1.125rem}
.overall .utc,.overall .away{color:inherit}
.promise{font-weight:600}
.promise.late{color:var(--down)}.overall .promise.late{color:inherit}
.stale{margin-block-end:1rem;color:var(--slow);font-weight:600;font-size:.9375rem}

.incident{overflow:hidden}
.incident+.incident{margin-block-start:1.5rem}
.incident>header{padding:1.375rem 1.75rem 1.25rem}
.incident.is-slow>header{background:var(--slow-bg)}.incident.is-part>header{background:var(--part-bg)}.incident.is-down>header{background:var(--down-bg)}.incident.is-work>header{background:var(--work-bg)}
.incident.planned>header{background:none;border-block-end:1px solid var(--line)}
.incident h3 a{color:var(--text);text-decoration:none}
.incident h3 a:hover{text-decoration:underline;text-decoration-thickness:.06em}
.incident .facts{margin-block-start:.5rem;color:var(--text)}
.incident .facts .utc{color:inherit}
.inside{color:var(--text);padding:1.375rem 1.75rem 1.625rem}
.hit{display:flex;flex-wrap:wrap;gap:.25rem 1.75rem;font-size:.9375rem}
.hit li{display:flex;flex-wrap:wrap;gap:0 .625rem;align-items:baseline}
.inside>.promise{margin-block-start:.75rem;font-size:.9375rem}.inside>.promise:first-child{margin-block-start:0}
.updates{margin-block-start:1.5rem}
.inside>.updates:first-child{margin-block-start:.25rem}
.updates>li{position:relative;padding-block-end:1.625rem;padding-inline-start:1.625rem}
.updates>li::after{content:"";position:absolute;inset-block:1.375rem -.25rem;inset-inline-start:5px;border-inline-start:2px solid var(--line)}
.updates>li:last-child{padding-block-end:0}
.updates>li:last-child::after{display:none}
.updates>li::before{content:"";position:absolute;inset-inline-start:0;inset-block-start:.4375rem;width:12px;height:12px;border-radius:50%;border:2px solid var(--soft)}
.updates>li:first-child::before{background:var(--text);border-color:var(--text)}
.older .updates>li:first-child::before{background:none;border-color:var(--soft)}
.said{display:flex;flex-wrap:wrap;gap:0 .75rem;align-items:baseline;color:var(--soft);font-size:.9375rem}
.said>b{color:var(--text);font-weight:650}
.said time b{font-weight:400}
.older{margin-block-start:1.5rem}
.older summary{font-size:.9375rem;color:var(--link)}
.words{margin-block-start:.25rem;max-width:66ch}
.words>*{margin-block-start:.625rem}.words>:first-child{margin-block-start:0}
.words h2,.words h3,.words h4,.words h5,.words h6{font:650 1rem/1.5 inherit;font-family:inherit;letter-spacing:0;margin-block-end:0}
.words ul,.words ol{padding-inline-start:1.375rem}
.words li>p+p{margin-block-start:.25rem}.words li:has(>p+p)+li{margin-block-start:.75rem}
.words blockquote{margin-inline:0;padding-inline-start:1rem;border-inline-start:2px solid var(--line);color:var(--soft)}
.words code{font:.9em/1.5 var(--mono);background:var(--paper);border:1px solid var(--line);border-radius:4px;padding-inline:.25em}
.words pre{white-space:pre-wrap;padding:.75rem .875rem;background:var(--paper);border:1px solid var(--line);border-radius:8px}
.words pre code{border:0;padding:0;background:none}
.words hr{border:0;border-block-start:1px solid var(--line)}

.tree li+li{border-block-start:1px solid var(--line)}
.tree details>ul,.elsewhere+ul{border-block-start:1px solid var(--line)}
.row{display:grid;grid-template-columns:minmax(0,1fr) 16.5rem 12.5rem;gap:.25rem 1.75rem;align-items:center;padding:.9375rem 1.5rem}
.row>.name{grid-column:1;line-height:1.45}
.row>.state{grid-column:3}
.row>.chart{grid-column:2}
.row>.name:has(+.state){grid-column:1/3}
.row small{display:block;font-size:.875rem;font-weight:400;color:var(--soft);line-height:1.45}
summary{cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
summary>.name{font-weight:600}
summary>.name::before{content:"";display:inline-block;width:.42em;height:.42em;margin-inline-end:.7em;border:solid var(--soft);border-width:0 2px 2px 0;transform:translateY(-.12em) rotate(-45deg);transition:transform .12s}
[dir=rtl] summary>.name::before{transform:translateY(-.12em) rotate(135deg)}
details[open]>summary>.name::before{transform:translateY(-.2em) rotate(45deg)}
summary:hover>.name{text-decoration:underline;text-underline-offset:.2em;text-decoration-thickness:.06em}
summary>.name small{margin-inline-start:1.2em}
details[open]>summary>.chart{display:none}
.tree li li .row{padding-inline-start:2.75rem}.tree li li li .row{padding-inline-start:4rem}.tree li li li li .row{padding-inline-start:5.25rem}
.chart svg{display:block;width:100%;height:1.5rem}
.chart path{fill:none;stroke:currentColor;stroke-width:3}
.chart .days{stroke:var(--days);stroke-width:8;stroke-dasharray:3 1}.chart .well{stroke:var(--days)}
[dir=rtl] .chart svg{transform:scaleX(-1)}
.chart small{margin-block-start:.25rem;font-size:.8125rem}
.legend{margin-block-start:.875rem;font-size:.8125rem;color:var(--soft);line-height:1.5}
.legend ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin-block-start:.375rem}
.legend li{display:flex;gap:.5em;align-items:center;line-height:1.3}
.legend svg{flex:none;width:.1875rem;height:1.5rem}
.elsewhere{padding:0 1.5rem 1.125rem;margin-block-start:-.25rem;font-size:.9375rem}
.tree li li .elsewhere{padding-inline-start:2.75rem}.tree li li li .elsewhere{padding-inline-start:4rem}
.elsewhere .sentence{font-style:italic}
.elsewhere ul{margin-block:.25rem}
.tree .elsewhere li+li{border:0}
.elsewhere li{margin-block-start:.25rem}
.elsewhere time,.elsewhere .facts{color:var(--soft);font-size:.875rem}
.elsewhere time b{font-weight:400;color:inherit}

.quiet li+li{margin-block-start:1.5rem}
.quiet h3{font-size:1rem;letter-spacing:0}
.quiet .facts{font-size:.875rem}.quiet time b{font-weight:400}
.quiet .words{font-size:.9375rem}
.action{padding-block:.75rem}.action:first-child{padding-block-start:0}.action+.action{border-block-start:1px solid var(--line)}
.action.done>.name{color:var(--soft)}
.action .facts{font-size:.875rem}
.past h3{font-size:1rem;letter-spacing:0;margin-block:2rem .25rem}
.past h2+h3{margin-block-start:0}
.past h3 a:not(:hover){text-decoration:none}
.also{font-size:1rem;margin-block-start:1.75rem}
.entry{display:grid;grid-template-columns:9.5rem minmax(0,1fr);gap:.125rem 1.25rem;padding-block:.875rem;align-items:baseline}
.entry+.entry{border-block-start:1px solid var(--line)}
.entry .day{font-size:.9375rem;color:var(--soft)}
.entry .name{font-weight:550}
.entry .facts{font-size:.875rem}
.entry .state{font-size:inherit}
.months{columns:2;column-gap:2.5rem}
.months li{display:flex;justify-content:space-between;gap:1rem;padding-block:.5rem;border-block-end:1px solid var(--line);break-inside:avoid}
.months span{color:var(--soft);font-size:.9375rem}
.ways{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,15rem),1fr));gap:1.25rem 2rem}
.ways dt{font-weight:550}
.ways dd{color:var(--soft);font-size:.9375rem;line-height:1.45}
.about p{max-width:66ch}.about p+p{margin-block-start:.625rem}

main>h1,.one>h1{font:400 clamp(1.75rem,1.25rem + 2.1vw,2.5rem)/1.2 var(--serif);letter-spacing:-.016em;text-wrap:balance}
main>h1{margin-block-end:1.25rem}
.one{color:var(--text)}
.one>.facts{margin-block-start:1rem}
.one>.facts+.facts{margin-block-start:.25rem}
.one>.hit,.one>.promise{margin-block-start:.625rem;font-size:.9375rem}
.one section{margin-block-start:2.75rem}
.one .updates{margin-block-start:0}
.postmortem{padding:1.75rem 1.75rem 1.875rem;background:var(--card);border:1px solid var(--line);border-radius:12px}
.postmortem h2{margin-block-end:.125rem}
.postmortem .words{margin-block-start:1rem}
.postmortem .words h3{font-size:1.125rem;margin-block-start:1.375rem}
.postmortem .words h4{margin-block-start:1rem}

body>footer{margin-block-start:4.5rem;border-block-start:1px solid var(--line);padding-block:1.5rem 3rem;color:var(--soft);font-size:.875rem}
footer p+p{margin-block-start:.25rem}

@media (max-width:48rem){.row{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.125rem 1.25rem}.row>.name{flex:1 1 9rem}.row>.chart{order:1;flex:1 0 100%;margin-block-start:.25rem}}
@media (max-width:32rem){.frame{padding-inline:1rem}.top{padding-block:1.125rem 1rem}section{margin-block-start:2.75rem}.overall{margin-inline:-.25rem;padding:1.5rem 1.25rem}
.incident>header{padding:1.125rem 1.125rem 1rem}.inside{padding:1.125rem 1.125rem 1.375rem}.postmortem{padding:1.25rem 1.125rem}
.row{padding-inline:1rem}.elsewhere{padding-inline:1rem}.tree li li .row,.tree li li .elsewhere{padding-inline-start:1.75rem}.tree li li li .row,.tree li li li .elsewhere{padding-inline-start:2.5rem}.tree li li li li .row{padding-inline-start:3.25rem}
.entry{grid-template-columns:minmax(0,1fr)}.months{columns:1}.facts{gap:.125rem .875rem}}
@media (prefers-reduced-motion:reduce){*{transition:none!important;scroll-behavior:auto!important}}
@media (forced-colors:active){.symbol{fill:CanvasText}.ink{stroke:Canvas}.rim,.chart path,.chart .days,.chart .well{stroke:CanvasText}.overall,.incident,.postmortem{border:2px solid CanvasText}}
@media print{:root{color-scheme:light;--paper:#fff;--card:#fff;--text:#000;--soft:#444;--line:#bbb;--link:#000}body{font-size:10.5pt}.frame{max-width:none;padding:0}
.top{border:0;padding-block:0 1rem}.skip{display:none}section{margin-block-start:1.5rem}.overall{border-color:currentColor;padding:1rem}.updates>li,.row,.entry{break-inside:avoid}h2,h3,.said{break-after:avoid}
.incident{overflow:visible}
details::details-content{content-visibility:visible;display:block;block-size:auto}summary>.name::before{display:none}
.words a[href^=http]::after{content:" (" attr(href) ")"}}
`.trim();

/** The style with the brand's own: its colour, and after everything else what the project adds. */
export function renderStyle({ accent, style }: Brand): string {
  const colour =
    accent === null
      ? ""
      : `\n:root{--link:${accent.light};--accent:${accent.light}}\n@media (prefers-color-scheme:dark){:root{--link:${accent.dark};--accent:${accent.dark}}}`;
  // Nothing in a style may end it.
  return `${STYLE}${colour}${style === null ? "" : `\n${style.replace(/<\//g, "<\\/")}`}`;
}
