import { isNode, type Names, type Node, nameOf, plain, walk } from "./source.ts";

/** What a parameter is given where a function is called. */
export type Given = ReadonlyMap<string, Node>;

const DEEPEST = 5;
/** Between texts of which one is said. */
const OR = " — or: ";

/** Words as the code says them; what it only knows when it runs stands in ‹brackets›. Null where it says nothing. */
export function wordsOf(given: Node | undefined, names: Names, bound: Given, depth = 0): string | null {
  if (given === undefined || depth > DEEPEST) return null;
  const node = plain(given);
  const read = (each: Node | undefined) => wordsOf(each, names, bound, depth + 1);
  switch (node.type) {
    case "Literal":
      return typeof node.value === "string" ? node.value : node.value === null ? null : String(node.value);
    case "TemplateLiteral":
      return inTemplate(node, read);
    case "BinaryExpression":
      if (node.operator !== "+") return null;
      return `${read(node.left as Node) ?? ""}${read(node.right as Node) ?? ""}`;
    case "ConditionalExpression":
      return oneOf([read(node.consequent as Node), read(node.alternate as Node)]);
    case "LogicalExpression":
      return oneOf([readsAway(node.left as Node) ? null : read(node.left as Node), read(node.right as Node)]);
    case "Identifier":
      return named(node.name as string, names, bound, read);
    case "MemberExpression":
      return node.computed === true ? null : `‹${spelled(nameOf(node.property as Node) ?? "")}›`;
    case "CallExpression":
      return called(node, names, read);
    case "AwaitExpression":
      return read(node.argument as Node);
    default:
      return null;
  }
}

function inTemplate(node: Node, read: (each: Node) => string | null): string {
  const texts = (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
  return texts
    .map((text, index) => {
      const expression = (node.expressions as Node[])[index];
      if (expression === undefined) return text;
      return text + inside(expression, read);
    })
    .join("");
}

/** A part of a sentence that is known only when it is said. */
function inside(expression: Node, read: (each: Node) => string | null): string {
  const node = plain(expression);
  if (node.type === "ConditionalExpression") {
    const [one, other] = [read(node.consequent as Node) ?? "", read(node.alternate as Node) ?? ""];
    if (one === "" || other === "") return one + other === "" ? "" : `(${one}${other})`;
    return `${one}/${other}`;
  }
  const text = read(node) ?? "‹…›";
  const ways = [...new Set(text.split(OR))];
  const worded = ways.filter((way) => !/^‹[^›]*›$/.test(way));
  return worded.length === 0 ? ways[0]! : worded.join(" / ");
}

function named(name: string, names: Names, bound: Given, read: (each: Node) => string | null): string | null {
  if (name === "undefined") return null;
  const argument = bound.get(name);
  // A function may hand on what it was given under the same name.
  if (argument !== undefined) return nameOf(plain(argument)) === name ? `‹${spelled(name)}›` : read(argument);
  const value = names.values.get(name);
  const worded =
    value !== undefined && /Literal|Template|Conditional|Binary/.test(value.type) ? read(value) : null;
  return worded ?? `‹${spelled(name)}›`;
}

/** A function of this module says one of its texts; of others only the name of what they are told is known. */
function called(node: Node, names: Names, read: (each: Node | undefined) => string | null): string | null {
  const name = nameOf(node.callee as Node);
  const [first] = node.arguments as Node[];
  if (name === "suggest") return "The nearest name that there is.";
  if (name === "excerpt" || name === "printable" || name === "String") return read(first);
  const routine = name === null ? undefined : names.routines.get(name);
  if (routine === undefined) return name === null ? null : `‹${spelled(name)}›`;
  const results: (string | null)[] = [];
  const body = plain(routine.body);
  if (body.type !== "BlockStatement") results.push(read(body));
  walk(body, (each, around) => {
    const within = around.some(({ type }) => /Function/.test(type));
    if (each.type === "ReturnStatement" && !within && isNode(each.argument))
      results.push(read(each.argument));
  });
  return oneOf(results);
}

/** A lookup by what an answer says has no words of its own here. */
function readsAway(node: Node): boolean {
  return plain(node).type === "MemberExpression" && plain(node).computed === true;
}

function oneOf(ways: readonly (string | null)[]): string | null {
  const texts = ways.flatMap((text) => text?.split(OR) ?? []);
  const said = [...new Set(texts.filter((text) => text.trim() !== ""))];
  return said.length === 0 ? null : said.join(OR);
}

/** `retryAt` as words: retry at. */
function spelled(name: string): string {
  return name.replace(
    /([a-z])([A-Z])/g,
    (_, before: string, after: string) => `${before} ${after.toLowerCase()}`,
  );
}
