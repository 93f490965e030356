// Prints what CHANGELOG.md says of a version: node .ci/release-notes.mjs v1.2.3 owner/repository
// Fails where the tag, package.json and the changes do not agree, before anything is published.
import { readFileSync } from "node:fs";

const [tag = "", repository = ""] = process.argv.slice(2);
const { name, version, private: kept, repository: named } = JSON.parse(readFileSync("package.json", "utf8"));
const sections = readFileSync("CHANGELOG.md", "utf8").split(/^## /m).slice(1);
const titleOf = (section) => section.slice(0, section.indexOf("\n")).trim();
const bodyOf = (section) => section.slice(section.indexOf("\n")).trim();
const ours = sections.find((section) => titleOf(section).split(" ")[0] === version);
const unreleased = sections.find((section) => titleOf(section) === "Unreleased");
const address = typeof named === "string" ? named : (named?.url ?? "");

const faults = [
  tag !== `v${version}` && `The tag is ${tag}, and package.json has version ${version}.`,
  kept === true && `package.json keeps ${name} private.`,
  !new RegExp(`[/:]${repository.replace(/\W/g, "\\$&")}(\\.git)?$`).test(address) &&
    `package.json's "repository" does not name ${repository}: npm compares the two, letter by letter.`,
  ours === undefined && `CHANGELOG.md has no "## ${version}".`,
  unreleased !== undefined &&
    bodyOf(unreleased) !== "" &&
    `CHANGELOG.md has changes under "Unreleased": move them under "## ${version}".`,
].filter((fault) => fault !== false);

if (faults.length > 0) {
  process.stderr.write(`${faults.join("\n")}\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(`${bodyOf(ours)}\n`);
}
