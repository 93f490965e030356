/** X's counting of text: weights and links as in the published twitter-text v3 configuration, 2026-11. */

const LINK_WEIGHT = 23;
// Made from a string: the compiler's target is older than the `v` flag, Node is not.
const RGI_EMOJI = "^\\p{RGI_Emoji}$";
const EMOJI = new RegExp(RGI_EMOJI, "v");

/** Endings that make a bare host a link: every country's, and the generic ones that incident texts meet. */
const ENDINGS = new Set(
  `ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bv bw by bz ca cc cd
  cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd ge
  gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki
  km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my
  mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se
  sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz
  va vc ve vg vi vn vu wf ws ye yt za zm zw
  com org net edu gov mil int info biz name pro mobi jobs travel aero coop museum
  app aws amazon blog cloud company dev digital email express global group help host jobs life live media news network
  online page press report services shop site social software solutions space store studio support systems team tech
  technology today tools tv website wiki work works world xyz zone`.split(/\s+/),
);

/** Where links stand in the text: those with http(s)://, and bare hosts with a public ending. */
export function linksIn(text: string): { start: number; text: string }[] {
  const pattern =
    /(?<![\p{L}\p{N}@$#＠＃_.\-/])(?:(https?:\/\/)[^\s<>"'“”]+|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?![\p{L}\p{N}@-])(?:\/[^\s<>"'“”]*)?)/giu;
  return [...text.matchAll(pattern)].flatMap((match) => {
    const found = match[0].replace(/[.,;:!?)\]}…'"]+$/u, "");
    const host = found.replace(/^https?:\/\//i, "").split(/[/?#:]/)[0] ?? "";
    const ending = host.split(".").at(-1)?.toLowerCase() ?? "";
    if (!host.includes(".") || !ENDINGS.has(ending)) return [];
    return [{ start: match.index, text: found }];
  });
}

/** The weighted length that X holds against 280. */
export function weightOf(text: string): number {
  const normal = text.normalize("NFC");
  let weight = 0;
  let done = 0;
  for (const link of linksIn(normal)) {
    weight += plainWeight(normal.slice(done, link.start)) + LINK_WEIGHT;
    done = link.start + link.text.length;
  }
  return weight + plainWeight(normal.slice(done));
}

/** How many `$ABC` there are. */
export function cashtagsIn(text: string): number {
  return [...text.matchAll(/(?<![^\s])\$[a-z]{1,6}(?:[._][a-z]{1,2})?(?![\w$])/gi)].length;
}

function plainWeight(text: string): number {
  let weight = 0;
  for (const { segment } of new Intl.Segmenter("en", {
    granularity: "grapheme",
  }).segment(text)) {
    if (EMOJI.test(segment)) weight += 2;
    else for (const character of segment) weight += isLight(character.codePointAt(0) ?? 0) ? 1 : 2;
  }
  return weight;
}

function isLight(point: number): boolean {
  return (
    point <= 0x10ff ||
    (point >= 0x2000 && point <= 0x200d) ||
    (point >= 0x2010 && point <= 0x201f) ||
    (point >= 0x2032 && point <= 0x2037)
  );
}
