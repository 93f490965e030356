const SANS =
  'ui-sans-serif,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif';
const SERIF = '"Iowan Old Style","Palatino Linotype",Palatino,P052,"Noto Serif",Georgia,serif';
const MONO = 'ui-monospace,SFMono-Regular,Menlo,Consolas,"Noto Sans Mono",monospace';

/** The colours of the status page. */
const LIGHT =
  "--paper:#fbfaf7;--card:#fff;--text:#1b1f24;--soft:#575f69;--line:#e3dfd7;--link:#1b5796;--tint:#f3f0ea;" +
  "--fine:#1d6b40;--fine-bg:#e9f3ec;--work:#2456a0;--work-bg:#e9f0fa;--slow:#765300;--slow-bg:#faf0d7;--down:#a3211b;--down-bg:#fbe7e5";
const DARK =
  "--paper:#131619;--card:#1a1e22;--text:#e9e6e0;--soft:#a5acb4;--line:#31373d;--link:#8dbdf2;--tint:#22272c;" +
  "--fine:#74c997;--fine-bg:#15271c;--work:#91b8f0;--work-bg:#172436;--slow:#e4b75a;--slow-bg:#2b2312;--down:#f68d83;--down-bg:#341a18";

const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*,::before,::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:3.25rem}
body{margin:0;background:var(--paper);color:var(--text);overflow-wrap:anywhere;font:1rem/1.55 ${SANS};font-variant-numeric:lining-nums}
h1,h2,h3,p,ul,ol,blockquote,pre,fieldset{margin:0;padding:0}
ul,ol{padding-left:1.25rem}
a{color:var(--link);text-underline-offset:.15em;text-decoration-thickness:.06em}
:focus-visible{outline:3px solid var(--link);outline-offset:3px;border-radius:4px}
code,pre{font-family:${MONO};font-size:.875em}
.frame{max-width:104rem;margin:0 auto;padding:0 2.5rem}
.top{padding:3.25rem 0 1.75rem}
.top>p:first-child{color:var(--soft);font-size:.9375rem}
h1{font:400 clamp(1.75rem,1.2rem + 2.2vw,2.625rem)/1.18 ${SERIF};letter-spacing:-.016em;text-wrap:balance;margin:.25rem 0 .625rem}
.lead{color:var(--soft);max-width:44rem;text-wrap:pretty}
.switches{display:none}
.columns{display:grid;grid-template-columns:12.5rem minmax(0,1fr);gap:3rem;margin-top:2rem}
nav{font-size:.875rem;line-height:1.4;position:sticky;top:5.5rem;align-self:start;max-height:calc(100vh - 6.5rem);overflow:auto;padding-bottom:1rem}
nav p{font-weight:650;margin:1.375rem 0 .375rem;text-wrap:balance}
nav p:first-child{margin-top:.25rem}
nav ul{list-style:none;padding:0}
nav a{display:block;padding:.1875rem 0;color:var(--soft);text-decoration:none}
nav a:hover{color:var(--text);text-decoration:underline}
section+section{margin-top:5rem}
h2{font:400 1.625rem/1.25 ${SERIF};letter-spacing:-.01em;text-wrap:balance;padding-bottom:.75rem;border-bottom:1px solid var(--line)}
.row{padding-top:2rem}
.row+.row{margin-top:1.5rem}
h3{font-size:1.1875rem;line-height:1.3;font-weight:650;letter-spacing:-.011em}
.occasion{color:var(--soft);font-size:.9375rem}
.own{display:inline-block;border:1px solid var(--line);border-radius:99px;padding:0 .5625rem;font-size:.75rem;color:var(--soft);line-height:1.5}
.cells{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20.5rem),1fr));gap:1.5rem;margin-top:1.125rem;align-items:start}
.cell{display:flex;flex-direction:column;min-width:0}
.place{font-size:.8125rem;color:var(--soft);margin-bottom:.5rem}
.place b{font-weight:650;color:var(--text)}
.v{display:none;flex:1;flex-direction:column}
.v.l0.s0{display:flex}
.card{flex:1;background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.125rem 1.25rem 1.25rem;font-size:.9375rem;line-height:1.5;display:flex;flex-direction:column}
.card>*+*{margin-top:.625rem}
.lines{white-space:pre-wrap}
.prose>*+*{margin-top:.625rem}
.prose>div.lines+div.lines{margin-top:0}
.prose blockquote{border-left:3px solid var(--line);padding-left:.75rem;color:var(--soft)}
.prose pre{white-space:pre-wrap;background:var(--tint);border-radius:8px;padding:.625rem .75rem}
.prose hr{width:100%;border:0;border-top:1px solid var(--line)}
.heading,.subject{font-weight:650}
.subject{font-size:1.0625rem;line-height:1.35;letter-spacing:-.008em;text-wrap:pretty}
.fine{color:var(--soft);font-size:.8125rem;line-height:1.5}
.who{display:flex;gap:.6875rem;align-items:center;line-height:1.3}
.who b{font-weight:650}
.who small{display:block;color:var(--soft);font-size:.8125rem}
.face{flex:none;width:2.375rem;height:2.375rem;border-radius:50%;display:grid;place-items:center;background:var(--text);color:var(--card);font-weight:650}
.forum .face,.slack .face{border-radius:9px}
.prose>.tight{margin-top:0}
.button{display:inline-block;border:1px solid var(--line);border-radius:6px;padding:.25rem .875rem;font-weight:600;text-decoration:none}
.tweet .lines{font-size:1rem}
.count{padding-top:.625rem;display:flex;gap:.5rem;align-items:center;font-variant-numeric:tabular-nums}
.count svg{width:1.25rem;height:1.25rem;transform:rotate(-90deg)}
.count circle{fill:none;stroke-width:2.5;stroke:var(--line)}
.count .used{stroke:var(--link)}
.mail,.page{padding:0;overflow:hidden}
.mail>header,.page>header{padding:1.125rem 1.25rem .9375rem;border-bottom:1px solid var(--line)}
.mail>header .fine{margin-top:.375rem}
.key{display:inline-block;min-width:2.75rem}
.mail>.prose,.mail>.fine,.inside{padding:0 1.25rem}
.mail>.prose,.inside{margin-top:1.125rem}
.mail>.rest{margin-top:auto;padding-block:1.125rem 1.125rem}
.mail>.attached{margin:0;padding-block:.625rem;border-top:1px solid var(--line)}
.inside{padding-bottom:1.375rem}
.said{font-size:.875rem;color:var(--soft);margin-bottom:.375rem;padding-left:1.25rem;position:relative}
.said::before{content:"";position:absolute;left:0;top:.375em;width:.6875rem;height:.6875rem;border-radius:50%;background:var(--text)}
.said b{color:var(--text);font-weight:650;margin-right:.25rem}
.inside>.prose{padding-left:1.25rem}
.page>.is-slow{background:var(--slow-bg)}.page>.is-down{background:var(--down-bg)}.page>.is-work{background:var(--work-bg)}.page>.is-fine{background:var(--fine-bg)}
.hosted .subject{color:var(--tone,var(--text))}
.hosted.is-slow{--tone:var(--slow)}.hosted.is-down{--tone:var(--down)}.hosted.is-work{--tone:var(--work)}.hosted.is-fine{--tone:var(--fine)}
.hosted .fine{margin-top:auto;padding-top:.75rem}
.slack .fine{font-size:.8125rem}
.slack .heading{font-size:1.0625rem}
mark{background:#ffe08a;color:#1d2126}
.broken{border:1px dashed var(--down);color:var(--down);flex:none}
footer{margin-top:5rem;border-top:1px solid var(--line);padding:1.5rem 0 3rem;color:var(--soft);font-size:.875rem}
@media (max-width:68rem){.columns{grid-template-columns:minmax(0,1fr);gap:2.5rem}
nav{columns:3 12rem;column-gap:2rem;position:static;max-height:none}nav ul,nav p{break-inside:avoid}nav p{break-after:avoid}nav p:first-child{margin-top:0}}
@media (max-width:40rem){.frame{padding:0 1rem}.top{padding:1.75rem 0 1.25rem}.columns{margin-top:1.25rem}nav{display:none}section+section{margin-top:3.5rem}.cells{gap:1.25rem}
.card{padding:1rem 1.0625rem 1.125rem}.mail,.page{padding:0}}
@media (forced-colors:active){.face,.said::before{border:1px solid CanvasText}.count .used{stroke:CanvasText}}
@media print{:root{color-scheme:light;${LIGHT};--paper:#fff}body{font-size:10pt}.frame{max-width:none;padding:0}.top{padding:0 0 1rem}nav,.switches{display:none!important}
.columns{display:block;margin:0}.cells{grid-template-columns:1fr 1fr;gap:.75rem}.cell,.row>h3,h2{break-inside:avoid}h2,h3,.occasion,.place{break-after:avoid}.card{font-size:9pt}section+section{margin-top:2rem}}
`.trim();

/** The switches work by style alone, where a browser can tell what stands elsewhere in the document. */
const SWITCHES = `
.switches{display:flex;flex-wrap:wrap;gap:.75rem 1.75rem;position:sticky;top:0;z-index:2;padding:.75rem 0;background:var(--paper);border-bottom:1px solid var(--line)}
fieldset{border:0;display:flex;flex-wrap:wrap;align-items:center;gap:0;min-width:0}
.single{display:none}
legend{float:left;font-size:.875rem;color:var(--soft);margin-right:.75rem}
fieldset input{position:absolute;opacity:0;pointer-events:none}
label{cursor:pointer;font-size:.875rem;line-height:1;padding:.5625rem .9375rem;border:1px solid var(--line);background:var(--card);margin-left:-1px}
label:first-of-type{border-radius:8px 0 0 8px;margin-left:0}
label:last-of-type{border-radius:0 8px 8px 0}
label:hover{background:var(--tint)}
input:checked+label{background:var(--text);border-color:var(--text);color:var(--card);font-weight:600}
input:focus-visible+label{outline:3px solid var(--link);outline-offset:2px;z-index:1;position:relative}
@media (max-width:40rem){legend{float:none;width:100%;padding-bottom:.25rem}.switches{position:static}}
@media (forced-colors:active){input:checked+label{outline:2px solid Highlight;outline-offset:-4px}}
`.trim();

/** The look, with a rule for every language and every way of filling in. */
export function galleryStyle(languages: number, fillings: number): string {
  const shown = Array.from({ length: languages }, (_, language) =>
    Array.from(
      { length: fillings },
      (_, filling) =>
        `body:has(#l${language}:checked):has(#s${filling}:checked) .l${language}.s${filling}{display:flex}`,
    ),
  ).flat();
  return `${STYLE}
@supports selector(:has(a)){
${SWITCHES}
.v.l0.s0{display:none}
${shown.join("\n")}
}`;
}
