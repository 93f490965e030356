import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { usageError } from "../base/errors.ts";
import { oneLine, printable } from "../base/printable.ts";
import type { Finding } from "../render/wording/check.ts";
import type { Composed } from "../status/say.ts";
import type { App } from "./app.ts";
import { writeDraft } from "./draft.ts";

const SCISSORS = "# ------------------------ >8 ------------------------";
const ABOVE = "# Write above this line";
const AS_IT_STANDS = "# As it stands, this is said:";

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
  const content = `${message ?? ""}\n\n${SCISSORS}\n${ABOVE}, in Markdown; it and all beneath are left out.\n# With nothing above it the template's own words are used.\n${remarks}#\n${AS_IT_STANDS}\n#\n${texts.join("")}`;
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
  const written = readWritten(path, editor);
  rmSync(path, { force: true });
  const lines = written.split(/\r?\n/);
  const end = lines.findIndex((line) => line === SCISSORS || line.startsWith(ABOVE) || line === AS_IT_STANDS);
  const words = lines
    .slice(0, end === -1 ? undefined : end)
    .join("\n")
    .trim();
  return words === "" ? null : words;
}

function readWritten(path: string, editor: string): string {
  try {
    return readFileSync(path, "utf8").replace(/^\ufeff/, "");
  } catch (error) {
    throw usageError(
      "EDITOR_FAILED",
      `${oneLine(editor)} left nothing to read at ${path} (${(error as NodeJS.ErrnoException).code}).`,
      "Type the command again, or give the words: --message-file FILE",
    );
  }
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
