import fc from "fast-check";

/** Texts that some place would obey if they came through as they are. */
export const HOSTILE: readonly string[] = [
  "<!channel> <!here> <!everyone> <!subteam^S123> <@U123> <#C123>",
  "<https://evil.example.com|click me>",
  "@here @channel @everyone @status and ＠name",
  "<script>alert(1)</script>",
  '<img src=x onerror="alert(1)">',
  "&lt;script&gt; &amp; &#64;here &copy",
  "Subject\r\nBcc: victim@example.com",
  "::error::file=app.js,line=1::boom",
  "\u001b[31mred\u001b[0m \u001b]8;;https://evil.example.com\u0007link\u001b]8;;\u0007 \u009b2J",
  "{{ 7*7 }} {{ title }} {% raw %} {% include 'x' %}",
  "[click](javascript:alert(1)) [x](https://evil.example.com) ![i](https://evil.example.com/p.png)",
  "[ref]: https://evil.example.com\n\n[ref]",
  "<https://evil.example.com> https://evil.example.com www.evil.example.com evil.example.com //evil.example.com",
  "mailto:a@example.com a@example.com ftp://example.com",
  "# heading\n## two\nunder\n===\nline\n---",
  "- a\n- b\n1. c\n2) d\n+ e\n* f\n> g",
  "```\nfence\n~~~\n    indented",
  "*a* _b_ **c** __d__ ~~e~~ `f` ``g`` ***h***",
  "| a | b |\n|---|---|\n| c | d |",
  "[quote]x[/quote] [details=a]b[/details] [^1]: note :smile: :+1: #tag #１",
  "$PATH and $HOME and $TSLA #outage #1 ＃全角",
  "\u202egnp.exe\u202c \u2066x\u2069 \ufeff\ufffe\ufdd00\ufdd1",
  "\\*a\\* \\<b\\> \\",
  "a\u0000b\u0007c\u000bd\u000ce\u0085f\u2028g\u2029h",
  "\ud800 lone \udc00",
  "$$x$$ $x$ $(id) `id`",
];

const MARKS = [..."*_`~[]()<>!|\\#-+=.:;@$&/ \n\t'\"{}%^0129aZé日"].concat([
  "https://",
  "http://a.co/x",
  "www.a.com",
  "a.com",
  "@here",
  "&amp;",
  "<b>",
  "</b>",
  "<!--",
  "](",
  "1. ",
  "```",
  "---",
  "    ",
  "\u200b",
  "👩‍👩‍👧",
]);

/** Arbitrary text, thick with what Markdown, HTML and the vendors read as more than words. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.array(fc.constantFrom(...MARKS), { maxLength: 30 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
);
