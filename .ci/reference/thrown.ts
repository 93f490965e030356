import { isNode, type Module, type Names, type Node, nameOf, namesIn, plain, walk } from "./source.ts";
import { type Given, wordsOf } from "./wording.ts";

/** Whose turn it is, or what became of the post. */
export type State =
  | "usage"
  | "setup"
  | "refused"
  | "post not-sent"
  | "post refused"
  | "post unknown"
  | "finding"
  | "result";

/** One place in the code that reports a code. */
export interface Thrown {
  readonly code: string;
  readonly states: readonly State[];
  /** What failed and why; null where only the running program knows. */
  readonly message: string | null;
  readonly hint: string | null;
  /** The module, below `src`. */
  readonly module: string;
}

interface Site {
  readonly module: Module;
  readonly names: Names;
  readonly around: readonly Node[];
  readonly states: readonly State[];
  /** The expression that says what became of the post. */
  readonly fate?: Node | undefined;
  readonly code: Node;
  readonly message: Node | undefined;
  readonly hint: Node | undefined;
  readonly bound: Given;
}

const CODE = /^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$|^[A-Z]{4,}$/;
const FATES = ["not-sent", "refused", "unknown"];
const DEEPEST = 4;

/** Every error of the program that carries a code: found where it is made, followed to where its code is chosen. */
export function everyThrown(modules: readonly Module[]): Thrown[] {
  const namesOf = new Map(modules.map((module) => [module, namesIn(module.tree)]));
  const found = modules.flatMap((module) => sitesIn(module, namesOf.get(module)!));
  return found.flatMap((site) => resolve(site, modules, namesOf, 0));
}

function sitesIn(module: Module, names: Names): Site[] {
  const sites: Site[] = [];
  walk(module.tree, (node, around) => {
    const made = madeBy(node);
    if (made !== null) sites.push({ module, names, around: [...around], bound: new Map(), ...made });
  });
  return sites;
}

/** The parts of an error that this expression makes; null where it makes none. */
function madeBy(node: Node): Pick<Site, "states" | "fate" | "code" | "message" | "hint"> | null {
  if (node.type === "ObjectExpression") {
    const [code, message, hint] = ["code", "message", "hint"].map((key) => property(node, key));
    const named = (code?.type === "Literal" ? String(code.value) : nameOf(code)) ?? "";
    return code !== undefined && CODE.test(named) && message !== undefined
      ? { states: ["finding"], code, message, hint }
      : null;
  }
  if (node.type !== "CallExpression" && node.type !== "NewExpression") return null;
  const args = node.arguments as Node[];
  const callee = nameOf(node.callee as Node);
  const blame = { usageError: "usage", setupError: "setup", refusal: "refused" } as const;
  if (callee !== null && callee in blame)
    return { states: [blame[callee as keyof typeof blame]], code: args[0]!, message: args[1], hint: args[2] };
  // What stands in a document beside a result that is none.
  if (callee === "failure" || callee === "errorText")
    return { states: ["result"], code: args[0]!, message: args[1], hint: args[2] };
  if (node.type !== "NewExpression") return null;
  if (callee === "StatusError") {
    const said = args[0]?.type === "Literal" ? [args[0].value as State] : [];
    return { states: said, code: args[1]!, message: args[2], hint: args[3] };
  }
  if (callee !== "ChannelError" && callee !== "RecipientError") return null;
  const more = args[3] === undefined ? undefined : plain(args[3]);
  const hint = more?.type === "ObjectExpression" ? property(more, "hint") : undefined;
  return { states: fates(args[0]!), fate: args[0], code: args[1]!, message: args[2], hint };
}

function fates(node: Node): State[] {
  const given = plain(node);
  if (given.type === "ConditionalExpression")
    return [...fates(given.consequent as Node), ...fates(given.alternate as Node)];
  return given.type === "Literal" && FATES.includes(String(given.value))
    ? [`post ${given.value as "unknown"}`]
    : [];
}

function property(node: Node, key: string): Node | undefined {
  const found = (node.properties as Node[]).find((each) => nameOf(each.key as Node) === key);
  return isNode(found?.value) ? plain(found.value) : undefined;
}

