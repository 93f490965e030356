import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadTemplateSet, type TemplateSet } from "../../src/render/template.ts";

export const BUNDLED = fileURLToPath(new URL("../../templates", import.meta.url));

/** The template `t` (or `name`) of a project with these files beside the bundled ones. */
export async function templateOf(
  files: Readonly<Record<string, string>> | string,
  name = "t",
): Promise<TemplateSet> {
  const projectDirectory = await mkdtemp(join(tmpdir(), "status-templates-"));
  try {
    for (const [path, content] of Object.entries(typeof files === "string" ? { "t.md": files } : files)) {
      await mkdir(dirname(join(projectDirectory, path)), { recursive: true });
      await writeFile(join(projectDirectory, path), content);
    }
    return await loadTemplateSet({ name, projectDirectory, bundledDirectory: BUNDLED });
  } finally {
    await rm(projectDirectory, { recursive: true });
  }
}

export function failureOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("nothing failed");
}
