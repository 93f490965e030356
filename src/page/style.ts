/**
 * The page's whole look. It stands in the page itself, named by its hash in the page's own policy,
 * so there is nothing to fetch and nothing else may style the page: no style attributes.
 */
export const STYLE = `
:root{color-scheme:light dark;
--paper:#fcfbf9;--card:#fff;--text:#1d2126;--soft:#59616b;--line:#e2dfd9;--link:#1c5a9c;
--fine:#1d6b40;--fine-bg:#eaf4ed;--work:#2456a0;--work-bg:#eaf0f9;--slow:#7a5600;--slow-bg:#fbf2dc;
--part:#9a4106;--part-bg:#fcede0;--down:#a3211b;--down-bg:#fbeae8;--ink:#fff}
@media (prefers-color-scheme:dark){:root{
--paper:#14171a;--card:#1b1f23;--text:#e8e6e1;--soft:#a4abb3;--line:#32383e;--link:#8cbcf0;
--fine:#72c795;--fine-bg:#17281e;--work:#8fb6ee;--work-bg:#182435;--slow:#e2b558;--slow-bg:#2c2413;
--part:#f0985c;--part-bg:#2f2016;--down:#f58a80;--down-bg:#331b19;--ink:#14171a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--text);
font:1rem/1.6 ui-sans-serif,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif;
overflow-wrap:anywhere;hyphens:none}
.frame{max-width:46rem;margin:0 auto;padding:0 1.25rem}
h1,h2,h3,h4,p,ul,ol,dl,dd,figure{margin:0}
ul.plain,ol.plain{list-style:none;padding:0}
a{color:var(--link);text-underline-offset:.15em;text-decoration-thickness:.06em}
:focus-visible{outline:3px solid var(--link);outline-offset:3px;border-radius:3px}
.sprite{position:absolute;width:0;height:0}
.symbol{width:1em;height:1em;flex:none;fill:currentColor}
.ink{fill:none;stroke:var(--ink);stroke-width:1.7;stroke-linecap:round;stroke-linejoin:round}
.is-fine{color:var(--fine)}.is-work{color:var(--work)}.is-slow{color:var(--slow)}.is-part{color:var(--part)}.is-down{color:var(--down)}
header{padding:2.25rem 0 1.25rem}
header .frame{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;justify-content:space-between;align-items:baseline}
h1{font-size:1.0625rem;font-weight:650;letter-spacing:-.005em}
header a{font-size:.9375rem}
section{margin-top:3.25rem}
h2{font-size:.9375rem;font-weight:650;color:var(--soft);margin-bottom:.875rem}
.overall{margin-top:0;border-radius:14px;padding:2rem 1.75rem 1.875rem;border:1px solid transparent}
.overall.is-fine{background:var(--fine-bg)}.overall.is-work{background:var(--work-bg)}.overall.is-slow{background:var(--slow-bg)}
.overall.is-part{background:var(--part-bg)}.overall.is-down{background:var(--down-bg)}
.overall h2{display:flex;gap:.55em;color:inherit;margin:0;font:400 clamp(1.625rem,1.15rem + 2.2vw,2.375rem)/1.22 "Iowan Old Style","Palatino Linotype",Palatino,P052,Georgia,serif;letter-spacing:-.012em;text-wrap:balance}
.overall h2 .symbol{width:.8em;height:.8em;margin-top:.21em}
.overall p{margin-top:.875rem;color:var(--text)}
.promise{font-weight:600}
.utc{color:var(--soft);font-weight:400;white-space:nowrap}
time b{font-weight:600}
.card{background:var(--card);border:1px solid var(--line);border-radius:14px}
.incident{padding:1.75rem 1.75rem 1.5rem;border-top-color:currentColor;box-shadow:inset 0 3px 0 currentColor}
.incident>*{color:var(--text)}
.incident+.incident{margin-top:1.25rem}
h3{font-size:1.3125rem;line-height:1.3;font-weight:650;letter-spacing:-.012em;text-wrap:balance}
.facts{display:flex;flex-wrap:wrap;gap:.25rem 1.125rem;margin-top:.625rem;font-size:.9375rem;color:var(--soft)}
.facts b{color:var(--text);font-weight:600}
.hit{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin-top:.5rem;font-size:.9375rem}
.hit li{display:flex;flex-wrap:wrap;gap:0 .625rem}
.state{display:inline-flex;gap:.45em;align-items:center;font-size:.9375rem;font-weight:550;white-space:nowrap}
.incident>.promise{margin-top:1rem;padding:.625rem .875rem;border-radius:8px;background:var(--paper);border:1px solid var(--line);font-size:.9375rem}
.updates{margin-top:1.5rem}
.updates>li{position:relative;padding:0 0 1.5rem 1.5rem;border-left:2px solid var(--line)}
.updates>li:last-child{padding-bottom:.125rem;border-left-color:transparent}
.updates>li::before{content:"";position:absolute;left:-7px;top:.45rem;width:12px;height:12px;border-radius:50%;background:var(--card);border:2px solid var(--soft)}
.updates>li:first-child::before{background:var(--text);border-color:var(--text)}
.said{display:flex;flex-wrap:wrap;gap:0 .75rem;align-items:baseline;font-size:.9375rem}
.said time{color:var(--soft);font-size:.875rem}
.said time b{font-weight:400}
h4{font-size:1rem;font-weight:650}
.words{margin-top:.25rem;max-width:62ch}
.words>*{margin:.5rem 0 0}.words>:first-child{margin-top:0}
.words h1,.words h2,.words h3,.words h4,.words h5,.words h6{font-size:1rem;font-weight:650;color:var(--text);letter-spacing:0}
.words ul,.words ol{padding-left:1.375rem}.words blockquote{padding-left:.875rem;border-left:3px solid var(--line);margin-left:0;color:var(--soft)}
.words code{font:.9em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"Noto Sans Mono",monospace;background:var(--paper);border:1px solid var(--line);border-radius:4px;padding:0 .25em}
.words pre{white-space:pre-wrap;padding:.75rem .875rem;background:var(--paper);border:1px solid var(--line);border-radius:8px}.words pre code{border:0;padding:0}
.words hr{border:0;border-top:1px solid var(--line)}
.tree li+li{border-top:1px solid var(--line)}
.row{display:flex;flex-wrap:wrap;gap:.125rem 1.25rem;justify-content:space-between;align-items:center;padding:.8125rem 1.375rem}
.row small{display:block;font-size:.875rem;color:var(--soft);line-height:1.45}
.tree li ul{border-top:1px solid var(--line)}
.tree div.row .name{padding-left:1.15em}
.tree li li .row{padding-left:2.5rem}.tree li li li .row{padding-left:3.625rem}
summary{cursor:pointer;list-style:none}
.name{unicode-bidi:isolate}
summary::-webkit-details-marker{display:none}
summary .name::before{content:"";display:inline-block;width:.4em;height:.4em;margin-right:.75em;border:solid var(--soft);border-width:0 2px 2px 0;transform:rotate(-45deg) translateY(-.16em);transition:transform .12s}
details[open]>summary .name::before{transform:rotate(45deg) translate(-.18em,-.12em)}
summary:hover .name{text-decoration:underline;text-underline-offset:.2em;text-decoration-thickness:.06em}
.tree summary .name{font-weight:600}
.quiet li{padding:.875rem 0;border-top:1px solid var(--line)}
.quiet li:first-child{border-top:0;padding-top:0}
.quiet h3{font-size:1rem;letter-spacing:0;display:inline}
.quiet time{color:var(--soft);font-size:.875rem}.quiet time b{font-weight:400}
.quiet .words{font-size:.9375rem}
.past h3{font-size:1rem;margin:1.75rem 0 .5rem;letter-spacing:0}
.past h2+h3{margin-top:0}
.past details+details{border-top:1px solid var(--line)}
.past .row{padding:.75rem 1.375rem}
.past .row .name{font-weight:550}
.past .row small{white-space:nowrap}
.past .inside{padding:.25rem 1.375rem 1.375rem 2.625rem}
.past .inside .updates{margin-top:1.125rem}
.none{color:var(--soft)}
footer{margin-top:4rem;border-top:1px solid var(--line);padding:1.5rem 0 3rem;color:var(--soft);font-size:.875rem}
footer p+p{margin-top:.25rem}
@media (max-width:30rem){.frame{padding:0 1rem}header{padding:1.5rem 0 1rem}section{margin-top:2.5rem}.overall{margin:0 -.25rem;padding:1.375rem 1.125rem}.incident{padding:1.25rem 1.125rem}
.row,.past .row{padding-left:1rem;padding-right:1rem}.tree li li .row{padding-left:1.75rem}.tree li li li .row{padding-left:2.5rem}.past .inside{padding:.25rem 1rem 1.25rem}.tree .row{flex-direction:column;align-items:flex-start}.tree .state{margin-left:1.2em}.utc{white-space:normal}}
@media (prefers-reduced-motion:reduce){*{transition:none!important}}
@media (forced-colors:active){.symbol{fill:CanvasText}.ink{stroke:Canvas}.overall,.incident{border:2px solid CanvasText}}
@media print{:root{--paper:#fff;--card:#fff;--text:#000;--soft:#444;--line:#bbb}body{font-size:10.5pt}.frame{max-width:none;padding:0}
header{padding-top:0}section{margin-top:1.5rem}.overall{border-color:currentColor}.updates>li,.row{break-inside:avoid}h2,h3,.said{break-after:avoid}
details::details-content{content-visibility:visible;display:block;block-size:auto}summary .name::before{display:none}
.words a[href^=http]::after{content:" (" attr(href) ")"}}
`.trim();
