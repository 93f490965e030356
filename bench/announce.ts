import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Ground, statusIn } from "./ground.ts";
import {
  type Arm,
  type Command,
  environment,
  interleave,
  megabytes,
  milliseconds,
  missing,
  program,
  ratio,
  rounds,
  spread,
  status,
} from "./measure.ts";

/** One update on five channels, whole processes: beside what people take for it today, on the same servers. */
const ROUNDS = rounds(15);
const CROSSPOST = "@humanwhocodes/crosspost@1.0.4";
const TITLE = "Checkout is slow";
const MESSAGE = "Some customers cannot pay. We found the cause and are putting a repair in place.";
/** The script fails where one of them failed. */
const WAIT = 'for pid in $pids; do wait "$pid"; done\n';
/** Forums and X refuse to hear the same twice. */
let said = 0;
const words = () => {
  const title = `${TITLE}, number ${++said}`;
  return [
    "announce",
    "--title",
    title,
    "--message",
    `${MESSAGE} (${said})`,
    "--component",
    "checkout",
    "--yes",
  ];
};

const ground = await Ground.open();
try {
  const project = await ground.project("five", ground.channels(5), async (folder) => {
    await status(folder, words());
    await status(folder, ["resolve", "--yes"]);
  });
  const say = (name: string, flags: readonly string[], env: NodeJS.ProcessEnv = {}): Arm => ({
    name,
    before: project.again,
    command: () => statusIn(project.folder, [...words(), ...flags], env),
    after: arrival(name, 4, 1),
  });
  const arms: Arm[] = [
    { name: "shell script", command: shellScript(), after: arrival("the script", 4, 1) },
    { name: "the three libraries alone", command: bare, after: arrival("the libraries", 4, 1) },
    say("status, not read back", ["--no-verify"]),
    say("status, not read back, without kept code", ["--no-verify"], { NODE_DISABLE_COMPILE_CACHE: "1" }),
    say("status, read back", []),
  ];
  const apprise = program("apprise", "apprise");
  if (apprise !== null)
    arms.push({ name: "Apprise", command: appriseArm(apprise), after: arrival("apprise", 4, 1) });
  const crosspost = await crosspostArm();
  if (crosspost !== null)
    arms.push({
      name: "crosspost, as a library, without mail",
      command: crosspost,
      after: arrival("crosspost", 4, 0),
    });
  await ground.arrived();
  const told = await interleave(arms, ROUNDS);
  const base = told.get("shell script")!;
  const rival = told.get("Apprise");
  console.log(
    `X, Slack, Discourse, Statuspage and mail; ${ground.ready.latencyMs} ms before each HTTP answer, none before those of the mail server. ${ROUNDS} rounds, interleaved.\n`,
  );
  console.log("| sender | wall time | of the script | of Apprise | CPU time | peak memory |");
  console.log("| --- | ---: | ---: | ---: | ---: | ---: |");
  for (const [name, { ms, cpuMs, peakMb }] of told)
    console.log(
      `| ${name} | ${spread(ms)} | ${ratio(ms, base.ms)} | ${rival === undefined ? "" : ratio(ms, rival.ms)} | ${milliseconds(cpuMs)} | ${megabytes(peakMb)} |`,
    );
} finally {
  ground.close();
}

/** Throws where less arrived than was to be said: whoever says less is fast. */
function arrival(name: string, posts: number, mails: number) {
  return async () => {
    const seen = await ground.arrived();
    if (seen.posts < posts || seen.mails !== mails)
      throw new Error(`${name}: ${seen.posts} posts and ${seen.mails} mails arrived`);
  };
}

/** Whatever else `status` does, it cannot be quicker than what it speaks through. */
function bare(): Command {
  const title = `${TITLE}, number ${++said}`;
  const given = JSON.stringify({ channels: ground.channels(5), title, message: `${MESSAGE} (${said})` });
  const file = new URL("bare.js", import.meta.url).pathname;
  return { file: process.execPath, argv: [file, given], cwd: ground.folder, env: environment(ground.folder) };
}

/** Four `curl` and one mail side by side, as a person writes it. */
function shellScript(): () => Command {
  const file = join(ground.folder, "announce.sh");
  const mail = join(ground.folder, "mail.txt");
  writeFileSync(
    mail,
    `From: status@example.com\r\nTo: announce@lists.example.com\r\nSubject: ${TITLE}\r\n\r\n${MESSAGE}\r\n`,
  );
  const body = JSON.stringify({ text: `${TITLE}\n${MESSAGE}` });
  const to = `127.0.0.1:${ground.ready.smtp}`;
  const posts = [1, 2, 3, 4].map(
    (index) =>
      `curl -fsS -o /dev/null -H 'content-type: application/json' -d '${body}' ${ground.hook(index)} &`,
  );
  const sends = program("swaks", "swaks") !== null;
  const letter = sends
    ? `swaks --silent 2 --server ${to} --from status@example.com --to announce@lists.example.com --data @${mail} &`
    : `curl -fsS --url smtp://${to} --mail-from status@example.com --mail-rcpt announce@lists.example.com -T ${mail} &`;
  if (!sends) console.log("The script sends its mail with curl.\n");
  writeFileSync(
    file,
    ["set -e", "pids=", ...[...posts, letter].map((line) => `${line} pids="$pids $!"`), WAIT].join("\n"),
  );
  return () => ({ file: "bash", argv: [file], cwd: ground.folder, env: environment(ground.folder) });
}

function appriseArm(file: string): () => Command {
  const urls = [1, 2, 3, 4].map((index) => ground.hook(index).replace("http:", "json:"));
  const mail = `mailto://127.0.0.1:${ground.ready.smtp}?from=status@example.com&to=announce@lists.example.com`;
  return () => ({
    file,
    argv: ["-t", TITLE, "-b", MESSAGE, ...urls, mail],
    cwd: ground.folder,
    env: environment(ground.folder),
  });
}

/** Installed for this run only; it says only what it can reach here: webhooks in Discord's form. */
async function crosspostArm(): Promise<(() => Command) | null> {
  const folder = join(ground.folder, "crosspost");
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  const argv = ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", CROSSPOST];
  const failed = await new Promise<string | null>((resolve) => {
    execFile("npm", argv, { cwd: folder, timeout: 120_000 }, (error, _, stderr) => {
      resolve(
        error === null ? null : (stderr.split("\n").find((line) => /ERR|error/i.test(line)) ?? "npm failed"),
      );
    });
  });
  if (failed !== null) {
    missing("crosspost", `it is installed from the npm registry, and ${failed.trim()}`);
    return null;
  }
  const hooks = JSON.stringify([1, 2, 3, 4].map((index) => ground.hook(index)));
  const file = join(folder, "say.js");
  writeFileSync(
    file,
    `import { Client, DiscordWebhookStrategy } from "@humanwhocodes/crosspost";
const strategies = ${hooks}.map((webhookUrl) => new DiscordWebhookStrategy({ webhookUrl }));
const told = await new Client({ strategies }).post(${JSON.stringify(`${TITLE}\n\n${MESSAGE}`)});
if (told.some(({ ok }) => !ok)) throw new Error(JSON.stringify(told));
`,
  );
  return () => ({ file: process.execPath, argv: [file], cwd: folder, env: environment(folder) });
}
