/** The look of the wall: five audiences fit into 1440 px; more of them, or less room, and they are scrolled sideways. */
export const WALL_STYLE = `
:root{color-scheme:light dark;--paper:#f6f4f0;--card:#fff;--text:#1d2126;--soft:#59616b;--line:#dedad3;--link:#1c5a9c;
--now:#0f4f3a;--now-text:#eef6f1;--now-soft:#b9d6c8;--then:#e6e2da;--then-text:#2a2723;--then-soft:#5d574f;--shade:rgb(29 33 38/.62)}
@media (prefers-color-scheme:dark){:root{--paper:#121518;--card:#1b1f23;--text:#e8e6e1;--soft:#a4abb3;--line:#30363c;--link:#8cbcf0;
--now:#123d2f;--now-text:#e9f5ee;--now-soft:#a9cbba;--then:#22211f;--then-text:#e6e1d8;--then-soft:#b0a99d;--shade:rgb(0 0 0/.74)}}
*{box-sizing:border-box}
html{scroll-padding:1rem}
body{margin:0;padding:0 2rem;max-width:1600px;margin-inline:auto;background:var(--paper);color:var(--text);overflow-wrap:anywhere;
font:.9375rem/1.5 ui-sans-serif,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif}
h1,h2,p,ul,ol,dl,dd,figure,blockquote,pre{margin:0;padding:0}
a{color:var(--link);text-underline-offset:.15em;text-decoration-thickness:.06em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:4px}
small{font-size:inherit}
header{padding:2.5rem 0 1.5rem;display:flex;flex-wrap:wrap;gap:.25rem 1rem;justify-content:space-between;align-items:baseline}
header p{color:var(--soft)}
h1{font-size:1.25rem;font-weight:650;letter-spacing:-.01em}
h2{font-size:.9375rem;font-weight:600}
.compare{display:grid;grid-template-columns:minmax(0,5fr) minmax(0,7fr);gap:1rem}
.compare section{border-radius:16px;padding:1.75rem 2rem 2rem}
.now{background:var(--now);color:var(--now-text);display:flex;flex-direction:column}
.now h2,.aside{color:var(--now-soft)}
.figure{display:flex;flex-wrap:wrap;gap:0 1.25rem;align-items:center;margin:auto 0;padding:1rem 0}
.figure b,.headline{font-family:"Iowan Old Style","Palatino Linotype",Palatino,P052,Georgia,serif;font-weight:400}
.figure b{font-size:clamp(6rem,13vw,11.5rem);line-height:.86;letter-spacing:-.04em;font-variant-numeric:lining-nums}
.figure span{max-width:13rem;font-size:1.625rem;line-height:1.22}
.then{background:var(--then);color:var(--then-text)}
.then h2,.then dt,.then ul{color:var(--then-soft)}
.headline{margin:.875rem 0 1.25rem;font-size:clamp(1.625rem,2.9vw,2.5rem);line-height:1.16;letter-spacing:-.015em;text-wrap:balance}
.then dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:0 2rem}
.then dl div{padding:.5rem 0;border-top:1px solid color-mix(in srgb,var(--then-text) 16%,transparent)}
.then dt{font-size:.8125rem}.then dd{font-weight:600}
.then ul{margin-top:1rem;list-style:none;font-size:.875rem}.then li+li{margin-top:.25rem}
.line{margin-top:2.5rem}
.scroll{margin:1rem -2rem 0 0;padding-right:2rem;overflow-x:auto;scroll-padding-left:12rem}
table{border-collapse:separate;border-spacing:0;table-layout:fixed;width:100%;min-width:calc(10.5rem + var(--columns)*14.5rem);max-width:calc(10.5rem + var(--columns)*34rem)}
thead td{width:10.5rem}
th,td{text-align:left;vertical-align:top;font-weight:400;padding:0 0 0 .75rem}
thead th{padding-bottom:.75rem;font-weight:650}
thead small{display:block;font-weight:400;color:var(--soft)}
tbody tr>*{border-top:1px solid var(--line);padding-top:1rem;padding-bottom:1.25rem}
.step,thead td{position:sticky;left:0;z-index:1;background:var(--paper);padding-left:0;padding-right:.75rem}
.step b{display:block;font-size:1.375rem;line-height:1.2;font-weight:650;letter-spacing:-.015em;white-space:nowrap}
.step time{color:var(--soft);font-size:.875rem}
.label{display:block;margin-top:.625rem;font-weight:600}
.step code{display:block;margin-top:.375rem;font-size:.75rem;color:var(--soft);white-space:pre-wrap}
.flag{white-space:nowrap}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Noto Sans Mono",monospace}
article{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:.875rem .9375rem;font-size:.875rem;line-height:1.48}
article+article{margin-top:.625rem}
.nothing span{color:var(--soft);font-size:.8125rem}
.who{display:flex;gap:.5rem;align-items:center;margin-bottom:.5rem;line-height:1.25}
.who small{display:block;color:var(--soft);font-size:.75rem}
.face{flex:none;width:1.875rem;height:1.875rem;border-radius:50%;display:grid;place-items:center;background:var(--text);color:var(--card);font-weight:650;font-size:.875rem}
.forum .face,.board .face{border-radius:7px}
.subject,.heading{font-weight:650;font-size:.9375rem;line-height:1.3}
.forum .subject,.board .subject,.discord .subject{margin-bottom:.5rem}
.fine{color:var(--soft);font-size:.75rem;line-height:1.45}
.lines{white-space:pre-wrap}
.prose>*+*{margin-top:.5rem}.prose>div.lines+div.lines{margin-top:0}
.prose ul,.prose ol{padding-left:1.125rem}.prose blockquote{border-left:3px solid var(--line);padding-left:.625rem}
.prose pre{white-space:pre-wrap}.prose code,.prose pre{font-size:.8125rem}
.prose hr{border:0;border-top:1px solid var(--line)}
.prose>.tight{margin-top:0}
.button{display:inline-block;border:1px solid var(--line);border-radius:6px;padding:.25rem .75rem;font-weight:600;text-decoration:none}
details{margin-top:.375rem}summary{cursor:pointer}details pre{margin-top:.5rem;font-size:.75rem;line-height:1.45;white-space:pre-wrap}
.slack article,.teams article,.bridge article{border-left:4px solid var(--soft)}.teams article{border-left-width:1px;border-top:4px solid var(--soft)}
.teams .fine,.bridge .fine{margin-bottom:.375rem}.bridge .lines{margin-top:.375rem}
.slack .fine{margin-bottom:.375rem}
mark{background:#ffe08a;color:#1d2126}
.mail article,.page article{padding:0;overflow:hidden}
.mail .subject,.mail .fine,.mail .lines{padding:0 .9375rem}.mail .subject{padding-top:.8125rem}.mail .fine{padding-top:.25rem;padding-bottom:.625rem}
.page .hosted{padding:.75rem .9375rem;font-size:.8125rem}.hosted .subject{font-size:.8125rem;margin:.125rem 0 .25rem}
.pane{height:16rem;overflow:hidden;background:var(--card)}
.page .pane{height:21rem}
.mail .pane{border-top:1px solid var(--line)}
iframe{display:block;border:0;width:156.25%;height:156.25%;transform:scale(.64);transform-origin:0 0}
figcaption{border-top:1px solid var(--line);padding:.3125rem .9375rem;font-size:.75rem}
.enlarge{position:relative}
.close{display:none}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.frame:target{position:fixed;inset:0;z-index:9;display:flex;flex-direction:column;padding:4vh max(1rem,calc(50vw - 26rem)) 0;background:var(--shade)}
.frame:target .pane{flex:1;height:auto;border-radius:12px 12px 0 0}
.frame:target iframe{width:100%;height:100%;transform:none}
.frame:target figcaption{background:var(--card);padding:.75rem 1rem;margin-bottom:4vh;border-radius:0 0 12px 12px;font-size:1rem;text-align:center}
.frame:target .enlarge{display:none}.frame:target .close{display:inline}
footer{margin-top:2.5rem;border-top:1px solid var(--line);padding:1.25rem 0 2.5rem;color:var(--soft);font-size:.875rem}
@media (max-width:56rem){body{padding:0 1rem}.compare{grid-template-columns:minmax(0,1fr)}.compare section{padding:1.25rem 1.25rem 1.5rem}.scroll{margin-right:-1rem;padding-right:1rem}}
@media (max-width:40rem){.step,thead td{width:7.75rem}.step code{display:none}table{min-width:calc(7.75rem + var(--columns)*13.85rem)}.step b{font-size:1.0625rem;white-space:normal}}
@media print{.scroll{overflow:visible}tr{break-inside:avoid}}
`.trim();
