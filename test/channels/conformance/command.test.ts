import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ScriptedClock } from "../../../src/base/clock.ts";
import { command } from "../../../src/channels/command/index.ts";
import type { Ground } from "../ground.ts";
import { NOW } from "../loopback.ts";
import type { Provocation, Trouble } from "../provocations.ts";
import { describeChannel } from "../suite.ts";

/** Keeps one file for each post, and a line for each publication: its key and the key of its thread. */
const PROGRAM = `
cd "$1" || exit 77
request=$(cat)
pick() { printf '%s\\n' "$request" | sed -n "s/^.*$1.*\\$/\\1/p"; }
set -- $(printf '%s\\n' "$request" | sed -n 's/^{"version":1,"action":"\\([a-z]*\\)","key":"\\([^"]*\\)".*/\\1 \\2/p')
[ "\${1-}" != publish ] && [ -e after ] && . ./after
case \${1-check} in
  publish)
    root=$(pick '"root":{"id":"\\([^"]*\\)"')
    echo "$2 \${root:-$2}" >>heard
    printf '%s' "$request" >"post-$2"
    [ -e after ] && . ./after
    echo '{"receipt":{"id":"'"$2"'","url":"https://example.com/posts","extra":{"thread":"'"\${root:-$2}"'"}}}' ;;
  find)
    if [ -e "post-$2" ]; then
      echo '{"receipt":{"id":"'"$2"'","url":"https://example.com/posts","extra":{"thread":"'"$(grep "^$2 " heard | cut -d' ' -f2)"'"}}}'
    else echo '{"absent":{}}'; fi ;;
  verify)
    if [ -e "post-$2" ]; then echo '{"verdict":"seen"}'; else echo '{"verdict":"missing"}'; fi ;;
  check) echo '{"findings":[{"name":"folder","level":"ok","message":"is there"}]}' ;;
esac
`;

const CAN = ["find", "verify", "check"];

describeChannel({
  kind: command,
  ground: onAProgram,
  remove: async ({ remoteId }, { settings }) => rm(join(folderOf(settings), `post-${remoteId}`)),
  wrong: { run: ["/nowhere/at/all"] },
  exempt: [
    { case: "stays within the vendor's limits", reason: "a program states none" },
    {
      case: "calls a post that waits for a moderator pending, and not yet seen",
      reason: "nothing moderates here; the channel's own test has a program that answers so",
    },
    { case: "gives each of several addressees its own fate", reason: "one post has one program" },
    { case: "a name that does not resolve", reason: "it asks no server" },
    {
      case: "an address elsewhere, in a drill",
      reason: "a drill runs no program, wherever it speaks; the channel's own test shows it",
    },
    {
      case: "tells of a post that was altered",
      reason: "the verdict is the program's; the channel's own test has each of them",
    },
    {
      case: "while it waits, it ends at once and says that the outcome is unknown",
      reason: "the case plays in a drill, where no program runs; the channel's own test stops one",
    },
  ],
});

function folderOf(settings: Ground["settings"]): string {
  return String((settings.run as readonly string[])[2]);
}

async function onAProgram(): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), "status-command-"));
  const program = join(folder, "program");
  await writeFile(program, PROGRAM);
  const settings = { kind: "command", run: ["sh", program, folder], can: CAN };
  return {
    settings,
    secrets: ["no secret at all"],
    sandbox: null,
    clock: new ScriptedClock(NOW),
    proxy: null,
    kit: { loopbackOnly: false, folder },
    provocations: provocations(folder),
    heard: () => {
      const log = join(folder, "heard");
      if (!existsSync(log)) return [];
      const lines = readFileSync(log, "utf8").trimEnd().split("\n");
      return lines.map((line) => ({ thread: line.split(" ")[1] ?? "" }));
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

function provocations(folder: string): Partial<Record<Trouble, Provocation>> {
  const running = (fate: Provocation["fate"], run: readonly string[], wait?: number | null): Provocation => ({
    ...{ fate, heard: 0 },
    ...(wait === undefined ? {} : { wait }),
    arrange: async () => ({ settings: { run, can: CAN }, arrivals: () => 0, lift: () => undefined }),
  });
  const saying = (fate: Provocation["fate"], script: string, wait?: number | null) =>
    running(fate, ["sh", "-c", script], wait);
  const answering = (fate: Provocation["fate"], answer: unknown, wait?: number | null) =>
    saying(
      fate,
      `cat >/dev/null; echo '${typeof answer === "string" ? answer : JSON.stringify(answer)}'`,
      wait,
    );
  /** It has published by then. */
  const after = (script: string): Provocation => ({
    ...{ fate: "unknown", heard: 1 },
    async arrange() {
      await writeFile(join(folder, "after"), script);
      return { settings: {}, arrivals: () => 0, lift: () => rm(join(folder, "after")) };
    },
  });
  const refused = (message: string) => answering("refused", { refused: { message } });
  return {
    "a refused connection": running("refused", ["/nowhere/at/all"]),
    "a TLS handshake that fails": running("refused", [folder]),
    "a connection cut before the body was read": saying("unknown", "kill -KILL $$"),
    "a connection cut after the body was read": saying("unknown", "cat >/dev/null; kill -KILL $$"),
    "an accepted post whose answer is lost": after("exit 0"),
    "no answer at all": saying("unknown", "sleep 60"),
    "an answer that comes byte by byte": after("printf '{'; sleep 60"),
    "an answer that breaks off": after(`printf '{"receipt":'; kill -KILL $$`),
    "half an answer": after(`printf '{"receipt":'; exit 0`),
    "401": refused("who are you"),
    "403": saying("refused", "exit 77"),
    "404": refused("no such pager"),
    "422": refused("too long"),
    "429 with seconds to wait": answering("not-sent", { notSent: { retryAfter: 30 } }, 30),
    "429 with a date to wait for": answering(
      "not-sent",
      { notSent: { retryAt: new Date(NOW.getTime() + 90_000).toISOString() } },
      90,
    ),
    "429 with a wait beyond all measure": answering(
      "not-sent",
      `{"notSent":{"retryAfter":${"9".repeat(400)}}}`,
      24 * 60 * 60,
    ),
    "429 with a wait that makes no sense": answering("not-sent", { notSent: { retryAt: "soon" } }, null),
    "429 without a word on when": answering("not-sent", { notSent: {} }, null),
    "the vendor's own sign of too many requests": saying("not-sent", "exit 75", null),
    "500": answering("unknown", { unknown: { message: "no idea" } }),
    "502 with a page of HTML": answering("unknown", "<html>Bad Gateway</html>"),
    "200 with an error in it": answering("unknown", { error: "no" }),
    "a redirect to another origin (302)": answering("unknown", { receipt: { id: "1" }, refused: {} }),
    "a redirect to another origin (307)": saying("unknown", "exit 3"),
  };
}