/** The errors of a site: one for each code that it may carry. */
function resolve(
  site: Site,
  modules: readonly Module[],
  namesOf: ReadonlyMap<Module, Names>,
  depth: number,
): Thrown[] {
  const { module, names, bound } = site;
  const made = (code: string, hint?: string): Thrown => ({
    code,
    // A word that has a hint of its own is one whose meaning is sure.
    states: statesOf(site).filter((state) => hint === undefined || state !== "post unknown"),
    message: wordsOf(site.message, names, bound),
    hint: hint ?? wordsOf(site.hint, names, bound),
    module: module.path,
  });
  const literals = (node: Node | undefined): Thrown[] => {
    if (node === undefined) return [];
    const code = plain(node);
    if (code.type === "Literal") return CODE.test(String(code.value)) ? [made(String(code.value))] : [];
    if (code.type === "ConditionalExpression")
      return [...literals(code.consequent as Node), ...literals(code.alternate as Node)];
    if (code.type === "TemplateLiteral")
      return patterned(code, site, modules).map(([text, hint]) => made(text, hint));
    if (code.type === "CallExpression") return returned(code, names).flatMap(literals);
    if (code.type === "MemberExpression") return valuesOf(code, names).flatMap(literals);
    if (code.type !== "Identifier") return [];
    const given = bound.get(code.name as string);
    if (given !== undefined) return literals(given);
    const outside = depth > DEEPEST ? [] : callers(code.name as string, site, modules, namesOf);
    if (outside.length > 0) return outside.flatMap((next) => resolve(next, modules, namesOf, depth + 1));
    return literals(names.values.get(code.name as string));
  };
  // A function that is told its words: as each of its callers tells them.
  const told = depth === 0 ? toldWords(site) : null;
  const tellers = told === null ? [] : callers(told, site, modules, namesOf, site.code);
  return tellers.length > 0
    ? tellers.flatMap((next) => resolve(next, modules, namesOf, 1))
    : literals(site.code);
}

/** What an attempt came to, where a name of the module holds it. */
function statesOf({ states, fate, names }: Site): readonly State[] {
  const value = states.length === 0 && fate !== undefined ? names.values.get(nameOf(fate) ?? "") : undefined;
  return value === undefined ? states : fates(value);
}

/** The parameter that the hint, or a message without words of its own, hands on; null where there is none. */
function toldWords({ message, hint, names, around }: Site): string | null {
  const params = [...names.routines.values()]
    .filter(({ body }) => around.includes(body))
    .flatMap((routine) => routine.params);
  const parts = [hint, message].flatMap((node) => {
    if (node === undefined) return [];
    const given = plain(node);
    if (given.type !== "TemplateLiteral") return [given];
    const own = (given.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked).join("");
    return /\p{L}/u.test(own) ? [] : (given.expressions as Node[]);
  });
  return parts.map((node) => nameOf(node)).find((name) => name !== null && params.includes(name)) ?? null;
}

/** What a function of the module may return. */
function returned(call: Node, { routines }: Names): Node[] {
  const routine = routines.get(nameOf(call.callee as Node) ?? "");
  if (routine === undefined) return [];
  const body = plain(routine.body);
  if (body.type !== "BlockStatement") return [body];
  const results: Node[] = [];
  walk(body, (node) => {
    if (node.type === "ReturnStatement" && isNode(node.argument)) results.push(node.argument);
  });
  return results;
}

/** What a table of the module may hold: `CODES[fate]`. */
function valuesOf(member: Node, { values }: Names): Node[] {
  const object = plain(member.object as Node);
  const table = object.type === "Identifier" ? values.get(object.name as string) : undefined;
  if (member.computed !== true || table?.type !== "ObjectExpression") return [];
  return (table.properties as Node[]).map(({ value }) => value as Node);
}

