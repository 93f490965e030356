import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { usageError } from "../base/errors.ts";
import type { Finding } from "../render/wording/check.ts";
import type { App } from "./app.ts";
import { writeDraft } from "./draft.ts";
import { oneLine, printable } from "./output/printable.ts";
import type { Composed } from "./say.ts";

const SCISSORS = "# ------------------------ >8 ------------------------";

/**
 * Lets a person write the words in $VISUAL, $EDITOR or vi, with what each channel would say now, and how long that is, beneath.
 * Returns the words; null where there are none, for the template's own. Throws EDITOR_FAILED, naming the file that keeps them.
 */
export async function editWords(
  app: App,
  { plan }: Composed,
  message: string | null,
  findings: readonly Finding[],
): Promise<string | null> {
  const { env } = app.surroundings;
  const editor = env.VISUAL || env.EDITOR || "vi";
  const texts = plan.map(({ speaker, leftOut, posts: [post] }) => {
    const length =
      post?.length == null ? "" : `: ${post.length.used} of ${post.length.limit} ${post.length.unit}`;
    const text = leftOut === null ? (post?.text ?? "") : `nothing: ${oneLine(leftOut)}`;
    const lines = printable(text)
      .split("\n")
      .map((line) => `#   ${line}`.trimEnd());
    return `# ${speaker.name} (${speaker.kind}, ${speaker.audience})${length}\n${lines.join("\n")}\n#\n`;
  });
  const against = findings.map(
    ({ rule, place, excerpt, reason, better }) =>
      `# [${rule}] ${oneLine(place)}${excerpt === "" ? "" : `: "${oneLine(excerpt)}"`}\n#   ${oneLine(reason)} ${oneLine(better)}\n`,
  );
  const remarks = against.length === 0 ? "" : `#\n# To think of:\n${against.join("")}`;
  const content = `${message ?? ""}\n\n${SCISSORS}\n# Write above this line, in Markdown; it and all beneath are left out.\n# With nothing above it the template's own words are used.\n${remarks}#\n# As it stands, this is said:\n#\n${texts.join("")}`;
  const path = writeDraft(app.surroundings, app.config.folder, "words.md", content);
  if (path === null)
    throw usageError(
      "EDITOR_FAILED",
      "There is no folder to write a file for the editor in.",
      "Give the words: --message-file FILE",
    );
  const ended = await run(editor, path, env);
  if (ended !== null)
    throw usageError("EDITOR_FAILED", `${oneLine(editor)} ${ended}.`, `What you wrote is kept: ${path}`);
  const written = readFileSync(path, "utf8").replace(/^\ufeff/, "");
  rmSync(path, { force: true });
  const end = written.split(/\r?\n/).indexOf(SCISSORS);
  const words = (end === -1 ? written : written.split(/\r?\n/).slice(0, end).join("\n")).trim();
  return words === "" ? null : words;
}

/** Null where it ended well, else how it ended. An editor may be a command with arguments, as git takes it. */
function run(editor: string, path: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  return new Promise((resolve) => {
    // Prompts are on stderr: stdout may be a pipe.
    const child = spawn("sh", ["-c", `${editor} "$@"`, editor, path], {
      stdio: ["inherit", process.stderr.fd, "inherit"],
      env,
    });
    child.on("error", (error) => resolve(`could not be started: ${error.message}`));
    child.on("close", (code, signal) =>
      resolve(code === 0 ? null : signal === null ? `ended with ${code}` : `was ended by ${signal}`),
    );
  });
}
