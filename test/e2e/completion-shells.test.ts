import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

const BINARY = new URL("../../bin/status.js", import.meta.url).pathname;
const HOSTILE =
  "$(touch pwned-a) `touch pwned-b` ';touch pwned-c;' \" : %F{red} \u001b]0;pwned\u0007\n:0 x\ty";

/** How each shell is started without the user's own settings, and how it loads completion. */
const SHELLS = {
  bash: {
    argv: ["bash", "--noprofile", "--norc", "-i"],
    setup: "PS1='ready> '; bind 'set enable-bracketed-paste off'; source <(command status completion bash)",
    call: "status",
  },
  zsh: {
    argv: ["zsh", "-f", "-i"],
    setup:
      "PS1='ready> '; unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -u -d ./dump; source <(command status completion zsh)",
    call: "status",
  },
  fish: {
    argv: ["fish", "--interactive"],
    setup: "function fish_prompt; echo -n 'ready> '; end; command status completion fish | source",
    call: "command status",
  },
} as const;
type Shell = keyof typeof SHELLS;

const isHere = (program: string) => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

/** A folder with a page, open incidents with these titles, and a `status` that completes for real and records all else. */
function scene(...titles: string[]) {
  const folder = mkdtempSync(join(tmpdir(), "status-shell-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 20 }));
  const config = {
    property: { name: "Example Shop" },
    components: [
      { id: "checkout", name: "Orders $(touch pwned-d)" },
      { id: "storefront", name: "Storefront" },
    ],
    channels: { page: { kind: "page", directory: "public" }, paper: { kind: "page", directory: "paper" } },
  };
  writeFileSync(join(folder, ".statusrc"), JSON.stringify(config), { mode: 0o600 });
  mkdirSync(join(folder, "bin"));
  const record = join(folder, "typed");
  const program = join(folder, "bin", "status");
  writeFileSync(
    program,
    `#!/bin/sh
case "$1" in
  __complete|completion|announce) exec '${process.execPath}' '${BINARY}' "$@" ;;
esac
for word in "$@"; do printf '%s\\0' "$word"; done >>'${record}'
`,
  );
  chmodSync(program, 0o755);
  const env = {
    HOME: folder,
    PATH: `${join(folder, "bin")}:${process.env.PATH}`,
    LANG: "C.UTF-8",
    TERM: "xterm",
    // Written when the shell is hung up on, and so after the folder is gone.
    HISTFILE: "/dev/null",
  };
  for (const title of titles)
    execFileSync(program, ["announce", "--title", title, "--yes", "--new"], { cwd: folder, env });
  return {
    folder,
    env,
    /** The words of the last command, once it was run. */
    typed: () => (existsSync(record) ? readFileSync(record, "utf8").split("\0").slice(0, -1) : []),
  };
}

/** A shell on a terminal of its own. */
class Terminal {
  shown = "";
  readonly #child: ChildProcess;

  constructor(shell: Shell, { folder, env }: ReturnType<typeof scene>) {
    const line = SHELLS[shell].argv.join(" ");
    this.#child = spawn("script", ["-qec", `stty cols 100 rows 40; ${line}`, "/dev/null"], {
      cwd: folder,
      env,
    });
    this.#child.stdout!.on("data", (chunk: Buffer) => {
      this.shown += chunk.toString("utf8");
    });
    onTestFinished(() => void this.#child.kill("SIGKILL"));
  }

  type(keys: string): void {
    this.#child.stdin!.write(keys);
  }

  /** Until this is so, or the test's time is over. */
  async until(what: () => boolean): Promise<void> {
    while (!what()) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async sees(text: string | RegExp): Promise<void> {
    await this.until(() => (typeof text === "string" ? this.shown.includes(text) : text.test(this.shown)));
  }
}

async function open(shell: Shell, place: ReturnType<typeof scene>): Promise<Terminal> {
  const terminal = new Terminal(shell, place);
  terminal.type(`${SHELLS[shell].setup}; echo set''up\n`);
  await terminal.sees(/setup\s[\s\S]*ready> /);
  return terminal;
}

/** Types keys behind the command's name, then Enter; the words that the command was given. */
async function completed(shell: Shell, keys: string, ...titles: string[]): Promise<string[]> {
  const place = scene(...titles);
  const terminal = await open(shell, place);
  terminal.type(`${SHELLS[shell].call} ${keys}`);
  terminal.type(" end\n");
  await terminal.until(() => place.typed().at(-1) === "end");
  expect(execFileSync("ls", [place.folder], { encoding: "utf8" })).not.toContain("pwned");
  return place.typed().slice(0, -1);
}

describe.each(Object.keys(SHELLS) as Shell[])("completion in %s", (shell) => {
  const here = isHere(shell) && isHere("script");
  if (!here)
    process.stderr.write(`completion in ${shell} is not tested: ${shell} or script is not installed\n`);

  it.runIf(here)("completes commands, flags and their values", { timeout: 60_000 }, async () => {
    expect(await completed(shell, "upd\t--imp\tmaj\t--component che\t")).toEqual([
      "update",
      "--impact",
      "major",
      "--component",
      "checkout",
    ]);
  });

  it.runIf(here)("completes a component's state behind =", { timeout: 60_000 }, async () => {
    expect(await completed(shell, "update --component checkout=maj\t")).toEqual([
      "update",
      "--component",
      "checkout=major_outage",
    ]);
  });

  it.runIf(here)(
    "completes an incident with a hostile title, and runs nothing",
    { timeout: 60_000 },
    async () => {
      const [command, id, ...more] = await completed(shell, "update 2\t", HOSTILE);
      expect([command, more]).toEqual(["update", []]);
      expect(id).toMatch(/^20\d\d-\d\d-\d\d-[\w-]+$/);
    },
  );

  it.runIf(here)("shows titles beside several incidents as harmless text", { timeout: 60_000 }, async () => {
    const place = scene(HOSTILE, `Second ${HOSTILE}`);
    const terminal = await open(shell, place);
    terminal.shown = "";
    terminal.type(`${SHELLS[shell].call} update 2\t\t\t`);
    await terminal.sees("(touch pwned-a)");
    expect(terminal.shown).not.toContain("\u001b]0;pwned");
    expect(execFileSync("ls", [place.folder], { encoding: "utf8" })).not.toContain("pwned");
  });

  it.runIf(here)("does not run what stands on the line already", { timeout: 60_000 }, async () => {
    const place = scene();
    const terminal = await open(shell, place);
    terminal.type(
      `${SHELLS[shell].call} update --title "$(touch pwned-a)" --title '\`touch pwned-b\`' --only pap\t`,
    );
    await terminal.sees("paper");
    expect(execFileSync("ls", [place.folder], { encoding: "utf8" })).not.toContain("pwned");
  });

  it.runIf(here)("completes files where a file is meant", { timeout: 60_000 }, async () => {
    const place = scene();
    writeFileSync(join(place.folder, "words.md"), "");
    const terminal = await open(shell, place);
    terminal.type(`${SHELLS[shell].call} update --message-file wor\t end\n`);
    await terminal.until(() => place.typed().at(-1) === "end");
    expect(place.typed()).toEqual(["update", "--message-file", "words.md", "end"]);
  });
});
