/**
 * Weighted length as X counts it: twitter-text, configuration v3, read 2026-11.
 * The limit is 280; ranges of weight 1, everything else 2; an emoji sequence 2; an address 23.
 */
const ADDRESS = 23;
// Every address that X could see in a token has a dot and weighs at least 4 (`a.co`).
const ADDRESS_SURPLUS = ADDRESS - 4;

/** Endings that X surely knows; any other host is counted as the dearer of address and plain text. */
const TLDS = new Set(
  `com org net edu gov mil int info biz name app dev cloud online site tech store shop page blog
   ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs bt bv bw
   by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg eh er es et eu fi
   fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io
   iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg
   mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk
   pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz
   tc td tf tg th tj tk tl tm tn to tp tr tt tv tw tz ua ug uk um us uy uz va vc ve vg vi vn vu wf ws ye yt za
   zm zw`.split(/\s+/),
);

// A chain is everything that X could take for a host: no white space, no ASCII punctuation but `-`, `_` and `.`.
const CHAIN = /[^\s\u0000-\u002c\u002f\u003a-\u0040\u005b-\u005e\u0060\u007b-\u00a0]+/y;
const SCHEME = /https?:\/\/(?=[a-z0-9])/iy;
const HOST = /[a-z0-9.-]+/iy;
const REST =
  /(?::\d{1,5})?(?:\/(?:[a-z0-9_~%+=./#@$&,;:!-]*[a-z0-9=_/-])?)?(?:\?(?:[a-z0-9_.&=%+/-]*[a-z0-9_&=/-]))?/iy;
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;
const EMOJI_START = /[\p{Emoji}\p{Extended_Pictographic}]/uy;
// Made when the first one may be there, for making it takes longer than all else that X asks for.
let emoji: RegExp | undefined;

/**
 * The length of a text by X's count, never less than X's own. Linear in the text.
 * An http(s) address counts exactly 23; a bare `word.word` at least 23.
 */
export function tweetLength(text: string): number {
  const normal = text.normalize("NFC");
  let length = 0;
  let at = 0;
  while (at < normal.length) {
    const address = addressEnd(normal, at);
    if (address > at) {
      length += ADDRESS;
      at = address;
      continue;
    }
    const chain = matchAt(CHAIN, normal, at);
    const free = at === 0 || /\s/.test(normal[at - 1] ?? "");
    if (chain === "") {
      const character = emojiAt(normal, at, free);
      length += character === "" ? weight(normal.charCodeAt(at)) : 2;
      at += character.length || 1;
    } else {
      length += chainLength(chain, free, normal[at + chain.length] ?? "");
      at += chain.length;
    }
  }
  return length;
}

/** Where the http(s) address that begins here ends, if X surely counts it as one address; else `start`. */
function addressEnd(text: string, start: number): number {
  if (start > 0 && !/[\s("]/.test(text[start - 1] ?? "")) return start;
  const scheme = matchAt(SCHEME, text, start);
  if (scheme === "") return start;
  const host = matchAt(HOST, text, start + scheme.length).replace(/\.$/, "");
  const hostEnd = start + scheme.length + host.length;
  const labels = host.split(".");
  const known =
    labels.length > 1 &&
    host.length <= 253 &&
    labels.every((label) => label.length <= 63 && LABEL.test(label)) &&
    TLDS.has((labels.at(-1) ?? "").toLowerCase()) &&
    host.toLowerCase() !== "t.co" &&
    /^(?:$|[\s!-*,./:;<=>?[\\\]^`{|}~])/.test(text.slice(hostEnd, hostEnd + 1));
  if (!known) return start;
  const end = hostEnd + matchAt(REST, text, hostEnd).length;
  return end - start <= 4000 ? end : start;
}

/** A run that may be, or hold, bare hosts. */
function chainLength(chain: string, free: boolean, next: string): number {
  const plain = plainLength(chain, free);
  const labels = chain.replace(/\.+$/, "").split(".");
  if (labels.length === 1) return plain;
  if (!labels.every((label) => LABEL.test(label))) {
    const dots = chain.match(/[^.]\.(?=[^.])/g)?.length ?? 0;
    return plain + dots * ADDRESS_SURPLUS;
  }
  // One address at most, from the start to a label that could be an ending; the shortest leaves most beside it.
  const ending = labels.findIndex((label, index) => index > 0 && /[a-z]/i.test(label));
  if (ending < 0) return plain;
  // Before these two X takes nothing for an ending, and looks for one further left.
  const known = next !== "@" && next !== "+" && TLDS.has((labels.at(-1) ?? "").toLowerCase());
  const inside = known ? labels : labels.slice(0, ending + 1);
  return Math.max(plain, ADDRESS + chain.length - inside.join(".").length);
}

function plainLength(chain: string, free: boolean): number {
  let length = 0;
  for (let at = 0; at < chain.length; ) {
    const code = chain.codePointAt(at) ?? 0;
    const emoji = emojiAt(chain, at, free && at === 0);
    length += emoji === "" ? weight(code) : 2;
    at += emoji.length || (code > 0xffff ? 2 : 1);
  }
  return length;
}

/** The emoji that begins here. A keycap behind other characters may lose its digit to an address: not one emoji. */
function emojiAt(text: string, at: number, free: boolean): string {
  const code = text.charCodeAt(at);
  // A digit is one with what follows it only.
  if (code < 0x80 && !(free && text.charCodeAt(at + 1) >= 0x80)) return "";
  // Letters, dashes, quotes and the like are none: only © and ® stand before ‼, and the pattern takes long to make.
  if (code >= 0x80 && code < 0x203c && code !== 0xa9 && code !== 0xae) return "";
  if (matchAt(EMOJI_START, text, at) === "") return "";
  // Only the `v` flag knows emoji of several code points, and its literal needs a later compile target.
  emoji ??= new RegExp("\\p{RGI_Emoji}|\\p{Extended_Pictographic}\\ufe0f?", ["v", "y"].join(""));
  return matchAt(emoji, text, at);
}

function weight(code: number): number {
  const light =
    code <= 0x10ff ||
    (code >= 0x2000 && code <= 0x200d) ||
    (code >= 0x2010 && code <= 0x201f) ||
    (code >= 0x2032 && code <= 0x2037);
  return light ? 1 : 2;
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}

const ADDRESS_START = /https?:\/\//gi;
const MENTION = /(?<![a-z0-9_])([@＠])(?=[\p{L}\p{N}_])/giu;
const CASHTAG = /\$(?=\p{L})/gu;
// X's table of letters is older than Node's, so that only ASCII surely keeps a `#` from being a hashtag.
const HASHTAG = /(?<![a-z0-9_&])([#＃])(?=[\p{N}_\u200c\u200d]*[\p{L}\p{M}])/giu;

/**
 * Text from data for a post on X: `@mention`, `$CASHTAG` and `#hashtag` are broken by a zero-width space.
 * Inside an address, where X sees none of them, nothing changes.
 */
export function escapeTweet(text: string): string {
  let escaped = "";
  let at = 0;
  for (const { index } of text.matchAll(ADDRESS_START)) {
    const end = index < at ? index : addressEnd(text, index);
    if (end === index) continue;
    escaped += inert(text.slice(at, index)) + text.slice(index, end);
    at = end;
  }
  return escaped + inert(text.slice(at));
}

function inert(text: string): string {
  return text.replace(MENTION, "$1\u200b").replace(CASHTAG, "$$\u200b").replace(HASHTAG, "$1\u200b");
}
