import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { REFERENCE } from "./pages.ts";

/** Writes the generated pages of the documentation; `root` is the checkout. */
export async function writeReference(root: string): Promise<void> {
  for (const { path, page } of REFERENCE) writeFileSync(join(root, path), await page(root));
}