/** The site as each caller of the function around it makes it; the function's parameter `name` is the code, unless that is `kept`. */
function callers(
  name: string,
  site: Site,
  modules: readonly Module[],
  namesOf: ReadonlyMap<Module, Names>,
  kept?: Node,
): Site[] {
  const routine = [...site.names.routines].find(
    ([, { params, body }]) => params.includes(name) && (site.around.includes(body) || within(body, site)),
  );
  if (routine === undefined) return [];
  const [called, { params }] = routine;
  const places = modules.filter(
    (module) => module === site.module || new RegExp(`import[^;]*\\b${called}\\b[^;]*from`).test(module.text),
  );
  return places.flatMap((module) => {
    const names = namesOf.get(module)!;
    const sites: Site[] = [];
    walk(module.tree, (node, around) => {
      if (node.type !== "CallExpression" || nameOf(node.callee as Node) !== called) return;
      const args = node.arguments as Node[];
      const bound = new Map(site.bound);
      for (const [index, param] of params.entries())
        if (param !== null && args[index] !== undefined) bound.set(param, args[index]);
      // A parameter handed on under its own name is one of the next function around.
      const code = kept ?? bound.get(name) ?? site.code;
      const passed = args[params.indexOf("fate")];
      const states = site.states.length === 0 && passed !== undefined ? fates(passed) : site.states;
      const both = { values: new Map([...site.names.values, ...names.values]), routines: names.routines };
      if (kept === undefined) bound.delete(nameOf(plain(code)) ?? "");
      sites.push({ ...site, module, names: both, around: [...around], states, code, bound });
    });
    return sites;
  });
}

/** An arrow without braces is its own body. */
function within(body: Node, { around, code }: Site): boolean {
  const inside = (node: Node) =>
    (node.start as number) >= (body.start as number) && (node.end as number) <= (body.end as number);
  return inside(code) && around.some((node) => node === body || plain(node) === body || inside(code));
}

/**
 * The codes of a template such as `${prefix}_UNREACHABLE`: one for each prefix that a channel gives. Where the other part is a
 * vendor's own word, one for each word that has a hint, and one for all the others.
 */
function patterned(template: Node, site: Site, modules: readonly Module[]): [code: string, hint?: string][] {
  const [before = "", after = ""] = (template.quasis as { value: { cooked: string } }[]).map(
    ({ value }) => value.cooked,
  );
  const [part] = template.expressions as Node[];
  const name = nameOf(part);
  if (name === "prefix") {
    const inHook = site.module.path.endsWith("/hook.ts");
    return prefixesIn(modules, inHook).map((prefix) => [`${before}${prefix}${after}`]);
  }
  const hints = [...site.names.values]
    .filter(([each, { type }]) => type === "ObjectExpression" && reads(site.hint, each))
    .flatMap(([, table]) => table.properties as Node[])
    .map((each): [string, string] => [
      `${before}${(nameOf(each.key as Node) ?? "").toUpperCase()}${after}`,
      wordsOf(each.value as Node, site.names, new Map()) ?? "",
    ]);
  return [...hints, [`${before}‹WORD›${after}`]];
}

/** Whether the expression looks something up in the table: `HINTS[word]`. */
function reads(expression: Node | undefined, table: string): boolean {
  let found = false;
  if (expression !== undefined)
    walk(expression, (node) => {
      found ||=
        node.type === "MemberExpression" && node.computed === true && nameOf(node.object as Node) === table;
    });
  return found;
}

/** What channels say that their codes begin with; `forHooks` only those that post to a hook. */
function prefixesIn(modules: readonly Module[], forHooks: boolean): string[] {
  const found = new Set<string>();
  const add = (node: Node | undefined) => {
    if (node?.type === "Literal" && typeof node.value === "string") found.add(node.value);
  };
  for (const { tree, path } of modules) {
    if (!path.startsWith("channels/")) continue;
    walk(tree, (node) => {
      if (node.type === "ObjectExpression" && (!forHooks || property(node, "mend") !== undefined))
        add(property(node, "prefix"));
      if (!forHooks && node.type === "CallExpression" && nameOf(node.callee as Node) === "fromHttpError")
        add((node.arguments as Node[])[1]);
    });
  }
  return [...found].sort();
}
