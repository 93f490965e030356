import { join } from "node:path";

/** Where a postmortem's document stands: beside the configuration, so that it goes wherever that goes. */
export function usualPath(folder: string, id: string): string {
  return join(folder, "postmortems", `${id}.md`);
}
