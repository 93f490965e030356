// npm run new:channel NAME: a built-in kind with its imitation, conformance test and page, wired and passing.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const [name, ...rest] = process.argv.slice(2);
if (name === undefined || rest.length > 0 || !/^[a-z]+(-[a-z]+)*$/.test(name)) {
  process.stderr.write("Say its name, in lower-case letters: npm run new:channel pager\n");
  process.exit(2);
}
const words = name.split("-");
const capital = (word) => word[0].toUpperCase() + word.slice(1);
const Name = words.map(capital).join("");
const ident = Name[0].toLowerCase() + Name.slice(1);
const title = words.map(capital).join(" ");
const NAME = words.join("_").toUpperCase();
const fill = (text) =>
  text
    .replaceAll("%ident%", ident)
    .replaceAll("%title%", title)
    .replaceAll("%name%", name)
    .replaceAll("%Name%", Name)
    .replaceAll("%NAME%", NAME);

const files = {
  [`src/channels/${name}/index.ts`]: "index.ts",
  [`src/channels/${name}/settings.ts`]: "settings.ts",
  [`src/channels/${name}/compose.ts`]: "compose.ts",
  [`src/channels/${name}/client.ts`]: "client.ts",
  [`src/sandbox/${name}.ts`]: "imitation.ts",
  [`test/channels/conformance/${name}.test.ts`]: "conformance.ts",
  [`docs/channels/${name}.md`]: "page.md",
};

/** A line for the new kind, before or behind what stands there already. */
const lines = [
  [
    "src/channels/registry.ts",
    /\n};\n/,
    `\n  %ident%: async () => (await import("./%name%/index.ts")).%ident%,$&`,
  ],
  ["src/sandbox/world.ts", /(export type Imitation =[^;]*);/, `$1\n  | "%name%";`],
  [
    "src/sandbox/world.ts",
    /\n {2}readonly hostedIncidents:/,
    `\n  readonly %ident%Posts: readonly %Name%Post[];$&`,
  ],
  [
    "src/sandbox/world.ts",
    /\nexport interface HostedIncident /,
    `\nexport interface %Name%Post {
  readonly id: string;
  readonly key: string;
  readonly text: string;
  /** The first post of its thread; null for that one itself. */
  readonly thread: string | null;
  readonly at: Date;
}
$&`,
  ],
  // Imports stand in the order of their files.
  [
    "src/sandbox/sandbox.ts",
    /(?:\nimport [^;]*;)+/,
    (imports) =>
      [...imports.trim().split("\n"), fill('import { imitate%Name% } from "./%name%.ts";')]
        .sort((a, b) => (fileIn(a) < fileIn(b) ? -1 : 1))
        .map((line) => `\n${line}`)
        .join(""),
  ],
  ["src/sandbox/sandbox.ts", /\n {2}const statuspage = /, `\n  const %ident% = imitate%Name%({ clock });$&`],
  ["src/sandbox/sandbox.ts", /\n {2}\] as const;/, `\n    serve(%ident%.http, 0, requests),$&`],
  ["src/sandbox/sandbox.ts", /,\n {2}\] = await Promise\.all\(/, `,\n    %ident%Server$&`],
  [
    "src/sandbox/sandbox.ts",
    /\n {2}\};\n\n {2}return \{/,
    `\n    ${/-/.test(name) ? '"%name%"' : "%name%"}: %ident%Server,$&`,
  ],
  [
    "src/sandbox/sandbox.ts",
    /\n {6}statuspage: \{\n {8}kind/,
    `\n      ${/-/.test(name) ? '"%name%"' : "%name%"}: {
        kind: "%name%",
        baseUrl: \`http://127.0.0.1:\${%ident%Server.port}/%name%\`,
        ...%ident%.settings,
      },$&`,
  ],
  [
    "src/sandbox/sandbox.ts",
    /\n {6}\.\.\.statuspage\.world\(\),/,
    `\n      %ident%Posts: %ident%.posts(),$&`,
  ],
  ["test/sandbox/wall.test.ts", /\n {2}hostedIncidents: \[\]/, "\n  %ident%Posts: [],$&"],
  [
    "test/fire/secrets.test.ts",
    /\n {2}nodebb: \["token"\],/,
    `$&\n  ${/-/.test(name) ? '"%name%"' : "%name%"}: ["token"],`,
  ],
  ["test/sandbox/worlds.ts", /\n {4}hostedIncidents:/, "\n    %ident%Posts: [],$&"],
  [
    "docs/channels/README.md",
    /\n\| `page` \| /,
    "\n| `%name%` | [%title%](%name%.md) | the thread of the first post | yes |$&",
  ],
];
if (name.includes("-")) lines[0][2] = lines[0][2].replace("%ident%:", '"%name%":');

const read = (path) => readFileSync(new URL(path, root), "utf8");
const changed = new Map();
for (const [path, place, line] of lines) {
  const text = changed.get(path) ?? read(path);
  if (!place.test(text)) fail(`${path} has changed: ${place} is not in it. Mend .ci/new-channel.mjs.`);
  changed.set(path, text.replace(place, typeof line === "string" ? fill(line) : line));
}
for (const path of Object.keys(files))
  if (existsSync(new URL(path, root))) fail(`${path} is there already, and nothing was written.`);
for (const [path, template] of Object.entries(files)) {
  mkdirSync(dirname(fileURLToPath(new URL(path, root))), { recursive: true });
  writeFileSync(new URL(path, root), fill(read(`.ci/new-channel/${template}.txt`)));
}
for (const [path, text] of changed) writeFileSync(new URL(path, root), text);

process.stdout.write(`Written: ${[...Object.keys(files), ...changed.keys()].join(", ")}

It passes as it stands:
  npm run format && npm run types
  npx vitest run --config test/vitest.config.ts test/channels/conformance/${name}.test.ts

Then, in this order:
  1. src/sandbox/${name}.ts: the vendor as its documentation has it, with the date
  2. src/channels/${name}/: what now fails
  3. docs/channels/${name}.md, its row in docs/channels/README.md, .statusrc.example, CHANGELOG.md
`);

function fileIn(line) {
  return /from "(.*)"/.exec(line)?.[1] ?? "";
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
