// Makes docs/images/session.svg, a recording of a real terminal: node .ci/session.mjs (needs a build, and tmux).
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const COLUMNS = 92;
const ROWS = 38;
const LOOK_EVERY_MS = 60;
/** Nobody wants to watch a cursor blink. */
const LONGEST_PAUSE_MS = 1800;
const LAST_LOOK_MS = 7000;
const [SIZE, WIDE, HIGH, EDGE] = [14, 8.43, 20, 18];
const COLOURS = { 31: "red", 32: "green", 33: "yellow", 34: "blue", 36: "cyan" };

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "status-session-"));
const socket = join(folder, "tmux");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const tmux = (...argv) =>
  execFileSync("tmux", ["-S", socket, "-f", "/dev/null", ...argv], { encoding: "utf8" });

mkdirSync(join(folder, "bin"));
writeFileSync(
  join(folder, "bin", "status"),
  `#!/bin/sh\nexec '${process.execPath}' '${root}bin/status.js' "$@"\n`,
);
chmodSync(join(folder, "bin", "status"), 0o755);
const sandbox = spawn(
  process.execPath,
  [join(root, "bin", "status.js"), "sandbox", "--output", join(folder, ".statusrc"), "--json"],
  { cwd: folder, stdio: ["ignore", "pipe", "inherit"] },
);
await new Promise((resolve) => sandbox.stdout.once("data", resolve));
// One channel without its secret: somebody forgot to set it on this machine.
const config = readFileSync(join(folder, ".statusrc"), "utf8");
const [, key] = /apiKey: (\S+)\n\s+username: status/.exec(config);
writeFileSync(
  join(folder, ".statusrc"),
  config.replace(/apiKey: (?=.*\n\s+username: status)[^\n]*/, "apiKey: env:DISCOURSE_KEY"),
);
writeFileSync(join(folder, "forum-key"), key, { mode: 0o600 });

const shell = `env -i HOME='${folder}' PATH='${join(folder, "bin")}:/usr/bin:/bin' TERM=screen-256color LANG=C.UTF-8 PS1='$ ' bash --norc --noprofile`;
tmux("new-session", "-d", "-x", String(COLUMNS), "-y", String(ROWS), "-c", folder, shell);
tmux("set", "-g", "status", "off");

const frames = [];
let looking = true;
const began = Date.now();
const look = () =>
  tmux("capture-pane", "-p", "-e", "-N")
    .replace(/\n$/, "")
    .split("\n")
    .map((row) => row.trimEnd());
const watching = (async () => {
  while (looking) {
    const rows = look();
    if (JSON.stringify(rows) !== JSON.stringify(frames.at(-1)?.rows))
      frames.push({ at: Date.now() - began, rows });
    await pause(LOOK_EVERY_MS);
  }
})();

const seen = () => tmux("capture-pane", "-p", "-J");
async function until(text) {
  const patience = Date.now() + 60_000;
  while (!seen().includes(text)) {
    if (Date.now() > patience) throw new Error(`never seen: ${text}\n${seen()}`);
    await pause(LOOK_EVERY_MS);
  }
  await pause(900);
}
const KEYS = ["Enter", "Space", "Down"];
/** Keys, words, and how long somebody thinks between them. */
async function type(parts) {
  for (const part of parts) {
    if (typeof part === "number") await pause(part);
    else if (KEYS.includes(part)) tmux("send-keys", part);
    else
      for (const letter of part) {
        tmux("send-keys", "-l", letter);
        await pause(55);
      }
    await pause(300);
  }
}

try {
  for (const [words, after] of steps()) {
    await type(words);
    await until(after);
  }
  await pause(1500);
} finally {
  looking = false;
  await watching;
  sandbox.kill();
  tmux("kill-server");
}

/** What is typed, and what the screen shows before it goes on. */
function steps() {
  return [
    [["status announce", "Enter"], "What is affected?"],
    [["Down", 500, "Space", 600, "Enter"], "What is the impact?"],
    [["Down", 600, "Enter"], "What do customers see?"],
    [["Checkout is failing", 500, "Enter"], "Say this on"],
    [[1500, "y", "Enter"], "Sent, but cannot be read back"],
    [
      [1500, "export DISCOURSE_KEY=$(cat forum-key)", "Enter", "clear", "Enter", "status retry", "Enter"],
      "All 6 channels",
    ],
    [[2500], "All 6 channels"],
  ];
}

