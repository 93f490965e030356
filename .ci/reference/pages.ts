import { commandsReference } from "./commands.ts";
import { configurationReference } from "./configuration.ts";
import { errorsReference } from "./errors.ts";

/** Every page that is made from the code: where it lies, and how it is made from the checkout at `root`. */
export const REFERENCE: readonly { path: string; page: (root: string) => string | Promise<string> }[] = [
  { path: "docs/reference/commands.md", page: commandsReference },
  { path: "docs/reference/configuration.md", page: configurationReference },
  { path: "docs/reference/errors.md", page: errorsReference },
];
