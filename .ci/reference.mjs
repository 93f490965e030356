// Writes docs/reference from the code: npm run docs
import { mkdirSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
// Below node_modules, so that the packages are found from there.
const file = `${root}node_modules/.cache/reference/write.mjs`;
const bundle = await rolldown({
  input: `${root}.ci/reference/write.ts`,
  platform: "node",
  // Packages are found when it runs; only the bundler's own helpers are not among them.
  external: /^(?!@oxc-project\/)[a-z@]/,
});
await bundle.write({ file, format: "esm", codeSplitting: false });
mkdirSync(`${root}docs/reference`, { recursive: true });
const { writeReference } = await import(pathToFileURL(file).href);
await writeReference(root);
