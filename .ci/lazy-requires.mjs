import { builtinModules } from "node:module";
import { parseAst } from "rolldown/parseAst";

/**
 * A plugin that has a chunk read another chunk, or a module of Node, at the first use of it instead of at its own beginning: a
 * command then reads only what it comes by. For CommonJS chunks whose modules do not live by the order in which they are read.
 */
export function lazyRequires() {
  return {
    name: "lazy-requires",
    renderChunk(code, { fileName }) {
      const { body } = parseAst(code, { sourceType: "script" });
      const edits = lazily(code, body, () => true);
      // Packages that are CommonJS stand in functions of their own; of what these read, only Node's order is nobody's concern.
      for (const inner of wrapped(body)) edits.push(...lazily(code, inner, isBuiltin));
      return applied(code, edits, fileName);
    },
  };
}

const isBuiltin = (id) => id.startsWith("node:") || builtinModules.includes(id);

/** The edits that make the requires at the top of `body` functions, and each use of their names a call. */
function lazily(code, body, mayWait) {
  /** Name → its declaration, and what makes it a namespace where that stands apart. */
  const required = new Map();
  for (const statement of body) {
    const found = requirementOf(statement);
    // The runtime makes the others' exports, so it is always used.
    if (found !== null && mayWait(found.id) && !/rolldown-runtime/.test(found.id))
      required.set(found.name, { statement, interop: null });
    const renamed = required.get(interopName(statement));
    if (renamed !== undefined) renamed.interop = statement;
  }
  for (const name of ambiguous(body, required)) required.delete(name);

  const edits = [];
  for (const [name, { statement, interop }] of required) {
    const [{ init }] = statement.declarations;
    const load = code.slice(init.start, init.end);
    const made =
      interop === null
        ? load
        : code.slice(interop.expression.right.start, interop.expression.right.end).replace(name, () => load);
    edits.push({ ...span(statement), text: `let ${name}$; const ${name} = () => (${name}$ ??= ${made});` });
    if (interop !== null) edits.push({ ...span(interop), text: "" });
  }
  const replaced = [...edits];
  visit(body, (node, parents) => {
    if (node.type !== "Identifier" || !required.has(node.name) || !isReference(node, parents.at(-1))) return;
    if (replaced.some(({ start, end }) => node.start >= start && node.end <= end)) return;
    const call = parents.some(({ type }) => type === "NewExpression") ? `(${node.name}())` : `${node.name}()`;
    const shorthand = parents.at(-1)?.type === "Property" && parents.at(-1).shorthand;
    edits.push({ ...span(node), text: shorthand ? `${node.name}: ${call}` : call });
  });
  return edits;
}

function applied(code, edits, fileName) {
  edits.sort((a, b) => a.start - b.start);
  let at = 0;
  let made = "";
  for (const { start, end, text } of edits) {
    if (start < at) throw new Error(`${fileName}: two edits meet at ${start}`);
    made += code.slice(at, start) + text;
    at = end;
  }
  return made + code.slice(at);
}

const span = ({ start, end }) => ({ start, end });

/** What `const name = require("id");` reads, or null. */
function requirementOf({ type, declarations }) {
  if (type !== "VariableDeclaration" || declarations.length !== 1) return null;
  const [{ id, init }] = declarations;
  const requires = init?.type === "CallExpression" && init.callee.name === "require";
  if (!requires || id.type !== "Identifier" || init.arguments[0]?.type !== "Literal") return null;
  return { name: id.name, id: init.arguments[0].value };
}

/** The name in `name = runtime.toNamespace(name, 1);`, or null. */
function interopName({ type, expression }) {
  if (type !== "ExpressionStatement" || expression.type !== "AssignmentExpression") return null;
  const { left, right } = expression;
  return right.type === "CallExpression" && right.arguments[0]?.name === left.name ? left.name : null;
}

/** The bodies of `var require_x = runtime.commonJS((exports, module) => { … })`. */
function* wrapped(body) {
  for (const { type, declarations } of body)
    for (const { init } of type === "VariableDeclaration" ? declarations : [])
      for (const given of init?.type === "CallExpression" ? init.arguments : []) {
        const made = given.type === "ParenthesizedExpression" ? given.expression : given;
        if (made.type === "ArrowFunctionExpression" && made.body.type === "BlockStatement")
          yield made.body.body;
      }
}

/** Names that are declared again, or written to: these are left as they are. */
function ambiguous(body, names) {
  const found = new Map();
  const count = (name) => names.has(name) && found.set(name, (found.get(name) ?? 0) + 1);
  visit(body, (node, parents) => {
    if (node.type !== "Identifier") return;
    const parent = parents.at(-1);
    if (parent?.id === node || parent?.params?.includes(node) || parent?.param === node) count(node.name);
    if (parents.some(({ type }) => type === "ObjectPattern" || type === "ArrayPattern")) count(node.name);
    if (
      parent?.type === "AssignmentExpression" &&
      parent.left === node &&
      interopName(parents.at(-2)) === null
    )
      count(node.name);
  });
  return [...found].filter(([, times]) => times > 1).map(([name]) => name);
}

function isReference(node, parent) {
  if (parent === undefined) return true;
  if (parent.type === "MemberExpression") return parent.object === node || parent.computed;
  if (
    parent.type === "Property" ||
    parent.type === "PropertyDefinition" ||
    parent.type === "MethodDefinition"
  )
    return parent.value === node || parent.computed;
  return !["LabeledStatement", "BreakStatement", "ContinueStatement"].includes(parent.type);
}

/** Calls `see` with each node and those above it. */
function visit(node, see, parents = []) {
  if (Array.isArray(node)) {
    for (const each of node) visit(each, see, parents);
    return;
  }
  if (node === null || typeof node !== "object") return;
  const isNode = typeof node.type === "string";
  if (isNode) see(node, parents);
  const above = isNode ? [...parents, node] : parents;
  for (const [key, value] of Object.entries(node))
    if (typeof value === "object" && key !== "parent" && key !== "loc") visit(value, see, above);
}