/** The recording as one SVG file: what stands on a row, and from when to when. It stands still for those who want no motion. */
function drawn() {
  const times = [0];
  for (const [index, frame] of frames.slice(1).entries())
    times.push(times.at(-1) + Math.min(frame.at - frames[index].at, LONGEST_PAUSE_MS));
  const end = times.at(-1) + LAST_LOOK_MS;
  const percent = (ms) => `${((100 * ms) / end).toFixed(3)}%`;
  const groups = new Map();
  for (let row = 0; row < ROWS; row += 1)
    for (let from = 0; from < frames.length; ) {
      let to = from + 1;
      while (to < frames.length && frames[to].rows[row] === frames[from].rows[row]) to += 1;
      const key = `${times[from]} ${times[to] ?? end}`;
      groups.set(key, (groups.get(key) ?? "") + textOf(frames[from].rows[row] ?? "", row));
      from = to;
    }
  let style = "";
  let body = "";
  for (const [key, texts] of groups) {
    if (texts === "") continue;
    const [from, to] = key.split(" ").map(Number);
    const last = to === end;
    if (from === 0 && last) {
      body += texts;
      continue;
    }
    const name = `t${from}-${to}`;
    const steps = [
      from === 0 ? "" : `0%{visibility:hidden}`,
      `${percent(from)}{visibility:visible}`,
      last ? "" : `${percent(to)}{visibility:hidden}`,
    ];
    style += `@keyframes ${name}{${steps.join("")}100%{visibility:${last ? "visible" : "hidden"}}}`;
    body += `<g class="${last ? "" : "gone"}" style="animation-name:${name}">${texts}</g>`;
  }
  const [width, height] = [Math.ceil(COLUMNS * WIDE) + 2 * EDGE, ROWS * HIGH + 2 * EDGE];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="status announce at a terminal: one channel is silent and the report says why; status retry completes it">
<style>g{animation:${end}ms step-end infinite}text{font:${SIZE}px "DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#d7dde4;white-space:pre}.b{font-weight:700;fill:#fff}.d{fill:#8a95a1}.red{fill:#ff7b72}.green{fill:#56d364}.yellow{fill:#e3b341}.blue{fill:#79b8ff}.cyan{fill:#76c7d9}
@media(prefers-reduced-motion:reduce){g{animation:none}.gone{visibility:hidden}}${style}</style>
<rect width="100%" height="100%" rx="8" fill="#12161b"/>${body}</svg>
`;
}

/** One row with its colours; each run of letters has its own place, whatever the font's width. */
function textOf(row, index) {
  const classes = new Set();
  let column = 0;
  let spans = "";
  for (const [, codes, letters] of row.matchAll(/(?:\u001b\[([\d;]*)m)|([^\u001b]+)/g)) {
    if (letters === undefined) {
      for (const code of (codes || "0").split(";").map(Number)) {
        if (code === 0 || code === 39) for (const each of Object.values(COLOURS)) classes.delete(each);
        if (code === 0 || code === 22) for (const each of ["b", "d"]) classes.delete(each);
        if (code === 1) classes.add("b");
        if (code === 2) classes.add("d");
        if (COLOURS[code % 60] !== undefined && (code < 38 || code >= 90)) classes.add(COLOURS[code % 60]);
      }
      continue;
    }
    const length = [...letters].length;
    if (letters.trim() !== "") {
      const x = EDGE + (column + length - [...letters.trimStart()].length) * WIDE;
      const words = letters.trim().replace(/&/g, "&amp;").replace(/</g, "&lt;");
      const given = [...classes].join(" ");
      spans += `<tspan x="${x.toFixed(1)}"${given === "" ? "" : ` class="${given}"`} textLength="${([...letters.trim()].length * WIDE).toFixed(1)}">${words}</tspan>`;
    }
    column += length;
  }
  return spans === "" ? "" : `<text y="${EDGE + (index + 1) * HIGH - 5}">${spans}</text>`;
}

writeFileSync(join(root, "docs", "images", "session.svg"), drawn());
rmSync(folder, { recursive: true, force: true });
