import { isObject } from "./fields.ts";

/**
 * The error that Slack answers to these blocks, or null.
 * Limits: Block Kit reference and @slack/types, read 2026-11; the sum of all text after slackapi/bolt-js#2509.
 */
export function refusalOfBlocks(blocks: readonly unknown[]): string | null {
  if (blocks.length > 50) return "invalid_blocks";
  if (!blocks.every(isValid)) return "invalid_blocks";
  const ids = blocks.flatMap((block) => (isObject(block) && "block_id" in block ? [block.block_id] : []));
  if (new Set(ids).size !== ids.length) return "invalid_blocks";
  return textLength(blocks) > 13_200 ? "msg_blocks_too_long" : null;
}

const ELEMENTS: Readonly<Record<string, number>> = { actions: 25, context: 10 };

function isValid(block: unknown): boolean {
  if (!isObject(block) || typeof block.type !== "string") return false;
  if ("block_id" in block && !within(block.block_id, 255)) return false;
  switch (block.type) {
    case "section": {
      const fields = block.fields;
      if (block.text === undefined && fields === undefined) return false;
      if (block.text !== undefined && !isText(block.text, 3000)) return false;
      return (
        fields === undefined ||
        (Array.isArray(fields) &&
          fields.length > 0 &&
          fields.length <= 10 &&
          fields.every((field) => isText(field, 2000)))
      );
    }
    case "header":
      return isText(block.text, 150) && isObject(block.text) && block.text.type === "plain_text";
    case "context":
    case "actions": {
      const elements = block.elements;
      if (!Array.isArray(elements) || elements.length === 0) return false;
      if (elements.length > (ELEMENTS[block.type] ?? 0)) return false;
      return elements.every(
        (element) =>
          isObject(element) &&
          (element.type === "plain_text" || element.type === "mrkdwn" ? isText(element, 3000) : true),
      );
    }
    case "divider":
      return true;
    case "rich_text":
      return Array.isArray(block.elements) && block.elements.every(isRich);
    case "markdown":
      return within(block.text, 12_000);
    case "image":
      return within(block.image_url, 3000) && within(block.alt_text, 2000);
    default:
      return false;
  }
}

const RICH = ["rich_text_section", "rich_text_list", "rich_text_preformatted", "rich_text_quote"];

function isRich(element: unknown): boolean {
  if (!isObject(element) || typeof element.type !== "string" || !Array.isArray(element.elements))
    return false;
  if (!RICH.includes(element.type)) return false;
  if (element.type === "rich_text_list")
    return (
      (element.style === "bullet" || element.style === "ordered") &&
      element.elements.every((item) => isRich(item) && isObject(item) && item.type === "rich_text_section")
    );
  return element.elements.every(isRichLeaf);
}

function isRichLeaf(leaf: unknown): boolean {
  if (!isObject(leaf)) return false;
  switch (leaf.type) {
    // Slack refuses an empty text element.
    case "text":
      return typeof leaf.text === "string" && leaf.text !== "";
    case "link":
      return typeof leaf.url === "string" && leaf.url !== "";
    case "emoji":
      return typeof leaf.name === "string";
    case "user":
    case "usergroup":
    case "channel":
    case "broadcast":
      return true;
    default:
      return false;
  }
}

function isText(value: unknown, max: number): boolean {
  return (
    isObject(value) && (value.type === "plain_text" || value.type === "mrkdwn") && within(value.text, max)
  );
}

function within(value: unknown, max: number): boolean {
  return typeof value === "string" && value.length > 0 && value.length <= max;
}

function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + textLength(each), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [key, each]) => sum + (key === "text" && typeof each === "string" ? each.length : textLength(each)),
    0,
  );
}
