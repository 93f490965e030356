import { parseAst } from "rolldown/parseAst";

/**
 * A plugin that writes what is not ASCII as its escape. V8 keeps a text that has one such sign in twice the memory, and most
 * chunks have a few.
 */
export function inAscii() {
  return {
    name: "in-ascii",
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== "chunk") continue;
        const said = values(chunk.code);
        // A name outside texts has no such escape: its chunk stays as it is.
        if (said.names.some((name) => NOT_ASCII.test(name))) continue;
        const code = escaped(chunk.code);
        if (JSON.stringify(values(code)) !== JSON.stringify(said))
          throw new Error(`${chunk.fileName} says something else in ASCII`);
        chunk.code = code;
      }
    },
  };
}

const NOT_ASCII = /[\u0080-\uffff]/;

/** A backslash before such a sign means nothing, and would undo the escape's. */
function escaped(code) {
  return code.replace(
    /(?<!\\)((?:\\\\)*)\\?([\u0080-\uffff])|([\u0080-\uffff])/g,
    (_, before = "", sign, other) => {
      const unit = (sign ?? other).charCodeAt(0);
      return `${before}\\u${unit.toString(16).padStart(4, "0")}`;
    },
  );
}

/** What a program says, in order. */
function values(code) {
  const texts = [];
  const names = [];
  visit(parseAst(code, { sourceType: "script" }), (node) => {
    if (node.type === "TemplateElement") texts.push(node.value.cooked);
    if (node.type === "TaggedTemplateExpression" && node.tag.property?.name === "raw")
      for (const { value } of node.quasi.quasis)
        if (NOT_ASCII.test(value.raw)) throw new Error(`${value.raw} is read as it stands`);
    if (node.type === "Identifier") names.push(node.name);
    // An escape is the sign itself in a regular expression, a pair of them one sign where it reads those.
    if (node.type === "Literal") texts.push(node.regex ? node.regex.flags : String(node.value));
  });
  return { texts, names };
}

function visit(node, see) {
  if (Array.isArray(node)) for (const each of node) visit(each, see);
  else if (node !== null && typeof node === "object") {
    if (typeof node.type === "string") see(node);
    for (const value of Object.values(node)) if (typeof value === "object") visit(value, see);
  }
}
