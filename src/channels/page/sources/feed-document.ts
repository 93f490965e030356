import { XMLParser, XMLValidator } from "fast-xml-parser";
import { decodeOnce, instantIn, oneLine, webLink, withoutTags } from "./plain-text.ts";
import { SourceFault } from "./source-fault.ts";

const LONGEST_TITLE = 4_000;
const LONGEST_BODY = 8_000;

/** A feed of any form, as plain text. */
export interface Feed {
  readonly id: string;
  readonly generator: string;
  readonly description: string;
  /** Newest first; those without a date last. */
  readonly items: readonly FeedItem[];
}

export interface FeedItem {
  /** What the feed calls it: `guid` or `id`. */
  readonly id: string;
  /** Empty where it has none. */
  readonly title: string;
  readonly link: string | null;
  readonly at: Date | null;
  /** The beginning of its text, with whatever markup it has. */
  readonly body: string;
}

/** An element as the parser gives it: text, or children and `@attributes` by name. */
type Node = Readonly<Record<string, unknown>>;

// Entities stay as they are: only decodeOnce reads them, so that nothing the document defines is ever expanded.
const parser = new XMLParser({
  processEntities: false,
  ignoreAttributes: false,
  attributeNamePrefix: "@",
  textNodeName: "#text",
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: 100,
  jPath: false,
});

/** Reads RSS 2.0 (and 0.9x), RSS 1.0 and Atom. Throws SourceFault for anything else. */
export function readFeedDocument(xml: string): Feed {
  const [name, root] = rootOf(xml.trimStart());
  const prefix = name.includes(":") ? `${name.split(":")[0]}:` : "";
  const form = name.slice(prefix.length);
  if (form === "feed") return atom(root, prefix);
  const channel = childrenOf(root, "channel")[0];
  if (channel === undefined) throw new SourceFault("not a feed: it has no channel");
  return rss(channel, form === "RDF" ? root : channel);
}

function rootOf(xml: string): [name: string, root: Node] {
  // The parser mends what is broken or breaks off: half a feed would be a feed with less to tell.
  if (XMLValidator.validate(xml) !== true) throw new SourceFault("not a feed: not well-formed XML");
  let document: unknown;
  try {
    document = parser.parse(xml);
  } catch (error) {
    throw new SourceFault("not a feed: not well-formed XML", error);
  }
  if (isNode(document))
    for (const [name, root] of Object.entries(document))
      if (/^(rss|([\w-]{1,40}:)?(RDF|feed))$/.test(name) && isNode(root)) return [name, root];
  throw new SourceFault("not a feed: neither RSS nor Atom");
}

function rss(channel: Node, holder: Node): Feed {
  return {
    id: "",
    generator: lineOf(channel, "generator"),
    description: lineOf(channel, "description"),
    items: newestFirst(
      childrenOf(holder, "item").map((item) => {
        const guid = childrenOf(item, "guid")[0];
        const id = textOf(item, "guid") || String(own(item, "@rdf:about") ?? "");
        const permanent = guid !== undefined && own(guid, "@isPermaLink") !== "false";
        return {
          id: oneLine(id),
          title: titleOf(item, "title"),
          link: webLink(textOf(item, "link")) ?? (permanent ? webLink(id) : null),
          at: instantIn(textOf(item, "pubDate") || textOf(item, "dc:date")),
          body: textOf(item, "content:encoded", LONGEST_BODY) || textOf(item, "description", LONGEST_BODY),
        };
      }),
    ),
  };
}

function atom(feed: Node, prefix: string): Feed {
  return {
    id: lineOf(feed, `${prefix}id`),
    generator: lineOf(feed, `${prefix}generator`),
    description: lineOf(feed, `${prefix}subtitle`),
    items: newestFirst(
      childrenOf(feed, `${prefix}entry`).map((entry) => ({
        id: lineOf(entry, `${prefix}id`),
        title: titleOf(entry, `${prefix}title`),
        link: alternateLink(entry, `${prefix}link`),
        at: instantIn(textOf(entry, `${prefix}updated`) || textOf(entry, `${prefix}published`)),
        body:
          textOf(entry, `${prefix}content`, LONGEST_BODY) || textOf(entry, `${prefix}summary`, LONGEST_BODY),
      })),
    ),
  };
}

function newestFirst(items: readonly FeedItem[]): FeedItem[] {
  return [...items].sort((a, b) => (b.at?.getTime() ?? -Infinity) - (a.at?.getTime() ?? -Infinity) || 0);
}

function alternateLink(entry: Node, name: string): string | null {
  for (const link of childrenOf(entry, name)) {
    const href = own(link, "@href");
    const address = typeof href === "string" ? webLink(decodeOnce(href)) : null;
    if (address !== null && (own(link, "@rel") ?? "alternate") === "alternate") return address;
  }
  return null;
}

/** Titles of the type `html` are escaped for two readers: for XML and for HTML. */
function titleOf(item: Node, name: string): string {
  const plain = withoutTags(textOf(item, name));
  return oneLine(own(childrenOf(item, name)[0] ?? {}, "@type") === "html" ? decodeOnce(plain) : plain);
}

function lineOf(node: Node, name: string): string {
  return oneLine(textOf(node, name));
}

/** The text of the first child of that name that has some. */
function textOf(node: Node, name: string, most = LONGEST_TITLE): string {
  for (const child of childrenOf(node, name)) {
    const text = own(child, "#text");
    if (typeof text === "string" && text.trim() !== "") return decodeOnce(text.slice(0, most));
  }
  return "";
}

function childrenOf(node: Node, name: string): Node[] {
  const value = own(node, name);
  const children = Array.isArray(value) ? (value as unknown[]) : [value];
  return children.flatMap((child) =>
    typeof child === "string" ? [{ "#text": child }] : isNode(child) ? [child] : [],
  );
}

function own(node: Node, name: string): unknown {
  return Object.hasOwn(node, name) ? node[name] : undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
