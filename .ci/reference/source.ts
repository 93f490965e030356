import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAst } from "rolldown/parseAst";

/** A node of a module's syntax tree, as ESTree has it. */
export interface Node {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface Module {
  /** Below `src`, with slashes. */
  readonly path: string;
  readonly text: string;
  readonly tree: Node;
}

/** Every module below `src` of the checkout at `root`. */
export function readModules(root: string): Module[] {
  const folder = join(root, "src");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .sort()
    .map((path) => {
      const text = readFileSync(join(folder, path), "utf8");
      return { path, text, tree: parseAst(text, { lang: "ts" }) as unknown as Node };
    });
}

/** Calls `see` with each node and those around it, the nearest last. */
export function walk(
  node: Node,
  see: (node: Node, around: readonly Node[]) => void,
  around: Node[] = [],
): void {
  see(node, around);
  around.push(node);
  for (const field of Object.values(node))
    for (const child of Array.isArray(field) ? field : [field]) if (isNode(child)) walk(child, see, around);
  around.pop();
}

export function isNode(value: unknown): value is Node {
  return (
    typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string"
  );
}

/** What TypeScript and parentheses put around an expression, taken off. */
export function plain(node: Node): Node {
  const wrapped = /^(TS(As|Satisfies|NonNull)Expression|ParenthesizedExpression|ChainExpression)$/.test(
    node.type,
  );
  return wrapped ? plain(node.expression as Node) : node;
}

export function nameOf(node: Node | undefined): string | null {
  return node?.type === "Identifier" ? (node.name as string) : null;
}

/** The functions of a module by name: their parameters' names, and their bodies. */
export interface Routine {
  readonly params: readonly (string | null)[];
  readonly body: Node;
}

/** What a module's names stand for, as far as it can be read off: constants, and functions. */
export interface Names {
  readonly values: ReadonlyMap<string, Node>;
  readonly routines: ReadonlyMap<string, Routine>;
}

export function namesIn(tree: Node): Names {
  const values = new Map<string, Node>();
  const routines = new Map<string, Routine>();
  const routine = (name: string | null, node: Node) => {
    if (name === null) return;
    const params = (node.params as Node[]).map((param) =>
      nameOf(param.type === "AssignmentPattern" ? (param.left as Node) : param),
    );
    if (isNode(node.body)) routines.set(name, { params, body: node.body });
  };
  walk(tree, (node) => {
    if (node.type === "FunctionDeclaration") routine(nameOf(node.id as Node), node);
    if (node.type !== "VariableDeclarator" || !isNode(node.init)) return;
    const name = nameOf(node.id as Node);
    const init = plain(node.init);
    if (init.type === "ArrowFunctionExpression" || init.type === "FunctionExpression") routine(name, init);
    else if (name !== null) values.set(name, values.has(name) ? { type: "Several" } : init);
  });
  return { values, routines };
}
