import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LICENCE = /^(licen[cs]e|copying|notice)/i;

/** Whoever passes on bundles passes on their parts' licences: they stand beside them, in third-parties.txt. */
export function thirdParties() {
  // One plugin sees all bundles, and the last to be written tells of all.
  const folders = new Set();
  return {
    name: "third-parties",
    generateBundle(_options, bundle) {
      for (const { moduleIds = [] } of Object.values(bundle))
        for (const id of moduleIds) {
          const folder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id.replaceAll("\\", "/"))?.[0];
          if (folder !== undefined) folders.add(folder);
        }
      const notices = [...folders].map(noticeOf).sort();
      this.emitFile({
        type: "asset",
        fileName: "third-parties.txt",
        source: `The built files of this package contain parts of these others, under their licences.\n\n${notices.join("\n")}`,
      });
    },
  };
}

function noticeOf(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = readdirSync(folder)
    .filter((file) => LICENCE.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8").trim());
  // Some name their licence and add no text of it.
  if (texts.length === 0) texts.push(`By ${author?.name ?? author ?? "its contributors"}.`);
  return `== ${name} ${version} (${license ?? "see below"})\n\n${texts.map((text) => `${text}\n`).join("\n")}`;
}
